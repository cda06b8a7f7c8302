import random

import pytest

from lamo_desktop.errors import ModelError
from lamo_desktop.model.slots import AREA, LANES, TILE, SuffixSlots


def test_a_suffix_starts_on_a_lane_boundary_and_never_crosses_a_tile() -> None:
    for longest in (1, 16, 17, 33, 64):
        slots = SuffixSlots(longest)
        assert slots.width >= longest
        for slot in range(len(slots.open)):
            start = slot * slots.width
            assert start % LANES == 0
            assert start // TILE == (start + longest - 1) // TILE
        assert len(slots.open) * slots.width <= AREA


def test_every_suffix_gets_a_slot_of_its_own_and_the_same_lengths_need_no_padding_next_time() -> None:
    slots = SuffixSlots(16)
    lengths = [random.Random(1).randint(3, 12) for _ in range(len(slots.open))]
    for _ in range(3):
        chosen = slots.assign(lengths)
        assert len(set(chosen)) == len(lengths)
        for slot, length in zip(chosen, lengths, strict=True):
            assert slots.open[slot] in (0, length)
            slots.open[slot] = length


def test_a_shorter_suffix_takes_the_next_larger_slot_and_a_longer_one_grows_the_largest() -> None:
    slots = SuffixSlots(16)
    slots.open = [4, 7, 9] + [12] * (len(slots.open) - 3)
    assert slots.assign([6]) == [1]
    assert slots.assign([14]) == [3]


def test_a_name_that_no_tile_holds_is_refused() -> None:
    with pytest.raises(ModelError, match="64 tokens"):
        SuffixSlots(65)
