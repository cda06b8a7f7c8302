"""Fuzz targets among the loaders of settings, model packages and job files, and the workbook that comes out."""

import contextlib
import functools
import hashlib
import io
import json
import re
import sqlite3
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

from lamo_desktop.admissions.cohort import Admission, AttritionStep, Cohort, PreviousStay, Problem, SetAside, Source
from lamo_desktop.admissions.mapping import save_profile
from lamo_desktop.admissions.profile import load_profile
from lamo_desktop.admissions.read import read_export
from lamo_desktop.codec import to_json
from lamo_desktop.formulary import load_formulary
from lamo_desktop.jobs.batch import results
from lamo_desktop.jobs.store import JobStore
from lamo_desktop.model.adapter_file import write_adapter
from lamo_desktop.model.gguf_header import header_strings
from lamo_desktop.model.manifest import MANIFEST, Adapter, manifest_bytes
from lamo_desktop.model.package import load_package
from lamo_desktop.model.site import Context
from lamo_desktop.model.terms import Terms, read_terms, write_terms
from lamo_desktop.paths import resource
from lamo_desktop.recommend.policy import probabilities
from lamo_desktop.report.workbook import write_workbook
from lamo_desktop.validate.overlay import load_overlay
from tests.adapt.sites import learned, site
from tests.admissions.nasty import HEADER, ROWS
from tests.jobs.jobs import ENGINE, VOCABULARY, WEIGHTS, new_job, outcome, package, work
from tests.robustness.exports import SEEDS, formulary, judge, small_folder
from tests.robustness.hostile import JSON, TEXT, Files, damaged, damaged_json, damaged_zip, encoded

YAML_BITS = (
    *("!!python/object/apply:os.system ['x']", "&a [*a, *a]", "*missing", "{a: &x [1,1], b: [*x,*x,*x]}", "!!binary x"),
    *("!!timestamp 2001-99-99", "2001-99-99", "[" * 2000, "{" * 500, "? ", "- - - -", "1e999", ".nan", "0o9", "%YAML"),
    *("<<: *a", "&a {<<: *a}", "0x" + "f" * 5000, "9" * 5000, "1:60:60:60", "\t", '"\\ud800"', '"\\x00"', "null", "~"),
    *("!!timestamp x", '!!int ""', "!!bool x", "!!float x", "!!set {a}", "!!omap [a: b]", "[{a: [{b: c}]}]", "{1: 2}"),
)


def _profile(kind: str, seed: int, text: str, way: int) -> Files:
    lines = resource(f"profiles/{kind}.yaml").read_text(encoding="utf-8").splitlines()
    if way == 0:
        return {"profile.yaml": damaged("\n".join(lines).encode(), seed)}
    place = seed % len(lines)
    key = lines[place].partition(":")[0]
    lines[place] = f"{key}: {text}" if way == 1 else f"{lines[place]}{text}"
    return {"profile.yaml": encoded("\n".join(lines))}


PROFILE_FILES = st.builds(
    _profile,
    st.sampled_from(["flat", "eicu", "mimic3", "mimic4"]),
    SEEDS,
    st.sampled_from(YAML_BITS) | TEXT,
    st.integers(0, 2),
)


def profile(folder: Path) -> None:
    load_profile(folder / "profile.yaml")


def _profiled(files: Files, texts: list[str], seed: int) -> Files:
    """A hostile profile beside a sound export of its kind."""
    kind = re.search(rb"^kind: (eicu|mimic3|mimic4|flat)", files["profile.yaml"], re.MULTILINE)
    if kind is None or kind[1] == b"flat":
        rows = [HEADER, *ROWS, [*ROWS[0][:-1], *texts]]
        return {**files, "export.csv": encoded("\n".join(",".join(map(str, row)) for row in rows))}
    return {**files, **{f"tables/{name}": data for name, data in small_folder(kind[1].decode()).items()}}


PROFILED_FILES = st.builds(_profiled, PROFILE_FILES, st.lists(TEXT, max_size=2), SEEDS)


def profiled(folder: Path) -> None:
    """Read an export with whatever profile lies there, and save how it was read as a profile again."""
    tables = folder / "tables"
    exported = tables if tables.is_dir() else folder / "export.csv"
    export = read_export(exported, formulary(), str(folder / "profile.yaml"))
    judge(export.cohort)
    save_profile(export, folder / "again.yaml")
    load_profile(folder / "again.yaml")


def _table(header: str, texts: list[list[str]], seed: int, way: int) -> Files:
    data = encoded("\n".join([header, *[",".join(row) for row in texts]]))
    return {"table.csv": damaged(data, seed) if way == 0 else data}


def table_files(header: str) -> st.SearchStrategy[Files]:
    rows = st.lists(st.lists(TEXT, min_size=1, max_size=4), max_size=5)
    return st.builds(_table, st.just(header), rows, SEEDS, st.integers(0, 3))


def names(folder: Path) -> None:
    load_formulary(site_names=folder / "table.csv")


def interactions(folder: Path) -> None:
    load_formulary(interactions=folder / "table.csv")


OVERLAY = {
    **{"format": "lamo-site-overlay", "version": 1, "package_sha256": package().sha256, "package": "test 1"},
    **{"created": "2026-01-01T00:00:00Z", "source": {"path": "x"}, "n_admissions": 9, "prior_sd": 0.5},
    "drugs": {name: {"scale": 1.1, "offset": -0.2, "threshold": 0.1} for name in VOCABULARY},
}


@functools.cache
def adapted_overlay() -> str:
    """An overlay of version 2, without its hash, so that what is damaged in it is looked at."""
    made = learned(package(), site(package()))
    return json.dumps({"format": "lamo-site-overlay", "version": 2, **made.content()})


def used_overlay(folder: Path) -> None:
    """Read an overlay and score with it."""
    used = load_overlay(folder / "overlay.json").apply(package())
    found = probabilities(used, VOCABULARY, np.ones((1, len(VOCABULARY))), contexts=[Context(("dx:1",))])
    assert np.isfinite(found).all()
    assert used.described.isprintable()


DEEP = b'{"a":' * 100_000


def json_files(name: str, text: str) -> st.SearchStrategy[Files]:
    return st.one_of(
        st.builds(lambda value, seed: {name: damaged_json(text, value, seed)}, JSON, SEEDS),
        st.builds(lambda seed: {name: damaged(text.encode(), seed)}, SEEDS),
        st.sampled_from([b"", b"[]", b"9" * 5000, b"\xff\xfe", DEEP, b"[" * 100_000]).map(lambda data: {name: data}),
    )


def overlay(folder: Path) -> None:
    load_overlay(folder / "overlay.json").apply(package()).sha256  # noqa: B018


@functools.cache
def tuned_package() -> Files:
    """A whole package with one small adapter."""
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "a.gguf"
        pair = (np.ones((2, 4), np.float32), np.ones((4, 2), np.float32))
        write_adapter(file, "llama", 2.0, {"blk.0.attn_v.weight": pair})
        data = file.read_bytes()
    adapter = Adapter("a.gguf", hashlib.sha256(data).hexdigest(), VOCABULARY[:2])
    drugs = [replace(drug, group=0 if drug.name in adapter.drugs else None) for drug in package().drugs]
    return {MANIFEST: manifest_bytes(package(adapters=(adapter,), drugs=tuple(drugs))), "a.gguf": data}


MANIFEST_FILES = json_files(MANIFEST, tuned_package()[MANIFEST].decode()).map(lambda hit: {**tuned_package(), **hit})


def _adapter(seed: int) -> Files:
    """A damaged adapter under a manifest that gives its very hash."""
    data, manifest = damaged(tuned_package()["a.gguf"], seed), json.loads(tuned_package()[MANIFEST])
    manifest["adapters"][0]["sha256"] = hashlib.sha256(data).hexdigest()
    return {MANIFEST: json.dumps(manifest).encode(), "a.gguf": data}


ADAPTER_FILES = st.builds(_adapter, SEEDS)


@functools.cache
def sound_terms() -> bytes:
    """A file of linear terms."""
    chance = np.random.default_rng(3)
    d, names = len(VOCABULARY), tuple(f"dx {n}" for n in range(9))
    arrays = [chance.normal(size=shape).astype(np.float32) for shape in ((9, d), (d,), (d,), (d,), (4, d))]
    with tempfile.TemporaryDirectory() as name:
        write_terms(Terms(names, VOCABULARY, *arrays), Path(name) / "terms.npz")
        return (Path(name) / "terms.npz").read_bytes()


def _terms(seed: int, way: int, kind: str, shape: list[int]) -> Files:
    if way == 0:
        return {"terms.npz": damaged(sound_terms(), seed)}
    if way == 1:
        return {"terms.npz": damaged_zip(sound_terms(), seed)}
    header = repr({"descr": kind, "fortran_order": bool(seed % 2), "shape": tuple(shape)}).ljust(117) + "\n"
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sound_terms())) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        hit = sorted(old.namelist())[seed % len(old.namelist())]
        for member in old.namelist():
            data = old.read(member)
            made = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + data[128:]
            new.writestr(member, made if member == hit else data)
    return {"terms.npz": out.getvalue()}


TERMS_FILES = st.builds(
    _terms,
    SEEDS,
    st.integers(0, 3),
    st.sampled_from(
        ["<f4", "<f8", "<i8", "<U0", "<U9", "|S0", "|V0", "|O", "<c16", "<M8[s]", "<U1000000", "f4, f4", "?"]
    ),
    st.lists(st.sampled_from([0, 1, 4, 6, 9, 10**6, 10**9, 2**62, -1]), max_size=3),
)


def terms(folder: Path) -> None:
    """Read the terms and score with them."""
    found = read_terms(folder / "terms.npz")
    state = np.zeros(len(found.head), np.float32) if len(found.head) else None
    found.scores(VOCABULARY, np.zeros(len(VOCABULARY), np.float32), frozenset(found.features[:3]), state, lambda _: ())


def load(folder: Path) -> None:
    """Load a package and use what a job uses of it; nothing outside its folder may be opened."""
    loaded = load_package(folder)
    assert all(path.resolve().parent == folder.resolve() for path, _ in loaded.adapter_groups)
    manifest_bytes(loaded)
    assert len(loaded.sha256) == 64


def header(folder: Path) -> None:
    header_strings(folder / "a.gguf")


@functools.cache
def finished_job() -> bytes:
    with tempfile.TemporaryDirectory() as name:
        with new_job(Path(name) / "a.lamo") as store:
            work(store, 3)
        return (Path(name) / "a.lamo").read_bytes()


def _job_bytes(seed: int, beside: str) -> Files:
    files = {"a.lamo": damaged(finished_job(), seed)}
    if beside:
        files[f"a.lamo{beside}"] = damaged(finished_job(), seed + 1)
    return files


def _job_cells(table: str, column: int, value: Any, seed: int) -> Files:
    """A well-formed job file in which someone replaced a value."""
    connection = sqlite3.connect(":memory:")
    connection.deserialize(finished_job())
    with contextlib.suppress(sqlite3.Error, OverflowError, UnicodeError):
        connection.execute("PRAGMA writable_schema = ON")
        for trigger in ("event_is_kept", "event_is_fixed"):
            connection.execute(f"DROP TRIGGER {trigger}")
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        name = columns[column % len(columns)]
        if isinstance(value, list | dict):
            text = connection.execute(f"SELECT {name} FROM {table} LIMIT 1").fetchone()[0]
            value = damaged_json(text, value, seed).decode() if str(text)[:1] in "{[" else json.dumps(value)
        row = seed % 4
        connection.execute(f"UPDATE {table} SET {name} = ? WHERE rowid >= {row}", (value,))
        connection.commit()
    data = connection.serialize()
    connection.close()
    return {"a.lamo": data}


JOB_FILES = st.one_of(
    st.builds(_job_bytes, SEEDS, st.sampled_from(["", "", "-wal", "-journal", "-shm", ".lock"])),
    st.builds(_job_cells, st.sampled_from(["run", "item", "event"]), st.integers(0, 15), JSON, SEEDS),
)


def job(folder: Path) -> None:
    """Look at a job, then go on with it."""
    with JobStore.open(folder / "a.lamo", read_only=True) as store:
        store.counts(), store.events(), store.audit(), list(store.items())
        write_workbook(results(store, package(), formulary()), folder / "out.xlsx")
    with JobStore.open(folder / "a.lamo") as store:
        store.start(WEIGHTS, ENGINE)
        store.record([outcome(item.ordinal) for item in store.claim(9)])


TEXTS = st.lists(TEXT, max_size=3).map(tuple)
ADMISSION = st.builds(
    Admission,
    *(TEXT, TEXT, st.integers(0, 90) | st.none(), st.sampled_from(["female", "male", None]), TEXT),
    *(TEXTS, TEXTS, TEXTS, TEXTS),
    reactions=st.dictionaries(TEXT, TEXT, max_size=2),
    home_medications=TEXTS,
    sections=st.dictionaries(TEXT, TEXT, max_size=2),
    previous=st.none() | st.builds(PreviousStay, st.none(), TEXTS, TEXTS, TEXTS),
    codes=TEXTS,
    orders=st.none() | TEXTS,
    unmapped_orders=TEXTS,
    labels=st.dictionaries(TEXT, TEXT, max_size=2),
    source_row=TEXT,
)
COHORTS = st.builds(
    Cohort,
    st.lists(ADMISSION, min_size=1, max_size=4).map(tuple),
    st.builds(Source, TEXT, st.dictionaries(TEXT, TEXT, max_size=2), TEXT),
    st.lists(st.builds(AttritionStep, TEXT, st.just(1), st.just(0), TEXT), max_size=2).map(tuple),
    st.lists(st.builds(Problem, TEXT, TEXT), max_size=2).map(tuple),
    st.lists(st.builds(SetAside, TEXT, TEXT, TEXT), max_size=2).map(tuple),
    st.dictionaries(TEXT, st.integers(0, 9), max_size=2),
)


def written(folder: Path, cohort: Cohort) -> None:
    """Any cohort through a job file into a workbook: every text stays a text."""
    with new_job(folder / "a.lamo", cohort) as store:
        work(store)
        kept = [to_json(item.admission) for item in store.items()]
        assert kept == [to_json(given) for given in cohort.admissions]  # as JSON: it joins two halves of a character
        assert store.audit() == []
        write_workbook(results(store, package(), formulary()), folder / "out.xlsx")
    with zipfile.ZipFile(folder / "out.xlsx") as book:
        sheets = [book.read(name) for name in book.namelist() if name.startswith("xl/worksheets/")]
        assert not any(b"<f>" in sheet or b"<hyperlink" in sheet for sheet in sheets)
