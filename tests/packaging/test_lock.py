"""What is installed is pinned by hash, a bundle is built with a sound Python, exceptions of the audit expire."""

import datetime
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import audit
import interpreter
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCK = ROOT / ".ci" / "lock"

PYTHONS = ("3.11.14", "3.12.12", "3.13.9")
SYSTEMS = ("linux", "darwin", "win32")


def requirements(layer: str) -> list[tuple[Requirement, list[str]]]:
    """Each requirement of a lock file with its hashes."""
    text = (LOCK / f"{layer}.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.split(" --hash=") for line in text.splitlines() if line and not line.startswith("#")]
    return [(Requirement(line.strip()), hashes) for line, *hashes in lines]


LAYERS = sorted(file.stem for file in LOCK.glob("*.txt"))


def test_every_requirement_has_one_version_and_hashes() -> None:
    assert {"run", "engine", "test", "trainer", "torch", "bundle", "build", "audit", "weights"} == set(LAYERS)
    for layer in LAYERS:
        for requirement, hashes in requirements(layer):
            assert re.fullmatch(r"==[\w.+]+", str(requirement.specifier)), requirement
            assert hashes and all(re.fullmatch(r"sha256:[0-9a-f]{64}", each.strip()) for each in hashes), requirement


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("system", SYSTEMS)
def test_the_files_agree_on_the_version_of_each_package(python: str, system: str) -> None:
    """Tests, program and bundle are one resolution: what is tested is what is handed out."""
    surroundings = {
        "python_version": python.rpartition(".")[0], "python_full_version": python, "sys_platform": system,
        "platform_machine": "x86_64", "platform_python_implementation": "CPython", "implementation_name": "cpython",
    }  # fmt: skip
    versions: dict[str, set[str]] = {}
    for layer in LAYERS:
        for requirement, _ in requirements(layer):
            if requirement.marker is None or requirement.marker.evaluate(surroundings):
                versions.setdefault(requirement.name, set()).add(str(requirement.specifier))
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = map(
        Requirement,
        [*project["dependencies"], *(each for name in ("test", "bundle", "trainer") for each in extras[name])],
    )
    for requirement in wanted:
        if requirement.marker is None or requirement.marker.evaluate(surroundings):
            pin = next(iter(versions[canonicalize_name(requirement.name)]))
            assert requirement.specifier.contains(pin.removeprefix("==").partition("+")[0]), requirement


def test_what_the_bindings_do_not_need_is_not_installed() -> None:
    assert [
        layer for layer in LAYERS for requirement, _ in requirements(layer) if requirement.name == "diskcache"
    ] == []


@pytest.mark.parametrize(
    ("version", "expat", "words"),
    [
        ((3, 11, 7), (2, 5, 0), ["CVE-2024-0450", "expat 2.5.0"]),
        ((3, 11, 10), (2, 6, 3), []),
        ((3, 11, 10), (2, 5, 0), ["expat 2.5.0"]),
        ((3, 12, 5), (2, 6, 2), ["3.12.6 or newer", "expat 2.6.2"]),
        ((3, 13, 0), (2, 6, 3), []),
        ((3, 15, 0), (2, 8, 0), []),
        ((3, 10, 20), (2, 7, 0), ["3.10 is not supported"]),
    ],
)
def test_a_python_with_known_faults_is_not_bundled(
    version: tuple[int, int, int], expat: tuple[int, ...], words: list[str]
) -> None:
    said = interpreter.faults(version, expat)
    assert len(said) == len(words)
    assert all(word in sentence for word, sentence in zip(words, said, strict=True))


def test_the_build_ends_where_this_python_has_them() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / ".ci/interpreter.py")], capture_output=True, text=True, timeout=60
    )
    said = interpreter.faults(sys.version_info[:3], interpreter.expat_version())
    assert (done.returncode, done.stderr.split("\n")[:-1]) == (int(bool(said)), said)
    assert (ROOT / "build.spec").read_text(encoding="utf-8").count("\nrequire()\n") == 1


def test_exceptions_of_the_audit_have_a_reason_and_an_end() -> None:
    table = "vulnerability,package,reason,decided\nCVE-1,odd,not called,2026-03-01\n"
    assert [each.package for each in audit.exceptions(table, datetime.date(2026, 5, 1))] == ["odd"]
    with pytest.raises(SystemExit, match=r"CVE-1 of odd is too old"):
        audit.exceptions(table, datetime.date(2026, 12, 1))
    with pytest.raises(SystemExit, match="no reason for CVE-1 of odd"):
        audit.exceptions(table.replace("not called", " "), datetime.date(2026, 5, 1))


def test_every_pin_is_audited() -> None:
    text = "".join((LOCK / f"{layer}.txt").read_text(encoding="utf-8") for layer in LAYERS)
    pins = audit.PIN.findall(text)
    assert len(pins) == sum(len(requirements(layer)) for layer in LAYERS)
    assert ("torch==2.13.0", " ; sys_platform == 'linux' and platform_machine == 'x86_64'") in pins
