"""Builds the tables of `resources/knowledge` that are taken from open sources; the others there are written by hand.

    python tools/build_knowledge.py SOURCES

SOURCES is a folder with drug_indications.csv.gz, drug_classes.csv.gz and interactions_ansm_2020.csv.gz. The same
sources give the same bytes; resources/knowledge/README.md says where each comes from and under which licence.
"""

import csv
import gzip
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "resources" / "knowledge"
Row = tuple[str, ...]


def main(sources: Path, target: Path = TARGET) -> None:
    """Write indications.csv, classes.csv and interactions.csv."""
    indications = _read(sources / "drug_indications.csv.gz", ("ingredient", "indication", "doid", "sources"))
    classes = _read(sources / "drug_classes.csv.gz", ("ingredient", "kind", "class", "source"))
    pairs = _read(sources / "interactions_ansm_2020.csv.gz", ("drug_a", "drug_b", "severity", "severity_at_most"))
    _write(target / "indications.csv", ("ingredient", "indication", "doid", "sources"), indications)
    _write(target / "classes.csv", ("ingredient", "kind", "class"), _where(classes, lambda row: row[3] == "FDA", 3))
    _write(target / "interactions.csv", ("drug_a", "drug_b", "severity", "severity_at_most"), pairs)


def _read(path: Path, columns: Sequence[str]) -> list[Row]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return [tuple(" ".join(row[name].split()) for name in columns) for row in csv.DictReader(file)]


def _where(rows: Iterable[Row], wanted: Callable[[Row], bool], width: int) -> list[Row]:
    return [row[:width] for row in rows if wanted(row)]


def _write(path: Path, header: Row, rows: Iterable[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(sorted(set(rows)))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
