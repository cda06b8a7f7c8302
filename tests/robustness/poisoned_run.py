"""A whole run over real admissions with one poisoned cell per kind of field.

`python -m tests.robustness.poisoned_run --folder EICU --admissions 195 --seed 1` writes the workbook, checks it and
scores it (small model: random weights, the default model's tokenizer), and prints what became of the poisoned cells.
"""

import argparse
import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl

from lamo_desktop.admissions import read_cohort
from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.cli import main as lamo
from lamo_desktop.formulary import load_formulary
from tests.admissions.test_row_isolation import AT, HEADER, POISON, excel, row_of
from tests.robustness.kills import FEW
from tests.robustness.small_model import small_package

CELLS = tuple((field, value, fate) for field, value, fate in POISON if field != "Orders")
ORDERS = (  # (admission id, drug) of an order row; None: that of the admission it is put beside
    ("", "aspirin"),
    ("1.23457E+15", "aspirin"),
    ("nobody's", "aspirin"),
    ("#REF!", "aspirin"),
    (None, ""),
    (None, "#REF!"),
    (None, True),
    (None, "=1+1"),
    (None, "hep\x00arin\x07"),
    (None, "\ud800aspirin"),
    (None, "x" * 40_000),
)


@dataclass(frozen=True)
class Run:
    """What a run gave: ids that were put in, ids scored, and (cell, reason) of what was set aside or told."""

    aside_expected: dict[str, str]  # address of the row -> the poisoned cell
    scored: list[str]
    aside: dict[str, str]
    quarantined: list[str]
    account: dict[str, Any]
    checked: str


def write_poisoned(admissions: Sequence[Admission], path: Path) -> dict[str, str]:
    """A workbook of these admissions, the first ones poisoned; returns which rows cannot be used, with their cell."""
    rows = [row_of(admission, place)[:-1] for place, admission in enumerate(admissions)]
    unusable = {}
    for place, (field, value, fate) in enumerate(CELLS):
        rows[place][AT[field]] = rows[-1][0] if value == "=repeated=" else value
        if fate == "set aside":
            unusable[f"Stays!A{place + 3}"] = f"Stays!{chr(65 + AT[field])}{place + 3}"
    rows.insert(0, rows.pop())  # the row whose id is repeated stands first
    book = openpyxl.Workbook()
    book.active.title = "Stays"
    for row in (HEADER[:-1], *rows):
        book.active.append([excel(cell) for cell in row])
    orders = book.create_sheet("Given")
    orders.append(["Admission ID", "Drug name"])
    for admission in admissions:
        for drug in admission.orders or ():
            orders.append([admission.admission_id, drug])
    for place, (name, drug) in enumerate(ORDERS):
        beside = admissions[-2 - place].admission_id
        orders.append([beside if name is None else excel(name), excel(drug)])
        orders.cell(orders.max_row, 2).data_type = "s" if isinstance(drug, str) and drug else "n"
        if isinstance(drug, bool):
            orders.cell(orders.max_row, 2).data_type = "b"
    book.save(path)
    return unusable


def run(admissions: Sequence[Admission], folder: Path, capture: Any = None) -> Run:
    """Write, check and score; every admission is asked about a few drugs."""
    export, out, package = folder / "poisoned.xlsx", folder / "out.xlsx", folder / "package"
    unusable = write_poisoned(admissions, export)
    small_package(package, FEW)
    assert lamo(["check", str(export), "--xlsx", str(folder / "check.xlsx"), "--progress", "none"]) == 0
    model = ["--model", str(package), "--device", "cpu", "--threads", "1"]
    assert lamo(["recommend", str(export), "-o", str(out), *model, "--progress", "none"]) == 0
    book, checked = openpyxl.load_workbook(out), openpyxl.load_workbook(folder / "check.xlsx")
    table = list(book["Admissions"].values)[1:]
    state, name = table[0].index("Status"), table[0].index("Admission id")
    return Run(
        unusable,
        [str(row[name]) for row in table[1:] if row[state] == "scored"],
        {str(row[1]): str(row[3]) for row in list(book["Set aside"].values)[2:]},
        [str(row[0]) for row in list(book["Quarantine"].values)[2:]],
        {str(row[0]): row[1] for row in book["Run"].values if row[0]},
        "\n".join(f"{row[1]}: {row[2]}" for row in list(checked["Problems"].values)[2:]),
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--admissions", type=int, default=195)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    everyone = read_cohort(options.folder, load_formulary()).admissions
    chosen = random.Random(options.seed).sample(everyone, options.admissions)
    with tempfile.TemporaryDirectory(prefix="poisoned-") as name:
        found = run(chosen, Path(name))
    print(f"{options.admissions} admissions, {len(CELLS)} poisoned cells and {len(ORDERS)} poisoned order rows")
    print(f"rows that cannot be used: {len(found.aside_expected)}; set aside: {len(found.aside)}")
    print(f"scored: {len(found.scored)}; quarantined with place and reason: {len(found.quarantined)}")
    print(f"not accounted for: {found.account['Not accounted for']}")
    for where, cell in found.aside_expected.items():
        print(f"  {cell}: {found.aside.get(where, 'NOT SET ASIDE')[:110]}")
    return 0 if set(found.aside) == set(found.aside_expected) else 1


if __name__ == "__main__":
    raise SystemExit(main())
