"""The program's own log: what it did and when, for support. No patient text, no file names, no cell contents."""

import logging
import platform
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, qVersion

from lamo_desktop.errors import fault
from lamo_desktop.paths import own_folder
from lamo_desktop.ui.session import Session

BYTES = 256 * 1024
FILES = 2  # older ones that are kept
_FAULT = re.compile(r"\((\w+ in [\w.<>]+)\)")  # kind and place of a fault, in a sentence for people


def log_file() -> Path:
    """Where the log is kept."""
    return own_folder("logs") / "lamo.log"


class Journal(QObject):
    """Writes a line for what happens in a session: counts, times, kinds of faults; sentences may quote headers, so
    they are not written."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._begun = time.monotonic()
        self._logger = logging.Logger("lamo")
        self._handler = RotatingFileHandler(log_file(), maxBytes=BYTES, backupCount=FILES, encoding="utf-8", delay=True)
        self._handler.setFormatter(logging.Formatter("%(asctime)s  %(message)s"))
        self._handler.handleError = lambda record: None  # type: ignore[method-assign]  # a full disk stops no work
        self._logger.addHandler(self._handler)
        self.write(f"started: Python {platform.python_version()}, Qt {qVersion()}, {platform.platform(terse=True)}")
        session.opened_changed.connect(self._opened)
        session.reader.failed.connect(self._failed("reading"))
        session.reader.cancelled.connect(lambda: self.write("reading cancelled"))
        session.run.finished.connect(lambda: self.write(f"run finished{self._job()}"))
        session.run.failed.connect(self._failed("run"))
        session.run.stopped.connect(lambda: self.write(f"run paused{self._job()}"))
        session.exporter.finished.connect(lambda _: self.write("a file was saved"))
        session.exporter.failed.connect(self._failed("saving"))
        session.model_label_changed.connect(lambda label, _: self.write(f"model: {label}"))

    def write(self, text: str) -> None:
        """Add a line."""
        self._logger.info(text)

    def close(self) -> None:
        """Write the last line and close the file."""
        self.write("closed")
        self._handler.close()

    def catch_faults(self, tell: Callable[[str], None]) -> None:
        """Note what nobody expected, by kind and place, and `tell` a sentence; the window stays."""

        def caught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
            if issubclass(kind, KeyboardInterrupt):
                sys.__excepthook__(kind, error, trace)
                return
            self.write(f"fault: {fault(error)}")
            tell(fault(error))

        sys.excepthook = caught

    def _opened(self) -> None:
        opened = self._session.opened
        if opened is None:
            return
        cohort = opened.cohort
        if cohort is None:
            self.write(f"export read: {opened.profile.kind}, needed columns not found")
            return
        kinds = [problem.severity for problem in cohort.problems]
        self.write(
            f"export read: {opened.profile.kind}, {len(opened.tables)} tables, {len(cohort.admissions)} admissions, "
            f"{len(cohort.set_aside)} set aside, {len(cohort.unmapped)} unknown names, problems: "
            f"{kinds.count('error')} questions, {kinds.count('warning')} warnings, {kinds.count('info')} notes"
        )
        faults = Counter(found.group(1) for row in cohort.set_aside if (found := _FAULT.search(row.reason)))
        for kind, rows in faults.items():
            self.write(f"fault in {rows} rows, set aside: {kind}")

    def _failed(self, what: str) -> Callable[[str], None]:
        def write(sentence: str) -> None:
            found = _FAULT.search(sentence)
            self.write(f"{what} failed" + (f": {found.group(1)}" if found else ""))

        return write

    def _job(self) -> str:
        progress = self._session.last_progress
        done, total = progress.get("done"), progress.get("total")
        return f": {done} of {total} admissions" if total else ""
