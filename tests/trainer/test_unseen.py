from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from lamo_desktop.errors import InputError
from lamo_desktop.files import sha256_of
from lamo_desktop.model.package import Adapter, load_package, write_package
from lamo_desktop.model.process import EngineSettings
from tests.trainer.small_benchmark import benchmark, tiny_package
from tests.trainer.tiny import golden_adapter
from trainer.cohort.splits import hold_out
from trainer.evaluate.models import Scorer
from trainer.evaluate.unseen import FREQUENCY, adopted, evaluate_unseen, ranked, unseen_markdown
from trainer.package.gguf_adapter import export_adapter, gguf_shape


def test_ranking_figures_are_scikit_learns_under_any_weights() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        scores = rng.integers(0, 6, 40).astype(float)  # many ties
        ordered = rng.random(40) < 0.3
        weights = rng.integers(0, 3, (3, 40)).astype(float)
        auroc, precision = ranked(scores, ordered, weights)
        for place, weight in enumerate(weights):
            assert auroc[place] == pytest.approx(roc_auc_score(ordered, scores, sample_weight=weight))
            assert precision[place] == pytest.approx(average_precision_score(ordered, scores, sample_weight=weight))


def test_a_resample_without_an_order_has_no_figure() -> None:
    auroc, precision = ranked(np.arange(3.0), np.array([False, False, True]), np.array([[1.0, 1.0, 0.0], [1, 1, 1]]))
    assert np.isnan(auroc[0]) and np.isnan(precision[0])
    assert auroc[1] == precision[1] == 1.0


def test_unseen_drugs_are_asked_by_name_and_compared_with_their_class(weights: Path, tmp_path: Path) -> None:
    rows = benchmark()
    drugs = sorted(rows.candidates)
    held = load_package(tiny_package(weights, tmp_path / "held", drugs[:4], "kin"))
    full = load_package(tiny_package(weights, tmp_path / "full", drugs, "kin"))
    scorer = Scorer(rows, tmp_path, EngineSettings(device="cpu", threads=1), lambda message: None)
    found = evaluate_unseen({"held": held, "full": full}, ["internal"], scorer, lambda drug: "kin", 200)["internal"]
    assert found["drugs"] == drugs[4:]
    models = found["models"]
    assert models[FREQUENCY]["auroc"] == {"value": 0.5, "low": 0.5, "high": 0.5}
    assert (models["held"]["knows"], models["full"]["knows"]) == (0, 2)
    assert models["held"]["auroc"] == models["full"]["auroc"]  # one base, and neither package moves a drug's ranking
    assert 0 < models["held"]["auroc"]["low"] < models["held"]["auroc"]["high"] < 1
    table = unseen_markdown({"internal": found}, 200)
    assert "2 unseen drugs" in table and "| class frequency | 0 | 0.500 (0.500-0.500)" in table
    assert len(list(tmp_path.glob("*.scores.jsonl"))) == 1  # the same model: one file, recognised by what it holds
    with pytest.raises(InputError, match="knows all candidates but 0"):
        evaluate_unseen({"full": full}, ["internal"], scorer, lambda drug: "", 200)


def test_an_unseen_drug_is_also_asked_with_its_classs_adapter(weights: Path, tmp_path: Path) -> None:
    rows = benchmark(20, 16)
    drugs = sorted(rows.candidates)
    export_adapter(golden_adapter(tmp_path / "peft"), tmp_path / "golden.gguf", gguf_shape(weights))
    start = load_package(tiny_package(weights, tmp_path / "start", drugs[:4], "kin"))
    adapter = Adapter("golden.gguf", sha256_of(tmp_path / "golden.gguf"), tuple(drugs[:2]))
    known = tuple(replace(drug, group=0 if drug.name in drugs[:2] else None) for drug in start.drugs)
    package = replace(start, adapters=(adapter,), drugs=known)
    write_package(tmp_path / "held", package, {"golden.gguf": tmp_path / "golden.gguf"})
    held = load_package(tmp_path / "held")
    classes = {drugs[4]: "kin", drugs[5]: "other"}
    assert adopted(held, drugs, lambda drug: classes.get(drug, "kin")).adapters[0].drugs == (*drugs[:2], drugs[4])

    scorer = Scorer(rows, tmp_path, EngineSettings(device="cpu", threads=1), lambda message: None)
    found = evaluate_unseen({"held": held}, ["internal"], scorer, lambda drug: "kin", 200)["internal"]
    models = found["models"]
    assert list(models) == [FREQUENCY, "held", "held, adapter of the class"]
    assert models["held"]["prauc"] != models["held, adapter of the class"]["prauc"]


def test_held_out_drugs_are_drawn_by_seed_and_a_senseless_share_is_refused() -> None:
    drugs = [f"drug {place}" for place in range(20)]
    five = hold_out(drugs, 25, seed=0)
    assert len(five) == 5 and set(five) < set(drugs)
    assert hold_out(drugs[::-1], 25, seed=0) == five != hold_out(drugs, 25, seed=1)
    for percent in (-5.0, 0.1, 100.0, float("nan")):
        with pytest.raises(InputError, match="leave out some and keep some"):
            hold_out(drugs, percent, seed=0)
