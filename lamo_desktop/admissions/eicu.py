"""eICU-CRD tables to a Cohort: adults, the first unit stay of a hospital stay, as known 24 hours after unit admission.

Context is what was entered by the index time (`index_minutes`); the label is the distinct ingredients of orders that
were not cancelled and start within the order window (`label_window_minutes`). Treatment strings, infusions and notes
are not read: they name the answer. An earlier hospital stay of the same patient becomes history only where the
order is certain, since the database has no dates across stays: an earlier year of discharge, or a lower age. Its
drugs are those of its own window.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lamo_desktop.admissions import eicu_context as context
from lamo_desktop.admissions.codes import admission_codes, column_codes, path_codes, text_codes
from lamo_desktop.admissions.cohort import Admission, Cohort, PreviousStay, SetAside, Source
from lamo_desktop.admissions.eicu_charts import Chart, ChartReader
from lamo_desktop.admissions.eicu_findings import FindingsReader
from lamo_desktop.admissions.eicu_orders import learn_codes, shipped_codes, trusted
from lamo_desktop.admissions.eicu_stays import Stay, earlier_stays, eligible_stays, read_stays
from lamo_desktop.admissions.eligibility import eligible_admissions, faultless
from lamo_desktop.admissions.folder import TableFolder
from lamo_desktop.admissions.order_mapper import OrderMapper, Orders, allergy_entries
from lamo_desktop.admissions.profile import Profile
from lamo_desktop.admissions.value_faults import file_of
from lamo_desktop.errors import row_fault
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
    progress("reading findings", 0.7)
    findings = FindingsReader(folder, {stay.stay: stay.sex for stay in chosen}, profile.rule("index_minutes"))
    findings.read()
    folder.problems += findings.faults.problems(file_of)
    progress("building admissions", 0.8)
    tables = folder.tables["patient"], folder.tables["hospital"]
    labels = profile.labels({name for table in tables for name in (*table.columns, *table.optional)})
    mapper = order_mapper(reader.named, profile, formulary)
    writer = _Writer(profile, mapper, labels, findings, has_orders=folder.has("medication"))
    before: dict[str, list[tuple[Stay, Chart]]] = {hospital_stay: [] for hospital_stay in needed}
    for stay in stays:
        if stay.hospital_stay in needed:
            before[stay.hospital_stay].append((stay, charts[stay.stay]))
    histories: dict[str, PreviousStay] = {}
    for hospital_stay, unit_stays in before.items():
        try:
            histories[hospital_stay] = writer.previous(unit_stays)
        except Exception as error:
            where = f"{folder.file('patient')} row {unit_stays[0][0].row}"
            folder.note(where, f"{row_fault(error)}; it is left out as the history of a later stay")
    admissions = []
    for stay in chosen:
        chart, where = charts[stay.stay], f"{folder.file('patient')} row {stay.row}"
        if chart.failed:
            aside.append(SetAside(stay.stay, where, chart.failed))
            continue
        previous = histories.get(earlier.get(stay.hospital_stay, ""))
        try:
            admissions.append(writer.admission(stay, chart, previous, visits[stay.hospital_stay], where))
        except Exception as error:
            aside.append(SetAside(stay.stay, where, row_fault(error)))
    attrition += faultless(len(chosen), len(admissions))
    kept, steps = eligible_admissions(admissions, profile.rule("minimum_diagnoses"), profile.rule("minimum_drugs"))
    window = profile.order_window()
    counted = window.account(reader.orders_within, reader.orders_outside) if folder.has("medication") else ""
    source = Source(
        str(path),
        dict(sorted(folder.hashes.items())),
        profile.name,
        counted,
        window.whole_stay and bool(counted),
        numbered_patients=False,
    )
    unmapped, excluded = dict(mapper.unmapped.most_common()), dict(mapper.excluded.most_common())
    return Cohort(
        kept,
        source,
        (*attrition, *steps),
        tuple(folder.problems),
        tuple(aside),
        unmapped,
        excluded,
        findings.faults.counts(),
    )


def order_mapper(named: Mapping[tuple[str, str], int], profile: Profile, formulary: Formulary) -> OrderMapper:
    """What reads this export's order rows: the formulary, then the shipped codes, then those learned from `named`
    rows.
    """
    known = shipped_codes(formulary)
    learned = learn_codes({key: rows for key, rows in named.items() if key[1] not in known}, formulary)
    believed = trusted(learned.values(), profile.rule("code_minimum_rows"), profile.rule("code_minimum_percent"))
    return OrderMapper(formulary, {code: entry.mapped for code, entry in believed.items()} | known)


@dataclass(slots=True)
class _Writer:
    """Turns stays and their charts into admissions."""

    profile: Profile
    mapper: OrderMapper
    labels: Mapping[str, str]
    findings: FindingsReader
    has_orders: bool

    def admission(self, stay: Stay, chart: Chart, previous: PreviousStay | None, visit: str, where: str) -> Admission:
        index = self.profile.rule("index_minutes")
        diagnoses = [entry for entry in chart.diagnoses if entry.offset <= index]
        orders = Orders()
        for (text, code), rows in chart.orders.items():
            self.mapper.add(orders, [text], code, rows)
        labels = {name: stay.columns.get(column, "") or "unknown" for name, column in self.labels.items()}
        reason = stay.columns.get("reason", "") or next(iter([*chart.admission_names, *chart.procedures]), "")
        admission = Admission(
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
            allergies=allergy_entries(chart.allergies, self.profile.words("allergy_none")),
            home_medications=self.mapper.home_medications(chart.home_medications),
            previous=previous,
            observations=self.findings.of(stay.stay),
            orders=tuple(sorted(orders.ingredients)) if self.has_orders else None,
            orders_together=self.mapper.together(([text], code, span) for text, code, span in chart.spans),
            unmapped_orders=tuple(sorted(orders.unmapped)),
            labels={**labels, "visit": visit},
            source_row=where,
        )
        codes = context.diagnosis_codes(diagnoses) | self._chart_codes(stay, chart, reason)
        return replace(admission, codes=admission_codes(admission, self.mapper, codes))

    def previous(self, unit_stays: Sequence[tuple[Stay, Chart]]) -> PreviousStay:
        """An earlier hospital stay: every diagnosis made in it, and what its first unit stay's label window ordered."""
        stay, chart = min(unit_stays, key=lambda pair: pair[0].visit)
        if failed := next((chart.failed for _, chart in unit_stays if chart.failed), ""):
            raise ValueError(failed)
        return PreviousStay(
            age=stay.age,
            diagnoses=context.diagnosis_texts(entry for _, chart in unit_stays for entry in chart.diagnoses),
            procedures=context.distinct(
                context.admission_reason(name) for _, chart in unit_stays for name in chart.procedures
            ),
            drugs=self.mapper.drugs(([text], code) for text, code in chart.orders),
        )

    def _chart_codes(self, stay: Stay, chart: Chart, reason: str) -> set[str]:
        codes = column_codes(stay.columns) | text_codes("adm", [reason])
        for levels in context.admission_paths(chart.admission_paths, self.profile.words("admission_skip")):
            codes |= path_codes("adm", levels)
        for path, _ in chart.history:
            codes |= context.history_codes(path)
        return codes
