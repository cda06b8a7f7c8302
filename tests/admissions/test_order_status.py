"""Orders that never came to be are not counted: cancelled, entered in error, never given; stopped ones are."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from lamo_desktop.admissions.cohort import Cohort
from lamo_desktop.admissions.order_status import CANCELLED, StatusWords
from lamo_desktop.admissions.profile import load_profile
from lamo_desktop.admissions.read import read_export
from lamo_desktop.formulary import Formulary, load_formulary

WORDS = StatusWords(load_profile("flat").data)


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return load_formulary()


def second_sheet(path: Path, header: str, states: Sequence[Any]) -> Path:
    book = openpyxl.Workbook()
    book.active.append(["HADM", "Age", "Diagnoses"])
    book.active.append(["1", 67, "I10"])
    orders = book.create_sheet("Orders")
    orders.append(["HADM", "Drug", header])
    for drug, state in zip(["heparin", "aspirin", "furosemide"], states, strict=True):
        orders.append(["1", drug, state])
    book.save(path)
    return path


def long_table(path: Path, header: str, states: Sequence[Any]) -> Path:
    rows = [f"HADM;Age;Diagnoses;Drug;{header}"]
    drugs = ["heparin", "aspirin", "furosemide"]
    rows += [f"1;67;I10;{drug};{state}" for drug, state in zip(drugs, states, strict=True)]
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("header", "states"),
    [
        ("Order status", ["Active", "Cancelled", "Discontinued"]),
        ("Status", ["Completed", "Entered in error", "Stopped"]),
        ("ORDER_STATUS_C_NAME", ["Sent", "Canceled by pharmacy", "Not cancelled"]),
        ("Verordnungsstatus", ["abgesetzt", "storniert", "aktiv"]),
        ("Statut", ["En cours", "Annulée", "Arrêté"]),
        ("Estado", ["Suspendida", "Anulada", "Activa"]),
        ("医嘱状态", ["执行中", "已作废", "已停止"]),
        ("医嘱状态", ["未取消", "已撤销", "已完成"]),
        ("Zustand", ["aktiv", "Storno", "beendet"]),  # nothing in the header, all in the cells
        ("Medication › Order state", ["Verified", "Cancelled", "Active"]),  # its words are those of a drug's header
        ("Cancelled (Y/N)", ["N", "Y", ""]),
        ("storniert", ["", "x", "nein"]),
        ("Status", ["Discontinued", "Discontinued before start", "Active"]),
    ],
)
@pytest.mark.parametrize("write", [second_sheet, long_table])
def test_cancelled_orders_are_left_out_and_counted(
    write: Any, header: str, states: list[str], tmp_path: Path, formulary: Formulary
) -> None:
    path = write(tmp_path / ("a.xlsx" if write is second_sheet else "a.csv"), header, states)
    cohort: Cohort = read_export(path, formulary).cohort
    assert [a.orders for a in cohort.admissions] == [("furosemide", "heparin")]
    assert cohort.excluded == {(CANCELLED, "aspirin"): 1}
    assert not any("order status not known" in problem.message for problem in cohort.problems)


def test_a_word_that_is_not_known_leaves_its_orders_in_and_is_listed_once(tmp_path: Path, formulary: Formulary) -> None:
    path = second_sheet(tmp_path / "a.xlsx", "Order status", ["Xyz", "Xyz", "Cancelled"])
    cohort = read_export(path, formulary).cohort
    assert cohort.admissions[0].orders == ("aspirin", "heparin")
    (listed,) = [p.message for p in cohort.problems if "order status not known" in p.message]
    assert "'Xyz' (2)" in listed
    own = tmp_path / "own.yaml"
    own.write_text("kind: flat\norder_status: {cancelled: [xyz]}\n", encoding="utf-8")
    assert read_export(path, formulary, own).cohort.admissions[0].orders == ()


def test_words_of_a_status() -> None:
    for word in ("CANCELLED", "Voided", "never given", "Not started", "Stornierung", "annulé", "Irrtümlich", "作废"):
        assert WORDS.state(word) == "cancelled", word
    for word in ("Active", "Discontinued", "Not cancelled", "nicht storniert", "Terminé", "Validada", "已停", "有效"):
        assert WORDS.state(word) == "ordered", word
    for word in ("3", "Xyz", "Invoice"):
        assert WORDS.state(word) == "unknown", word


def test_the_status_of_the_patient_or_the_stay_is_not_that_of_an_order(tmp_path: Path, formulary: Formulary) -> None:
    for header in ("Discharge status", "Encounter status", "Marital status"):
        path = long_table(tmp_path / "a.csv", header, ["Married", "Single", "Widowed"])
        export = read_export(path, formulary)
        assert "order_status" not in {column.field for table in export.tables for column in table.columns}
