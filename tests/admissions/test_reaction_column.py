"""A reaction in a column of its own goes with its allergy: a side effect is noted, an allergic reaction withholds."""

import csv
from pathlib import Path

import pytest

from lamo_desktop.admissions.order_mapper import with_reactions
from lamo_desktop.admissions.read import read_cohort
from lamo_desktop.formulary import load_formulary


@pytest.mark.parametrize(
    ("header", "allergies", "reaction", "expected"),
    [
        ("Reaction", "codeine", "nausea, vomiting", {"codeine": "nausea, vomiting"}),
        ("Reaktion", "codeine; penicillin", "Übelkeit; Ausschlag", {"codeine": "übelkeit", "penicillin": "ausschlag"}),
        ("Réaction", "codeine; penicillin", "penicillin: rash; codeine: nausea",
         {"codeine": "codeine: nausea", "penicillin": "penicillin: rash"}),
        ("Reaktion auf das Allergen", "codeine", "Übelkeit", {"codeine": "übelkeit"}),
        ("过敏反应", "codeine (nausea)", "rash", {"codeine": "nausea; rash"}),
        ("Reaction", "codeine; penicillin", "nausea", {}),  # to which of them?
    ],
)  # fmt: skip
def test_it_is_read(header: str, allergies: str, reaction: str, expected: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [["HADM", "Age", "Sex", "Diagnoses", "Allergies", header], ["A1", "67", "F", "I10", allergies, reaction]]
        )
    formulary = load_formulary()
    cohort = read_cohort(path, formulary)
    (admission,) = cohort.admissions
    assert admission.reactions == expected
    asked = [p.where for p in cohort.problems if "to which allergy each reaction belongs" in p.message]
    assert asked == ([] if expected else [f"a.csv row 2, column {header}"])
    hits = formulary.allergy_hits(admission.allergies, "codeine", admission.reactions)
    side_effect = expected.get("codeine", "").split("; ")[-1] not in ("", "rash")
    assert [hit.severity for hit in hits] == ["note" if side_effect else "contraindicated"]


@pytest.mark.parametrize(
    ("allergies", "cell", "expected"),
    [
        (
            ("penicillin", "penicillin g"),
            "penicillin g: rash; penicillin: anaphylaxis",
            {"penicillin": "penicillin: anaphylaxis", "penicillin g": "penicillin g: rash"},
        ),
        (("codeine", "latex"), "n/a", {}),
        (("codeine", "latex"), "nausea; unknown", {"codeine": "nausea"}),
    ],
)
def test_each_reaction_goes_to_its_own_allergy(allergies: tuple[str, ...], cell: str, expected: dict[str, str]) -> None:
    assert with_reactions(allergies, {}, cell) == (expected, True)


def test_what_is_written_twice_is_told_once() -> None:
    assert with_reactions(("codeine",), {"codeine": "rash"}, "Rash") == ({"codeine": "rash"}, True)
