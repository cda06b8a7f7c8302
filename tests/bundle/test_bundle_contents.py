"""What is in the bundle, and what must not be."""

import json
import os
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from lamo_desktop.ui.help.about import PARTS

ABSENT = {
    "torch", "transformers", "peft", "accelerate", "sklearn", "scipy", "gguf", "trainer", "tokenizers", "lxml",
    "pytest", "matplotlib", "ssl", "readline", "diskcache",
}  # fmt: skip
UNUSED_QT = ("WebEngine", "Qml", "Quick", "Qt63D", "Multimedia", "Network", "Pdf", "Designer", "gtk")
LARGEST = 260e6  # bytes, without the base weights; the budget of docs/it.md
FROM_THE_SYSTEM = re.compile(r"lib(GL|EGL|GLX|OpenGL|GLdispatch|wayland-\w+|drm|gbm)\.")


def modules_of(executable: Path) -> set[str]:
    """Top-level names of the Python modules inside an executable."""
    from PyInstaller.archive.readers import CArchiveReader

    archive = CArchiveReader(str(executable))
    inside = archive.open_embedded_archive(next(name for name in archive.toc if name.lower().startswith("pyz")))
    return {name.partition(".")[0] for name in inside.toc}


def test_no_training_library_is_inside(bundle: Path) -> None:
    programs = [bundle / f"{name}{'.exe' if sys.platform == 'win32' else ''}" for name in ("lamo", "lamo-desktop")]
    modules = set().union(*map(modules_of, programs))
    assert {"lamo_desktop", "pandas", "llama_cpp"} <= modules
    assert modules & ABSENT == set()
    names = {re.split(r"[.-]", path.name)[0].lower().removeprefix("lib") for path in bundle.rglob("*")}
    assert "llama" in names
    assert names & (ABSENT - {"ssl"}) == set()


def test_qt_is_trimmed_to_what_the_window_needs(bundle: Path) -> None:
    libraries = [path.name for path in (bundle / "_internal").rglob("*") if ".so" in path.name or ".dll" in path.name]
    assert any("Qt6Widgets" in name for name in libraries)
    assert [name for name in libraries if any(word in name for word in UNUSED_QT)] == []


def test_size_without_the_weights(bundle: Path) -> None:
    files = {path for path in bundle.rglob("*") if path.is_file() and not path.is_symlink()}
    weights = set((bundle / "_internal/resources/models").glob("*.gguf"))
    size = sum(path.stat().st_size for path in files - weights)
    assert weights
    assert size < LARGEST, f"{size / 1e6:.0f} MB"


@pytest.mark.skipif(sys.platform != "linux", reason="ldd and links are Linux's")
def test_every_library_finds_what_it_is_linked_to(bundle: Path) -> None:
    inside = bundle / "_internal"
    assert [path for path in inside.rglob("*") if path.is_symlink() and not path.exists()] == []
    missing, checked = [], 0
    for library in inside.rglob("*.so*"):
        if library.is_file() and not library.is_symlink():
            environment = {**os.environ, "LD_LIBRARY_PATH": str(inside)}
            said = subprocess.run(["ldd", library], capture_output=True, text=True, env=environment).stdout
            missing += [f"{library.name}: {line.strip()}" for line in said.splitlines() if "not found" in line]
            checked += 1
    assert checked > 100
    assert [line for line in missing if not FROM_THE_SYSTEM.search(line)] == []


def test_nothing_of_the_building_machine_is_inside(bundle: Path) -> None:
    """No path of the source tree or the builder's home in the files a person may open."""
    root, home = str(Path(__file__).parents[2]), str(Path.home())
    texts = [path for path in bundle.rglob("*") if path.suffix in {".json", ".txt", ".md", ".yaml", ".csv"}]
    assert len(texts) > 20
    words = {root, home + "/"}
    content = {path.name: path.read_text(encoding="utf-8", errors="replace") for path in texts}
    assert [name for name, text in content.items() if any(word in text for word in words)] == []


def test_parts_and_licences_travel_with_it(bundle: Path) -> None:
    sbom = json.loads((bundle / "sbom.cdx.json").read_text(encoding="utf-8"))
    assert sbom["bomFormat"] == "CycloneDX"
    names = {part["name"] for part in sbom["components"]}
    assert {"Qt", "llama.cpp", "ggml", "Python", "numpy", "PySide6-Essentials", "openssl"} <= names
    assert len({part["bom-ref"] for part in sbom["components"]}) == len(sbom["components"])
    assert all(part.get("licenses") for part in sbom["components"])
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in (bundle / "licences/Qt/LGPL-3.0.txt").read_text(encoding="utf-8")
    assert "Open Database License" in (bundle / "NOTICE").read_text(encoding="utf-8")


def listed(bundle: Path) -> list[tuple[str, str, str]]:
    """Name, the part it is compiled into (or empty) and licence, for each line of THIRD-PARTY.txt."""
    lines = (bundle / "THIRD-PARTY.txt").read_text(encoding="utf-8").splitlines()
    rows = [re.split(r"\s{2,}", line) for line in lines]
    found = [(*re.fullmatch(r"(.+?)(?: \(in (.+)\))?", row[0]).groups(""), row[-1]) for row in rows]  # type: ignore[union-attr]
    assert len(found) > 100
    return found


def test_each_part_s_licence_is_named_and_its_text_is_there(bundle: Path) -> None:
    texts = {folder.name for folder in (bundle / "licences").iterdir() if any(folder.glob("*.txt"))}
    assert [name for name, inside, _ in listed(bundle) if (inside or name) not in texts] == []
    assert [name for name, _, licence in listed(bundle) if licence.startswith("see ")] == []
    lesser = [name for name, inside, licence in listed(bundle) if licence.startswith("LGPL-2.1") and not inside]
    assert [name for name in lesser if not any((bundle / "licences" / name).glob("LGPL*"))] == []
    assert {name for name, _, _ in PARTS} | {"lamo-desktop", "Python", "Qt"} <= texts  # the About dialog shows them


def test_every_library_and_module_is_of_a_part_that_is_listed(bundle: Path) -> None:
    names = {name for name, _, _ in listed(bundle)}
    owners = {module: {same(name) for name in found} for module, found in packages_distributions().items()}
    packages = {same(name) for name in names} | {"lamo-desktop"}
    modules = modules_of(bundle / ("lamo.exe" if sys.platform == "win32" else "lamo"))
    others = {module for module in modules if module in owners and not owners[module] & packages}
    assert others - sys.stdlib_module_names == set()
    inside = bundle / "_internal"
    libraries = [path for path in inside.rglob("*") if re.search(r"\.(so|dll)($|\.)", path.name)]
    unlisted = [path for path in libraries if not path.is_symlink() and path.name not in names]
    for path in unlisted:
        first = path.relative_to(inside).parts[0].partition(".")[0]
        of_a_package = owners.get(first, set()) & packages
        assert of_a_package or re.match(r"(lib)?python3", first), path
        assert not re.match(r"(lib)?icu|msvcp|vc", path.name), path  # no work of the package's own


def same(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_pages_and_what_they_link_to_travel_with_it(bundle: Path) -> None:
    pages = [bundle / "README.md", *(bundle / "docs").glob("*.md")]
    assert len(pages) > 5
    for page in pages:
        text = page.read_text(encoding="utf-8")
        links = re.findall(r"\]\(([^)#]+)", text) + re.findall(r'(?:src|srcset)="([^"]+)"', text)
        assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == [], page.name
