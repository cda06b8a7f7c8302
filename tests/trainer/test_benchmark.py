import json

import numpy as np
import pytest

from lamo_desktop.stats import log_loss, mean_jaccard
from tests.trainer.small_benchmark import benchmark
from trainer.cohort.rows import ordered_matrix
from trainer.evaluate.benchmark import BEST, HERE, TRAINED, ModelUnderTest, SplitResult, evaluate_split
from trainer.evaluate.benchmark_table import as_json, markdown

ROWS = benchmark()
DRUGS = sorted(ROWS.candidates)
INTERNAL = ROWS.of(["internal"])
ORDERED = ordered_matrix(INTERNAL, DRUGS)
RNG = np.random.default_rng(0)
GOOD = np.where(ORDERED, 1.5, -1.5) + RNG.normal(0, 0.8, ORDERED.shape)
FAIR = np.where(ORDERED, 1.0, -1.0) + RNG.normal(0, 1.6, ORDERED.shape)
CUTS = {TRAINED: 0.1, BEST: -0.2}


def result_of(resamples: int = 300) -> SplitResult:
    models = [
        ModelUnderTest("good", "package", {"internal": GOOD}, CUTS, about={"version": "1"}),
        ModelUnderTest("same", "package", {"internal": GOOD}, CUTS),
        ModelUnderTest(
            "fair", "baseline", {"internal": FAIR}, CUTS, about={"setting": "C 1", "out_of_fold_log_loss": {"C 1": 0.5}}
        ),
        ModelUnderTest("noise", "baseline", {"internal": RNG.permutation(FAIR)}, CUTS),
        ModelUnderTest("nothing", "untuned", {"internal": FAIR}, {"Yes likelier than No": 99.0}),
    ]
    return evaluate_split("internal", models, INTERNAL, DRUGS, resamples)


def test_figures_are_those_of_their_definitions() -> None:
    good = result_of().evaluated[0]
    lists = GOOD >= 0.1
    assert good.listed[TRAINED]["jaccard"][0] == pytest.approx(mean_jaccard(lists, ORDERED))
    assert good.listed[TRAINED]["ratio"][0] == pytest.approx(lists.sum() / ORDERED.sum())
    assert good.scored["log_loss"][0] == pytest.approx(log_loss(GOOD, ORDERED))
    assert good.listed[HERE]["ratio"][0] == pytest.approx(1.0)
    assert good.thresholds.keys() == {TRAINED, BEST, HERE}
    low, high = np.percentile(good.scored["log_loss"][1], [2.5, 97.5])
    assert low < good.scored["log_loss"][0] < high


def test_packages_are_compared_pair_by_pair_and_the_best_baseline_is_named() -> None:
    result = result_of()
    found = {(d.model, d.than, d.cut): d for d in result.differences}
    same = found["good", "same", HERE]
    assert (same.jaccard.value, same.jaccard.low, same.jaccard.high) == (0.0, 0.0, 0.0)
    assert ("same", "good", HERE) not in found and ("good", "fair", BEST) in found
    ahead = found["good", "fair", TRAINED]
    a, b = (result.evaluated[place].listed[TRAINED]["jaccard"][0] for place in (0, 2))
    assert ahead.jaccard.value == pytest.approx(a - b) and ahead.relative_jaccard.value == pytest.approx(a / b - 1)
    assert 0 < ahead.jaccard.low < ahead.jaccard.value < ahead.jaccard.high
    assert ahead.prauc.value > 0 > ahead.log_loss.value
    assert result.best == dict.fromkeys((TRAINED, BEST, HERE), "fair")
    assert {cut for _, than, cut in found if than == "nothing"} == {HERE}  # the only cut both have


def test_a_drugs_own_threshold_counts() -> None:
    own = np.array([99.0] + [0.0] * (len(DRUGS) - 1))
    model = ModelUnderTest("m", "package", {"internal": GOOD}, {TRAINED: 0.0}, own)
    result = evaluate_split("internal", [model], INTERNAL, DRUGS, 100).evaluated[0]
    lists = GOOD >= 0
    lists[:, 0] = False
    assert result.listed[TRAINED]["recommended"][0] == pytest.approx(lists.sum() / len(lists))


def test_the_table_says_what_the_json_holds() -> None:
    result = result_of()
    table = markdown([result], ROWS.origin, 300)
    figures = json.loads(json.dumps(as_json([result], ROWS.origin, 300), allow_nan=False))
    internal = figures["splits"]["internal"]
    first = internal["models"][0]
    assert first["name"] == "good" and first["version"] == "1"
    for name in ("prauc", "log_loss", "slope", "ece"):
        assert first[name]["low"] <= first[name]["value"] <= first[name]["high"]
    assert f"| good | {TRAINED} | {first['cuts'][TRAINED]['jaccard']['value']:.4f} (" in table
    assert "fair (the best single baseline here)" in table and "noise (the best" not in table
    assert "| good | noise |" not in table  # the table keeps to the best; the JSON has all
    assert any(d["than"] == "noise" for d in internal["differences"])
    lists = next(m for m in internal["models"] if m["name"] == "nothing")["cuts"]["Yes likelier than No"]
    assert lists["ratio"]["value"] == 0.0
    assert "nan" not in table and "inf" not in table
    assert "- **fair** (baseline): setting C 1; log loss on training rows, out of fold, 0.50000" in table
