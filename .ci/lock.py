"""Pins every package that is installed for the program, its tests and its bundle, by version and hash, for all systems.

    python .ci/lock.py [--upgrade]        writes .ci/lock/*.txt; needs uv

All files are one resolution, split by who installs them: build (pip and what compiles), engine (llama.cpp's bindings),
run (what else the program needs), test, trainer, bundle, audit. They are complete, so pip installs them with --no-deps.
torch.txt is written by hand: see there.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

CI = Path(__file__).parent
LOCK = CI / "lock"
ENGINE = "llama-cpp-python"
PROJECT = ["pyproject.toml"]
LAYERS = {
    "run": PROJECT,
    "test": [*PROJECT, "--extra", "test"],
    "trainer": [*PROJECT, "--extra", "trainer"],
    "bundle": [*PROJECT, "--extra", "bundle"],
    "build": [".ci/lock/build.in"],
    "audit": [".ci/lock/audit.in"],
}
UPON_RUN = ("test", "trainer", "bundle")  # installed together with what `run` has
HEAD = "# Made by .ci/lock.py from pyproject.toml and .ci/lock/*.in; `make lock` makes it anew.\n"
PIN = re.compile(r"^([a-z0-9-]+)==", re.MULTILINE)


def main() -> None:
    """Resolve all layers together, then write each once."""
    with tempfile.TemporaryDirectory() as scratch:
        together = Path(scratch) / "together.txt"
        if "--upgrade" not in sys.argv:
            together.write_text("".join(pins()), "utf-8")
        sources = [word for layer in LAYERS.values() for word in layer if word not in PROJECT]
        compile_into(together, [*PROJECT, *sources])
        layers = {}
        for name, source in LAYERS.items():
            file = Path(scratch) / f"{name}.txt"
            compile_into(file, [*source, "-c", str(together), "--generate-hashes"])
            layers[name] = blocks(file.read_text("utf-8"))
    layers["engine"] = {ENGINE: layers["run"].pop(ENGINE)}
    below = layers["run"].keys() | {ENGINE, "torch"}
    for name, packages in layers.items():
        own = [text for package, text in packages.items() if name not in UPON_RUN or package not in below]
        (LOCK / f"{name}.txt").write_text(HEAD + "".join(own), "utf-8", newline="\n")
        print(f"{name}: {len(own)} packages")


def pins() -> dict[str, None]:
    """The versions in the files as they are, which uv keeps where it can."""
    lines = (line for file in LOCK.glob("*.txt") for line in file.read_text("utf-8").splitlines())
    return dict.fromkeys(f"{line.removesuffix(chr(92))}\n" for line in lines if PIN.match(line) and "+" not in line)


def compile_into(target: Path, arguments: list[str]) -> None:
    """Run uv, which keeps what the target pins already."""
    fixed = ["--universal", "--python-version", "3.11", "--no-header", "--no-annotate", "-q", "-o", str(target)]
    subprocess.run(["uv", "pip", "compile", *fixed, *arguments], cwd=CI.parent, check=True)


def blocks(text: str) -> dict[str, str]:
    """The lines of each package, by its name: a package may have one version for some Pythons and one for others."""
    found: dict[str, str] = {}
    for block in re.split(r"^(?=[a-z0-9-]+==)", text, flags=re.MULTILINE):
        if pin := PIN.match(block):
            found[pin[1]] = found.get(pin[1], "") + block
    return found


if __name__ == "__main__":
    main()
