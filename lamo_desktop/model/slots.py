"""Which cells of the cache a candidate's suffix occupies, so that its score cannot depend on its neighbours.

The attention kernels add up the cells of the cache in blocks of vector lanes and tiles. A suffix that lies at another
place within its lanes is summed in another order and scores differently in the last bits. So every suffix starts at a
multiple of `LANES` cells and stays within one tile, whoever else is scored. The cells between two suffixes are not
decoded again and again: they stay occupied, once by filler tokens and later by suffixes of earlier rounds, which no
other sequence attends to. llama.cpp gives free cells in rising order, so freeing exactly the cells of a round and
decoding its suffixes in the order of their slots puts each where it belongs.
"""

from collections.abc import Sequence

from lamo_desktop.errors import ModelError

AREA = 512  # cells at the start of the cache that suffixes live in; the prefix follows
TILE = 64  # cells that ggml's attention takes at a time
LANES = 16  # the widest vector (AVX-512) in float32 numbers
LONGEST_SUFFIX = TILE


class SuffixSlots:
    """The suffix area as slots of equal width, each with the number of cells that its last suffixes have opened."""

    def __init__(self, longest: int) -> None:
        if longest > LONGEST_SUFFIX:
            raise ModelError(f"A candidate's name has more than the {LONGEST_SUFFIX} tokens that the engine takes.")
        self.width = LANES
        while self.width < longest:
            self.width *= 2
        self.open = [0] * (AREA // self.width)

    def assign(self, lengths: Sequence[int]) -> list[int]:
        """A slot for each suffix, given their lengths in tokens; at most as many as there are slots.

        An opened slot never gets smaller, and a shorter suffix in it must be padded to its size. So slots of the right
        size are taken first, then unopened ones, then the next larger, then the largest (which grows).
        """
        free = set(range(len(self.open)))
        slots = [-1] * len(lengths)
        for exact in (True, False):
            for place in sorted(range(len(lengths)), key=lambda place: -lengths[place]):
                length = lengths[place]
                fitting = [slot for slot in free if self.open[slot] == length]
                if slots[place] >= 0 or (exact and not fitting):
                    continue
                slots[place] = min(fitting or free, key=lambda slot: (self._misfit(slot, length), slot))
                free.remove(slots[place])
        return slots

    def _misfit(self, slot: int, length: int) -> int:
        cells = self.open[slot]
        if cells == 0:
            return 0
        return cells - length if cells >= length else 2 * TILE - cells
