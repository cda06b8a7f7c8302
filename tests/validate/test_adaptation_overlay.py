"""Version 2 of the site overlay: written and read back exactly, the same at every use, hostile files one sentence."""

import base64
import json
import stat
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lamo_desktop.adapt import adapt, patient_tags
from lamo_desktop.errors import InputError
from lamo_desktop.model.site import Context
from lamo_desktop.recommend.policy import Policy, in_use, probabilities, threshold
from lamo_desktop.stats import logit, sigmoid
from lamo_desktop.validate.adaptation import rows_of
from lamo_desktop.validate.adaptation_overlay import AdaptationOverlay, make_adaptation_overlay
from lamo_desktop.validate.outcomes import Outcomes
from lamo_desktop.validate.overlay import content_hash, load_overlay
from tests.adapt.sites import learned, site
from tests.validate.test_overlay import PACKAGE

KEY = b"k" * 32
SITE = site(PACKAGE)
DRUGS = [drug.name for drug in PACKAGE.drugs]


@pytest.fixture(scope="module")
def overlay() -> AdaptationOverlay:
    return learned(PACKAGE, SITE, KEY)


@pytest.fixture
def saved(overlay: AdaptationOverlay, tmp_path: Path) -> Path:
    overlay.save(tmp_path / "site.json")
    return tmp_path / "site.json"


def scores_of(outcomes: Outcomes) -> np.ndarray:
    """Scores of which the package makes the probabilities of `outcomes`."""
    scale = np.array([drug.scale for drug in PACKAGE.drugs])
    return (logit(outcomes.probabilities) - np.array([drug.offset for drug in PACKAGE.drugs])) / scale


def contexts_of(outcomes: Outcomes) -> list[Context]:
    return [
        Context(codes, {name: values[i] for name, values in outcomes.labels.items()})
        for i, codes in enumerate(outcomes.codes)
    ]


def adapted(overlay: AdaptationOverlay, outcomes: Outcomes) -> np.ndarray:
    return probabilities(overlay.apply(PACKAGE), DRUGS, scores_of(outcomes), contexts=contexts_of(outcomes))


def test_what_is_read_back_gives_the_same_probabilities_bytes_and_hash(overlay: AdaptationOverlay, saved: Path) -> None:
    again = load_overlay(saved)
    assert isinstance(again, AdaptationOverlay)
    again.save(saved.with_name("again.json"))
    assert saved.with_name("again.json").read_bytes() == saved.read_bytes()
    assert again.sha256 == overlay.sha256
    np.testing.assert_array_equal(adapted(again, SITE), adapted(overlay, SITE))
    assert not np.allclose(adapted(overlay, SITE), SITE.probabilities)
    assert again.held_out == overlay.held_out and again.name == "north and south"
    if sys.platform != "win32":
        assert stat.S_IMODE(saved.stat().st_mode) == 0o600


def test_the_same_admissions_give_the_same_bytes(overlay: AdaptationOverlay, saved: Path) -> None:
    learned(PACKAGE, SITE, KEY).save(saved.with_name("twin.json"))
    assert saved.with_name("twin.json").read_bytes() == saved.read_bytes()


def test_it_is_what_the_adaptation_says(overlay: AdaptationOverlay) -> None:
    expected = sigmoid(overlay.adaptation.logits(rows_of(SITE)))
    np.testing.assert_allclose(adapted(overlay, SITE), expected, atol=1e-6)
    found = overlay.apply(PACKAGE)
    assert found.sha256 == PACKAGE.sha256, "the package is the one that scored"
    assert found.described.startswith("small model, adapted to north and south (120 admissions, ")
    assert threshold(found, Policy()) == pytest.approx(-0.7 + overlay.threshold_shift)


def test_a_drug_does_not_depend_on_the_other_candidates_nor_a_row_on_the_other_rows(overlay: AdaptationOverlay) -> None:
    package, scores, contexts = overlay.apply(PACKAGE), scores_of(SITE), contexts_of(SITE)
    whole = probabilities(package, DRUGS, scores, contexts=contexts)
    some = probabilities(package, [DRUGS[3], DRUGS[1]], scores[:, [3, 1]], contexts=contexts)
    np.testing.assert_allclose(some, whole[:, [3, 1]], rtol=1e-12)
    np.testing.assert_allclose(
        probabilities(package, DRUGS, scores[7:8], contexts=contexts[7:8]), whole[7:8], rtol=1e-12
    )
    unknown = probabilities(package, ["not learned"], scores[:, :1], contexts=contexts)
    np.testing.assert_array_equal(unknown, probabilities(PACKAGE, ["not learned"], scores[:, :1]))


def test_an_unknown_hospital_adds_nothing_and_a_failed_row_stays_one(overlay: AdaptationOverlay) -> None:
    package, scores = overlay.apply(PACKAGE), scores_of(SITE)[:2].copy()
    here, elsewhere = Context((), {"hospital": "north"}), Context((), {"hospital": "east"})
    found = logit(probabilities(package, DRUGS, scores[[0, 0]], contexts=[here, elsewhere]))
    offset = overlay.adaptation.rho * overlay.adaptation.groups["north"]
    np.testing.assert_allclose(found[0] - found[1], offset, atol=1e-9)
    scores[1] = np.nan
    assert np.isnan(probabilities(package, DRUGS, scores, contexts=[here, here])[1]).all()
    with pytest.raises(ValueError, match="context"):
        probabilities(package, DRUGS, scores)


def test_what_was_learned_of_one_probability_adds_up(overlay: AdaptationOverlay) -> None:
    terms, contexts, d = overlay.terms, contexts_of(SITE), 2
    before, after = logit(SITE.probabilities), logit(adapted(overlay, SITE))
    for row in range(5):
        parts = terms.learned(DRUGS[d], float(before[row, d]), contexts[row])
        assert sum(part.logits for part in parts) == pytest.approx(after[row, d] - before[row, d], abs=1e-6)
        assert [part.kind for part in parts][-1] == "rest"
        assert {part.kind for part in parts} <= {"drug", "feature", "group", "history", "rest"}
    assert terms.learned("not learned", 0.0, contexts[0]) == ()


def test_its_counts_are_those_of_the_admissions_it_was_learned_from(overlay: AdaptationOverlay) -> None:
    assert overlay.n_ordered.tolist() == SITE.ordered.sum(0).tolist()
    np.testing.assert_allclose(overlay.expected, SITE.probabilities.sum(0), rtol=1e-5)
    labels = SITE.labels["hospital"]
    assert overlay.group_sizes == {name: labels.count(name) for name in ("north", "south")}
    assert in_use(overlay.apply(PACKAGE), DRUGS) == tuple(DRUGS)


def test_patients_are_known_again_with_the_key_of_this_computer_alone(overlay: AdaptationOverlay) -> None:
    assert len(overlay.tags) == len(set(SITE.patient_ids)) + 1, "one is of the computer"
    assert patient_tags.known([SITE.patient_ids[0], "a stranger"], overlay.tags, KEY) == [True, False]
    assert not any(patient_tags.known(SITE.patient_ids, overlay.tags, b"x" * 32))


def test_running_numbers_of_the_reader_are_no_patients_but_a_hospitals_own_ids_of_that_form_are(
    overlay: AdaptationOverlay,
) -> None:
    ids = ("P104233", "P104234")
    assert patient_tags.lasting(ids, numbered=False) and not patient_tags.lasting(ids, numbered=True)
    assert not patient_tags.lasting(ids, numbered=None), "an older job does not say whose they are"
    assert patient_tags.lasting(("104233", "P104234"), numbered=None)
    form = replace(SITE, patient_ids=tuple(f"P{104233 + int(name[1:])}" for name in SITE.patient_ids))
    for numbered, n_tags in ((False, len(set(form.patient_ids)) + 1), (True, 0)):
        told = make_adaptation_overlay(overlay.adaptation, replace(form, numbered_patients=numbered), PACKAGE, key=KEY)
        assert len(told.tags) == n_tags


def test_the_overlay_gives_what_was_learned_also_of_its_own_drugs_and_beside_unlearned_home_medications() -> None:
    n, rng = len(SITE.admission_ids), np.random.default_rng(3)
    at_home = rng.random(n) < 0.4
    codes = tuple(
        (*known, *(("med:its own", "med:unlearned", "previous med:rare") if home else ("dx:9",)))
        for known, home in zip(SITE.codes, at_home, strict=True)
    )
    outside = tuple(
        (("its own",) if home or i % 9 == 0 else ()) + (("rare",) if i < 3 else ()) for i, home in enumerate(at_home)
    )
    classes = dict.fromkeys(("its own", "unlearned", "rare"), SITE.drug_classes[1] or "a class")
    here = replace(SITE, codes=codes, outside_orders=outside, outside_classes=classes)
    found = adapt(rows_of(here))
    assert not isinstance(found, str) and [drug.name for drug in found.own_drugs] == ["its own"]
    terms = make_adaptation_overlay(found, here, PACKAGE).terms
    rows = rows_of(here)
    names = (*DRUGS, "its own")
    expected = terms.adaptation.logits(rows)[:, [rows.drugs.index(name) for name in names]]
    given = np.hstack([logit(here.probabilities), np.full((n, 1), 7.0)])
    np.testing.assert_allclose(terms.logits(names, given, contexts_of(here)), expected, rtol=1e-12)
    np.testing.assert_allclose(found.logits(rows), terms.adaptation.logits(rows), atol=1e-4)


def test_this_computers_key_is_made_once_for_its_owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAMO_DATA_DIR", str(tmp_path))
    first = patient_tags.own_key()
    assert len(first) == 32 and patient_tags.own_key() == first
    file = tmp_path / "overlays" / patient_tags.KEY
    assert sys.platform == "win32" or stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_bytes(b"short")
    with pytest.raises(InputError, match=r"patients\.key is damaged"):
        patient_tags.own_key()


def test_another_package_is_refused(overlay: AdaptationOverlay) -> None:
    with pytest.raises(InputError, match="was made for the model package small 1"):
        overlay.apply(replace(PACKAGE, version="2"))


def _array(name: str, values: np.ndarray) -> Callable[[dict[str, Any]], object]:
    return lambda c: c["arrays"].update({name: base64.b64encode(values.astype("<f4").tobytes()).decode()})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c.update(rho=0.3), "been changed since it was written"),
        (lambda c: c.update(sha256="0" * 64), "been changed since it was written"),
    ],
)
def test_a_changed_file_is_refused(saved: Path, change: Callable[[dict[str, Any]], object], message: str) -> None:
    content = json.loads(saved.read_text())
    change(content)
    saved.write_text(json.dumps(content))
    with pytest.raises(InputError, match=message):
        load_overlay(saved)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_array("offset", np.full(5, np.nan)), "cannot be right in offset"),
        (_array("slope", np.full(5, np.inf)), "cannot be right in slope"),
        (_array("base_mean", np.full(5, 1e30)), "cannot be right in base_mean"),
        (_array("offset", np.zeros(4)), "incomplete or damaged"),
        (lambda c: c["arrays"].update(offset="not base64!" + "A" * 17), "incomplete or damaged"),
        (lambda c: c["arrays"].update(offset=None), "incomplete or damaged"),
        (lambda c: c["arrays"].pop("weights"), "incomplete or damaged"),
        (lambda c: c.update(rho=0), "cannot be right"),
        (lambda c: c.update(rho=1.5), "cannot be right"),
        (lambda c: c.update(rho=True), "incomplete or damaged"),
        (lambda c: c.update(scale=-1.0), "cannot be right"),
        (lambda c: c.update(constant=1e300), "incomplete or damaged"),
        (lambda c: c.update(state_size=10**8), "incomplete or damaged"),
        (lambda c: c.update(state_size=-1), "incomplete or damaged"),
        (lambda c: c.update(history=[0.0] * 5), "incomplete or damaged"),
        (lambda c: c.update(drugs=[]), "incomplete or damaged"),
        (lambda c: c["drugs"].append(c["drugs"][0]), "incomplete or damaged"),
        (lambda c: c["features"].append("x"), "incomplete or damaged"),
        (lambda c: c.update(features="dx"), "incomplete or damaged"),
        (lambda c: c.update(n_patients="many"), "incomplete or damaged"),
        (lambda c: c.update(own_drugs=[{"name": "x", "n_orders": 5, "log_odds": 0.0}]), "incomplete or damaged"),
        (lambda c: c.update(groups=[{"name": "a", "n_admissions": -1}]), "incomplete or damaged"),
        (lambda c: c.update(tags="%%%"), "incomplete or damaged"),
        (lambda c: c.update(name="two\nlines"), "incomplete or damaged"),
        (lambda c: c.update(name="long" * 1000), "incomplete or damaged"),
        (lambda c: c.update(source=[1]), "incomplete or damaged"),
        (lambda c: c.update(held_out={}), "incomplete or damaged"),
        (lambda c: c.update(version=2.0), "version 2.0"),
        (lambda c: c.update(version=3), "version 3; this program reads versions 1 and 2"),
    ],
)
def test_a_hostile_file_is_one_sentence_that_names_it(
    saved: Path, change: Callable[[dict[str, Any]], object], message: str
) -> None:
    content = json.loads(saved.read_text())
    change(content)
    content["sha256"] = content_hash(content)
    saved.write_text(json.dumps(content))
    with pytest.raises(InputError, match=message) as caught:
        load_overlay(saved)
    assert str(saved) in str(caught.value)


def test_a_file_that_is_far_too_large_is_not_read(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lamo_desktop.validate.overlay.LARGEST_FILE", 1000)
    with pytest.raises(InputError, match="is not a site overlay"):
        load_overlay(saved)
