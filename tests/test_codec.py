from dataclasses import replace

import pytest

from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.codec import from_json, to_json
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
