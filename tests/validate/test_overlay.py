"""The site overlay: saved, loaded, applied to the package it was made for, refused for any other or when damaged."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lamo_desktop.errors import InputError
from lamo_desktop.model.manifest import Drug, ModelPackage
from lamo_desktop.recommend.policy import Policy, probabilities, recommended
from lamo_desktop.validate.overlay import load_overlay, make_overlay
from lamo_desktop.validate.recalibrate import fit
from tests.validate.synthetic import hospital

PACKAGE = ModelPackage(
    path=Path("p"),
    name="small",
    version="1",
    fine_tuned=True,
    label="small model",
    base_file="b.gguf",
    base_sha256="0" * 64,
    architecture="llama",
    prompt_version="1",
    context_tokens=1024,
    adapters=(),
    drugs=tuple(Drug(f"drug a{c}", -2.0, 0.8 + 0.1 * i, -0.5 * i, 0.1 * i) for i, c in enumerate("abcde")),
    policies={"no-more-than-ordered": -0.7},
)


def scored(n=200):
    """Admissions whose probabilities and thresholds really come from the package."""
    rng = np.random.default_rng(0)
    scores = rng.normal(0, 2, (n, 5)).astype(np.float32)
    drugs = [d.name for d in PACKAGE.drugs]
    p = probabilities(PACKAGE, drugs, scores)
    lists = recommended(PACKAGE, drugs, p, Policy())
    cuts = 1 / (1 + np.exp(-(-0.7 + np.array([d.threshold for d in PACKAGE.drugs]))))
    o = hospital(n, 5, seed=1)
    model = {"name": "small", "version": "1", "manifest_sha256": PACKAGE.sha256}
    outcomes = replace(o, probabilities=p.astype(np.float32), recommended=lists, thresholds=cuts, model=model,
                       ordered=rng.random((n, 5)) < 1 / (1 + np.exp(-(0.5 * scores - 1))))  # fmt: skip
    return outcomes, drugs, scores


def test_the_package_with_the_overlay_gives_the_recalibrated_lists(tmp_path):
    outcomes, drugs, scores = scored()
    calibration = fit(outcomes)
    make_overlay(calibration, outcomes).save(tmp_path / "site.json")
    adapted = load_overlay(tmp_path / "site.json").apply(PACKAGE)
    expected = calibration.apply(outcomes)
    p = probabilities(adapted, drugs, scores)
    assert p == pytest.approx(expected.probabilities, abs=1e-4)
    lists = recommended(adapted, drugs, p, Policy())
    assert (lists != expected.recommended).mean() < 0.002  # rounding at the threshold
    assert (lists != outcomes.recommended).any()
    assert adapted.sha256 != PACKAGE.sha256 and "site's calibration" in adapted.label


def test_an_overlay_of_another_package_is_refused(tmp_path):
    outcomes, _, _ = scored()
    overlay = make_overlay(fit(outcomes), outcomes)
    with pytest.raises(InputError, match="was made for the model package small 1"):
        overlay.apply(replace(PACKAGE, version="2"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c.update(format="x"), "not a site overlay"),
        (lambda c: c.update(version=9), "version 9"),
        (lambda c: c.pop("drugs"), "incomplete"),
        (lambda c: c.update(drugs=[1]), "incomplete"),
        (lambda c: c["drugs"]["drug aa"].update(scale="x"), "incomplete"),
        (lambda c: c["drugs"]["drug aa"].update(scale=-1), "unusable calibration for drug aa"),
        (lambda c: c["drugs"]["drug aa"].update(offset=float("nan")), "expected JSON text"),
    ],
)
def test_a_damaged_overlay_is_refused_by_name(tmp_path, change, message):
    outcomes, _, _ = scored()
    file = tmp_path / "site.json"
    make_overlay(fit(outcomes), outcomes).save(file)
    content = json.loads(file.read_text())
    change(content)
    file.write_text(json.dumps(content))
    with pytest.raises(InputError, match=message):
        load_overlay(file)


def test_absent_or_not_json(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        load_overlay(tmp_path / "absent.json")
    (tmp_path / "x.json").write_text("[")
    with pytest.raises(InputError, match="expected JSON"):
        load_overlay(tmp_path / "x.json")
