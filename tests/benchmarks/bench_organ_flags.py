"""Counts the flags by condition on what was ordered, with the findings of the first day and without them.

python -m tests.benchmarks.bench_organ_flags FOLDER
"""

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from lamo_desktop.admissions import read_cohort
from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.formulary import SEVERITIES, Formulary, load_formulary
from lamo_desktop.recommend.safety import CONDITION, safety_flags


def counted(admissions: Sequence[Admission], formulary: Formulary) -> tuple[int, Counter[str]]:
    """Admissions with a flag by a condition, and the flags by severity."""
    by_severity: Counter[str] = Counter()
    flagged = 0
    for admission in admissions:
        found = [f for f in safety_flags(admission, (), admission.orders or (), formulary) if f.kind == CONDITION]
        flagged += bool(found)
        by_severity.update(str(flag.severity) for flag in found)
    return flagged, by_severity


def main() -> None:
    """Print both counts."""
    parser = argparse.ArgumentParser(description="Flags by condition with findings and without.")
    parser.add_argument("folder", type=Path)
    formulary = load_formulary()
    admissions = read_cohort(parser.parse_args().folder, formulary).admissions
    for title, rows in (
        ("without findings", [replace(admission, observations=()) for admission in admissions]),
        ("with findings", admissions),
    ):
        flagged, by_severity = counted(rows, formulary)
        listed = ", ".join(f"{by_severity[severity]} {severity}" for severity in SEVERITIES)
        print(f"{title}: {flagged} of {len(rows)} admissions; {listed}")


if __name__ == "__main__":
    main()
