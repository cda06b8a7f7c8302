"""What hostile text in one admission can and cannot do; `python -m tests.benchmarks.bench_injection` measures it."""

import pytest

from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.model.prompt import QUESTION, parts, suffix
from tests.model.engines import bits, engine
from tests.robustness.attacks import ATTACKS, attacked

VICTIM = Admission("1", "1", 70, "male", reason="Sepsis", diagnoses=("septic shock",), allergies=("penicillin",))
NEIGHBOUR = Admission("2", "2", 34, "female", reason="Asthma", past_history=("eczema",))
DRUGS = ("metoprolol", "warfarin", "insulin lispro")


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_no_text_can_imitate_the_frame_of_the_prompt(attack: str) -> None:
    lines = parts(attacked(VICTIM, attack))
    assert lines[-1].text == QUESTION
    assert [line.text.count("\n") for line in lines] == [1] * len(lines)
    body = "".join(line.text for line in lines[:-1])
    assert "->" not in body and "Question:" not in body and "<|" not in body
    assert body.isascii() or body.replace("\n", "").isprintable()
    hostile_drug = suffix(attack)
    assert hostile_drug.endswith(" ->") and hostile_drug.count("->") == 1 and "\n" not in hostile_drug


def test_hostile_text_changes_no_other_row_and_no_suffix() -> None:
    here = engine()
    try:
        alone = here.score(parts(NEIGHBOUR), DRUGS)
        clean = here.score(parts(VICTIM), DRUGS)
        for attack in ATTACKS.values():
            hit = here.score(parts(attacked(VICTIM, attack)), DRUGS)
            assert hit.suffix_tokens == clean.suffix_tokens
            assert bits(hit.logits) != bits(clean.logits)  # its own row reads it, as any text
            after = here.score(parts(NEIGHBOUR), DRUGS)
            assert bits(after.logits) == bits(alone.logits)
            assert after.prefix_tokens == alone.prefix_tokens
    finally:
        here.close()
