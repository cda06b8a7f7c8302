"""What is added to a finished package: terms of findings, and what adapting it to a hospital starts from.

Both need no answer of its model: the code model is fitted again, out of fold, on the admissions it was fitted on. An
admission without findings keeps its scores, and the thresholds stay.
"""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.errors import InputError
from lamo_desktop.files import sha256_of
from lamo_desktop.formulary import Formulary
from lamo_desktop.formulary.knowledge import load_drug_knowledge
from lamo_desktop.model.package import LinearTerms, ModelPackage, SitePriorFile, write_package
from lamo_desktop.model.prompt import parts
from lamo_desktop.model.site_prior import write_site_prior
from lamo_desktop.model.terms import Terms, is_finding, read_terms, without_findings, write_terms
from trainer.cohort.rows import Rows, ordered_matrix
from trainer.package.fitted_terms import TERMS, code_features
from trainer.package.knowledge_terms import fit_knowledge
from trainer.package.linear_terms import PENALTIES, fit_terms
from trainer.package.site_prior import SITE_PRIOR, site_prior_of


def with_site_prior(
    package: ModelPackage, rows: Rows, tuning: Sequence[Admission], formulary: Formulary, folder: Path, version: str,
    say: Callable[[str], None], add_findings: bool,
) -> ModelPackage:  # fmt: skip
    """A finished package with its prior added, and with terms of findings if asked for, written to `folder`.

    The tuning admissions should be those that the package was tuned on. Raises InputError when its drugs are not the
    cohort's, when it has no code model, when terms of findings are asked for that it has already, or when the tuning
    admissions have no findings for them.
    """
    drugs = sorted(rows.candidates)
    if drugs != sorted(package.by_name):
        raise InputError(f"The candidates of this cohort are not the drugs of {package.name}: name its own cohort.")
    shipped = read_terms(package.path / package.terms.file) if package.terms else None
    if shipped is None or not shipped.features:
        raise InputError(f"{package.name} has no code model, which nothing can be added to.")
    has_findings = any(map(is_finding, shipped.features))
    if add_findings and has_findings:
        raise InputError(f"{package.name} has terms of findings already: name the package that they were added to.")
    ordered = ordered_matrix(tuning, drugs)
    below = None
    if package.knowledge:
        prompts = [parts(admission) for admission in tuning]
        below = fit_knowledge(prompts, ordered, drugs, load_drug_knowledge(), formulary).logits
    seen = [code_features(admission, allergies=package.knowledge is None) for admission in tuning]
    if not (add_findings or has_findings):
        seen = [without_findings(each) for each in seen]
    elif not any(is_finding(feature) for each in seen for feature in each):
        raise InputError("These admissions have no findings: name a cohort file that was made with them.")
    record = package.training.get("calibration", {}).get("linear_terms", {})
    penalties = (record["features penalty"],) if "features penalty" in record else PENALTIES
    patients = [admission.patient_id for admission in tuning]
    states = np.zeros((len(tuning), 0), dtype=np.float32)
    fitted = fit_terms(
        seen, states, ordered, drugs, patients, say, ["features"], below, penalties, formulary.drug_class
    )
    prior = site_prior_of(fitted.bare, ordered, tuning, drugs, formulary.drug_class)
    about = {"admissions": len(tuning), "from": "out-of-fold code model", **fitted.record}
    training = {**package.training, "site_prior": about}
    with tempfile.TemporaryDirectory() as scratch:
        files = {SITE_PRIOR: Path(scratch) / SITE_PRIOR}
        write_site_prior(prior, files[SITE_PRIOR])
        if add_findings:
            files[TERMS] = Path(scratch) / TERMS
            write_terms(_with_findings(shipped, fitted.terms), files[TERMS])
            package = replace(package, terms=LinearTerms(TERMS, sha256_of(files[TERMS])), metrics={})
            training |= {"cohort": rows.origin}
        prior_file = SitePriorFile(SITE_PRIOR, sha256_of(files[SITE_PRIOR]))
        return write_package(folder, replace(package, version=version, site_prior=prior_file, training=training), files)


def _with_findings(shipped: Terms, fitted: Terms) -> Terms:
    """The shipped terms with the fitted ones of findings after their own."""
    rows = [row for row, feature in enumerate(fitted.features) if is_finding(feature)]
    columns = [fitted.column[drug] for drug in shipped.drugs]
    return replace(
        shipped,
        features=(*shipped.features, *(fitted.features[row] for row in rows)),
        weights=np.concatenate([shipped.weights, fitted.weights[np.ix_(rows, columns)]]),
    )
