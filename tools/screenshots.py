"""`python -m tools.screenshots OUTDIR`: a picture of every page, light and dark, at 100 % and 200 %.

It drives the real window over the real flow: the bundled admissions are read, the first of them scored and compared.
On a real screen (or Xvfb) give QT_QPA_PLATFORM=xcb; otherwise it draws off the screen.
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
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, metavar="OUTDIR")
    parser.add_argument("--input", type=Path, help="default: the bundled demonstration admissions")
    parser.add_argument("--job", type=Path, help="show a job that is there already instead of scoring")
    parser.add_argument("--limit", type=int, default=12, help="admissions to score; default: %(default)s")
    parser.add_argument("--scale", choices=["1", "2", "both"], default="both", help="default: %(default)s")
    parser.add_argument("--scheme", choices=["light", "dark", "both"], default="both", help="default: %(default)s")
    parser.add_argument("--language", default="en", help="en or zh_CN; default: %(default)s")
    parser.add_argument("--one-scale", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    if options.one_scale:
        return _Pictures(options).take()
    with tempfile.TemporaryDirectory() as data:
        for scale in ("1", "2") if options.scale == "both" else (options.scale,):
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


class _Pictures:
    """One walk through the flow, taking pictures on the way."""

    def __init__(self, options: argparse.Namespace) -> None:
        from lamo_desktop.ui.app import make_application, open_window
        from lamo_desktop.ui.settings import settings

        settings().setValue("language", options.language)
        self.options, self.out = options, options.out
        app = make_application(["lamo-desktop"])
        self.suffix = "" if app.devicePixelRatio() == 1 else f"@{app.devicePixelRatio():g}x"
        self.window: MainWindow = open_window(app)
        self.window.resize(*SIZE)
        self.session = self.window.session
        self.session.message.connect(lambda sentence, tone: complaints.append(sentence) if tone == "bad" else None)

    def take(self) -> int:
        """The whole walk."""
        from PySide6.QtCore import QDeadlineTimer

        from lamo_desktop.ui.flow import Step

        window, session = self.window, self.session
        _wait(lambda: window.running.model.package is not None, "the model package")
        self.shoot("0-start")
        for step in (Step.CHECK, Step.REVIEW, Step.VALIDATE, Step.EXPORT):
            window.go(step)
            self.shoot(f"0-empty-{step.value}")
        self.read()
        self.score()
        window.go(Step.REVIEW)
        _wait(QDeadlineTimer(500).hasExpired, "the first painting, after which flags are counted")
        _wait(lambda: not session.background.running, "the flags")
        self.review()
        session.start_validation()
        window.go(Step.VALIDATE)
        self.shoot("5-validate-0-running")
        _wait(lambda: session.evaluation.validation is not None, "the validation")
        for tab in range(window.validating.tabs.count()):
            window.validating.tabs.setCurrentIndex(tab)
            self.shoot(f"5-validate-{tab + 1}")
        window.go(Step.EXPORT)
        self.shoot("6-export")
        window.go(Step.RECOMMEND)
        self.shoot("3-recommend-done")
        window.go(Step.IMPORT)
        _wait(lambda: not session.background.running, "the kept jobs")
        self.shoot("1-import")
        self.dialogs()
        window.close()
        return 0

    def review(self) -> None:
        """Review: marks on two drugs, then why and what if, asked of the model itself."""
        from lamo_desktop.recommend.mark import AGREE, DISAGREE
        from lamo_desktop.ui.review.detail import CANDIDATES, WHAT_IF, WHY

        detail, candidates = self.window.reviewing.detail, self.window.reviewing.candidates
        first, second = candidates.model.order[:2]
        for row, mark in ((first, DISAGREE), (second, AGREE)):
            candidates.choose(candidates.model.drugs[row])
            candidates.bar.marked.emit(mark)
        self.shoot("4-review")
        detail.tabs.setCurrentIndex(WHY)
        detail.ask_why(with_entries=True)
        _wait(lambda: not detail.asking.running, "the answer to why")
        self.shoot("4-review-why")
        detail.tabs.setCurrentIndex(WHAT_IF)
        detail.editor.fields["diagnoses"].appendPlainText("atrial fibrillation")
        detail.editor.fields["allergies"].appendPlainText("aspirin")
        detail.ask_what_if()
        _wait(lambda: not detail.asking.running, "the answer to what if")
        self.shoot("4-review-what-if")
        detail.tabs.setCurrentIndex(CANDIDATES)
        detail.close_model()

    def read(self) -> None:
        """Import and Check."""
        from lamo_desktop.paths import resource
        from lamo_desktop.ui.flow import Step
        from lamo_desktop.ui.import_.page import DEMO

        self.window.open_path(self.options.input or resource(DEMO))
        _wait(lambda: self.session.cohort is not None and not self.session.reader.running, "the export")
        self.window.go(Step.IMPORT)
        _wait(lambda: not self.session.lookups.busy, "the preview")
        self.shoot("1-import-opened")
        self.window.go(Step.CHECK)
        for tab in range(self.window.checking.tabs.count()):
            self.window.checking.tabs.setCurrentIndex(tab)
            self.shoot(f"2-check-{tab + 1}")

    def score(self) -> None:
        """Recommend: a new run, or the job given, or the one that the run at the other scale made."""
        from lamo_desktop.jobs import kept_jobs
        from lamo_desktop.ui.flow import Step

        window, session = self.window, self.session
        window.go(Step.RECOMMEND)
        self.shoot("3-recommend-ready")
        kept = [self.options.job] if self.options.job else [job.path for job in kept_jobs.kept_jobs()]
        if kept:
            session.open_job(kept[0])
        else:
            window.running.limit.setValue(self.options.limit)
            window.running.start.click()
            _wait(lambda: len(window.running.live.rows) > 1 or not session.run.running, "the first lists")
            self.shoot("3-recommend-running")
        _wait(lambda: session.results is not None and not session.run.running, "the results")

    def dialogs(self) -> None:
        """About, help, shortcuts, deleting."""
        from PySide6.QtWidgets import QApplication, QDialog

        from lamo_desktop.ui.help.purge import PurgeDialog

        for name, show in (
            ("about", self.window.show_about),
            ("help", self.window.show_help),
            ("shortcuts", self.window.show_shortcuts),
            ("purge", lambda: PurgeDialog(self.window).open()),
        ):
            show()
            dialogs = [w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog) and w.isVisible()]
            for dialog in dialogs:
                self.shoot(f"7-{name}", dialog)
                dialog.close()

    def shoot(self, name: str, shown: "QWidget | None" = None) -> None:
        """The window (or a dialog) in each scheme."""
        from PySide6.QtWidgets import QApplication

        from lamo_desktop.ui.settings import settings

        for scheme in ("light", "dark") if self.options.scheme == "both" else (self.options.scheme,):
            if settings().value("scheme") != scheme:
                self.window.choose_scheme(scheme)
            for _ in range(5):
                QApplication.processEvents()
            file = f"{name}-{scheme}{self.suffix}.png"
            (shown or self.window).grab().save(str(self.out / file))
            print(file, flush=True)


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


if __name__ == "__main__":
    sys.exit(main())
