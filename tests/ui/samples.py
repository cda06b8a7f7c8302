"""A small export, and a job scored with recorded scores on the shipped package."""

from pathlib import Path

import numpy as np

from lamo_desktop.admissions import read_cohort
from lamo_desktop.admissions.cohort import Admission, AttritionStep, Cohort, Problem, SetAside, Source
from lamo_desktop.formulary import load_formulary
from lamo_desktop.jobs.batch import create_job
from lamo_desktop.jobs.job import Outcome
from lamo_desktop.model.package import load_package
from lamo_desktop.model.process import EngineSettings
from lamo_desktop.paths import resource
from lamo_desktop.recommend.policy import Policy

HOSTILE = '<b>bold</b><img src="x"> & <script>alert(1)</script>'
EXPORT = """admission id,patient id,age,sex,diagnoses,orders
A1,P1,67,F,sepsis; acute renal failure,METOPROLOL TARTRATE 25 MG PO TABS; ASPIRIN 81 MG; HEPARIN
A2,P2,54,M,pneumonia,ACETAMINOPHEN 325 MG; ONDANSETRON 4 MG; FUROSEMIDE 20 MG
A3,P3,-4,M,heart failure,FUROSEMIDE 20 MG; ASPIRIN 81 MG; HEPARIN
A4,P4,81,F,atrial fibrillation,METOPROLOL TARTRATE 25 MG PO TABS; ASPIRIN 81 MG; PANTOPRAZOLE 40 MG
"""


def write_export(folder: Path) -> Path:
    path = folder / "admissions.csv"
    path.write_text(EXPORT, encoding="utf-8")
    return path


def write_job(path: Path, n: int = 6, n_scored: int = 6, failed: int | None = None) -> Path:
    """A job of n admissions; the first n_scored are scored, except one that failed. Odd ones have no orders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    package = load_package()
    names = [drug.name for drug in package.drugs]
    admissions = tuple(
        Admission(
            admission_id=f"A{row}",
            patient_id=f"P{row // 2}",
            age=40 + row,
            sex="female" if row % 2 else "male",
            reason=HOSTILE if row == 0 else f"reason {row}",
            diagnoses=("sepsis",) if row % 2 else ("pneumonia", "hypertension"),
            allergies=("ASPIRIN",),
            orders=None if row == 1 else tuple(sorted({"aspirin", *names[row : row + 3], "zzz-unlisted"})),
            labels={"hospital": str(row % 2)},
        )
        for row in range(n)
    )
    cohort = Cohort(
        admissions,
        Source("export", {"admissions.csv": "0" * 64}, "flat"),
        attrition=(AttritionStep("rows", n + 1, 0), AttritionStep("readable", n, 1, "age unusable")),
        problems=(Problem("Sheet1!C4", "the age is not a number"),),
        set_aside=(SetAside("X9", "Sheet1!A9", "the age is missing"),),
        unmapped={"XYZ 5 MG": 3},
    )
    generator = np.random.default_rng(7)
    with create_job(path, cohort, package, EngineSettings(), names, Policy()) as store:
        outcomes = []
        for item in store.claim(n_scored):
            scores = generator.normal(0, 2, len(names)).astype(np.float32)
            cut = ("past history (3 of 9 entries kept)", "diagnoses (1 of 2 entries kept)") if item.ordinal == 0 else ()
            bad = item.ordinal == failed
            error = "the engine failed on this admission twice" if bad else ""
            outcomes.append(Outcome(item.ordinal, None if bad else scores, 100, 50, cut, error, 0.5))
        store.record(outcomes)
    return path


def demo_cohort() -> Cohort:
    """The bundled demonstration admissions."""
    return read_cohort(resource("demo/eicu"), load_formulary())
