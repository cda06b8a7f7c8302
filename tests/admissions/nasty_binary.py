"""Containers that no package of the tests writes, as small as possible: OLE compound file, xlsb, ods."""

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

SECTOR = 512
END, FREE, FAT_SECTOR = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def compound(streams: Mapping[str, bytes]) -> bytes:
    """An OLE compound file (MS-CFB version 3) with these streams, each of 4,096 bytes or more."""
    fat = [FAT_SECTOR, END]  # sector 0 holds the table, sector 1 the directory
    entries = [_entry("Root Entry", 5, child=1, start=END)]
    body = b""
    for number, (name, content) in enumerate(streams.items(), start=1):
        count = -(-len(content) // SECTOR)
        start = len(fat)
        fat += [*range(start + 1, start + count), END]
        body += content.ljust(count * SECTOR, b"\0")
        right = number + 1 if number < len(streams) else FREE
        entries.append(_entry(name, 2, right=right, start=start, size=len(content)))
    directory = b"".join(entries).ljust(SECTOR, b"\0")
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(SECTOR, b"\xff")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIIII", 0, 1, 1, 0, 4096, END, 0, END, 0, 0).ljust(SECTOR - len(head), b"\xff")
    return head + table + directory + body


def _entry(name: str, kind: int, right: int = FREE, child: int = FREE, start: int = 0, size: int = 0) -> bytes:
    coded = (name + "\0").encode("utf-16-le")
    head = coded.ljust(64, b"\0") + struct.pack("<HBBIII", len(coded), kind, 1, FREE, right, child)
    return head + bytes(36) + struct.pack("<IQ", start, size)


def xlsb(sheet: str, rows: Sequence[Sequence[Any]], last: tuple[int, int] | None = None) -> bytes:
    """A binary workbook (MS-XLSB) with one sheet; `last` is the extent it declares, (row, column) from 0."""
    last = last or (len(rows) - 1, len(rows[0]) - 1)
    book = _record(131) + _record(143) + _record(156, struct.pack("<II", 0, 1) + _wide("rId1") + _wide(sheet))
    book += _record(144) + _record(132)
    cells = _record(129) + _record(148, struct.pack("<IIII", 0, last[0], 0, last[1])) + _record(145)
    for i, row in enumerate(rows):
        cells += _record(0, struct.pack("<IIH", i, 0, 300) + bytes(3) + struct.pack("<I", 0))
        for j, value in enumerate(row):
            at = struct.pack("<II", j, 0)
            cells += (
                _record(6, at + _wide(value)) if isinstance(value, str) else _record(5, at + struct.pack("<d", value))
            )
    cells += _record(146) + _record(130)
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    return _zip(
        {
            "[Content_Types].xml": f'<Types xmlns="{package}/content-types"/>',
            "xl/_rels/workbook.bin.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
            f'Type="{relation}/worksheet" Target="worksheets/sheet1.bin"/></Relationships>',
            "xl/workbook.bin": book,
            "xl/worksheets/sheet1.bin": cells,
        }
    )


def _record(number: int, data: bytes = b"") -> bytes:
    size, coded = len(data), b""
    while size >= 0x80:
        coded += bytes([size & 0x7F | 0x80])
        size >>= 7
    kind = bytes([number]) if number < 0x80 else bytes([number & 0x7F | 0x80, number >> 7])
    return kind + coded + bytes([size]) + data


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def ods(sheet: str, rows: Sequence[Sequence[Any]]) -> bytes:
    """An OpenDocument workbook that ends, as LibreOffice writes it, with a million repeated empty rows."""
    names = "".join(f' xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text"))
    lines = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
    empty = '<table:table-cell table:number-columns-repeated="16384"/>'
    empty = f'<table:table-row table:number-rows-repeated="1048500">{empty}</table:table-row>'
    content = (
        f'<?xml version="1.0"?><office:document-content{names}><office:body><office:spreadsheet>'
        f'<table:table table:name="{sheet}">{lines}{empty}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    return _zip({"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": manifest})


def _ods_cell(value: Any) -> str:
    if isinstance(value, str):
        return f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'
    kind = f'office:value-type="float" office:value="{value}"'
    return f"<table:table-cell {kind}><text:p>{value}</text:p></table:table-cell>"


def _zip(parts: Mapping[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()
