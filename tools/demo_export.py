"""Makes the two shipped files that come from the eICU demo database: the demo export and the table of drug codes.

    python -m tools.demo_export FOLDER_OF_EICU_TABLES [RESOURCES]

The demo export is drawn from admissions that are never training rows: discharged in 2015, region not Northeast, of
patients without a stay discharged in 2014. Of the hospitals with at least `PER_HOSPITAL` of them, `HOSPITALS` that
record drugs on admission and as many that do not are drawn, then `PER_HOSPITAL` admissions in each, all at random with
the fixed `SEED`; all stays of those patients are written.
"""

import argparse
import csv
import random
import shutil
from collections import defaultdict
from pathlib import Path

import pandas as pd

from lamo_desktop.admissions import load_profile
from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.admissions.eicu import read_eicu
from lamo_desktop.admissions.eicu_charts import ChartReader
from lamo_desktop.admissions.eicu_orders import learn_codes, trusted
from lamo_desktop.admissions.folder import TableFolder, identifier, number
from lamo_desktop.admissions.mapping import OF_FINDINGS
from lamo_desktop.formulary import load_formulary
from lamo_desktop.paths import resources

SEED = 2015
HOSPITALS = 6
PER_HOSPITAL = 6

ATTRIBUTION = """# Where these admissions come from

The tables in this folder are a part of the **eICU Collaborative Research Database Demo, version 2.0**, and stay under
its licence, the Open Database License 1.0 (`LICENSE.md`). They hold {admissions} eligible admissions of
{hospitals} hospitals.

- Pollard TJ, Johnson AEW, Raffa JD, Celi LA, Mark RG, Badawi O. The eICU Collaborative Research Database, a freely
  available multi-center database for critical care research. Scientific Data 5, 180178 (2018).
- Johnson A, Pollard T, Badawi O, Raffa J. eICU Collaborative Research Database Demo (version 2.0). PhysioNet (2019).
- Goldberger AL et al. PhysioBank, PhysioToolkit, and PhysioNet. Circulation 101(23), e215-e220 (2000).

What was changed: only the columns that the `eicu` profile reads, of findings those entered by the index time, and only
the rows of the patients chosen by this rule.
Eligible admissions of patients discharged in 2015, in a region other than the Northeast, who have no stay discharged in
2014, so that none of them is a training row of the shipped model; among the hospitals with at least {each} such
admissions, {drawn} that record drugs on admission and {drawn} that do not, drawn at random (seed {seed}), then {each}
admissions in each; all unit stays of their patients. The data are de-identified; do not try to identify anyone.
"""

CODES_HEADER = """\
# Drug codes (HICL sequence numbers) and the commonest text that the eICU-CRD Demo v2.0 writes for them, learned from
# rows that carry both (orders, drugs on admission, allergies). rows: how many; agreement: the share of them naming the
# same ingredients. A part of that database, under the Open Database License 1.0: see LICENSE.md and ATTRIBUTION.md in
# resources/demo/eicu.
"""


def main(arguments: list[str] | None = None) -> None:
    """Write `profiles/eicu_hicl.csv`, then `demo/eicu/`, into the resources folder."""
    parser = argparse.ArgumentParser(
        description="Make the demo export and the drug-code table from the eICU demo database."
    )
    parser.add_argument("tables", type=Path, help="folder with the eICU demo tables and their LICENSE.md")
    parser.add_argument("resources", type=Path, nargs="?", default=resources(), help="default: the program's own")
    options = parser.parse_args(arguments)
    write_codes(options.tables, options.resources / "profiles" / "eicu_hicl.csv")
    write_demo(options.tables, options.resources / "demo" / "eicu")


def write_codes(tables: Path, target: Path) -> None:
    """The table of drug codes, learned from every row of the tables that carries a text and a code."""
    profile = load_profile("eicu")
    reader = ChartReader(TableFolder(tables, profile), profile, ())
    reader.read_context()
    reader.read_orders()
    evidence = learn_codes(reader.named, load_formulary()).values()
    believed = trusted(evidence, profile.rule("code_minimum_rows"), profile.rule("code_minimum_percent"))
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("w", encoding="utf-8", newline="") as stream:
        stream.write(CODES_HEADER)
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["code", "text", "rows", "agreement"])
        for entry in sorted(believed.values(), key=lambda entry: int(entry.code)):
            writer.writerow([entry.code, entry.text, entry.rows, f"{entry.agreement:.2f}"])


def chosen_admissions(admissions: tuple[Admission, ...], patients_before: set[str]) -> list[Admission]:
    """The draw described above; `patients_before` are those with a stay discharged in 2014."""
    of_hospital: dict[str, list[Admission]] = defaultdict(list)
    for admission in admissions:
        labels = admission.labels
        if labels["year"] == "2015" and labels["region"] != "Northeast" and admission.patient_id not in patients_before:
            of_hospital[labels["hospital"]].append(admission)
    draw = random.Random(SEED)
    enough = sorted(hospital for hospital, own in of_hospital.items() if len(own) >= PER_HOSPITAL)
    recording = {hospital for hospital in enough if any(a.home_medications for a in of_hospital[hospital])}
    hospitals = [
        *draw.sample([hospital for hospital in enough if hospital in recording], HOSPITALS),
        *draw.sample([hospital for hospital in enough if hospital not in recording], HOSPITALS),
    ]
    return [admission for hospital in hospitals for admission in draw.sample(of_hospital[hospital], PER_HOSPITAL)]


def write_demo(tables: Path, target: Path) -> None:
    """The demo export: every table of the profile, its columns, the rows of the patients drawn."""
    profile = load_profile("eicu")
    cohort = read_eicu(tables, profile, load_formulary(), lambda what, fraction: None)
    folder = TableFolder(tables, profile)
    stays = folder.read("patient")
    before = set(stays.loc[stays["year"] == "2014", "patient"])
    chosen = chosen_admissions(cohort.admissions, before)
    patients = {admission.patient_id for admission in chosen}
    wanted = set(identifier(stays.loc[stays["patient"].isin(patients), "stay"]))
    hospitals = set(identifier(stays.loc[stays["patient"].isin(patients), "hospital"]))
    target.mkdir(parents=True, exist_ok=True)
    written: dict[str, pd.DataFrame] = {}
    for name, spec in profile.tables().items():
        if not folder.has(name):
            continue
        frame = folder.read(name)
        key, keys = ("hospital", hospitals) if name == "hospital" else ("stay", wanted)
        frame = frame[identifier(frame[key]).isin(keys)]
        if name in OF_FINDINGS and "offset" in frame:
            frame = frame[number(frame["offset"]) <= profile.rule("index_minutes")]
        frame = frame.rename(columns={**spec.columns, **spec.optional})
        if spec.file in written:  # weight and height stand in the table of patients
            more = [column for column in frame if column not in written[spec.file]]
            frame = written[spec.file].join(frame[more])
        written[spec.file] = frame
    for file, frame in written.items():
        frame.to_csv(target / f"{file}.csv", index=False, lineterminator="\n")
    shutil.copyfile(tables / "LICENSE.md", target / "LICENSE.md")
    (target / "LICENSE.md").chmod(0o644)
    read_back = read_eicu(target, profile, load_formulary(), lambda what, fraction: None).admissions
    text = ATTRIBUTION.format(
        admissions=len(read_back),
        hospitals=len({admission.labels["hospital"] for admission in read_back}),
        drawn=HOSPITALS,
        seed=SEED,
        each=PER_HOSPITAL,
    )
    (target / "ATTRIBUTION.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
