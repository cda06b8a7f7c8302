"""How large the bundle is and how fast it starts, as the table of docs/it.md.

    python .ci/budget.py dist/lamo-desktop

Cold: the bundle's files are taken out of the system's file cache first. Warm: the middle one of three further starts.
A window counts as started when it is on the screen; the time includes saving a picture of it and closing it. Where
there is no screen Qt draws into memory; `xvfb-run -a` before the command gives it one.
"""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PARTS = (
    ("base weights", r"resources/models/"),
    ("rest of resources/ (formulary, profiles, demo, model package)", r"resources/"),
    ("Qt and PySide6", r"PySide6/|shiboken6/"),
    ("NumPy", r"numpy"),
    ("pandas", r"pandas"),
    ("llama.cpp", r"llama_cpp/"),
    ("workbooks, YAML, fuzzy matching", r"python_calamine/|rapidfuzz/|yaml/|openpyxl"),
    ("cryptography (encrypted job files)", r"cryptography|_cffi"),
    ("Python", r"libpython|python3|base_library|lamo$|lamo-desktop$|.*\.exe$"),
    ("licences, documentation", r"licences/|docs/|[A-Z-]+(\.\w+)?$|sbom"),
    ("system libraries", r""),
)


def main() -> None:
    """Print both tables."""
    bundle = Path(sys.argv[1]).resolve()
    files = [path for path in bundle.rglob("*") if path.is_file() and not path.is_symlink()]
    sizes = dict.fromkeys((name for name, _ in PARTS), 0)
    for file in files:
        inside = file.relative_to(bundle).as_posix().removeprefix("_internal/")
        sizes[next(name for name, pattern in PARTS if re.match(pattern, inside))] += file.stat().st_size
    print("| part | MB |\n| --- | ---: |")
    for name, size in sizes.items():
        print(f"| {name} | {size / 1e6:.1f} |")
    total = sum(sizes.values())
    print(f"| all | {total / 1e6:.1f} |\n| all without base weights | {(total - sizes['base weights']) / 1e6:.1f} |\n")
    print("| start | cold, s | warm, s |\n| --- | ---: | ---: |")
    suffix = ".exe" if sys.platform == "win32" else ""
    with tempfile.TemporaryDirectory() as home:
        window = [str(bundle / f"lamo-desktop{suffix}"), f"--picture={Path(home) / 'window.png'}"]
        command = [str(bundle / f"lamo{suffix}"), "--version"]
        for name, line in (("the window", window), ("the command (`lamo --version`)", command)):
            cold, *warm = (seconds(line, home, files if first else []) for first in (True, False, False, False))
            print(f"| {name} | {cold:.1f} | {statistics.median(warm):.1f} |")


def seconds(command: list[str], home: str, cold: list[Path]) -> float:
    """Wall time of one start, with the files of `cold` out of the file cache where the system can do that."""
    if hasattr(os, "posix_fadvise"):
        os.sync()
        for file in cold:
            with file.open("rb") as opened:
                os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    environment = {**os.environ, "LAMO_DATA_DIR": home}
    if sys.platform == "linux" and "DISPLAY" not in os.environ:
        environment["QT_QPA_PLATFORM"] = "offscreen"
    begun = time.perf_counter()
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
