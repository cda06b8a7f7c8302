"""Packs a workbook the same way at any time: its parts carry one fixed date, whatever the computer's clock says.

A zip file has no dates before 1980 nor after 2107, and the clock of a computer with an empty battery says 1970.
"""

import contextlib
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.writer.excel import ExcelWriter

DATE = (1980, 1, 1, 0, 0, 0)


@contextlib.contextmanager
def new_workbook(path: Path) -> Iterator[Workbook]:
    """A workbook whose sheets are written row by row, packed into a file when the block ends well. Raises OSError."""
    workbook = Workbook(write_only=True)
    try:
        yield workbook
        pack(workbook, path)
    except BaseException:
        for sheet in workbook.worksheets:  # openpyxl leaves their temporary files, and its complaints, to chance
            with contextlib.suppress(Exception):
                sheet.close()
        raise


def pack(workbook: Workbook, path: Path) -> None:
    """Write the workbook to a file. Raises OSError."""
    with _Archive(path, "w", zipfile.ZIP_DEFLATED) as archive:
        ExcelWriter(workbook, archive).save()


class _Archive(zipfile.ZipFile):
    def writestr(self, zinfo_or_arcname: Any, data: Any, *_: Any, **__: Any) -> None:
        super().writestr(self._part(zinfo_or_arcname), data)

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:
        part = self._part(arcname)
        part.file_size = Path(filename).stat().st_size
        with Path(filename).open("rb") as source, self.open(part, "w") as target:
            shutil.copyfileobj(source, target, 1 << 20)

    def _part(self, name: str) -> zipfile.ZipInfo:
        part = zipfile.ZipInfo(name, DATE)
        part.compress_type = self.compression
        return part
