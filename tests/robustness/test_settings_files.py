"""Settings files and packages made to overwhelm: endless numbers, deep nests, references, arrays of nothing."""

import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lamo_desktop.admissions.profile import load_profile
from lamo_desktop.errors import InputError, ModelError
from lamo_desktop.model.manifest import MANIFEST, manifest_bytes, read_manifest
from lamo_desktop.model.terms import ARRAYS, Terms, read_terms, write_terms
from lamo_desktop.safe_load import DEEPEST, LARGEST_FILE, parse_json, parse_yaml, yaml_text
from lamo_desktop.validate.overlay import load_overlay
from tests.jobs.jobs import package
from tests.robustness.loaders import OVERLAY
from tests.robustness.targets import within

NUMBERS = ("9" * 400, "-" + "9" * 4000, "9" * 5000)
DEEP = ["[" * depth + "]" * depth for depth in (DEEPEST + 2, 500, 950, 100_000)]
PLACES: tuple[Callable[[dict[str, Any]], tuple[Any, Any]], ...] = (
    lambda manifest: (manifest["drugs"][0], "scale"),
    lambda manifest: (manifest["drugs"][0], "n_train"),
    lambda manifest: (manifest["policies"], "balanced"),
    lambda manifest: (manifest, "context_tokens"),
    lambda manifest: (manifest["metrics"], "anything"),
)


@pytest.mark.parametrize("content", [*NUMBERS, *DEEP], ids=lambda text: f"{text[:2]}x{len(text)}")
@pytest.mark.parametrize("place", PLACES)
def test_a_manifest_with_an_endless_number_or_nest_is_damaged(
    tmp_path: Path, place: Callable[[dict[str, Any]], tuple[Any, Any]], content: str
) -> None:
    manifest = json.loads(manifest_bytes(package()))
    inside, key = place(manifest)
    inside[key] = "@"
    (tmp_path / MANIFEST).write_text(json.dumps(manifest).replace('"@"', content), encoding="utf-8")
    with pytest.raises(ModelError, match="not valid JSON"):
        read_manifest(tmp_path)


@pytest.mark.parametrize("content", [*NUMBERS, *DEEP], ids=lambda text: f"{text[:2]}x{len(text)}")
def test_an_overlay_with_an_endless_number_or_nest_is_none(tmp_path: Path, content: str) -> None:
    path = tmp_path / "site.json"
    path.write_text(json.dumps({**OVERLAY, "source": {"a": "@"}}).replace('"@"', content), encoding="utf-8")
    with pytest.raises(InputError, match="expected JSON text"):
        load_overlay(path)


@pytest.mark.parametrize(
    ("line", "at"),
    [
        ("labels: {x: &a [1, 2], y: [*a, *a]}", 2),  # what a billion laughs is made of
        ("identifiers: &a [*a]", 2),
        ("name: !!timestamp none", 2),
        ('header_row: !!int ""', 2),
        ("name: !!bool x", 2),
        ("name: 2024-99-99", 2),
        ("header_row: " + ":".join(["59"] * 3000), 2),
        ("header_row: 0b" + "1" * 20_000, 2),
        ("identifiers: " + "[\n" * 100_000, DEEPEST + 1),
    ],
    ids=lambda told: str(told)[:24],
)
def test_a_profile_that_yaml_takes_but_nobody_can_hold_names_its_line(tmp_path: Path, line: str, at: int) -> None:
    profile = tmp_path / "site.yaml"
    profile.write_text(f"kind: flat\n{line}\n", encoding="utf-8")
    with within(5.0), pytest.raises(InputError, match=rf"site\.yaml is not a readable YAML file \(line {at}\)"):
        load_profile(profile)


def test_a_settings_file_of_many_megabytes_is_not_read(tmp_path: Path) -> None:
    for name in ("site.yaml", "site.json", MANIFEST):
        (tmp_path / name).write_bytes(b"#" + b"\n" * LARGEST_FILE)
    with within(5.0), pytest.raises(InputError, match="not a readable YAML file"):
        load_profile(tmp_path / "site.yaml")
    with within(5.0), pytest.raises(InputError, match="not a site overlay"):
        load_overlay(tmp_path / "site.json")
    with within(5.0), pytest.raises(ModelError, match="not valid JSON"):
        read_manifest(tmp_path)


def test_what_the_program_writes_it_reads_back() -> None:
    shared = ["Drug A", "Drug B"]
    data = {"kind": "flat", "columns": {"orders": shared, "home": shared}, "header_row": 0, "name": "x: 'y' é 🩺"}
    assert parse_yaml(yaml_text(data)) == data  # a text said twice is written twice
    assert parse_json(json.dumps(data)) == data
    assert parse_json("[" * DEEPEST + "]" * DEEPEST)
    with pytest.raises(ValueError, match="NaN is not JSON"):
        parse_json("NaN")


ONE = np.zeros((1,), np.float32)
SOUND = Terms(("dx sepsis",), ("aspirin",), np.zeros((1, 1), np.float32), ONE, ONE, ONE, np.zeros((0, 1), np.float32))


def _array(kind: str, shape: tuple[int, ...]) -> bytes:
    """A .npy file that promises an array and holds nothing of it."""
    header = repr({"descr": kind, "fortran_order": False, "shape": shape})
    header = header.ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode()


@pytest.mark.parametrize("name", ["features", "drugs", "weights", "head"])
@pytest.mark.parametrize(
    ("kind", "shape"),
    [
        *(("<U0", (10**9,)), ("|S0", (10**8,)), ("|V0", (10**8,)), ("<U1", (10**8, 0)), ("<U1000000", (1000,))),
        *(("<f4", (10**6, 10**6)), ("<f4", (7 * 10**8,)), ("|O", (10**9,)), ("<f4", (10**9, 0)), ("<f4", (6 * 10**7,))),
    ],
)
def test_arrays_of_nothing_take_no_memory(tmp_path: Path, name: str, kind: str, shape: tuple[int, ...]) -> None:
    sound, bomb = tmp_path / "sound.npz", tmp_path / "bomb.npz"
    write_terms(SOUND, sound)
    assert all(getattr(read_terms(sound), part).shape == getattr(SOUND, part).shape for part in ARRAYS)
    with zipfile.ZipFile(sound) as old, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            new.writestr(member, _array(kind, shape) if member == f"{name}.npy" else old.read(member))
    with within(5.0), pytest.raises(ModelError, match=r"too large for|holds no linear terms"):
        read_terms(bomb)


@pytest.mark.parametrize("header", ["{'descr': '<f4', \x00", "{'descr': (", "  {}\n  {}", "[" * 500, "\xff"])
def test_an_array_whose_header_is_no_header_is_damaged(tmp_path: Path, header: str) -> None:
    write_terms(SOUND, tmp_path / "sound.npz")
    data = header.ljust(117).encode("latin-1") + b"\n"
    with zipfile.ZipFile(tmp_path / "sound.npz") as old, zipfile.ZipFile(tmp_path / "a.npz", "w") as new:
        for member in old.namelist():
            made = b"\x93NUMPY\x01\x00" + len(data).to_bytes(2, "little") + data
            new.writestr(member, made if member == "bias.npy" else old.read(member))
    with pytest.raises(ModelError, match="holds no linear terms"):
        read_terms(tmp_path / "a.npz")


def test_terms_whose_packing_is_damaged_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "terms.npz"
    write_terms(SOUND, path)
    whole = path.read_bytes()
    for place in range(30, len(whole), 7):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            read_terms(path)
        except ModelError as error:
            assert "terms.npz" in str(error)


def test_a_package_of_large_terms_is_still_taken(tmp_path: Path) -> None:
    drugs, features = 300, 20_000
    large = replace(
        SOUND,
        features=tuple(f"dx {n}" for n in range(features)),
        drugs=tuple(f"drug {n}" for n in range(drugs)),
        weights=np.zeros((features, drugs), np.float32),
        **dict.fromkeys(("bias", "gain", "centre"), np.zeros(drugs, np.float32)),
        head=np.zeros((576, drugs), np.float32),
    )
    write_terms(large, tmp_path / "large.npz")
    assert read_terms(tmp_path / "large.npz").weights.shape == (features, drugs)
