import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lamo_desktop.errors import InputError
from lamo_desktop.model.package import Drug, KnowledgeFile, ModelPackage
from lamo_desktop.recommend.policy import Policy, cut_offs, precision_floors, probabilities, recommended
from lamo_desktop.stats import sigmoid

PACKAGE = ModelPackage(
    path=Path("package"),
    name="test",
    version="1",
    fine_tuned=False,
    label="test",
    base_file="base.gguf",
    base_sha256="",
    architecture="llama",
    prompt_version="1",
    context_tokens=512,
    adapters=(),
    drugs=(
        Drug("aspirin", -1.0, 0.5, -1.0, 0.0, "antiplatelet"),
        Drug("clopidogrel", -2.0, 1.5, -3.0, 0.5, "antiplatelet"),
        Drug("warfarin", -4.0, 0.0, -4.0, 0.0, "anticoagulant"),
    ),
    policies={"balanced": -1.5, "no-more-than-ordered": -1.0, "precise-0.50": 0.5, "precise-0.60": 1.0},
)
NAMES = ["aspirin", "clopidogrel", "warfarin"]


def test_calibration_is_scale_times_score_plus_offset() -> None:
    p = probabilities(PACKAGE, NAMES, np.array([[2.0, 1.0, 9.0]], dtype=np.float32))
    assert p.shape == (1, 3)
    np.testing.assert_allclose(p, [[0.5, 1 / (1 + np.exp(1.5)), 1 / (1 + np.exp(4))]], rtol=1e-12)


def test_order_of_candidates_is_the_callers() -> None:
    scores = np.array([[2.0, 1.0, 9.0]])
    p = probabilities(PACKAGE, NAMES, scores)
    np.testing.assert_array_equal(probabilities(PACKAGE, NAMES[::-1], scores[:, ::-1]), p[:, ::-1])


def test_an_unseen_drug_takes_its_class_else_all_drugs() -> None:
    score = np.array([[2.0]])
    classes = {"ticagrelor": "antiplatelet", "newdrug": "nothing like it"}
    by_class = probabilities(PACKAGE, ["ticagrelor"], score, classes.__getitem__)
    pooled = probabilities(PACKAGE, ["newdrug"], score, classes.__getitem__)
    np.testing.assert_allclose(by_class, sigmoid(np.array([[1.0 * 2 - 2.0]])))
    np.testing.assert_allclose(pooled, sigmoid(np.array([[2.0 / 3 * 2 - 8.0 / 3]])))
    np.testing.assert_array_equal(probabilities(PACKAGE, ["newdrug"], score), pooled)
    assert not recommended(PACKAGE, ["newdrug"], pooled, Policy("precise")).any()


def test_an_unseen_drug_of_a_package_with_knowledge_starts_at_the_rarest_drugs_base_rate() -> None:
    package = replace(PACKAGE, knowledge=KnowledgeFile("knowledge.json", "0" * 64))
    rarest = min(drug.offset for drug in package.drugs)
    found = probabilities(package, ["ticagrelor"], np.array([[2.0]]), {"ticagrelor": "antiplatelet"}.__getitem__)
    np.testing.assert_allclose(found, sigmoid(np.array([[1.0 * 2 + rarest]])))
    known = np.zeros((1, 3))
    np.testing.assert_array_equal(probabilities(package, NAMES, known), probabilities(PACKAGE, NAMES, known))


def test_an_admission_is_the_same_alone_and_among_any_neighbours() -> None:
    scores = np.random.default_rng(0).normal(0, 3, (257, 3)).astype(np.float32)
    together = probabilities(PACKAGE, NAMES, scores)
    for row in range(len(scores)):
        alone = probabilities(PACKAGE, NAMES, scores[row : row + 1])
        assert alone.tobytes() == together[row : row + 1].tobytes()
    shuffled = np.random.default_rng(1).permutation(len(scores))
    assert probabilities(PACKAGE, NAMES, scores[shuffled]).tobytes() == together[shuffled].tobytes()
    assert probabilities(PACKAGE, NAMES, scores[::2]).tobytes() == together[::2].tobytes()


def test_a_failed_row_stays_empty() -> None:
    p = probabilities(PACKAGE, NAMES, np.array([[np.nan] * 3, [100.0] * 3]))
    assert np.isnan(p[0]).all()
    np.testing.assert_array_equal(recommended(PACKAGE, NAMES, p, Policy()), [[False] * 3, [True, True, False]])


def test_the_threshold_is_the_policys_plus_the_drugs_plus_the_shift() -> None:
    cuts = cut_offs(PACKAGE, NAMES, Policy("balanced", 0.25))
    np.testing.assert_allclose(cuts, sigmoid(np.array([-1.25, -0.75, -1.25])))
    at_the_cut = recommended(PACKAGE, NAMES, cuts[None], Policy("balanced", 0.25))
    assert at_the_cut.all()
    assert not recommended(PACKAGE, NAMES, cuts[None] - 1e-9, Policy("balanced", 0.25)).any()


def test_shifting_the_threshold_only_ever_shortens_or_lengthens() -> None:
    p = probabilities(PACKAGE, NAMES, np.random.default_rng(0).normal(0, 3, (50, 3)))
    lists = [recommended(PACKAGE, NAMES, p, Policy(threshold_shift=x)) for x in (-9.0, -1.0, 0.0, 1.0, 9.0)]
    for longer, shorter in itertools.pairwise(lists):
        assert not (shorter & ~longer).any()
    assert lists[0].all()
    assert not lists[-1].any()


def test_precise_takes_the_nearest_floor_that_is_high_enough() -> None:
    assert precision_floors(PACKAGE) == {0.5: 0.5, 0.6: 1.0}
    same = cut_offs(PACKAGE, NAMES, Policy("precise", precision=0.51))
    np.testing.assert_array_equal(same, cut_offs(PACKAGE, NAMES, Policy("precise", precision=0.6)))
    with pytest.raises(InputError, match=r"0\.70 is not available: .* at most 0\.60"):
        cut_offs(PACKAGE, NAMES, Policy("precise", precision=0.7))
    with pytest.raises(InputError, match="no such floor"):
        cut_offs(replace(PACKAGE, policies={"balanced": 0.0}), NAMES, Policy("precise"))


@pytest.mark.parametrize("name", ["boldest", "", "precise-0.50"])
def test_an_unknown_policy_is_said_with_the_choices(name: str) -> None:
    with pytest.raises(InputError, match="choose one of no-more-than-ordered, balanced, precise"):
        cut_offs(PACKAGE, NAMES, Policy(name))


def test_a_policy_the_package_lacks_is_refused() -> None:
    with pytest.raises(InputError, match="no policy"):
        cut_offs(replace(PACKAGE, policies={}), NAMES, Policy("balanced"))


@pytest.mark.parametrize(
    "bad",
    [{"threshold_shift": float("nan")}, {"threshold_shift": float("inf")}, {"precision": 1.5}, {"precision": -0.1}],
)
def test_settings_out_of_range_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(InputError):
        cut_offs(PACKAGE, NAMES, Policy("precise", **bad))


def test_sigmoid_does_not_overflow() -> None:
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_array_equal(sigmoid(np.array([-1e9, 0.0, 1e9])), [0.0, 0.5, 1.0])
