"""Whether the window is held up by large files: `python -m tests.benchmarks.bench_large` prints limit and measured.

A timer in the event loop ticks while the program's own processes and threads work, with made-up data: an export of many
rows as text and as a workbook is read and shown on the Check page; a job of many admissions is loaded, its lists cut in
other ways, its flags counted; its workbook is written. `--rows` and `--admissions` say how many.
"""

import argparse
import csv
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import openpyxl

from lamo_desktop.admissions.cohort import Admission, Cohort, Source
from lamo_desktop.jobs.batch import create_job
from lamo_desktop.jobs.job import Outcome
from lamo_desktop.model.package import load_package
from lamo_desktop.model.process import EngineSettings
from lamo_desktop.recommend.policy import Policy
from tests.benchmarks.turns import Ticker, print_table, turn, until

if TYPE_CHECKING:
    from lamo_desktop.ui.window import MainWindow

HEADER = ("admission id", "patient id", "age", "sex", "diagnoses", "allergies", "orders")
REASONS = ("sepsis", "heart failure", "acute renal failure", "GI bleed", "stroke", "overdose", "pneumonia", "trauma")
DRUGS = (
    "METOPROLOL TARTRATE 25 MG PO TABS", "ASPIRIN 81 MG", "HEPARIN", "ACETAMINOPHEN 325 MG", "ONDANSETRON 4 MG",
    "FUROSEMIDE 20 MG", "PANTOPRAZOLE 40 MG", "MORPHINE 2 MG IV", "INSULIN LISPRO", "POTASSIUM CHLORIDE",
)  # fmt: skip


def rows(n: int) -> Iterator[tuple[str, ...]]:
    """One admission a row with eight orders; the age of every hundredth cannot be read."""
    for row in range(n):
        reasons = "\n".join(f"{REASONS[(row * step) % len(REASONS)]} {row % 89}" for step in (1, 3, 5))
        orders = "\n".join(DRUGS[(row + 3 * k) % len(DRUGS)] for k in range(8))
        age = "?" if row % 100 == 99 else str(18 + row % 72)
        sex, allergy = ("F", "PENICILLIN") if row % 2 else ("M", "")
        yield (f"{1_000_000 + row}", f"P{row // 2}", age, sex, reasons, allergy, orders)


def write_csv(path: Path, n: int) -> None:
    """The rows as text."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(rows(n))


def write_workbook(path: Path, n: int) -> None:
    """The rows as a workbook."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Admissions")
    sheet.append(HEADER)
    for row in rows(n):
        sheet.append(row)
    book.save(path)


def write_job(path: Path, n: int) -> None:
    """A finished job of n admissions with random scores for the drugs of the default package."""
    package = load_package()
    names = [drug.name for drug in package.drugs]
    generator = np.random.default_rng(0)
    admissions = tuple(
        Admission(
            admission_id=f"{1_000_000 + row}",
            patient_id=f"P{row // 2}",
            age=18 + row % 72,
            sex="female" if row % 2 else "male",
            reason=REASONS[row % len(REASONS)],
            diagnoses=tuple(f"{REASONS[(row * step) % len(REASONS)]} {row % 89}" for step in (1, 3, 5)),
            allergies=("PENICILLIN",) if row % 2 else (),
            orders=tuple(sorted(names[(row + 7 * k) % len(names)] for k in range(8))),
        )
        for row in range(n)
    )
    cohort = Cohort(admissions, Source("made up", {}, "flat"))
    with create_job(path, cohort, package, EngineSettings(), names, Policy()) as store:
        while items := store.claim(2_000):
            scores = generator.normal(-1.5, 1.5, (len(items), len(names))).astype(np.float32)
            store.record([Outcome(i.ordinal, s, 100, 50, (), "", 0.1) for i, s in zip(items, scores, strict=True)])


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=50_000, help="of the export; default: %(default)s")
    parser.add_argument("--admissions", type=int, default=20_000, help="of the job; default: %(default)s")
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["LAMO_DATA_DIR"] = str(folder / "user")
        from lamo_desktop.ui.app import make_application, open_window

        write_csv(folder / "rows.csv", options.rows)
        write_workbook(folder / "rows.xlsx", options.rows)
        write_job(folder / "job.lamo", options.admissions)
        window = open_window(make_application(["lamo-desktop"]))
        window.resize(1280, 800)
        try:
            print_table(measure(window, folder, options.rows, options.admissions))
        finally:
            window.close()
    return 0


def measure(window: "MainWindow", folder: Path, n_rows: int, n_admissions: int) -> list[tuple[str, str, str]]:
    """Each thing in turn, in one window."""
    from lamo_desktop.ui.flow import Step

    session, ticker = window.session, Ticker()
    faults: list[str] = []
    session.message.connect(lambda sentence, tone: faults.append(sentence) if tone == "bad" else None)
    took: list[tuple[str, str, str]] = []
    turn(1.0)

    for file in ("rows.csv", "rows.xlsx"):
        begun = time.perf_counter()
        ticker.start(f"{n_rows:,} rows of {file.rpartition('.')[2]} are read and shown")
        window.open_path(folder / file)
        until(lambda: session.lookups.busy or session.reader.running, faults)
        until(lambda: not session.lookups.busy, faults)
        took.append((f"preview of {file} after", "", f"{time.perf_counter() - begun:.1f} s"))
        until(lambda: not session.reader.running, faults)
        if session.cohort is None:
            raise SystemExit(session.opened.fault if session.opened else "nothing was read")
        took.append((f"{file} read after", "", f"{time.perf_counter() - begun:.1f} s"))
        turn(1.0)
        ticker.start("the Check page over it")
        for step in (Step.IMPORT, Step.CHECK):
            window.go(step)
            for tab in range(window.checking.tabs.count()):
                window.checking.tabs.setCurrentIndex(tab)
                turn(0.2)
        ticker.stop()

    ticker.start(f"a job of {n_admissions:,} admissions is loaded, its flags counted")
    window.open_path(folder / "job.lamo")
    until(lambda: session.results is not None and not session.background.running, faults)
    turn(2.0)
    ticker.start("the slider is moved")
    for place in (5, 6, 8, -3, -4, 10):
        window.reviewing.policy.shift.setValue(place)
        turn(0.1)
    until(lambda: not session.background.running, faults)
    turn(1.0)
    until(lambda: not session.background.running, faults)
    ticker.start("its workbook is written")
    window.go(Step.EXPORT)
    window.exporting.save_workbook(folder / "out.xlsx")
    until(lambda: not session.exporter.running, faults)
    turn(0.5)
    ticker.stop()
    return [*ticker.rows(), *took]


if __name__ == "__main__":
    raise SystemExit(main())
