"""Puts into a built bundle what must travel with it: licence texts, the list of parts (CycloneDX) and the pages.

    python .ci/notices.py dist/lamo-desktop

Runs in the environment that the bundle was built in.
"""

import shutil
import sys
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot5
from packageurl import PackageURL
from parts import ROOT, Part, parts_of

from lamo_desktop import __version__

PAGES = ("README.md", "LICENSE", "NOTICE", "CHANGELOG.md")


def main() -> None:
    """Write licences/, sbom.cdx.json, THIRD-PARTY.txt and the pages into the bundle named on the command line."""
    bundle = Path(sys.argv[1])
    parts = parts_of(bundle)
    shutil.rmtree(bundle / "licences", ignore_errors=True)
    for part in parts:
        folder = bundle / "licences" / part.name
        for text in part.texts:
            folder.mkdir(parents=True, exist_ok=True)
            stem = text.name.removesuffix(".txt")
            alike = len([*folder.glob(f"{stem}.txt"), *folder.glob(f"{stem}.[0-9]*.txt")])  # NumPy has many of one name
            shutil.copyfile(text, folder / (f"{stem}.{alike + 1}.txt" if alike else f"{stem}.txt"))
    lines = [(_shown(part), part.version, part.licence) for part in parts if part.name != "lamo-desktop"]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    text = "".join("  ".join(map(str.ljust, line, widths)).rstrip() + "\n" for line in lines)
    (bundle / "THIRD-PARTY.txt").write_text(text, encoding="utf-8")
    write_sbom(bundle / "sbom.cdx.json", parts)
    for page in PAGES:
        shutil.copyfile(ROOT / page, bundle / page)
    shutil.copytree(ROOT / "docs", bundle / "docs", dirs_exist_ok=True, ignore=shutil.ignore_patterns("licences"))
    print(f"{len(lines)} parts listed in {bundle / 'THIRD-PARTY.txt'} and sbom.cdx.json")


def _shown(part: Part) -> str:
    return f"{part.name} (in {part.inside})" if part.inside else part.name


def write_sbom(target: Path, parts: list[Part]) -> None:
    """CycloneDX 1.5, JSON: the program depends on its parts, and they on what is compiled into them."""
    bom, licences = Bom(), LicenseFactory()
    components = {
        part: Component(
            name=part.name, version=part.version, type=part.kind, bom_ref=f"{_shown(part)} {part.version}",
            purl=PackageURL.from_string(part.purl) if part.purl else None,
            licenses=[licences.make_from_string(part.licence)],
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=part.sha256)] if part.sha256 else None,
        )
        for part in parts if part.name != "lamo-desktop"
    }  # fmt: skip
    bom.metadata.component = Component(
        name="lamo-desktop", version=__version__, type=ComponentType.APPLICATION, bom_ref="lamo-desktop",
        licenses=[licences.make_from_string("Apache-2.0")],
    )  # fmt: skip
    bom.components.update(components.values())
    bom.register_dependency(bom.metadata.component, [components[part] for part in components if not part.inside])
    for host in components:
        within = [components[part] for part in components if part.inside == host.name]
        if within:
            bom.register_dependency(components[host], within)
    target.write_text(JsonV1Dot5(bom).output_as_string(indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
