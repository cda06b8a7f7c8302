"""Looks every pinned version up in the database of known vulnerabilities, and ends with 1 where one is not excepted.

    python .ci/audit.py [further options of pip-audit]

Exceptions are lines of .ci/audit.csv: the vulnerability, its package, why it does no harm here, and the day that was
decided. After half a year an exception counts no more: somebody has to look again.
"""

import csv
import datetime
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

CI = Path(__file__).parent
VALID = datetime.timedelta(days=183)
PIN = re.compile(r"^(\S+==[^\s+]+)(?:\+\w+)?( ; .*?)?(?: \\)?$", re.MULTILINE)  # without a build's own suffix (+cpu)


@dataclass(frozen=True)
class Excepted:
    """One line of the table of exceptions."""

    vulnerability: str
    package: str
    reason: str
    decided: datetime.date


def main() -> int:
    """Audit all layers of .ci/lock together; returns pip-audit's exit code."""
    pins = {pin + (marker or "") for file in (CI / "lock").glob("*.txt") for pin, marker in PIN.findall(text_of(file))}
    ignored = [word for each in exceptions(text_of(CI / "audit.csv")) for word in ("--ignore-vuln", each.vulnerability)]
    with tempfile.TemporaryDirectory() as scratch:
        together = Path(scratch) / "requirements.txt"
        together.write_text("\n".join(sorted(pins)) + "\n", encoding="utf-8")
        command = [sys.executable, "-m", "pip_audit", "--strict", "--no-deps", "--disable-pip", "-r", str(together)]
        return subprocess.run([*command, *ignored, *sys.argv[1:]]).returncode


def exceptions(table: str, today: datetime.date | None = None) -> list[Excepted]:
    """Those still valid. Raises SystemExit for a line without a reason, and for one that is too old."""
    found = []
    for row in csv.DictReader(table.splitlines()):
        each = Excepted(
            row["vulnerability"], row["package"], row["reason"], datetime.date.fromisoformat(row["decided"])
        )
        if not each.reason.strip():
            raise SystemExit(f".ci/audit.csv gives no reason for {each.vulnerability} of {each.package}.")
        if (today or datetime.date.today()) - each.decided > VALID:
            raise SystemExit(f"The exception for {each.vulnerability} of {each.package} is too old: look at it again.")
        found.append(each)
    return found


def text_of(file: Path) -> str:
    """What is in a file."""
    return file.read_text(encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
