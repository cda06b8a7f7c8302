"""Looks into an old workbook (.xls, a compound file) before it is read: refuses sector chains that never end.

A reader that follows such a chain fills the memory. Layout: Microsoft, [MS-CFB] 2.2 to 2.5.
"""

import struct
from collections.abc import Sequence

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER = struct.Struct("<30xH28xI4xI4x109I")  # sector shift, first mini FAT sector, first DIFAT sector, DIFAT
_SHIFTS = (9, 12)
_LAST = 0xFFFFFFFA  # sector numbers from here on are marks: end of chain, free


def chains_end(content: bytes) -> bool:
    """Whether every chain of sectors in a compound file ends; False also for a header that is none."""
    if len(content) < _HEADER.size or not content.startswith(MAGIC):
        return False
    shift, first_mini, first_difat, *difat = _HEADER.unpack_from(content)
    if shift not in _SHIFTS:
        return False

    def sector(number: int) -> list[int]:
        data = content[(number + 1) << shift : (number + 2) << shift]
        return list(struct.unpack_from(f"<{len(data) // 4}I", data))

    seen: set[int] = set()
    while first_difat < _LAST:
        found = sector(first_difat)
        if first_difat in seen or not found:
            return False
        seen.add(first_difat)
        *more, first_difat = found
        difat += more
    places = [number for number in difat if number < _LAST]
    if len(set(places)) < len(places):
        return False
    fat = [number for place in places for number in sector(place)]
    if not _acyclic(fat):
        return False
    mini: list[int] = []
    while first_mini < len(fat):
        mini += sector(first_mini)
        first_mini = fat[first_mini]
    return _acyclic(mini)


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
