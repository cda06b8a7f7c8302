"""How fast something that reports only its share goes, and how long it will still take."""

import time

from PySide6.QtCore import QCoreApplication, QObject

from lamo_desktop.progress import duration

_LEAST_SECONDS = 1.0  # before a rate means anything
_LEAST_SHARE = 0.01


class Pace(QObject):
    """Told (stage, share) again and again; each stage has a pace of its own, since they differ."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.restart()

    def restart(self) -> None:
        """Something new begins."""
        self.stage, self.share = "", 0.0
        self._begun, self._first = time.monotonic(), 0.0

    def told(self, stage: str, share: float) -> None:
        """The share (0 to 1) that is done in this stage."""
        if stage != self.stage or share < self.share:
            self.stage, self._begun, self._first = stage, time.monotonic(), share
        self.share = share

    @property
    def seconds_left(self) -> float | None:
        """By the stage's pace so far; None while that cannot be said."""
        gone, done = time.monotonic() - self._begun, self.share - self._first
        if gone < _LEAST_SECONDS or done < _LEAST_SHARE:
            return None
        return gone * (1 - self.share) / done

    def words(self, n_items: int = 0) -> str:
        """For example "34 % · 0.8 admissions per second · 2 min 05 s left" (the rate where items are counted)."""
        pieces = [f"{self.share:.0%}"]
        gone, done = time.monotonic() - self._begun, self.share - self._first
        if n_items and gone >= _LEAST_SECONDS and done > 0:
            rate = QCoreApplication.translate("Pace", "{r} admissions per second")
            pieces.append(rate.format(r=f"{n_items * done / gone:.2g}"))
        left = self.seconds_left
        if left is not None and self.share < 1:
            pieces.append(QCoreApplication.translate("Pace", "{t} left").format(t=duration(left)))
        return " · ".join(pieces)
