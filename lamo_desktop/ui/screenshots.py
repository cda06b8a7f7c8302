"""`python -m lamo_desktop.ui.screenshots OUTDIR`: a picture of every page, light and dark, at 100 % and 200 %.

It drives the real window over the real flow: the bundled admissions are read, the first of them scored and compared.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from lamo_desktop.ui.window import MainWindow

SIZE = (1280, 800)  # device-independent pixels
TIMEOUT_MS = 15 * 60 * 1000
complaints: list[str] = []  # what the window said went wrong


def main() -> int:
    """Make the pictures; every scale is a process of its own, since Qt reads the scale when it starts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, metavar="OUTDIR")
    parser.add_argument("--input", type=Path, help="default: the bundled demonstration admissions")
    parser.add_argument("--limit", type=int, default=12, help="admissions to score; default: %(default)s")
    parser.add_argument("--one-scale", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    if options.one_scale:
        return _take_all(options.out, options.input, options.limit)
    with tempfile.TemporaryDirectory() as data:
        for scale in ("1", "2"):
            environment = {
                "QT_QPA_PLATFORM": "offscreen",
                **os.environ,
                "QT_SCALE_FACTOR": scale,
                "LAMO_DATA_DIR": data,
            }
            done = subprocess.run([sys.executable, "-m", __spec__.name, *sys.argv[1:], "--one-scale"], env=environment)
            if done.returncode:
                return done.returncode
    return 0


def _take_all(out: Path, source: Path | None, limit: int) -> int:
    from lamo_desktop.paths import resource
    from lamo_desktop.ui import jobs
    from lamo_desktop.ui.about import AboutDialog
    from lamo_desktop.ui.app import make_application
    from lamo_desktop.ui.flow import Step
    from lamo_desktop.ui.pages.importing import DEMO
    from lamo_desktop.ui.window import MainWindow

    app = make_application(["lamo-desktop"])
    window = MainWindow()
    window.resize(*SIZE)
    window.show()
    session = window.session
    suffix = "" if app.devicePixelRatio() == 1 else f"@{app.devicePixelRatio():g}x"
    session.message.connect(lambda sentence, tone: complaints.append(sentence) if tone == "bad" else None)
    _wait(lambda: window.running.model.package is not None, "model package")
    _shoot(window, out, "0-start", suffix)
    for step in (Step.CHECK, Step.REVIEW):
        window.go(step)
        _shoot(window, out, f"0-empty-{step.value}", suffix)
    window.open_path(source or resource(DEMO))
    _wait(lambda: session.cohort is not None, "the export")
    _shoot(window, out, "2-check", suffix)
    window.go(Step.RECOMMEND)
    _shoot(window, out, "3-recommend-ready", suffix)
    if jobs.kept_jobs():
        session.open_job(jobs.kept_jobs()[0].path)
    else:
        window.running.limit.setValue(limit)
        window.running.start.click()
        _wait(lambda: session.last_progress.get("stage") == "scoring", "the first scores")
        _shoot(window, out, "3-recommend-running", suffix)
    _wait(lambda: session.results is not None and not session.run.running, "the results")
    window.go(Step.REVIEW)
    _wait(lambda: not session.background.running, "the flags")
    _shoot(window, out, "4-review", suffix)
    session.start_validation()
    window.go(Step.VALIDATE)
    _wait(lambda: session.validation is not None, "the validation")
    for tab in range(window.validating.tabs.count()):
        window.validating.tabs.setCurrentIndex(tab)
        _shoot(window, out, f"5-validate-{tab + 1}", suffix)
    window.go(Step.EXPORT)
    _shoot(window, out, "6-export", suffix)
    window.go(Step.RECOMMEND)
    _shoot(window, out, "3-recommend-done", suffix)
    window.go(Step.IMPORT)
    _wait(lambda: not session.background.running, "the kept jobs")
    _shoot(window, out, "1-import", suffix)
    window.show_about()
    about = window.findChild(AboutDialog)
    if about is not None:
        _shoot(window, out, "7-about", suffix, about)
        about.close()
    window.close()
    return 0


def _wait(reached: Callable[[], bool], what: str) -> None:
    from PySide6.QtCore import QDeadlineTimer, QEventLoop
    from PySide6.QtWidgets import QApplication

    deadline = QDeadlineTimer(TIMEOUT_MS)
    while not reached():
        if complaints:
            raise SystemExit(complaints[-1])
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
        if deadline.hasExpired():
            raise SystemExit(f"Waited too long for {what}.")
    for _ in range(5):
        QApplication.processEvents()


def _shoot(window: "MainWindow", out: Path, name: str, suffix: str, shown: "QWidget | None" = None) -> None:
    from PySide6.QtWidgets import QApplication

    for scheme in ("light", "dark"):
        window.choose_scheme(scheme)
        for _ in range(5):
            QApplication.processEvents()
        (shown or window).grab().save(str(out / f"{name}-{scheme}{suffix}.png"))
        print(f"{name}-{scheme}{suffix}.png", flush=True)


if __name__ == "__main__":
    sys.exit(main())
