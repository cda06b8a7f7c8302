"""A run's curves as a CSV file: one line per group and step of training, and per group and epoch of validation."""

import csv
from pathlib import Path

from lamo_desktop.files import replacing

COLUMNS = ("epoch", "step", "group", "rows", "loss", "jaccard", "learning_rate")


class Curves:
    """Lines kept with the checkpoint, so that a resumed run's file is the uninterrupted run's."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows: list[list[str]] = []

    def add(
        self,
        epoch: int,
        step: int,
        group: int,
        rows: str,
        loss: float,
        jaccard: float | None = None,
        rate: float | None = None,
    ) -> None:
        """Keep one line; `rows` is "train" (the step's mean loss) or "validation" (after `epoch` epochs)."""
        numbers = [f"{loss:.6f}", *("" if each is None else f"{each:.6g}" for each in (jaccard, rate))]
        self.rows.append([str(epoch), str(step), str(group), rows, *numbers])

    def restore(self, rows: list[list[str]]) -> None:
        """Go back to the lines of a checkpoint."""
        self.rows = list(rows)

    def write(self) -> None:
        """Write the file whole. Raises ModelError when it cannot be written."""
        with replacing(self.path) as scratch, scratch.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([COLUMNS, *self.rows])
