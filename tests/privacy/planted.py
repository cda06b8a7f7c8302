"""A made-up export with a word of its own in every text column, and the search for those words in written files."""

import csv
import gzip
import io
import os
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

COLUMNS = {  # header -> the planted word
    "Admission ID": "Qadmissionq",
    "Patient ID": "Qpatientq",
    "Reason for admission": "Qreasonq",
    "Diagnoses": "Qdiagnosisq",
    "Procedures": "Qprocedureq",
    "Past medical history": "Qhistoryq",
    "Home medications": "Qhomedrugq",
    "Allergies": "Qallergyq",
    "Note": "Qnoteq",
    "Ward": "Qwardq",
    "Orders": "Qorderq",
}
WORDS = tuple(COLUMNS.values())
RESULTS = (".xlsx", ".html", ".json", ".lamo", ".lamo-wal", ".lamo-shm", ".lamo-journal")


def write_export(path: Path, rows: int = 3) -> Path:
    """A CSV file of adults with orders that are known and one that is not; the words are numbered by row."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Age", "Sex", *COLUMNS])
        for n in range(rows):
            told = {header: f"{word}{n}" for header, word in COLUMNS.items()}
            told["Note"] = (
                f"History of Present Illness:\n{told['Note']} was found at home.\n\nAllergies:\n{told['Note']}"
            )
            told["Orders"] = f"{told['Orders']}; ASPIRIN 81 MG; METOPROLOL TARTRATE 25 MG; HEPARIN 5000 UNITS"
            writer.writerow([60 + n, "F", *told.values()])
    return path


def environment(tree: Path) -> dict[str, str]:
    """An environment whose every folder for settings, data and temporary files lies in `tree`."""
    for name in ("home", "data", "config", "cache", "state", "runtime", "tmp"):
        (tree / name).mkdir(parents=True, exist_ok=True)
        (tree / name).chmod(0o700)
    kept = {name: value for name, value in os.environ.items() if name not in ("LAMO_DATA_DIR", "PYTHONPATH")}
    places = {"HOME": "home", "USERPROFILE": "home", "LOCALAPPDATA": "data", "XDG_DATA_HOME": "data"}
    places |= {"XDG_CONFIG_HOME": "config", "XDG_CACHE_HOME": "cache", "XDG_STATE_HOME": "state"}
    places |= {"XDG_RUNTIME_DIR": "runtime", "TMPDIR": "tmp", "TMP": "tmp", "TEMP": "tmp"}
    chosen = {name: str(tree / folder) for name, folder in places.items()}
    return {**kept, **chosen, "PYTHONPATH": str(Path(__file__).parents[2]), "QT_QPA_PLATFORM": "offscreen"}


def hits(folders: Iterable[Path], besides: Iterable[Path] = ()) -> list[str]:
    """Every planted word in any file but results, jobs and `besides`, as "file: word"; also packed and as UTF-16."""
    left_out = {path.resolve() for path in besides}
    return [
        f"{path}: {word}"
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(RESULTS) and path.resolve() not in left_out
        for word in words_in(path.read_bytes())
    ]


def words_in(data: bytes) -> list[str]:
    """The planted words in some bytes, whatever they are packed and written in."""
    found = []
    for content in (data, *_unpacked(data)):
        folded = content.lower()
        for word in WORDS:
            if any(word.lower().encode(coding) in folded for coding in ("utf-8", "utf-16-le", "utf-16-be")):
                found.append(word)
    return found


def _unpacked(data: bytes) -> Iterator[bytes]:
    if data.startswith(b"\x1f\x8b"):
        yield gzip.decompress(data)
    elif data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield from (archive.read(name) for name in archive.namelist())
    elif data[:1] == b"\x78":
        try:
            yield zlib.decompress(data)
        except zlib.error:
            return
