"""What a package says of how hospitals may differ from it: written, read, checked, and used by drug name."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lamo_desktop.errors import ModelError
from lamo_desktop.files import sha256_of
from lamo_desktop.model.manifest import manifest_bytes
from lamo_desktop.model.package import SitePriorFile, load_package, site_prior
from lamo_desktop.model.site_prior import DEFAULT_HISTORY, SitePrior, read_site_prior, write_site_prior
from lamo_desktop.paths import resource
from tests.validate.test_overlay import PACKAGE

LIKENESS = np.array([[1.0, 0.4, -0.2], [0.4, 1.0, 0.1], [-0.2, 0.1, 1.0]])
PRIOR = SitePrior(("aspirin", "heparin", "insulin"), LIKENESS, (1.0, 0.5, 0.0, 0.1, -0.1, -0.2))


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "site_prior.npz"
    write_site_prior(PRIOR, file)
    found = read_site_prior(file)
    assert (found.drugs, found.history) == (PRIOR.drugs, PRIOR.history)
    assert found.likeness == pytest.approx(LIKENESS, abs=1e-6)
    write_site_prior(PRIOR, tmp_path / "again.npz")
    assert file.read_bytes() == (tmp_path / "again.npz").read_bytes()


def test_drugs_are_found_by_name_and_unknown_ones_are_like_themselves_alone() -> None:
    assert PRIOR.among(["insulin", "zinc", "aspirin"]).tolist() == [[1.0, 0.0, -0.2], [0.0, 1.0, 0.0], [-0.2, 0.0, 1.0]]
    assert SitePrior().among(["aspirin", "zinc"]).tolist() == [[1.0, 0.0], [0.0, 1.0]]


@pytest.mark.parametrize(
    "change",
    [
        {"likeness": LIKENESS[:2]},
        {"likeness": np.where(np.eye(3) > 0, np.nan, LIKENESS)},
        {"likeness": 3 * LIKENESS},
        {"likeness": LIKENESS + np.triu(np.full((3, 3), 0.1), 1)},
        {"history": np.zeros(5)},
        {"drugs": np.array(["a", "a", "b"])},
    ],
)
def test_a_file_whose_arrays_do_not_belong_together_is_refused(tmp_path: Path, change: dict[str, np.ndarray]) -> None:
    file = tmp_path / "site_prior.npz"
    arrays = {"drugs": np.array(PRIOR.drugs), "likeness": LIKENESS, "history": np.array(PRIOR.history)}
    np.savez(file, **(arrays | change))
    with pytest.raises(ModelError, match="damaged"):
        read_site_prior(file)
    file.write_bytes(file.read_bytes()[:200])
    with pytest.raises(ModelError, match="damaged"):
        read_site_prior(file)


def test_packages_without_it_keep_their_format_and_adapt_with_the_default() -> None:
    assert (site_prior(PACKAGE).drugs, site_prior(PACKAGE).history) == ((), DEFAULT_HISTORY)
    content = json.loads(manifest_bytes(PACKAGE))
    assert content["format"] == 3 and "site_prior" not in content
    assert json.loads(manifest_bytes(replace(PACKAGE, site_prior=SitePriorFile("s.npz", "0" * 64))))["format"] == 5


def test_the_embedded_package_knows_how_alike_its_drugs_are() -> None:
    package = load_package()
    found = site_prior(package)
    assert package.site_prior is not None
    assert package.site_prior.sha256 == sha256_of(resource("packages/default") / package.site_prior.file)
    assert sorted(found.drugs) == sorted(package.by_name)
    statins = found.among(["atorvastatin", "simvastatin"])
    insulins = found.among(["insulin glargine", "insulin lispro"])
    assert statins[0, 1] < 0 < insulins[0, 1]  # one statin is given instead of the other, insulins beside each other
