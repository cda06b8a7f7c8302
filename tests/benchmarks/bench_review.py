"""`python -m tests.benchmarks.bench_review`: the Review page at 200,000 admissions, each thing a person does timed.

The results are made up but of the real types and sizes: admissions with diagnoses, allergies and orders, the default
package's drugs, its calibration and policies. Times are those of the window's thread, painting included. "Longest
stutter" is the longest gap between two turns of the event loop while the flags are counted in the background.
"""

import argparse
import json
import os
import resource as usage
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QDeadlineTimer, QEventLoop, Qt
from PySide6.QtWidgets import QApplication

from lamo_desktop.admissions.cohort import Admission, Cohort, Source
from lamo_desktop.formulary import load_formulary
from lamo_desktop.jobs.job import Job, PackageIdentity
from lamo_desktop.model.package import load_package
from lamo_desktop.model.process import EngineSettings
from lamo_desktop.recommend.policy import Policy, probabilities
from lamo_desktop.review.results import Results
from lamo_desktop.ui.app import make_application
from lamo_desktop.ui.kit import theme
from lamo_desktop.ui.kit.admissionlist import FLAGGED, AdmissionList
from lamo_desktop.ui.review.page import ReviewPage
from lamo_desktop.ui.session import Session
from lamo_desktop.ui.workers.offload import no_collecting

REASONS = ("sepsis, pulmonary", "CHF", "acute renal failure", "GI bleed", "stroke", "overdose", "CABG", "DKA", "trauma")
ALLERGIES = ((), (), (), ("NKDA",), ("PENICILLIN",), ("ASPIRIN", "sulfa drugs"), ("codeine - nausea",))


def made_up(n: int) -> Results:
    """Results of n admissions; about 15 orders and three diagnoses each."""
    generator = np.random.default_rng(0)
    package, formulary = load_package(), load_formulary()
    names = [drug.name for drug in package.drugs]
    logits = generator.normal(-1.0, 1.5, (n, len(names)))
    ordered = generator.random(logits.shape) < 0.12
    cells = np.argwhere(ordered)
    starts = np.searchsorted(cells[:, 0], np.arange(n + 1))
    words = generator.integers(0, len(REASONS), (n, 4))
    admissions = tuple(
        Admission(
            admission_id=f"{1_000_000 + (row * 7919) % 9_000_000}",
            patient_id=f"P{row // 2}",
            age=int(18 + row % 72),
            sex="female" if row % 2 else "male",
            reason=f"{REASONS[words[row, 0]]} {row % 997}",
            diagnoses=tuple(f"{REASONS[word]}; with a longer description {row % 89}" for word in words[row, 1:]),
            allergies=ALLERGIES[row % len(ALLERGIES)],
            orders=tuple(sorted(names[d] for d in cells[starts[row] : starts[row + 1], 1])),
        )
        for row in range(n)
    )
    cohort = Cohort(admissions, Source("made up", {}, "flat"))
    identity = PackageIdentity("", package.name, package.version, "", False, "", "1", "", "", "", {})
    policy, settings = Policy(), EngineSettings()
    job = Job("2026-01-01", {}, cohort.source, (), (), (), {}, identity, tuple(names), policy, settings)
    return Results(
        path=Path("made-up.lamo"),
        job=job,
        package=package,
        formulary=formulary,
        cohort=cohort,
        admissions=admissions,
        probabilities=probabilities(package, names, logits),
        ordered=ordered,
        cut=((),) * n,
        errors=("",) * n,
        n_total=n,
        ordinals=np.arange(n),
    )


def main() -> int:
    """Time the page and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--admissions", type=int, default=200_000)
    parser.add_argument("--json", type=Path, metavar="OUT.json")
    options = parser.parse_args()
    app = make_application(["lamo-desktop"])
    theme.apply(app)
    with no_collecting():  # as a job is loaded
        results = made_up(options.admissions)
    found: dict[str, float] = {}
    processor: dict[str, float] = {}  # of the window's thread: what the time is on an idle computer

    def timed(name: str, do: Callable[[], object], settle: bool = True) -> None:
        begun, worked = time.perf_counter(), time.thread_time()
        do()
        app.processEvents()  # layout and painting
        found[name] = time.perf_counter() - begun
        processor[name] = time.thread_time() - worked
        if settle:
            longest, deadline = 0.0, QDeadlineTimer(120_000)
            busy = lambda: session.background.running or session.cutter.busy or page._settle.isActive()  # noqa: E731
            while busy() and not deadline.hasExpired():
                turn = time.perf_counter()
                QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)
                longest = max(longest, time.perf_counter() - turn)
                time.sleep(0.001)
            app.processEvents()
            if longest:
                found[f"{name}: longest stutter after"] = longest

    begun = time.perf_counter()
    with no_collecting():
        cut = AdmissionList(results).cut(Policy())
    found["in the background: columns, ranks, search texts"] = time.perf_counter() - begun
    session = Session()
    page = ReviewPage(session)
    page.resize(1040, 740)
    page.show()
    app.processEvents()

    def open_results() -> None:
        session.results, session.cut, session.job = results, cut, results.path
        session.policy_changed.emit()
        session.results_changed.emit()

    timed("open", open_results)
    header = page.table.horizontalHeader()
    for section in range(page.model.columnCount()):
        title = str(page.model.headerData(section, Qt.Orientation.Horizontal))
        timed(
            f"sort by {title}, first time", lambda s=section: header.setSortIndicator(s, Qt.SortOrder.DescendingOrder)
        )
        timed(f"sort by {title}, again", lambda s=section: header.setSortIndicator(s, Qt.SortOrder.AscendingOrder))
    for text in ("s", "sepsis, pulmonary 12", "1000017", ""):
        timed(f"search for {text!r}", lambda t=text: page.search.setText(t))
    for only in range(FLAGGED + 1):
        timed(f"show only: {page.show_only.itemText(only)}", lambda o=only: page.show_only.setCurrentIndex(o))
    page.show_only.setCurrentIndex(0)
    timed("select another admission", lambda: page.table.selectRow(1000))
    for step in (3, -4):
        timed(f"move the slider by {step}", lambda s=step: page.policy.shift.setValue(page.policy.shift.value() + s))
    page.close_work()
    session.close()
    for name, seconds in found.items():
        own = f"   processor {1000 * processor[name]:7.1f} ms" if name in processor else ""
        print(f"{name:56} {1000 * seconds:8.1f} ms{own}")
    print(f"{'most memory':64} {usage.getrusage(usage.RUSAGE_SELF).ru_maxrss / 1024:8.0f} MB")
    if options.json:
        options.json.write_text(json.dumps(found, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
