"""eICU-CRD tables to a Cohort: adults, the first unit stay of a hospital stay, as known 24 hours after unit admission.

Context is what was entered by the index time (`index_minutes`); the label is the distinct ingredients of orders that
were not cancelled and start within `label_window_minutes`. Treatment strings, infusions and notes are not read: they
name the answer. An earlier hospital stay of the same patient becomes history only where the order is certain, since
the database has no dates across stays: an earlier year of discharge, or a lower age. Its drugs are those of its own
label window.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lamo_desktop.admissions import eicu_context as context
from lamo_desktop.admissions.cohort import Admission, Cohort, PreviousStay, Source
from lamo_desktop.admissions.eicu_charts import Chart, ChartReader
from lamo_desktop.admissions.eicu_orders import (
    OrderReader,
    as_written,
    learn_codes,
    recommendable,
    shipped_codes,
    trusted,
)
from lamo_desktop.admissions.eicu_stays import Stay, earlier_stays, eligible_stays, read_stays
from lamo_desktop.admissions.eligibility import eligible_admissions
from lamo_desktop.admissions.folder import TableFolder
from lamo_desktop.admissions.profile import Profile
from lamo_desktop.formulary import Formulary

Progress = Callable[[str, float], None]


def read_eicu(path: Path, profile: Profile, formulary: Formulary, progress: Progress) -> Cohort:
    """The cohort of a folder of eICU-CRD tables; without a medication table `orders` is None and no one is excluded
    for it.

    Raises InputError for an absent or unreadable required table or column.
    """
    folder = TableFolder(path, profile)
    progress("reading patients", 0.0)
    stays, aside = read_stays(folder)
    chosen, attrition = eligible_stays(stays, len(stays) + len(aside), profile.rule("adult_age"))
    earlier, visits = earlier_stays(stays)
    earlier = {stay.hospital_stay: earlier[stay.hospital_stay] for stay in chosen if stay.hospital_stay in earlier}
    needed = set(earlier.values())
    wanted = {stay.stay for stay in chosen} | {stay.stay for stay in stays if stay.hospital_stay in needed}
    progress("reading charts", 0.1)
    reader = ChartReader(folder, profile, wanted)
    reader.read_context()
    progress("reading orders", 0.4)
    reader.read_orders()
    charts = reader.charts
    progress("building admissions", 0.8)
    tables = folder.tables["patient"], folder.tables["hospital"]
    labels = profile.labels({name for table in tables for name in (*table.columns, *table.optional)})
    writer = _Writer(
        profile, formulary, order_reader(reader.named, profile, formulary), labels, has_orders=folder.has("medication")
    )
    before: dict[str, list[tuple[Stay, Chart]]] = {hospital_stay: [] for hospital_stay in needed}
    for stay in stays:
        if stay.hospital_stay in needed:
            before[stay.hospital_stay].append((stay, charts[stay.stay]))
    histories = {hospital_stay: writer.previous(unit_stays) for hospital_stay, unit_stays in before.items()}
    admissions = [
        writer.admission(
            stay,
            charts[stay.stay],
            histories.get(earlier.get(stay.hospital_stay, "")),
            visits[stay.hospital_stay],
            f"{folder.file('patient')} row {stay.row}",
        )
        for stay in chosen
    ]
    kept, steps = eligible_admissions(admissions, profile.rule("minimum_diagnoses"), profile.rule("minimum_drugs"))
    source = Source(str(path), dict(sorted(folder.hashes.items())), profile.name)
    unmapped = dict(writer.unmapped.most_common())
    return Cohort(kept, source, (*attrition, *steps), tuple(folder.problems), tuple(aside), unmapped)


def order_reader(named: Mapping[tuple[str, str], int], profile: Profile, formulary: Formulary) -> OrderReader:
    """What reads this export's order rows: the formulary, then the shipped codes, then those learned from `named`
    rows.
    """
    known = shipped_codes(formulary)
    learned = learn_codes({key: rows for key, rows in named.items() if key[1] not in known}, formulary)
    believed = trusted(learned.values(), profile.rule("code_minimum_rows"), profile.rule("code_minimum_percent"))
    return OrderReader(formulary, {code: entry.mapped for code, entry in believed.items()} | known)


@dataclass(slots=True)
class _Writer:
    """Turns stays and their charts into admissions; counts the order texts that could not be mapped."""

    profile: Profile
    formulary: Formulary
    reader: OrderReader
    labels: Mapping[str, str]
    has_orders: bool
    unmapped: Counter[str] = field(default_factory=Counter)

    def admission(self, stay: Stay, chart: Chart, previous: PreviousStay | None, visit: str, where: str) -> Admission:
        index = self.profile.rule("index_minutes")
        diagnoses = [entry for entry in chart.diagnoses if entry.offset <= index]
        home = self._home_medications(chart)
        allergies = context.allergy_texts(chart.allergies, self.profile.words("allergy_none"))
        missing: Counter[str] = Counter()
        for row, rows in chart.orders.items():
            if self.reader.read(*row).status == "unmapped":
                missing[as_written(*row)] += rows
        self.unmapped.update(missing)
        labels = {name: stay.columns.get(column, "") or "unknown" for name, column in self.labels.items()}
        reason = stay.columns.get("reason", "") or next(iter([*chart.admission_names, *chart.procedures]), "")
        codes = (
            context.diagnosis_codes(diagnoses)
            | self._chart_codes(stay, chart, reason)
            | {f"med:{name}" for name in home}
            | {f"allergy:{name}" for name in self._allergens(allergies)}
            | _previous_codes(previous)
        )
        return Admission(
            admission_id=stay.stay,
            patient_id=stay.patient,
            age=stay.age,
            sex=stay.sex,
            reason=context.admission_reason(reason),
            diagnoses=context.diagnosis_texts(diagnoses),
            procedures=context.distinct(map(context.admission_reason, chart.procedures)),
            past_history=context.history_texts(
                chart.history,
                self.profile.mapping("headings"),
                self.profile.words("history_skip"),
                self.profile.words("history_none"),
            ),
            allergies=allergies,
            home_medications=home,
            previous=previous,
            codes=tuple(sys.intern(code) for code in sorted(codes)),
            orders=self._ordered(chart) if self.has_orders else None,
            unmapped_orders=tuple(sorted(missing)),
            labels={**labels, "visit": visit},
            source_row=where,
        )

    def previous(self, unit_stays: Sequence[tuple[Stay, Chart]]) -> PreviousStay:
        """An earlier hospital stay: every diagnosis made in it, and what its first unit stay's label window ordered."""
        stay, chart = min(unit_stays, key=lambda pair: pair[0].visit)
        return PreviousStay(
            age=stay.age,
            diagnoses=context.diagnosis_texts(entry for _, chart in unit_stays for entry in chart.diagnoses),
            procedures=context.distinct(
                context.admission_reason(name) for _, chart in unit_stays for name in chart.procedures
            ),
            drugs=self._ordered(chart),
        )

    def _ordered(self, chart: Chart) -> tuple[str, ...]:
        return tuple(sorted({name for row in chart.orders for name in recommendable(self.reader.read(*row))}))

    def _home_medications(self, chart: Chart) -> tuple[str, ...]:
        names: list[str] = []
        for text, code in chart.home_medications:
            mapped = self.reader.read(text, code)
            if mapped.status == "unmapped":
                names.append(" ".join(text.casefold().split()))
            names += recommendable(mapped)
        return context.distinct(name for name in names if name)

    def _allergens(self, allergies: Iterable[str]) -> set[str]:
        return {name for text in allergies for name in self.formulary.map(text).ingredients or (text,)}

    def _chart_codes(self, stay: Stay, chart: Chart, reason: str) -> set[str]:
        codes = {f"sex:{stay.sex or 'unknown'}", f"age:{stay.age // 10 * 10}"}
        for column, prefix in (("unit", "unit"), ("unit_source", "source")):
            if stay.columns.get(column):
                codes.add(f"{prefix}:{stay.columns[column].casefold()}")
        if reason:
            codes.add(f"adm:{reason.casefold()}")
        for levels in context.admission_paths(chart.admission_paths, self.profile.words("admission_skip")):
            codes |= context.path_codes("adm", levels)
        for path, _ in chart.history:
            codes |= context.history_codes(path)
        return codes


def _previous_codes(previous: PreviousStay | None) -> set[str]:
    if previous is None:
        return set()
    return {f"previous med:{name}" for name in previous.drugs} | {
        f"previous dx:{text.casefold()}" for text in previous.diagnoses
    }
