"""Opens an export for a person to look at: the cohort with how it was read, or why it could not be."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamo_desktop.admissions.cohort import Cohort
from lamo_desktop.errors import InputError, LamoError

if TYPE_CHECKING:  # the window itself starts without the readers
    from lamo_desktop.admissions.headers import HeaderMapping
    from lamo_desktop.admissions.mapping import Export, ReadTable
    from lamo_desktop.admissions.profile import Profile
    from lamo_desktop.admissions.tables import Table
    from lamo_desktop.check.coverage import Coverage

Progress = Callable[[str, float], None]
SAMPLE_ROWS = 400  # rows in which sample values are looked for
SAMPLES = 3
SAMPLE_LENGTH = 60
PERHAPS = 3  # columns that are named in a question


@dataclass(frozen=True, slots=True)
class Choices:
    """A table's columns, to choose from: `samples[j]` are up to three different values of column j, shortened."""

    role: str  # "admissions" or "orders"
    sheet: str  # "" for a text table
    title: str
    header_row: int
    headers: tuple[str, ...]
    letters: tuple[str, ...]
    samples: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """An export as it was read. `cohort` is None where its columns could not be found, and `fault` says which.

    `export` is what `save_profile` takes, without the cells; None together with the cohort. `tables` are the tables as
    read or, with a fault, as guessed. `changed` is what the profile says that the shipped one of its kind does not.
    `ids_repeat`: admission ids stand in several rows of the admissions table. `by_choice`: (field, header) of columns
    that the profile names and whose header the program would not have known. `perhaps_ids`: headers of the columns that
    may hold the admission id, where none was found and rows are not clearly admissions.
    """

    path: Path
    profile: "Profile"
    tables: "tuple[ReadTable, ...]"
    choices: tuple[Choices, ...] = ()
    cohort: Cohort | None = None
    export: "Export | None" = None
    coverage: "Coverage | None" = None
    fault: str = ""
    changed: Mapping[str, Any] | None = None
    ids_repeat: bool = False
    by_choice: frozenset[tuple[str, str]] = frozenset()
    perhaps_ids: tuple[str, ...] = ()

    @property
    def flat(self) -> bool:
        """Whether it is a workbook or text table, whose columns can be chosen."""
        return self.profile.kind == "flat"

    @property
    def encoding(self) -> str:
        """The encoding in which a text table is read by choice; "" where it is found."""
        return str(self.profile.data.get("encoding", ""))

    def under(self, profile: "Profile", changed: Mapping[str, Any]) -> "Opened":
        """The same, now that its columns have been saved as a profile; `changed` is what that one says."""
        export = replace(self.export, profile=profile) if self.export else None
        source = replace(self.cohort.source, profile=profile.name) if self.cohort else None
        cohort = replace(self.cohort, source=source) if self.cohort and source else None
        return replace(self, profile=profile, export=export, cohort=cohort, changed=changed)

    @property
    def doubtful(self) -> bool:
        """Whether a person should look at the columns before going on."""
        return any(column.confidence < 0.9 for table in self.tables for column in table.columns)


def open_export(path: Path, profile: str | None, names: Path | None, progress: Progress) -> Opened:
    """Read an export with a profile (None: found by what is there) and the site's confirmed drug names.

    Raises InputError where there is nothing a person could correct by choosing columns.
    """
    from lamo_desktop.admissions.profile import load_profile
    from lamo_desktop.admissions.read import detect_kind, read_export
    from lamo_desktop.formulary import load_formulary

    progress("Opening", 0.0)
    if not path.exists():
        raise InputError(f"There is no file or folder {path.name!r} at the given place.")
    chosen = load_profile(profile or detect_kind(path))
    formulary = load_formulary(names)
    try:
        export = read_export(path, formulary, profile or chosen.kind, progress)
    except InputError as error:
        if chosen.kind != "flat" or not path.is_file():
            raise
        return _guessed(path, chosen, str(error))
    choices = _choices(export.headers) if export.headers else ()
    return Opened(
        path=path,
        profile=export.profile,
        tables=export.tables,
        choices=choices,
        cohort=export.cohort,
        export=_without_cells(export),
        coverage=_coverage(export.cohort, formulary),
        changed=_changed(export.profile),
        ids_repeat=_repeat(export.headers),
        by_choice=_by_choice(export.profile, export.tables),
    )


def _coverage(cohort: Cohort, formulary: Any) -> "Coverage | None":
    from lamo_desktop.check.coverage import cover
    from lamo_desktop.model.package import load_package

    try:
        return cover(cohort, formulary, load_package())
    except LamoError:
        return None  # the Recommend page says what is wrong with the model


def _changed(profile: "Profile") -> dict[str, Any]:
    from lamo_desktop.admissions.profile import differences, load_profile

    return differences(profile.data, load_profile(profile.kind).data)


def _by_choice(profile: "Profile", tables: "Sequence[ReadTable]") -> frozenset[tuple[str, str]]:
    from lamo_desktop.admissions.synonyms import CERTAIN, Vocabulary

    if profile.kind != "flat":
        return frozenset()
    vocabulary, named = Vocabulary(profile.data), profile.data["columns"]
    return frozenset(
        (column.field, column.header)
        for table in tables
        for column in table.columns
        if named.get(column.field) and vocabulary.confidence(column.header, column.field) < CERTAIN
    )


def _repeat(mapping: "HeaderMapping | None") -> bool:
    if mapping is None or not mapping.columns("admission_id"):
        return False
    (column,) = mapping.columns("admission_id")
    ids = mapping.admissions.cells[column]
    return len(set(ids)) < len(ids)


def _choices(mapping: "HeaderMapping") -> tuple[Choices, ...]:
    found = [_choice(mapping.admissions, "admissions")]
    return (*found, _choice(mapping.orders, "orders")) if mapping.orders else tuple(found)


def _choice(table: "Table", role: str) -> Choices:
    samples = tuple(_samples(cells) for cells in table.cells)
    return Choices(role, table.sheet, table.title, table.header_row, table.columns, table.letters, samples)


def _samples(cells: Sequence[str]) -> tuple[str, ...]:
    filled = dict.fromkeys(" ".join(cell.split())[:SAMPLE_LENGTH] for cell in cells[:SAMPLE_ROWS] if cell)
    return tuple(islice(filled, SAMPLES))


def _without_cells(export: "Export") -> "Export":
    """The same for saving a profile: cells stay in the process that read them."""
    mapping = export.headers
    empty = replace(export.cohort, admissions=(), problems=(), set_aside=(), unmapped={})
    if mapping is None:
        return replace(export, cohort=empty)
    orders = replace(mapping.orders, cells=(), rows=[]) if mapping.orders else None
    bare = replace(mapping, admissions=replace(mapping.admissions, cells=(), rows=[]), orders=orders, problems=[])
    return replace(export, cohort=empty, headers=bare)


def _guessed(path: Path, profile: "Profile", fault: str) -> Opened:
    """What can be said of a file whose columns do not serve: its likeliest table, with the columns that are known.

    Raises the InputError again where the file as a whole cannot be read.
    """
    from lamo_desktop.admissions.column_cells import Match, id_columns
    from lamo_desktop.admissions.mapping import ReadColumn, ReadTable
    from lamo_desktop.admissions.synonyms import Vocabulary
    from lamo_desktop.admissions.tables import read_tables

    vocabulary = Vocabulary(profile.data)
    tables = read_tables(
        path, vocabulary.recognised, int(profile.data["header_row"]), encoding=profile.data["encoding"]
    ).tables
    wanted = profile.data["sheets"]["admissions"]
    named = [table for table in tables if table.sheet == wanted] or list(tables)
    found = {table.title: _likeliest(table, vocabulary, profile) for table in named}
    table = max(named, key=lambda table: len(found[table.title]))
    columns = tuple(
        ReadColumn(name, table.letters[j], table.columns[j], confidence)
        for j, (name, confidence) in sorted(found[table.title].items())
    )
    held = {column.field for column in columns}
    missing = tuple(name for name in vocabulary.fields if name not in held and not name.startswith("order_"))
    read = ReadTable(table.title, "admissions", table.form, table.header_row, len(table), columns, missing)
    choices = (_choice(table, "admissions"),)
    chosen = _by_choice(profile, (read,))
    taken = [Match(name, j, table.columns[j], confidence) for j, (name, confidence) in found[table.title].items()]
    perhaps = () if "admission_id" in held else tuple(table.columns[j] for j in id_columns(table, taken)[:PERHAPS])
    return Opened(
        *(path, profile, (read,), choices),
        fault=fault,
        changed=_changed(profile),
        by_choice=chosen,
        perhaps_ids=perhaps,
    )


def _likeliest(table: "Table", vocabulary: Any, profile: "Profile") -> dict[int, tuple[str, float]]:
    """Column -> its likeliest field and the confidence; a field that is no list is given once."""
    from lamo_desktop.admissions.column_cells import ACCEPTED
    from lamo_desktop.admissions.synonyms import LISTS, normalised

    own = {
        normalised(str(header)): name
        for name, headers in profile.data["columns"].items()
        for header in (headers if isinstance(headers, list) else [headers])
        if header
    }
    fields = [name for name in vocabulary.fields if name not in profile.data["columns"]]
    ranked = sorted(
        (-vocabulary.confidence(header, name), j, name) for j, header in enumerate(table.columns) for name in fields
    )
    found = {j: (own[normalised(h)], 1.0) for j, h in enumerate(table.columns) if normalised(h) in own}
    for minus, j, name in ranked:
        taken = name not in LISTS and any(name == field for field, _ in found.values())
        if -minus >= ACCEPTED and j not in found and not taken and not name.startswith("order_"):
            found[j] = (name, -minus)
    return found
