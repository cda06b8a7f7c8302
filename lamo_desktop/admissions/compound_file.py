"""Looks into an old workbook (.xls, a compound file) before it is read.

A reader that follows a chain of sectors without end fills the memory. Layout: Microsoft, [MS-CFB] 2.2 to 2.6.
"""

import struct
from collections.abc import Iterator, Sequence

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER = struct.Struct("<30xH16xI8xI4xI4x109I")  # sector shift, first sectors of directory, mini FAT, DIFAT; DIFAT
_ENTRY = struct.Struct("<64sH50xII4x")  # of the directory: name, length of the name in bytes, first sector, size
_SHIFTS = (9, 12)
_MINI_SHIFT, _MINI_SIZE = 6, 4096  # streams below that size stand in the mini stream, which is the root's
_LAST = 0xFFFFFFFA  # sector numbers from here on are marks: end of chain, free
_WORKBOOKS = ("Workbook", "Book", "WORKBOOK", "BOOK")


def workbook_stream(content: bytes) -> bytes | None:
    """The stream of records of an old workbook; b"" where there is none, None for a damaged compound file."""
    if len(content) < _HEADER.size or not content.startswith(MAGIC):
        return None
    shift, first_entry, first_mini, first_difat, *difat = _HEADER.unpack_from(content)
    if shift not in _SHIFTS:
        return None

    def sector(number: int) -> bytes:
        return content[(number + 1) << shift : (number + 2) << shift]

    seen: set[int] = set()
    while first_difat < _LAST:
        found = _numbers(sector(first_difat))
        if first_difat in seen or not found:
            return None
        seen.add(first_difat)
        *more, first_difat = found
        difat += more
    places = [number for number in difat if number < _LAST]
    if len(set(places)) < len(places):
        return None
    fat = _numbers(b"".join(map(sector, places)))
    if not _acyclic(fat):
        return None

    def joined(first: int) -> bytes:
        return b"".join(map(sector, _chain(first, fat)))

    mini = _numbers(joined(first_mini))
    if not _acyclic(mini):
        return None
    directory = joined(first_entry)
    entries = list(_ENTRY.iter_unpack(directory[: len(directory) // _ENTRY.size * _ENTRY.size]))
    names = [name[: max(length - 2, 0)].decode("utf-16-le", "replace") for name, length, *_ in entries]
    for wanted in _WORKBOOKS:
        if wanted in names:
            _, _, first, size = entries[names.index(wanted)]
            if size >= _MINI_SIZE:
                return joined(first)[:size]
            small = joined(entries[0][2])
            parts = (small[at << _MINI_SHIFT : (at + 1) << _MINI_SHIFT] for at in _chain(first, mini))
            return b"".join(parts)[:size]
    return b""


def _numbers(data: bytes) -> list[int]:
    return list(struct.unpack_from(f"<{len(data) // 4}I", data))


def _chain(at: int, following: Sequence[int]) -> Iterator[int]:
    """The sectors from `at` on, in a table without circles."""
    while at < len(following):
        yield at
        at = following[at]


def _acyclic(following: Sequence[int]) -> bool:
    """Whether every walk along `following` leaves it."""
    state = bytearray(len(following))  # 0 not visited, 1 on this walk, 2 known to end
    for start in range(len(following)):
        walk, at = [], start
        while at < len(following) and not state[at]:
            state[at] = 1
            walk.append(at)
            at = following[at]
        if at < len(following) and state[at] == 1:
            return False
        for passed in walk:
            state[passed] = 2
    return True
