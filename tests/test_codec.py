from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from lamo_desktop.admissions.cohort import Admission, Observation, PreviousStay, Source
from lamo_desktop.codec import _fast, _strictly, from_json, to_json
from lamo_desktop.recommend.policy import Policy
from tests.jobs.jobs import ADMISSIONS


@pytest.mark.parametrize("admission", ADMISSIONS, ids=lambda a: a.source_row or "plain")
def test_an_admission_comes_back_exactly_as_it_was(admission: Admission) -> None:
    text = to_json(admission)
    assert text.isascii()
    back = from_json(Admission, text)
    assert back == admission
    assert list(back.labels) == list(admission.labels)


def test_no_orders_known_is_not_the_same_as_nothing_ordered() -> None:
    nothing = replace(ADMISSIONS[2], orders=())
    unknown = replace(ADMISSIONS[2], orders=None)
    assert from_json(Admission, to_json(nothing)).orders == ()
    assert from_json(Admission, to_json(unknown)).orders is None


def test_a_field_that_older_files_call_otherwise_is_taken_and_written_under_its_present_name() -> None:
    policy = Policy("balanced", 0.5)
    assert from_json(Policy, '{"name":"balanced","knob":0.5,"precision":0.5}') == policy
    assert '"threshold_shift":0.5' in to_json(policy) and from_json(Policy, to_json(policy)) == policy
    with pytest.raises(ValueError):
        from_json(Policy, '{"name":"balanced","knob":0.5,"threshold_shift":0.5}')


def test_a_field_an_older_file_lacks_takes_its_default() -> None:
    assert from_json(Admission, '{"admission_id":"1","patient_id":"2"}') == Admission("1", "2")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{}",
        '{"admission_id":1,"patient_id":"2"}',
        '{"admission_id":"1","patient_id":"2","age":true}',
        '{"admission_id":"1","patient_id":"2","age":1.5}',
        '{"admission_id":"1","patient_id":"2","sex":"=1"}',
        '{"admission_id":"1","patient_id":"2","sex":[]}',
        '{"admission_id":"1","patient_id":"2","diagnoses":"sepsis"}',
        '{"admission_id":"1","patient_id":"2","diagnoses":[1]}',
        '{"admission_id":"1","patient_id":"2","labels":[]}',
        '{"admission_id":"1","patient_id":"2","previous":"x"}',
        '{"admission_id":"1","patient_id":"2","invented":"x"}',
        '{"admission_id":' + "[" * 100_000,
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        from_json(Admission, text)


@pytest.mark.parametrize("admission", ADMISSIONS, ids=lambda a: a.source_row or "plain")
def test_both_ways_of_reading_give_the_same(admission: Admission) -> None:
    """Also for a text that is cut short, said twice, or has a field that is no text any more."""
    text = to_json(admission)
    cuts = [text[:place] for place in range(0, len(text), 7)]
    faults = [('":"', '":7,"'), ('":"', '":1.0,"'), ("[", "{"), ("}", ',"x":1}')]
    swapped = [text.replace(old, new, 1) for old, new in faults]
    for each in [text, f" {text}\n", f"{text},", *cuts, *swapped]:
        assert outcome(from_json, each) == outcome(_strictly, each)


def outcome(read: Callable[[Any, str], Any], text: str) -> Any:
    try:
        return read(Admission, text)
    except ValueError:
        return ValueError


def test_a_plain_admission_is_read_by_the_fast_way_and_what_it_cannot_take_by_the_other() -> None:
    fast = _fast(Admission)
    assert fast is not None and _fast(Source) is None  # what a profile states may be anything
    seen = (Observation("creatinine", 2.3, "mg/dL", -4.5), Observation("GCS", 7, worst=True, bound=">"))
    stay = PreviousStay(65, drugs=("aspirin",))
    plain = Admission("1", "2", age=70, previous=stay, labels={"unit": "Süd 中"}, observations=seen)
    assert fast(to_json(plain)) == plain
    odd = replace(plain, reason="half a pair \ud800")
    with pytest.raises(msgspec.MsgspecError):
        fast(to_json(odd))
    assert from_json(Admission, to_json(odd)) == odd
    for age in (10**18 + 1, 10**19):
        text = to_json(plain).replace(":70,", f":{age},")
        assert outcome(from_json, text) == outcome(_strictly, text)
    for number in (
        "1e17",
        "1e999",
        "-1e300",
        "NaN",
        "true",
        '"2"',
        "null",
        str(10**18 - 1),
        str(10**18),
        str(10**18 + 1),
    ):
        text = to_json(plain).replace(":2.3,", f":{number},")
        assert outcome(from_json, text) == outcome(_strictly, text), number
