"""What the program makes of generated exports without help: `python -m tests.hospitals.measure --count 500 --seed 1`.

Of each export: whether reading failed, which columns were taken for something they are not, which required columns
were found, asked for in words or missed without a word, which labels are wrong, and how long it took. The table has a
line for each stratum. A refused export ends with one sentence; columns which that does not ask for are *unread*.
"""

import argparse
import re
import tempfile
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path

from lamo_desktop.admissions.cohort import Admission, Problem
from lamo_desktop.admissions.mapping import Export as ReadExport
from lamo_desktop.admissions.read import read_export
from lamo_desktop.errors import LamoError
from lamo_desktop.formulary import Formulary, load_formulary
from lamo_desktop.paths import resource
from tests.hospitals.generate import Export, generate

_ASKED = {
    "admission_id": r"admission id",
    "patient_id": r"patient",
    "age": r"\bage\b",
    "birth_date": r"\bage\b|birth",
    "sex": r"\bsex\b",
    "admission_date": r"admission date|date of admission|admitted",
    "diagnoses": r"diagnos",
    "order_drug": r"drug|order",
    "order_start": r"start|whole stays",
}


@dataclass(slots=True)
class Verdict:
    """What happened to one export. `wrong_labels` are judged where every column was found, or none was said to miss."""

    index: int
    strata: dict[str, str]
    crash: str = ""
    refused: str = ""
    wrong_columns: list[str] = field(default_factory=list)
    found: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    @property
    def required(self) -> int:
        """How many columns a reader had to find."""
        return len(self.found) + len(self.asked) + len(self.silent) + len(self.unread)

    admissions: int = 0
    lost: list[str] = field(default_factory=list)
    phantom: list[str] = field(default_factory=list)
    wrong_labels: list[str] = field(default_factory=list)
    labels_of_asked: list[str] = field(default_factory=list)
    wrong_values: list[str] = field(default_factory=list)
    foreign: int = 0
    foreign_known: int = 0
    seconds: float = 0.0


@cache
def formulary() -> Formulary:
    """The shipped formulary."""
    return load_formulary()


@cache
def real_admissions(folder: Path) -> tuple[Admission, ...]:
    """The admissions of an eICU export."""
    return read_export(folder, formulary()).cohort.admissions


def judge(export: Export) -> Verdict:
    """Read one export as the program does for a new user, and compare with its truth."""
    verdict = Verdict(export.index, _strata(export))
    began = time.perf_counter()
    try:
        read = read_export(export.path, formulary())
    except LamoError as error:
        verdict.refused = str(error)
        _required(verdict, export, {}, [str(error)])
        return verdict
    except Exception:
        verdict.crash = traceback.format_exc(limit=-3)
        return verdict
    finally:
        verdict.seconds = time.perf_counter() - began
    taken = _taken(read)
    for name, places in taken.items():
        right = export.columns.get(name, frozenset())
        for place in sorted(places - right):
            header = export.headers.get(f"{place[0]}!{place[1]}", "another sheet")
            if name == "order_start" and not right and "order_entered" in header:
                continue
            verdict.wrong_columns.append(f"{name} from {place[0]}!{place[1]} ({header!r})")
    _required(verdict, export, taken, [_words(p) for p in read.cohort.problems])
    _labels(verdict, export, read)
    return verdict


def _strata(export: Export) -> dict[str, str]:
    kind = "xlsx" if export.kind == "xlsx" else f"text, {export.traits['encoding']}"
    names = "English" if export.traits["drug names"] == "en" else "local"
    return {
        "language": export.language,
        "layout": export.layout,
        "file": kind,
        "start": export.traits["start"],
        "dates": export.traits["dates"],
        "headers": export.traits["headers"],
        "drug names": names,
    }


def _words(problem: Problem) -> str:
    return f"{problem.severity}: {problem.where}: {problem.message}"


def _taken(read: ReadExport) -> dict[str, set[tuple[str, str]]]:
    """Field -> columns (sheet, letter) that the program read as it."""
    taken: dict[str, set[tuple[str, str]]] = defaultdict(set)
    mapping = read.headers
    if mapping is None:
        return taken
    tables = [(mapping.admissions, mapping.matches)]
    if mapping.orders is not None:
        tables.append((mapping.orders, mapping.order_matches))
    for table, matches in tables:
        for match in matches:
            name = "order_drug" if match.field == "orders" else match.field
            if name.startswith(("order_start", "order_offset")):
                name = "order_start"
            taken[name].add((table.sheet, table.letters[match.column]))
    return taken


def _required(
    verdict: Verdict, export: Export, taken: dict[str, set[tuple[str, str]]], sentences: Sequence[str]
) -> None:
    said = [re.sub(r"'[^']*'", "", sentence) for sentence in sentences if not sentence.startswith("info")]
    for name in export.required:
        sheets = {sheet for sheet, _ in export.columns[name]}
        right = {sheet for sheet, _ in taken.get(name, set()) & export.columns[name]}
        if right and (name != "admission_id" or right == sheets):
            verdict.found.append(name)
        elif any(re.search(_ASKED[name], sentence, re.IGNORECASE) for sentence in said):
            verdict.asked.append(name)
        else:
            (verdict.unread if verdict.refused else verdict.silent).append(name)


def _labels(verdict: Verdict, export: Export, read: ReadExport) -> None:
    cohort = read.cohort
    verdict.admissions = len(cohort.admissions)
    here = {a.admission_id for a in cohort.admissions}
    aside = {entry.admission_id for entry in cohort.set_aside}
    if not read.headers or not read.headers.columns("admission_id"):  # rows are numbered, and that is said
        return
    verdict.phantom = sorted(here - export.labels.keys())
    if len(here & export.labels.keys()) < export.stays:
        reasons = Counter(re.sub(r"\d+", "#", entry.reason) for entry in cohort.set_aside)
        verdict.lost = [f"{len(here)} of {export.stays} kept, {len(aside)} set aside: {dict(reasons)}"]
    # Where no column tells a start, the time of writing stands for it, and that is said.
    said = any(words in problem.message for problem in cohort.problems for words in ("order_start_unit", "was written"))
    missed = said or bool({"order_start", "admission_date", "order_drug", "admission_id"} & {*verdict.asked})
    for admission in cohort.admissions:
        name = admission.admission_id
        if name not in export.labels:
            continue
        _values(verdict, export, admission)
        if admission.orders is None:
            continue
        got, plain, local = set(admission.orders), export.labels[name], export.foreign[name]
        verdict.foreign += len(local - plain)
        verdict.foreign_known += len((local - plain) & got)
        extra, missing = got - plain - local, plain - got
        if extra or missing:
            text = f"{admission.source_row}: not ordered {sorted(extra)}, missing {sorted(missing)}"
            (verdict.labels_of_asked if missed else verdict.wrong_labels).append(text)


def _values(verdict: Verdict, export: Export, admission: Admission) -> None:
    age, sex = export.ages[admission.admission_id], export.sexes[admission.admission_id]
    if admission.age is not None and age is not None and abs(admission.age - age) > 1:
        verdict.wrong_values.append(f"{admission.source_row}: age {admission.age}, not {age}")
    if admission.sex is not None and admission.sex != sex:
        verdict.wrong_values.append(f"{admission.source_row}: sex {admission.sex}, not {sex}")


def one(index: int, seed: int, source: Path, folder: Path, headers: str) -> Verdict:
    """Generate and judge one export."""
    return judge(generate(seed, index, real_admissions(source), folder, headers))


def run(
    seed: int, indices: Iterable[int], source: Path, folder: Path, jobs: int = 1, headers: str = "first"
) -> list[Verdict]:
    """Generate and judge exports of a seed."""
    work = partial(one, seed=seed, source=source, folder=folder, headers=headers)
    if jobs == 1:
        return [work(index) for index in indices]
    with ProcessPoolExecutor(jobs) as pool:
        return list(pool.map(work, indices, chunksize=10))


def found_share(verdicts: Sequence[Verdict]) -> float:
    """The share of required columns that were found without help."""
    return sum(len(v.found) for v in verdicts) / max(1, sum(v.required for v in verdicts))


def table(verdicts: Sequence[Verdict]) -> str:
    """The figures of all exports, and by stratum."""
    head = ("", "exports", "crash", "refused", "wrong col", "required", "found %", "asked", "silent", "unread")
    head += ("lost", "phantom", "admissions", "wrong label", "of asked", "wrong value", "local known %", "s each")
    lines = [head, _line("all", verdicts)]
    for stratum in verdicts[0].strata:
        for value in sorted({v.strata[stratum] for v in verdicts}):
            lines.append(_line(f"{stratum}: {value}", [v for v in verdicts if v.strata[stratum] == value]))
    for name in _ASKED:
        places = [(name in v.found, name in v.asked, name in v.silent, name in v.unread) for v in verdicts]
        found, asked, silent, unread = (sum(column) for column in zip(*places, strict=True))
        total = found + asked + silent + unread
        if not total:
            continue
        empty = ("",) * 4
        lines.append(
            (f"column: {name}", *empty, str(total), f"{100 * found / total:.1f}", str(asked), str(silent), str(unread))
            + ("",) * 8
        )
    widths = [max(len(line[k]) for line in lines) for k in range(len(head))]
    return "\n".join(
        "  ".join(cell.rjust(w) if k else cell.ljust(w) for k, (cell, w) in enumerate(zip(line, widths, strict=True)))
        for line in lines
    )


def _line(name: str, verdicts: Sequence[Verdict]) -> tuple[str, ...]:
    count = len(verdicts)
    required = sum(v.required for v in verdicts)
    foreign = sum(v.foreign for v in verdicts)
    known = f"{100 * sum(v.foreign_known for v in verdicts) / foreign:.0f}" if foreign else ""
    return (
        name,
        str(count),
        str(sum(bool(v.crash) for v in verdicts)),
        str(sum(bool(v.refused) for v in verdicts)),
        str(sum(bool(v.wrong_columns) for v in verdicts)),
        str(required),
        f"{100 * found_share(verdicts):.1f}",
        str(sum(len(v.asked) for v in verdicts)),
        str(sum(len(v.silent) for v in verdicts)),
        str(sum(len(v.unread) for v in verdicts)),
        str(sum(bool(v.lost) for v in verdicts)),
        str(sum(bool(v.phantom) for v in verdicts)),
        str(sum(v.admissions for v in verdicts)),
        str(sum(len(v.wrong_labels) for v in verdicts)),
        str(sum(len(v.labels_of_asked) for v in verdicts)),
        str(sum(len(v.wrong_values) for v in verdicts)),
        known,
        f"{sum(v.seconds for v in verdicts) / count:.2f}",
    )


def details(verdict: Verdict) -> str:
    """What is wrong with one export, in lines; empty when nothing is."""
    lines = [verdict.crash, verdict.refused and f"refused: {verdict.refused}"]
    lines += [f"wrong column: {text}" for text in verdict.wrong_columns]
    lines += [f"asked: {', '.join(verdict.asked)}"] if verdict.asked else []
    lines += [f"missed silently: {', '.join(verdict.silent)}"] if verdict.silent else []
    lines += [f"phantom admissions: {verdict.phantom[:3]}"] if verdict.phantom else []
    lines += [f"lost: {text}" for text in verdict.lost]
    for kind in ("wrong_labels", "labels_of_asked", "wrong_values"):
        texts = getattr(verdict, kind)
        lines += [f"{kind.replace('_', ' ')} ({len(texts)}): {texts[0]}"] if texts else []
    return "\n".join(f"    {line}" for text in lines if text for line in text.splitlines())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=500, help="number of exports (default: %(default)s)")
    parser.add_argument("--first", type=int, default=0, help="number of the first export (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="seed (default: %(default)s)")
    pools = ("first", "second", "second open", "second held")
    parser.add_argument("--pool", choices=pools, default="first", help="pool of headers (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=1, help="processes (default: %(default)s)")
    parser.add_argument("--source", type=Path, default=resource("demo/eicu"), help="eICU export with the admissions")
    parser.add_argument("--keep", type=Path, help="folder in which the exports are kept")
    parser.add_argument("--details", action="store_true", help="also list what is wrong with each export")
    options = parser.parse_args()
    indices = range(options.first, options.first + options.count)
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        verdicts = run(options.seed, indices, options.source, folder, options.jobs, options.pool)
    if options.details:
        for verdict in verdicts:
            if text := details(verdict):
                print(f"{verdict.index} {', '.join(verdict.strata.values())}\n{text}")
    print(table(verdicts))


if __name__ == "__main__":
    main()
