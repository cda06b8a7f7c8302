"""Terms of findings and what adapting starts from, added to a package that is finished."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.errors import InputError
from lamo_desktop.files import sha256_of
from lamo_desktop.formulary import load_formulary
from lamo_desktop.model.package import LinearTerms, ModelPackage, load_package, site_prior, write_package
from lamo_desktop.model.terms import is_finding, read_terms, write_terms
from trainer.cohort.rows import Rows
from trainer.package import linear_terms
from trainer.package.finished import with_site_prior

FORMULARY = load_formulary()
SHIPPED = load_package()
RNG = np.random.default_rng(0)


def rows(findings: bool = True) -> Rows:
    """Admissions of which the intubated get propofol."""
    admissions = []
    for place in range(18):
        intubated = place % 3 == 0
        orders = {str(drug) for drug in RNG.choice(list(SHIPPED.by_name), 8)} | ({"propofol"} if intubated else set())
        code = "finding:intubated" if intubated else "finding:not intubated"
        admissions.append(
            Admission(
                f"a{place}",
                f"p{place}",
                60,
                reason="sepsis" if place % 2 else "heart failure",
                codes=(code,) if findings else (),
                orders=tuple(sorted(orders)),
            )
        )
    return Rows({"train": tuple(admissions)}, dict.fromkeys(SHIPPED.by_name, 10), {"source": "made up"})


@pytest.fixture(autouse=True)
def one_penalty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linear_terms, "FINDING_PENALTIES", (10.0,))


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> ModelPackage:
    """The embedded default without its terms of findings."""
    folder = tmp_path_factory.mktemp("finished")
    shipped = read_terms(SHIPPED.path / "terms.npz")
    kept = [row for row, feature in enumerate(shipped.features) if not is_finding(feature)]
    bare = replace(shipped, features=tuple(shipped.features[row] for row in kept), weights=shipped.weights[kept])
    write_terms(bare, folder / "terms.npz")
    terms = LinearTerms("terms.npz", sha256_of(folder / "terms.npz"))
    return write_package(folder / "package", replace(SHIPPED, terms=terms), {"terms.npz": folder / "terms.npz"})


def test_findings_are_added_and_everything_else_stays(finished: ModelPackage, tmp_path: Path) -> None:
    cohort = rows()
    said: list[str] = []
    made = with_site_prior(
        finished, cohort, cohort.of(["train"]), FORMULARY, tmp_path / "made", "1.2.3", said.append, add_findings=True
    )
    before, after = (read_terms(package.path / "terms.npz") for package in (finished, made))
    assert after.features == (*before.features, "code finding:intubated", "code finding:not intubated")
    np.testing.assert_array_equal(after.weights[: len(before.features)], before.weights)
    assert after.of("code finding:intubated")[after.column["propofol"]] > 0.2
    assert (made.version, made.drugs, made.policies) == ("1.2.3", finished.drugs, finished.policies)
    assert made.training["cohort"] == {"source": "made up"} and made.metrics == {}
    assert site_prior(made).drugs == tuple(sorted(made.by_name))
    for package, of, why in (
        (made, cohort, "has terms of findings already"),
        (finished, rows(findings=False), "have no findings"),
    ):
        with pytest.raises(InputError, match=why):
            with_site_prior(
                package, of, of.of(["train"]), FORMULARY, tmp_path / "again", "2", said.append, add_findings=True
            )


def test_what_adapting_starts_from_alone_leaves_the_terms(finished: ModelPackage, tmp_path: Path) -> None:
    cohort = rows()
    made = with_site_prior(
        finished, cohort, cohort.of(["train"]), FORMULARY, tmp_path / "made", "1", lambda _: None, add_findings=False
    )
    assert made.terms == finished.terms and made.site_prior != finished.site_prior
    assert "findings slope" not in made.training["site_prior"]
