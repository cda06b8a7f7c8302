"""A few seeded inputs for every reader and loader; `python -m tests.benchmarks.bench_fuzz` tries many."""

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.robustness.targets import COHORT, NAMES, attempt, inputs

FEW = settings(
    max_examples=12,
    deadline=None,
    database=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("name", NAMES)
def test_hostile_input_is_taken_or_refused_in_one_sentence(name: str) -> None:
    taken: list[bool] = []

    @FEW
    @seed(20261123)
    @given(st.data())
    def trial(data: st.DataObject) -> None:
        taken.append(attempt(name, data.draw(inputs(name))))

    trial()  # raises whatever is no answer of one sentence
    assert len(taken) == FEW.max_examples
    assert all(taken) == (name == COHORT)  # what was read can always be written; of hostile files some are refused
