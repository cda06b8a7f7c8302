import gzip
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lamo_desktop.admissions.cohort import Admission, Cohort, PreviousStay, Source
from lamo_desktop.errors import InputError
from trainer.cohort.rows import Rows, benchmark_rows, ordered_matrix, read_rows, write_rows
from trainer.cohort.splits import SplitRule, split, vocabulary


def admission(
    key: int, patient: int, year: str, region: str, orders: tuple[str, ...] | None = ("aspirin",)
) -> Admission:
    return Admission(f"a{key}", f"p{patient}", orders=orders, labels={"year": year, "region": region})


def many() -> list[Admission]:
    """400 admissions of 150 patients, both years and two regions mixed."""
    rng = np.random.default_rng(0)
    return [
        admission(
            key,
            int(rng.integers(150)),
            str(rng.choice(["2014", "2015"])),
            str(rng.choice(["South", "Northeast", "unknown"])),
            tuple(
                sorted(
                    rng.choice(["aspirin", "heparin", "warfarin", "rare"], 2, replace=False, p=[0.4, 0.3, 0.29, 0.01])
                )
            ),
        )
        for key in range(400)
    ]


def test_no_patient_is_in_two_splits_and_every_row_is_where_the_rule_says() -> None:
    rows = split(many(), SplitRule())
    patients = {name: {a.patient_id for a in found} for name, found in rows.items()}
    assert not patients["train"] & patients["internal"]
    for evaluated in ("temporal", "external"):
        assert not patients[evaluated] & (patients["train"] | patients["internal"])
    for name, found in rows.items():
        assert found
        for a in found:
            assert (a.labels["region"] == "Northeast") == (name == "external")
            assert name == "external" or (a.labels["year"] == "2015") == (name == "temporal")


def test_splits_do_not_depend_on_row_order_and_do_on_the_seed() -> None:
    forward, backward = split(many(), SplitRule()), split(many()[::-1], SplitRule())
    assert {name: set(map(id_of, rows)) for name, rows in forward.items()} == {
        name: set(map(id_of, rows)) for name, rows in backward.items()
    }
    assert split(many(), SplitRule(seed=1))["internal"] != forward["internal"]


def test_without_years_patients_are_split_at_random_into_training_and_internal_rows() -> None:
    rows = split([replace(a, labels={}) for a in many()], SplitRule(by="patient", internal_percent=30))
    patients = {name: {a.patient_id for a in found} for name, found in rows.items()}
    assert not patients["train"] & patients["internal"]
    assert len(rows["train"]) + len(rows["internal"]) == len(many()) and not rows["temporal"] and not rows["external"]
    assert 0.2 < len(patients["internal"]) / 150 < 0.4
    with pytest.raises(InputError, match="--split patient"):
        split([replace(a, labels={}) for a in many()], SplitRule())
    with pytest.raises(InputError, match="left to train on"):
        split(many(), SplitRule(by="patient", internal_percent=100))


def test_held_out_candidates_leave_the_vocabulary_and_are_recorded() -> None:
    cohort = Cohort(tuple(many()), Source("export", {}, "eicu"))
    whole, part = (benchmark_rows(cohort, SplitRule(), 10, "", percent) for percent in (0.0, 34.0))
    (out,) = part.origin["held_out"]
    assert whole.candidates.keys() - part.candidates.keys() == {out} and whole.origin["held_out"] == []
    assert part.splits == whole.splits


def id_of(admission: Admission) -> str:
    return admission.admission_id


def test_rows_without_orders_are_not_used_and_an_empty_split_is_said() -> None:
    assert len(
        split([*many(), admission(999, 999, "2014", "South", None)], SplitRule(internal_percent=0))["train"]
    ) == len(split(many(), SplitRule(internal_percent=0))["train"])
    with pytest.raises(InputError, match="nothing to train on"):
        split([admission(1, 1, "2015", "South")], SplitRule())


def test_the_vocabulary_counts_admissions_of_the_training_rows() -> None:
    train = [admission(i, i, "2014", "South", ("aspirin", "heparin") if i < 3 else ("aspirin",)) for i in range(12)]
    assert vocabulary(train, 3) == {"aspirin": 12, "heparin": 3}
    assert vocabulary(train, 4) == {"aspirin": 12}
    with pytest.raises(InputError, match="at least 13 training admissions"):
        vocabulary(train, 13)


@pytest.fixture
def rows() -> Rows:
    strange = replace(
        many()[0],
        age=90,
        diagnoses=("line\u2028break \ud800", "x\ty"),
        sections={"note": "a\nb"},
        previous=PreviousStay(50, drugs=("heparin",)),
    )
    source = Source("export", {"patient.csv": "00ff"}, "eicu")
    return benchmark_rows(Cohort((strange, *many()[1:]), source), SplitRule(), 10)


@pytest.mark.parametrize("name", ["cohort.jsonl", "cohort.jsonl.gz"])
def test_a_cohort_file_reads_back_the_same(rows: Rows, tmp_path: Path, name: str) -> None:
    write_rows(rows, tmp_path / name)
    again = read_rows(tmp_path / name)
    assert again == rows
    assert again.origin["files"] == {"patient.csv": "00ff"}
    first = (tmp_path / name).read_bytes()
    write_rows(again, tmp_path / name)
    assert (tmp_path / name).read_bytes() == first
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_the_origin_counts_what_the_vocabulary_covers(rows: Rows) -> None:
    assert set(rows.candidates) == {"aspirin", "heparin", "warfarin"}
    external = [set(a.orders or ()) for a in rows.splits["external"]]
    covered = sum(len(o - {"rare"}) for o in external) / sum(map(len, external))
    assert rows.origin["orders_in_vocabulary"]["external"] == round(covered, 4)


def test_damaged_cohort_files_are_refused_with_their_line(rows: Rows, tmp_path: Path) -> None:
    path = tmp_path / "cohort.jsonl"
    write_rows(rows, path)
    lines = path.read_text().splitlines()
    for place, wrong in [
        (0, "{}"),
        (0, '{"format": 9}'),
        (2, "{}"),
        (3, lines[3][:-5]),
        (4, lines[4].replace("train", "x")),
    ]:
        path.write_text("\n".join([*lines[:place], wrong, *lines[place + 1 :]]))
        with pytest.raises(InputError, match=f"line {place + 1} is not of a cohort file"):
            read_rows(path)
    for content in (b"", b"\xff\xfe\x00", gzip.compress(b"x" * 999)[:-9]):
        path.write_bytes(content)
        with pytest.raises(InputError):
            read_rows(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_rows(tmp_path / "absent")
    with pytest.raises(InputError, match="There is no folder"):
        write_rows(rows, tmp_path / "absent" / "cohort.jsonl")


def test_ordered_matrix_and_empty_splits(rows: Rows) -> None:
    matrix = ordered_matrix([admission(1, 1, "2014", "South", ("b", "z")), Admission("x", "y")], ["a", "b"])
    np.testing.assert_array_equal(matrix, [[False, True], [False, False]])
    assert len(rows.of(["train", "internal"])) == len(rows.splits["train"]) + len(rows.splits["internal"])
    with pytest.raises(InputError, match="no internal rows"):
        Rows({"train": rows.splits["train"]}, {}).of(["internal"])
