"""What is entered into the benchmark: packages, packages with prompt parts left out, the untuned base, baselines."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.errors import InputError
from lamo_desktop.model.package import ModelPackage
from lamo_desktop.model.process import EngineSettings
from lamo_desktop.recommend.policy import Policy, probabilities, threshold
from lamo_desktop.stats import logit
from trainer.cohort.rows import Rows, ordered_matrix
from trainer.evaluate.baselines import MEAN, Baseline
from trainer.evaluate.benchmark import ASKED, BEST, TRAINED, Floats, ModelUnderTest
from trainer.package.calibrated import untuned
from trainer.package.engine_scores import identity, score_rows
from trainer.package.thresholds import policy_thresholds

Progress = Callable[[str], None]
CUTS = {TRAINED: "no-more-than-ordered", BEST: "balanced"}


@dataclass(frozen=True, slots=True)
class Left:
    """What a left-out part takes from an admission: fields (by their empty value), a note section, codes by prefix."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    section: str = ""
    codes: tuple[str, ...] = ()


PARTS = {
    "present-illness": Left({"reason": ""}, "history_of_present_illness", ("adm:",)),
    "past-history": Left({"past_history": ()}, "past_medical_history", ("hx:",)),
    "allergies": Left({"allergies": ()}, "allergies", ("allergy:",)),
    "home-medications": Left({"home_medications": ()}, "medications_on_admission", ("med:",)),
    "diagnoses": Left({"diagnoses": ()}, codes=("dx:", "icd:")),
    "procedures": Left({"procedures": ()}, codes=("procedure:",)),
    "previous-stay": Left({"previous": None}, codes=("previous med:", "previous dx:")),
    "codes": Left({"codes": ()}),
}
"""Parts of an admission that can be left out, each from the prompt and from the codes alike: LAMO's four note sections
(with what stands for them in tables without notes: reason for admission, past history, allergies, home medications),
the coded lists, the previous stay; and all codes, which leaves the prompt as it is."""


class Scorer:
    """Scores of packages on a cohort's rows. Raises InputError for a folder that cannot hold score files."""

    def __init__(self, rows: Rows, folder: Path, settings: EngineSettings, progress: Progress) -> None:
        """`folder` keeps one score file per model, recognised by what it holds."""
        self.rows, self._folder, self._settings, self._progress = rows, folder, settings, progress
        if not folder.is_dir():
            raise InputError(f"There is no folder {folder} for score files.")

    def scores(self, package: ModelPackage, admissions: Sequence[Admission], drugs: Sequence[str]) -> Floats:
        """Raw scores, shape (admissions, drugs), from the files where they have them."""
        found = score_rows(package, admissions, drugs, self.file(package), self._settings, self._progress)
        return found.astype(np.float64)

    def file(self, package: ModelPackage) -> Path:
        """The file with this model's scores: any that begins with its identity, else a new one named after it."""
        wanted = identity(package)
        for file in sorted(self._folder.glob("*.scores.jsonl")):
            with file.open("rb") as opened:
                if opened.readline().decode(errors="replace").rstrip("\n") == wanted:
                    return file
        digest: str = json.loads(wanted)["scores of"]
        return self._folder / f"{package.path.name}-{digest[:8]}.scores.jsonl"


def package_under_test(name: str, package: ModelPackage, splits: Sequence[str], scorer: Scorer) -> ModelUnderTest:
    """A package with its own calibration and thresholds. Raises InputError when it is of other drugs or has none."""
    drugs = sorted(scorer.rows.candidates)
    other = sorted(scorer.rows.candidates.keys() ^ package.by_name.keys())
    if other:
        raise InputError(
            f"The package {name} and this cohort differ in {len(other)} candidate drugs ({other[0]}, ...): "
            "judge it on the cohort it was calibrated on, or drugs it does not know with --unseen."
        )
    logits = {split: _logits(package, scorer, scorer.rows.of([split]), drugs) for split in splits}
    about = {"package": package.name, "version": package.version, "label": package.label, "sha256": package.sha256}
    own = np.array([package.by_name[drug].threshold for drug in drugs])
    return ModelUnderTest(name, "package", logits, _thresholds(name, package), own, about)


def mean_under_test(models: Sequence[ModelUnderTest]) -> ModelUnderTest:
    """What several packages say together: the mean of their logits, cut at the mean of their thresholds."""
    first = models[0]
    return ModelUnderTest(
        f"mean of {len(models)} packages",
        "package",
        {split: np.mean([each.logits[split] for each in models], axis=0) for split in first.logits},
        {cut: float(np.mean([each.thresholds[cut] for each in models])) for cut in first.thresholds},
        np.mean([np.asarray(each.own) for each in models], axis=0),
        {"packages": [each.name for each in models]},
    )


def ablation_under_test(
    name: str, package: ModelPackage, without: Sequence[str], splits: Sequence[str], scorer: Scorer
) -> ModelUnderTest:
    """A package asked without some of `PARTS`; calibration and thresholds stay as they are."""
    drugs, logits, changed = sorted(scorer.rows.candidates), {}, {}
    for split in splits:
        whole = scorer.rows.of([split])
        shortened = [leave_out(admission, without) for admission in whole]
        changed[split] = sum(a != b for a, b in zip(whole, shortened, strict=True))
        logits[split] = _logits(package, scorer, shortened, drugs)
    own = np.array([package.by_name[drug].threshold for drug in drugs])
    about = {"without": list(without), "admissions_changed": changed}
    title = f"{name} without {', '.join(without)}"
    return ModelUnderTest(title, "ablation", logits, _thresholds(name, package), own, about)


def leave_out(admission: Admission, without: Sequence[str]) -> Admission:
    """The admission without some of `PARTS`."""
    for left in (PARTS[part] for part in without):
        sections = {name: text for name, text in admission.sections.items() if name != left.section}
        codes = tuple(code for code in admission.codes if not code.startswith(left.codes))
        changes = {"sections": sections, "codes": codes, **left.fields}
        admission = replace(admission, **changes)
    return admission


def untuned_under_test(package: ModelPackage, splits: Sequence[str], scorer: Scorer) -> ModelUnderTest:
    """The package's base as it is, asked LAMO's way: a drug is on the list when Yes is likelier than No."""
    drugs, base = sorted(scorer.rows.candidates), untuned(package)
    logits = {split: scorer.scores(base, scorer.rows.of([split]), drugs) for split in splits}
    return ModelUnderTest("untuned base", "untuned", logits, {ASKED: 0.0}, about={"base_sha256": package.base_sha256})


def baselines_under_test(found: Sequence[Baseline], rows: Rows) -> list[ModelUnderTest]:
    """Baselines with thresholds from their out-of-fold logits of the training rows."""
    ordered = ordered_matrix(rows.of(["train"]), sorted(rows.candidates))
    models = []
    for each in found:
        tuned = policy_thresholds(each.out_of_fold, ordered)
        thresholds = {cut: tuned[policy] for cut, policy in CUTS.items()}
        about = {"setting": each.chosen, "out_of_fold_log_loss": dict(each.tried)}
        kind: Literal["ensemble", "baseline"] = "ensemble" if each.name == MEAN else "baseline"
        models.append(ModelUnderTest(each.name, kind, each.logits, thresholds, about=about))
    return models


def package_names(packages: Sequence[ModelPackage]) -> list[str]:
    """What each package is called in a table: its folder's name, or its whole path where two have the same."""
    names = [package.path.name for package in packages]
    return [
        name if names.count(name) == 1 else str(package.path) for name, package in zip(names, packages, strict=True)
    ]


def _logits(package: ModelPackage, scorer: Scorer, admissions: Sequence[Admission], drugs: Sequence[str]) -> Floats:
    return logit(probabilities(package, drugs, scorer.scores(package, admissions, drugs)))


def _thresholds(name: str, package: ModelPackage) -> Mapping[str, float]:
    if not package.policies:
        raise InputError(f"The package {name} has no thresholds yet: run `lamo-train calibrate` on it first.")
    return {cut: threshold(package, Policy(policy)) for cut, policy in CUTS.items()}
