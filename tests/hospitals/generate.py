"""Exports as hospitals write them, from real admissions: each is a pure function of its seed and comes with its truth.

The admissions are those of a public eICU export: their ages, sexes, diagnoses, histories and drugs are real, while
identifiers, dates and the texts of the orders are not. An order counts when it orders a drug, was not cancelled and,
where the export says when orders start, starts between 24 hours before and 24 hours after admission.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml
from openpyxl.utils import get_column_letter

from lamo_desktop.admissions.cohort import Admission
from tests.hospitals import drugs
from tests.hospitals.files import Grid, TextStyle, Value, write_text, write_workbook
from tests.hospitals.values import (
    CELL_FORMATS,
    DATE_STYLES,
    WORDS,
    Dated,
    age_value,
    birthday,
    distractor,
    identifier_style,
    moment,
    sex_words,
)

LANGUAGES = ("en", "de", "fr", "es", "zh")
LAYOUTS = ("second sheet", "long", "wide", "one cell")
REQUIRED = ("admission_id", "patient_id", "age", "sex", "admission_date", "diagnoses", "order_drug", "order_start")
WINDOW = timedelta(hours=24)

# What the columns of the pool are to the program; the others are nothing to it.
_KNOWN_TO_THE_PROGRAM = {
    "discharge_date": "discharge_date",
    "procedure": "procedures",
    "history": "past_medical_history",
    "allergies": "allergies",
    "home_medications": "medications_on_admission",
    "reason": "reason",
    "birth_date": "birth_date",
    "order_status": "order_status",
    "route": "order_route",
    "dose": "order_dose",
    "order_end": "order_end",
}
_PATIENT_COLUMNS = ("patient_name", "race", "postcode", "weight", "age_group")
_ENCOUNTER_COLUMNS = (
    "row_number",
    "ward",
    "bed",
    "length_of_stay",
    "discharge_date",
    "icu_admission_date",
    "drg",
    "insurance",
    "cost",
    "admission_type",
    "discharge_disposition",
    "physician",
    "outcome",
    "procedure",
    "diagnosis_count",
    "order_count",
    "discharge_medications",
    "comment",
    "visit_number",
    "site",
    "extract_date",
)
_ORDER_COLUMNS = (
    "drug_code",
    "route",
    "dose",
    "dose_unit",
    "frequency",
    "drug_form",
    "prescriber",
    "order_id",
    "order_end",
    "order_entered",
    "order_category",
)
_OF_ADMISSION = ("admitting", "admission", "aufnahme", "entrée", "ingreso", "入院")  # a reason for admission, too


@dataclass(slots=True)
class Order:
    """One order of a stay."""

    written: drugs.OrderText
    start: datetime
    void: bool = False
    number: int = 0

    def counts(self, admitted: datetime, start_known: bool) -> bool:
        """Whether it belongs to the label."""
        timely = not start_known or abs(self.start - admitted) <= WINDOW
        return bool(self.written.ingredients) and not self.void and timely


@dataclass(slots=True)
class Stay:
    """One admission as this hospital knows it."""

    admission: Admission
    identifiers: list[Value]  # one or two that tell stays apart
    patients: list[Value]
    admitted: datetime
    discharged: datetime
    home: list[str] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)


@dataclass(slots=True)
class Column:
    """One column of a table: what it is, its header, and its values."""

    field: str
    header: str
    group: str
    values: list[Value]


@dataclass(frozen=True, slots=True)
class Export:
    """A generated export with the truth about it.

    `columns`: field -> the columns (sheet, letter) that hold it; `required`: the fields this export has and a reader
    must find. Labels, ages and sexes by admission id; `foreign` are ingredients written in another language than
    English, which a reader may leave out of a label but must not take for others.
    """

    path: Path
    index: int
    language: str
    layout: str
    kind: str
    traits: Mapping[str, str]
    columns: Mapping[str, frozenset[tuple[str, str]]]
    headers: Mapping[str, str]
    required: tuple[str, ...]
    stays: int
    labels: Mapping[str, frozenset[str]]
    foreign: Mapping[str, frozenset[str]]
    ages: Mapping[str, int | None]
    sexes: Mapping[str, str | None]


@cache
def pool(name: str = "first") -> dict[str, Any]:
    """The headers of a pool: "first", "second", or a part of either ("second open", "second held")."""
    which, _, part = name.partition(" ")
    file = {"first": "pool.yaml", "second": "pool_second.yaml"}[which]
    loaded: dict[str, Any] = yaml.safe_load((Path(__file__).parent / file).read_text(encoding="utf-8"))
    if part:
        for kind in ("required", "optional", "distractors"):
            for options in loaded[kind].values():
                for language, headers in options.items():
                    options[language] = [h for h in headers if _part(h) == part] or headers
    return loaded


def _part(header: str) -> str:
    return "held" if hashlib.sha256(header.encode()).digest()[0] % 2 else "open"


def _same(header: str) -> str:
    folded = unicodedata.normalize("NFKD", header.casefold())
    return re.sub(r"[\W_]+", "", "".join(c for c in folded if not unicodedata.combining(c)))


def _databaselike(header: str) -> bool:
    return bool(re.fullmatch(r"[A-Za-z0-9_.#]+", header)) and bool(re.search(r"_|[a-z][A-Z]|^[A-Z0-9]{3,}$", header))


class Headers:
    """Chooses the headers of one export in its house style; no two of a table mean the same to a reader."""

    def __init__(self, rng: Random, language: str) -> None:
        self.rng = rng
        self.language = language
        share = {"en": 0.3, "zh": 0.12}.get(language, 0.25)
        self.database = rng.random() < share
        self.prefixes = self.database and rng.random() < 0.2
        self.decoration = rng.choices(("", "colon", "break", "star", "space", "code"), (80, 4, 6, 3, 4, 3))[0]
        self.used: set[str] = set()

    def pick(
        self, options: Mapping[str, Sequence[str]], group: str, wanted: Callable[[str], bool] | None = None
    ) -> str:
        """One of a field's headers, decorated; `wanted` leaves out those that this export's values contradict."""
        offered = [h for h in options[self.language] if _same(h) not in self.used and (wanted is None or wanted(h))]
        offered = offered or [f"{options[self.language][0]} {len(self.used)}"]
        fitting = [header for header in offered if _databaselike(header) == self.database]
        return self.take(self.rng.choice(fitting or offered), group)

    def take(self, header: str, group: str) -> str:
        """Use this header, decorated."""
        self.used.add(_same(header))
        if self.database and not _databaselike(header) and self.language != "zh":
            folded = unicodedata.normalize("NFKD", header)
            plain = "".join(c for c in folded if not unicodedata.combining(c)).replace("#", "NO")
            header = re.sub(r"[^A-Za-z0-9]+", "_", plain).strip("_").upper()
        if self.prefixes and "." not in header:
            header = {"patient": "pat.", "encounter": "enc.", "order": "ord."}[group] + header
        if self.database:
            return header
        if self.decoration == "code":
            return f"{header} [V{len(self.used):03d}]"
        ending = {"colon": ":", "star": " *", "space": " "}.get(self.decoration, "")
        return header.replace(" ", "\n", 1) if self.decoration == "break" else header + ending


class Hospital:
    """One hospital's way to export; `write` writes it and returns the truth."""

    def __init__(self, seed: int, index: int, headers: str = "first") -> None:
        rng = self.rng = Random(f"{seed}-{index}")
        self.pool = pool(headers)
        self.index = index
        self.language = rng.choices(LANGUAGES, (50, 14, 12, 12, 12))[0]
        self.layout = rng.choices(LAYOUTS, (35, 27, 15, 23))[0]
        self.kind = "xlsx" if self.layout == "second sheet" or rng.random() < 0.35 else "text"
        self.drug_language = self.language if rng.random() < 0.35 else "en"
        styles = [s for s in DATE_STYLES[self.language] if self.kind == "xlsx" or s != "cell"]
        self.date_style = rng.choice(styles)
        self.admitted_with_time = rng.random() < 0.6
        self.start = self._start_form()
        self.start_with_time = rng.random() < 0.8 or self.date_style == "compact"
        self.has_status = self.layout in ("second sheet", "long") and rng.random() < 0.3
        self.order_style = rng.choice((*drugs.STYLES, "mixed"))
        self.clock = rng.random() < 0.1 and self.date_style not in ("serial", "compact")
        self.two_ids = rng.random() < 0.12
        self.two_patients = rng.random() < 0.12
        self.headers = Headers(rng, self.language)
        self.decimal_comma = self.language in ("de", "fr", "es") and rng.random() < 0.6
        self.text_style = self._text_style()
        self.cell_separator = rng.choice(("; ", "; ", "\n", " | ", ", ", ";", "\n- "))
        if self.text_style.encoding == "big5":
            self.drug_language = "en"
        if self.cell_separator == ", " or (self.cell_separator == " | " and self.text_style.delimiter == "|"):
            self.cell_separator, self.order_style = ", ", "name"

    def _start_form(self) -> str:
        if self.layout not in ("second sheet", "long"):
            return "none"
        return self.rng.choices(("moment", "minutes", "hours", "none"), (58, 20, 12, 10))[0]

    def _text_style(self) -> TextStyle:
        rng = self.rng
        encodings = {
            "en": ("utf-8", "utf-8", "utf-8-sig", "cp1252", "utf-16"),
            "de": ("utf-8", "utf-8-sig", "cp1252", "cp1252", "utf-16", "cp1250"),
            "zh": ("utf-8", "utf-8-sig", "gb18030", "gb18030", "utf-16", "big5"),
        }
        encoding = rng.choice(encodings.get(self.language, ("utf-8", "utf-8-sig", "cp1252", "cp1252", "utf-16")))
        delimiter = rng.choice(";;;\t," if self.language in ("de", "fr", "es") else ",,,;\t|")
        if self.decimal_comma and delimiter == ",":
            delimiter = ";"
        return TextStyle(encoding, delimiter, rng.random() < 0.25, self.decimal_comma, rng.random() < 0.04)

    # Stays and orders

    def stays(self, admissions: Sequence[Admission]) -> list[Stay]:
        """Ten to forty of the admissions with this hospital's identifiers, dates and orders."""
        rng = self.rng
        chosen = rng.sample(list(admissions), min(len(admissions), rng.randrange(10, 41)))
        styles = [identifier_style(rng) for _ in range(4)]
        patients: dict[str, list[Value]] = {}
        stays = []
        for admission in chosen:
            ids = [style.write(rng) for style in styles[: 1 + self.two_ids]]
            if admission.patient_id not in patients:
                patients[admission.patient_id] = [style.write(rng) for style in styles[2 : 3 + self.two_patients]]
            day = datetime(2018, 1, 1) + timedelta(days=rng.randrange(1500))
            admitted = day + timedelta(hours=rng.randrange(24), minutes=rng.randrange(60))
            discharged = admitted + timedelta(hours=rng.randrange(100, 600))
            stay = Stay(admission, ids, patients[admission.patient_id], admitted, discharged)
            self._order(stay)
            stays.append(stay)
        return stays

    def _order(self, stay: Stay) -> None:
        """Orders of the stay: drugs it really had, first-day ones and others, and what is no drug."""
        rng = self.rng
        had = drugs.keys_within(frozenset(stay.admission.orders or ()))
        others = [key for key in drugs.names() if key not in had]
        timely = rng.sample(had, min(len(had), rng.randrange(3, 9)))
        timely += rng.sample(others, max(0, rng.randrange(3, 6) - len(timely)))
        rest = rng.sample([key for key in others if key not in timely], 8)
        stay.home = [drugs.order_text(rng, key, "clinical").text for key in rest[:3]]
        orders = [Order(self._text(key), self._timely(stay)) for key in timely]
        if rng.random() < 0.2:
            orders.append(Order(self._text(rng.choice(timely)), self._late(stay)))
        if rng.random() < 0.6:
            orders += [Order(self._text(key), self._late(stay)) for key in rest[3 : 3 + rng.randrange(1, 3)]]
        if rng.random() < 0.5:
            orders += [Order(drugs.no_drug(rng), self._timely(stay)) for _ in range(rng.randrange(1, 3))]
        if self.has_status and rng.random() < 0.5:
            orders.append(Order(self._text(rest[6]), self._timely(stay), void=True))
        rng.shuffle(orders)
        for order in orders:
            order.number = rng.randrange(10_000_000, 99_999_999)
        stay.orders = orders

    def _text(self, key: str) -> drugs.OrderText:
        style = self.rng.choice(drugs.STYLES) if self.order_style == "mixed" else self.order_style
        return drugs.order_text(self.rng, key, style, self.drug_language)

    @property
    def _exact(self) -> bool:
        return self.start in ("minutes", "hours") or (
            self.admitted_with_time and self.start_with_time and not self.clock
        )

    def _timely(self, stay: Stay) -> datetime:
        """A start that is within the window also for who knows the days only."""
        if self._exact:
            hours = self.rng.choice((-23.5, -2.0, 0.0, 0.25, 1.0, 3.5, 8.0, 14.0, 23.5))
            return stay.admitted + timedelta(hours=hours)
        end_of_day = stay.admitted.replace(hour=23, minute=59)
        left = int((end_of_day - stay.admitted) / timedelta(minutes=1))
        return stay.admitted + timedelta(minutes=self.rng.randrange(left + 1))

    def _late(self, stay: Stay) -> datetime:
        """A start outside the window."""
        hours = (-140.0, -30.0, 25.0, 31.0, 49.5, 77.0, 96.0) if self._exact else (-140.0, -75.0, 60.0, 77.0, 96.0)
        return stay.admitted + timedelta(hours=self.rng.choice(hours))

    # Columns

    def _fits_dates(self, header: str) -> bool:
        return "dd/mm" not in header or self.date_style == "dmy"

    def _moment_columns(self, name: str, group: str, moments: list[datetime], with_time: bool) -> list[Column]:
        """One column, or a date and a clock time."""
        required = self.pool["required"]
        if self.clock:
            pair = self.rng.choice(self.pool["clock_times"][name][self.language])
            if not {_same(header) for header in pair} & self.headers.used:
                dates: list[Value] = [moment(when, self.date_style, False) for when in moments]
                times: list[Value] = [when.strftime("%H:%M") for when in moments]
                day, clock = (self.headers.take(header, group) for header in pair)
                return [Column(name, day, group, dates), Column(f"{name} clock", clock, group, times)]
        header = self.headers.pick(required[name], group, self._fits_dates)
        return [Column(name, header, group, [moment(when, self.date_style, with_time) for when in moments])]

    def _admission_columns(self, stays: list[Stay]) -> list[Column]:
        """The columns that say something about a stay, one value for each entry of `stays`."""
        rng, required, language = self.rng, self.pool["required"], self.language
        columns = []
        for k in range(1 + self.two_ids):
            header = self.headers.pick(required["admission_id"], "encounter")
            columns.append(Column("admission_id", header, "encounter", [s.identifiers[k] for s in stays]))
        for k in range(1 + self.two_patients):
            header = self.headers.pick(required["patient_id"], "patient")
            columns.append(Column("patient_id", header, "patient", [s.patients[k] for s in stays]))
        columns += self._age_columns(stays)
        header = self.headers.pick(required["sex"], "patient")
        female, male = sex_words(rng, language, header)
        words = {"female": female, "male": male, None: ""}
        columns.append(Column("sex", header, "patient", [words[s.admission.sex] for s in stays]))
        admitted = [s.admitted for s in stays]
        columns += self._moment_columns("admission_date", "encounter", admitted, self.admitted_with_time)
        columns += self._diagnosis_columns(stays)
        for name, group, chance, content in (
            ("allergies", "patient", 0.25, lambda a: "; ".join(a.admission.allergies) or "NKDA"),
            ("home_medications", "encounter", 0.2, lambda a: "; ".join(a.home)),
            ("history", "patient", 0.25, lambda a: "; ".join(a.admission.past_history)),
            ("reason", "encounter", 0.25, lambda a: a.admission.reason),
        ):
            if rng.random() < chance:
                header = self.headers.pick(self.pool["optional"][name], group)
                content_of = {id(s): content(s) for s in stays}
                columns.append(Column(name, header, group, [content_of[id(s)] for s in stays]))
        return columns

    def _age_columns(self, stays: list[Stay]) -> list[Column]:
        rng, required, optional = self.rng, self.pool["required"], self.pool["optional"]
        style = rng.choice(("number", "number", "number", "unit", "text", "decimal"))
        form = rng.choices(("age", "birth date", "both"), (84, 8, 8))[0]
        columns = []
        if form != "birth date":
            header = self.headers.pick(required["age"], "patient")
            shown = {id(s): age_value(rng, s.admission.age or 60, style, self.language) for s in stays}
            columns.append(Column("age", header, "patient", [shown[id(s)] for s in stays]))
        if form != "age":
            header = self.headers.pick(optional["birth_date"], "patient")
            born: dict[str, datetime] = {}
            for s in stays:
                day = birthday(rng, s.admission.age or 60, s.admitted)
                born[str(id(s))] = datetime(day.year, day.month, day.day)
            values: list[Value] = [moment(born[str(id(s))], self.date_style, False) for s in stays]
            columns.append(Column("birth_date", header, "patient", values))
        return columns

    def _diagnosis_columns(self, stays: list[Stay]) -> list[Column]:
        """Titles, codes, or both; in one cell or a column each."""
        rng, required, language = self.rng, self.pool["required"], self.language
        form = rng.choices(
            ("titles", "codes", "codes with titles", "two columns", "numbered", "main and others"),
            (34, 14, 14, 14, 12, 12),
        )[0]
        version = rng.choice((0, 0, 0, 1))
        separator = rng.choice(("; ", "\n", " | ", ";")) if self.text_style.delimiter != "|" else "; "
        coded = {id(s): rng.sample(drugs.table()["diagnoses"], rng.randrange(1, 7)) for s in stays}
        titles = {id(s): list(s.admission.diagnoses) or [s.admission.reason or "observation"] for s in stays}

        def joined(of: Callable[[Stay], list[str]], by: str) -> list[Value]:
            return [by.join(of(s)) for s in stays]

        def codes(s: Stay) -> list[str]:
            return [entry[version] for entry in coded[id(s)]]

        if form == "codes":
            header = self.headers.pick(required["diagnosis_codes"], "encounter")
            return [Column("diagnoses", header, "encounter", joined(codes, rng.choice((", ", "; "))))]
        if form == "codes with titles":
            shape = rng.choice(("{0} {1}", "{1} [{0}]", "{1} ({0})", "{0} - {1}"))
            header = self.headers.pick(required["diagnoses"], "encounter")
            both = joined(lambda s: [shape.format(e[version], e[2]) for e in coded[id(s)]], separator)
            return [Column("diagnoses", header, "encounter", both)]
        if form == "two columns":
            names = self.headers.pick(required["diagnoses"], "encounter")
            marks = self.headers.pick(required["diagnosis_codes"], "encounter")
            written = joined(lambda s: [e[2] for e in coded[id(s)]], separator)
            return [
                Column("diagnoses", names, "encounter", written),
                Column("diagnoses", marks, "encounter", joined(codes, ", ")),
            ]
        if form == "numbered":
            template = rng.choice(required["diagnosis_numbered"][language])
            width = min(8, max(len(titles[id(s)]) for s in stays))
            return [
                self._numbered("diagnoses", template, n, "encounter", [titles[id(s)] for s in stays])
                for n in range(width)
            ]
        if form == "main and others":
            main = self.headers.pick(required["primary_diagnosis"], "encounter")
            template = rng.choice(required["diagnosis_numbered"][language])
            width = min(6, max(1, max(len(titles[id(s)]) for s in stays) - 1))
            first: list[Value] = [titles[id(s)][0] for s in stays]
            others = [titles[id(s)][1:] for s in stays]
            return [
                Column("diagnoses", main, "encounter", first),
                *(self._numbered("diagnoses", template, n, "encounter", others) for n in range(width)),
            ]
        header = self.headers.pick(required["diagnoses"], "encounter")
        return [Column("diagnoses", header, "encounter", joined(lambda s: titles[id(s)], separator))]

    def _numbered(self, name: str, template: str, n: int, group: str, lists: list[list[str]]) -> Column:
        header = self.headers.take(template.format(n=n + 1), group)
        return Column(name, header, group, [entries[n] if n < len(entries) else "" for entries in lists])

    def _order_columns(self, pairs: list[tuple[Stay, Order]]) -> list[Column]:
        """The columns that say something about an order, for a table with one row per order."""
        rng, required = self.rng, self.pool["required"]
        options = dict(required["drug"])
        columns = [
            Column("order_drug", self.headers.pick(options, "order"), "order", [o.written.text for _, o in pairs])
        ]
        if self.start == "moment":
            starts = [o.start for _, o in pairs]
            columns += self._moment_columns("order_start", "order", starts, self.start_with_time)
        elif self.start in ("minutes", "hours"):
            unit = timedelta(minutes=1) if self.start == "minutes" else timedelta(hours=1)
            header = self.headers.pick(required[f"order_start_{self.start}"], "order")
            since = [round((o.start - s.admitted) / unit, 2) for s, o in pairs]
            whole: list[Value] = [int(number) if number == int(number) else number for number in since]
            columns.append(Column("order_start", header, "order", whole))
        if self.has_status:
            header = self.headers.pick(self.pool["distractors"]["order_status"], "order")
            void, live = WORDS["void"][self.language], WORDS["live"][self.language]
            states: list[Value] = [rng.choice(void if o.void else live) for _, o in pairs]
            columns.append(Column("order_status", header, "order", states))
        return columns

    def _distractors(self, kinds: Iterable[str], group: str, pairs: list[tuple[Stay, Order | None]]) -> list[Column]:
        columns = []
        for kind in kinds:
            header = self.headers.pick(self.pool["distractors"][kind], group)
            values: list[Value] = []
            for row, (stay, order) in enumerate(pairs, start=1):
                state = Random(f"{kind}-{stay.identifiers[0]}-{order.number if order else 0}-{self.index}")
                moments = {
                    "discharged": stay.discharged,
                    "unit": stay.admitted + timedelta(hours=7),
                    "extracted": datetime(2023, 3, 14, 6, 0),
                }
                known: dict[str, Value] = {
                    "row": row,
                    "age": stay.admission.age,
                    "los": (stay.discharged - stay.admitted).days,
                }
                if order:
                    moments |= {"ended": order.start + timedelta(hours=60), "entered": order.start - timedelta(hours=1)}
                    known |= {"route": order.written.route, "dose": order.written.dose, "order_id": order.number}
                dated = Dated(moments, self.date_style, True)
                if kind == "discharge_medications":
                    chosen = state.sample(drugs.names(), 4)
                    values.append("; ".join(drugs.order_text(state, key, "clinical").text for key in chosen))
                else:
                    values.append(distractor(state, kind, self.language, known, dated))
            columns.append(Column(f"distractor {kind}", header, group, values))
        return columns

    # Tables and files

    def write(self, admissions: Sequence[Admission], folder: Path) -> Export:
        """Write the export into `folder`."""
        rng = self.rng
        stays = self.stays(admissions)
        tables: list[tuple[Grid, list[Column], int]] = []
        sheet_names = {
            "en": ("Admissions", "Orders"),
            "de": ("Fälle", "Verordnungen"),
            "fr": ("Séjours", "Prescriptions"),
            "es": ("Episodios", "Prescripciones"),
            "zh": ("住院患者", "医嘱"),
        }[self.language]
        if rng.random() < 0.3:
            sheet_names = ("Sheet1", "Sheet2")
        encounter = rng.sample(_ENCOUNTER_COLUMNS, rng.randrange(2, 8))
        personal = rng.sample(_PATIENT_COLUMNS, rng.randrange(0, 4))
        if self.layout in ("second sheet", "long"):
            pairs = [(stay, order) for stay in stays for order in stay.orders]
            ordering = rng.sample(_ORDER_COLUMNS, rng.randrange(1, 6))
        if self.layout == "long":
            repeated = [stay for stay, _ in pairs]
            columns = self._admission_columns(repeated)
            columns += self._distractors(encounter, "encounter", [(s, None) for s in repeated])
            columns += self._distractors(personal, "patient", [(s, None) for s in repeated])
            columns = self._arranged(columns)
            rest = self._order_columns(pairs) + self._distractors(ordering, "order", list(pairs))
            tables.append(self._table(sheet_names[0], columns + self._arranged(rest)))
        else:
            columns = self._admission_columns(stays)
            columns += self._distractors(encounter, "encounter", [(s, None) for s in stays])
            columns += self._distractors(personal, "patient", [(s, None) for s in stays])
            columns = self._arranged(columns)
            if self.layout == "wide":
                template = rng.choice(self.pool["required"]["drug_numbered"][self.language])
                texts = [[order.written.text for order in stay.orders] for stay in stays]
                width = max(map(len, texts))
                columns += [self._numbered("order_drug", template, n, "order", texts) for n in range(width)]
            elif self.layout == "one cell":
                header = self.headers.pick(self.pool["required"]["drug"], "order")
                cells: list[Value] = [self._one_cell(stay) for stay in stays]
                columns.insert(rng.randrange(len(columns) + 1), Column("order_drug", header, "order", cells))
            tables.append(self._table(sheet_names[0], columns))
        if self.layout == "second sheet":
            tables.append(self._table(sheet_names[1], self._second_sheet(columns, pairs, ordering)))
        return self._save(stays, tables, folder)

    def _one_cell(self, stay: Stay) -> str:
        bullet = "- " if self.cell_separator == "\n- " else ""
        return bullet + self.cell_separator.join(order.written.text for order in stay.orders)

    def _second_sheet(
        self, admission_columns: list[Column], pairs: list[tuple[Stay, Order]], ordering: list[str]
    ) -> list[Column]:
        """The sheet of orders; its admission id stands under the same header, or under another of the pool."""
        rng = self.rng
        last = [column.header for column in admission_columns if column.field == "admission_id"][-1]
        self.headers.used = set()
        if rng.random() < 0.7:
            header = last
            self.headers.used.add(_same(header))
        else:
            header = self.headers.pick(self.pool["required"]["admission_id"], "encounter")
        columns = [Column("order admission_id", header, "encounter", [s.identifiers[-1] for s, _ in pairs])]
        if rng.random() < 0.3:
            patient = self.headers.pick(self.pool["required"]["patient_id"], "patient")
            columns.append(Column("order patient_id", patient, "patient", [s.patients[-1] for s, _ in pairs]))
        rest = self._order_columns(pairs) + self._distractors(ordering, "order", list(pairs))
        return columns + self._arranged(rest)

    def _arranged(self, columns: list[Column]) -> list[Column]:
        """Columns in this hospital's order: families of numbered columns and clock times stay together."""
        blocks: list[list[Column]] = []
        for column in columns:
            together = blocks and (
                column.field == blocks[-1][-1].field == "diagnoses" or column.field.endswith(" clock")
            )
            if together:
                blocks[-1].append(column)
            else:
                blocks.append([column])
        if self.rng.random() < 0.6:
            self.rng.shuffle(blocks)
        if self.rng.random() < 0.1:
            empty = Column("distractor empty", self.rng.choice(("", "Spare", "X", "tmp")), "encounter", [])
            blocks.insert(self.rng.randrange(len(blocks) + 1), [empty])
        return [column for block in blocks for column in block]

    def _table(self, name: str, columns: list[Column]) -> tuple[Grid, list[Column], int]:
        """A grid with title rows, header and footer around the columns; also the letter offset of the first column."""
        rng, language = self.rng, self.language
        forms = ("one", "groups", "short groups", "tall", "units")
        form = rng.choices(forms, (76, 7, 5, 6, 6))[0] if self.kind == "xlsx" else "one"
        if "groups" in form:
            columns.sort(key=lambda column: ("patient", "encounter", "order").index(column.group))
        if form == "short groups":
            self._shorten(columns)
        count = max(len(column.values) for column in columns)
        offset = 1 if self.kind == "xlsx" and rng.random() < 0.07 else 0
        width = len(columns) + offset
        data: list[list[Value]] = [
            [None] * offset + [column.values[i] if i < len(column.values) else None for column in columns]
            for i in range(count)
        ]
        for at in sorted(rng.sample(range(1, count), min(count - 1, 2)) if rng.random() < 0.1 else [], reverse=True):
            data.insert(at, [None] * width)
        grid = Grid(name, [], date_format=CELL_FORMATS[language][0], day_format=CELL_FORMATS[language][1])
        for line in self._title():
            grid.rows.append([None] * offset + [line] + [None] * (width - offset - 1))
            if line and self.kind == "xlsx" and rng.random() < 0.6:
                grid.merged.append((len(grid.rows) - 1, offset, len(grid.rows) - 1, width - 1))
        first = len(grid.rows)
        self._header(grid, columns, offset, form)
        grid.header_rows = range(first, len(grid.rows))
        grid.rows += data
        if rng.random() < 0.2:
            footer = {
                "en": f"Total records: {count}",
                "de": f"Anzahl Datensätze: {count}",
                "fr": f"Nombre de lignes : {count}",
                "es": f"Total registros: {count}",
                "zh": f"合计：{count}条",
            }[language]
            notes = rng.choice(([footer], [None, footer], [None, footer, "*** CONFIDENTIAL ***"]))
            grid.rows += [[None] * offset + [note] + [None] * (width - offset - 1) for note in notes]
        return grid, columns, offset

    def _title(self) -> list[str | None]:
        rng = self.rng
        if rng.random() < (0.6 if self.kind == "xlsx" else 0.85):
            return []
        lines = {
            "en": ["St. Mary Medical Center", "Report: Inpatient medication orders", "Run by: jsmith 03/14/2023 06:00"],
            "de": ["Klinikum Nord gGmbH", "Auswertung: Fälle mit Verordnungen", "Stand: 14.03.2023"],
            "fr": ["CHU Nord", "Extraction : séjours et prescriptions", "Édité le 14/03/2023"],
            "es": ["Hospital General", "Listado: episodios y tratamientos", "Fecha del informe: 14/03/2023"],
            "zh": ["某某市人民医院", "住院患者用药明细表", "统计时间：2023-03-14"],
        }[self.language]
        chosen: list[str | None] = list(lines[: rng.randrange(1, 4)])
        return [*chosen, None] if rng.random() < 0.5 else chosen

    def _shorten(self, columns: list[Column]) -> None:
        """Headers that say what they mean only together with their group's: "Patient" above "ID"."""
        short = self.pool["grouped"]["short"][self.language]
        fields = [column.field for column in columns]
        if "drug" in short:
            short = {**short, "order_drug": short["drug"]}
        for column in columns:
            name = column.field.removeprefix("order ") if column.field.endswith("_id") else column.field
            if name in short and fields.count(column.field) == 1:
                header = self.rng.choice(short[name])
                if all(header != other.header for other in columns if other.group == column.group):
                    column.header = header

    def _header(self, grid: Grid, columns: list[Column], offset: int, form: str) -> None:
        """One header row, or two: groups above, cells merged over both rows, or units below."""
        rng = self.rng
        names: list[Value] = [None] * offset + [column.header for column in columns]
        if "groups" in form:
            labels = self.pool["grouped"]["groups"][self.language]
            label = {group: rng.choice(options) for group, options in labels.items()}
            above: list[Value] = [None] * len(names)
            row, start = len(grid.rows), 0
            for j in range(1, len(columns) + 1):
                if j == len(columns) or columns[j].group != columns[start].group:
                    above[offset + start] = label[columns[start].group]
                    if j - 1 > start:
                        grid.merged.append((row, offset + start, row, offset + j - 1))
                    start = j
            grid.rows += [above, names]
        elif form == "tall":
            row = len(grid.rows)
            grid.rows += [names, [None] * len(names)]
            grid.merged += [(row, j, row + 1, j) for j in range(offset, len(names)) if names[j]]
        elif form == "units":
            units = {"age": "[years]", "sex": "[code]", "order_start": "[timestamp]", "distractor weight": "[kg]"}
            below: list[Value] = [None] * offset + [units.get(column.field) for column in columns]
            if self.start in ("minutes", "hours"):
                below = [f"[{self.start}]" if value == "[timestamp]" else value for value in below]
            grid.rows += [names, below]
        else:
            grid.rows.append(names)

    def _save(self, stays: list[Stay], tables: list[tuple[Grid, list[Column], int]], folder: Path) -> Export:
        traits = {
            "dates": self.date_style,
            "start": self.start,
            "drug names": self.drug_language,
            "order texts": self.order_style,
            "headers": "database" if self.headers.database else "words",
        }
        if self.kind == "xlsx":
            path = folder / f"export_{self.index:04d}.xlsx"
            write_workbook(path, self._with_other_sheets([grid for grid, _, _ in tables], stays))
        else:
            ending = {"\t": "tsv", "|": "txt"}.get(self.text_style.delimiter, "csv")
            path = folder / f"export_{self.index:04d}.{ending}"
            encoding = write_text(path, tables[0][0], self.text_style)
            traits |= {"encoding": encoding, "delimiter": self.text_style.delimiter}
            if self.layout == "one cell":
                traits["separator"] = self.cell_separator
        return self._truth(path, stays, tables, traits)

    def _with_other_sheets(self, grids: list[Grid], stays: list[Stay]) -> list[Grid]:
        """Cover, legend, hidden, and other data sheets around the ones that matter."""
        rng, language = self.rng, self.language
        sheets = list(grids)
        if rng.random() < 0.25:
            lines = [
                ["Data request 2023-118"],
                ["Requested by", "Pharmacy"],
                ["Contact", "dwh@hospital.example"],
                ["Filter", "Inpatients"],
            ]
            sheets.insert(0, Grid({"de": "Deckblatt", "zh": "说明"}.get(language, "Cover"), list(map(list, lines))))
        if rng.random() < 0.2:
            legend: list[list[Value]] = [
                ["Column", "Meaning"],
                ["Sex", "1 = male, 2 = female"],
                ["Age", "completed years"],
            ]
            sheets.append(Grid(rng.choice(("Legend", "Codebook", "README")), legend))
        if rng.random() < 0.1:
            old = Grid("old_" + grids[-1].name, [list(row) for row in grids[-1].rows[:40]], hidden=True)
            sheets.append(old)
        if rng.random() < 0.1:
            sheets.append(Grid("sql", [["select * from adt a join med_orders o on a.csn = o.csn"]], hidden=True))
        if rng.random() < 0.12:
            sheets.append(self._laboratory(stays))
        if rng.random() < 0.1:
            sheets.append(self._home_sheet(stays))
        return sheets

    def _laboratory(self, stays: list[Stay]) -> Grid:
        names = {
            "en": ["CSN", "Component", "Result", "Collected"],
            "de": ["Fallnummer", "Parameter", "Wert", "Abnahme"],
            "fr": ["N° séjour", "Analyse", "Résultat", "Prélevé le"],
            "es": ["Episodio", "Determinación", "Resultado", "Extracción"],
            "zh": ["住院号", "检验项目", "结果", "采样时间"],
        }[self.language]
        rows: list[list[Value]] = [list(names)]
        for stay in stays:
            for test, low, high in (
                ("Glucose", 70, 250),
                ("Potassium", 3, 6),
                ("Creatinine", 1, 4),
                ("Digoxin level", 1, 3),
            ):
                taken = moment(stay.admitted + timedelta(hours=2), self.date_style, True)
                rows.append([stay.identifiers[-1], test, round(self.rng.uniform(low, high), 1), taken])
        return Grid({"zh": "检验", "de": "Labor", "fr": "Biologie"}.get(self.language, "Labs"), rows)

    def _home_sheet(self, stays: list[Stay]) -> Grid:
        names = {
            "en": ["CSN", "Medication", "Dose"],
            "de": ["Fallnummer", "Medikament", "Dosis"],
            "fr": ["N° séjour", "Médicament", "Dose"],
            "es": ["Episodio", "Medicamento", "Dosis"],
            "zh": ["住院号", "药品名称", "剂量"],
        }[self.language]
        title = {
            "en": "Home meds",
            "de": "Hausmedikation",
            "fr": "Traitement habituel",
            "es": "Tratamiento domiciliario",
            "zh": "院前用药",
        }
        rows: list[list[Value]] = [list(names)]
        rows += [[stay.identifiers[-1], text, "1"] for stay in stays for text in stay.home]
        return Grid(title[self.language], rows)

    def _truth(
        self, path: Path, stays: list[Stay], tables: list[tuple[Grid, list[Column], int]], traits: dict[str, str]
    ) -> Export:
        places: dict[str, set[tuple[str, str]]] = {}
        headers: dict[str, str] = {}
        for grid, columns, offset in tables:
            sheet = grid.name if self.kind == "xlsx" else ""
            for j, column in enumerate(columns):
                place = (sheet, get_column_letter(j + 1 + offset))
                name = column.field.removeprefix("distractor ").removeprefix("order ").removesuffix(" clock")
                name = _KNOWN_TO_THE_PROGRAM.get(name, name)
                if name == "admission_id" and self.two_ids and self.layout == "second sheet":
                    keys = [c.header for c in columns if c.field == "admission_id"]
                    if column.field == "admission_id" and column.header != keys[-1]:
                        continue  # the orders are listed by the other one
                places.setdefault(name, set()).add(place)
                headers[f"{sheet}!{place[1]}"] = f"{column.field}: {column.header}"
                if name == "diagnoses" and any(word in column.header.casefold() for word in _OF_ADMISSION):
                    places.setdefault("reason", set()).add(place)
        has_age = "age" in places
        required = [name for name in REQUIRED if name in places]
        if not has_age:
            required.insert(0, "birth_date")
        known = self.start != "none"
        labels: dict[str, frozenset[str]] = {}
        foreign: dict[str, frozenset[str]] = {}
        ages: dict[str, int | None] = {}
        sexes: dict[str, str | None] = {}
        for stay in stays:
            counted = [order.written for order in stay.orders if order.counts(stay.admitted, known)]
            plain = frozenset(name for text in counted if text.plain for name in text.ingredients)
            local = frozenset(name for text in counted if not text.plain for name in text.ingredients)
            accepted = stay.identifiers[-1:] if self.layout == "second sheet" else stay.identifiers
            for identifier in map(str, accepted):
                labels[identifier], foreign[identifier] = plain, local
                ages[identifier], sexes[identifier] = stay.admission.age, stay.admission.sex
        frozen = {name: frozenset(where) for name, where in places.items()}
        return Export(
            path, self.index, self.language, self.layout, self.kind, traits, frozen, headers, tuple(required),
            len(stays), labels,
            foreign, ages, sexes,
        )  # fmt: skip


def generate(seed: int, index: int, admissions: Sequence[Admission], folder: Path, headers: str = "first") -> Export:
    """Write export number `index` of a seed into `folder`, with headers of a `pool`, and return its truth."""
    return Hospital(seed, index, headers).write(admissions, folder)
