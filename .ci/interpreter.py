"""The Python that a bundle may be built with: it travels inside, so its own known faults would be the program's.

python .ci/interpreter.py           says whether this one may be used; exit code 1 if not
python .ci/interpreter.py --newest  prints the path of the newest one at hand that may be used
"""

import os
import pyexpat
import shutil
import subprocess
import sys
from pathlib import Path

MINORS = (14, 13, 12, 11)
# Lowest patch level of each minor version that has no known fault in what the program uses to read a workbook.
# zipfile: overlapping entries, a "zip bomb" (CVE-2024-0450), mended in 3.11.8 and 3.12.2; endless loop on the name of
# an entry (CVE-2024-8088), mended in 3.11.10, 3.12.6 and 3.13.0.
PATCH = {11: 10, 12: 6, 13: 0, 14: 0}
# expat: three overflows of integers (CVE-2024-45490, -45491, -45492), mended in 2.6.3, which comes with those patch
# levels but not with a Python that was linked to an older one. What was found later needs an XML document with its own
# entities (CVE-2024-8176), which the reader refuses, or costs memory only (CVE-2025-59375), which it limits by size.
EXPAT = (2, 6, 3)


def faults(version: tuple[int, int, int], expat: tuple[int, ...]) -> list[str]:
    """Why this Python must not be bundled, in sentences; empty when it may."""
    said = []
    major, minor, patch = version
    if major != 3 or minor < min(PATCH):
        said.append(f"Python {major}.{minor} is not supported: take 3.{max(PATCH)} or 3.13.")
    elif patch < PATCH.get(minor, 0):
        said.append(
            f"Python {major}.{minor}.{patch} has known faults in zipfile (CVE-2024-0450, CVE-2024-8088): "
            f"take {major}.{minor}.{PATCH[minor]} or newer."
        )
    if expat < EXPAT:
        said.append(
            f"This Python reads XML with expat {'.'.join(map(str, expat))}, which has known faults (CVE-2024-45490 to "
            f"-45492): take one with {'.'.join(map(str, EXPAT))} or newer."
        )
    return said


def require() -> None:
    """End the build with one sentence for each fault of the Python that runs this."""
    if said := faults(sys.version_info[:3], expat_version()):
        raise SystemExit("\n".join(said))


def expat_version() -> tuple[int, ...]:
    """Of the expat that this Python reads XML with."""
    return tuple(map(int, pyexpat.EXPAT_VERSION.removeprefix("expat_").split(".")))


def newest() -> str:
    """Path of the newest Python on the search path or of pyenv that may be bundled. Raises SystemExit without one."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for minor in MINORS:
        named = shutil.which(f"python3.{minor}")
        own = sorted(pyenv.glob(f"3.{minor}.*/bin/python3"), key=lambda path: [*map(int, path.parts[-3].split("."))])
        for candidate in (*([named] if named else []), *map(str, reversed(own))):
            if subprocess.run([candidate, __file__], capture_output=True).returncode == 0:
                return candidate
    raise SystemExit(f"No Python was found that may be bundled: install 3.{MINORS[1]} from python.org.")


if __name__ == "__main__":
    print(newest()) if "--newest" in sys.argv else require()
