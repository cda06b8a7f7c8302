from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lamo_desktop.errors import InputError
from lamo_desktop.stats import log_loss, log_odds, patient_folds
from tests.trainer.small_benchmark import benchmark
from trainer.cohort.rows import Rows, ordered_matrix
from trainer.evaluate.baseline_file import kept_baselines
from trainer.evaluate.baselines import (
    MEAN,
    MODELS,
    Baseline,
    boosting,
    code_columns,
    code_matrix,
    fit_baselines,
    logistic,
    neighbours,
)


@pytest.fixture(scope="module", autouse=True)
def few_settings() -> Iterator[None]:
    """A shorter grid: the whole one takes minutes on a real cohort."""
    grids = {"nearest neighbours": ((0, 5, 1, 1), (1, 10, 5, 3)), "gradient boosting": ((1, 10), (1, 20))}
    with pytest.MonkeyPatch.context() as patch:
        for name, grid in {**grids, "logistic regression": ((0.1,), (1.0,))}.items():
            learner, _, words = MODELS[name]
            patch.setitem(MODELS, name, (learner, grid, words))
        yield


@pytest.fixture(scope="module")
def rows() -> Rows:
    return benchmark()


@pytest.fixture(scope="module")
def fitted(rows: Rows) -> dict[str, Baseline]:
    return {each.name: each for each in fit_baselines(rows)}


def test_models_on_codes_beat_the_frequencies_on_rows_they_never_saw(rows: Rows, fitted: dict[str, Baseline]) -> None:
    truth = ordered_matrix(rows.of(["internal"]), sorted(rows.candidates))
    losses = {name: log_loss(each.logits["internal"], truth) for name, each in fitted.items()}
    assert list(losses) == [*MODELS, MEAN]
    for name in losses:
        if name != "frequency":
            assert losses[name] < losses["frequency"] - 0.05, losses


def test_the_setting_with_the_lowest_out_of_fold_loss_is_taken(rows: Rows, fitted: dict[str, Baseline]) -> None:
    ordered = ordered_matrix(rows.of(["train"]), sorted(rows.candidates))
    for each in fitted.values():
        assert each.tried[each.chosen] == min(each.tried.values())
        assert each.tried[each.chosen] == pytest.approx(log_loss(each.out_of_fold, ordered), abs=1e-6)


def test_training_rows_are_predicted_by_other_patients(rows: Rows, fitted: dict[str, Baseline]) -> None:
    train = rows.of(["train"])
    fold, ordered = patient_folds([a.patient_id for a in train]), ordered_matrix(train, sorted(rows.candidates))
    for place, row in enumerate(fitted["frequency"].out_of_fold):
        np.testing.assert_allclose(row, log_odds(ordered[fold != fold[place]]))


def test_the_judged_rows_orders_change_nothing(rows: Rows, fitted: dict[str, Baseline]) -> None:
    blind = tuple(replace(a, orders=()) for a in rows.splits["internal"])
    again = fit_baselines(Rows({"train": rows.splits["train"], "internal": blind}, rows.candidates))
    for each in again:
        np.testing.assert_array_equal(each.logits["internal"], fitted[each.name].logits["internal"])


def test_one_nearest_neighbour_gives_its_orders() -> None:
    x = np.array([[1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 0, 1]], dtype=np.float32)
    y = np.array([[True, False], [False, True], [True, True]])
    new = np.array([[1, 1, 0, 0], [0, 0, 1, 1], [0, 0, 1, 0]], dtype=np.float32)
    logits = neighbours(x, y, new, [(0, 1, 0.01, 1)])[(0, 1, 0.01, 1)]
    np.testing.assert_array_equal(logits > 0, [[True, False], [False, True], [False, True]])


def test_a_number_of_trees_is_the_same_model_whichever_others_are_asked(rows: Rows) -> None:
    train = rows.of(["train"])
    x, y = code_matrix(train, code_columns(train)), ordered_matrix(train, sorted(rows.candidates))
    alone, together = boosting(x, y, x, [(1, 10)]), boosting(x, y, x, [(1, 10), (1, 20)])
    np.testing.assert_array_equal(alone[(1, 10)], together[(1, 10)])
    assert not np.array_equal(together[(1, 10)], together[(1, 20)])


def test_a_drug_that_everybody_or_nobody_has_keeps_its_frequency() -> None:
    x = np.eye(8, dtype=np.float32)
    y = np.column_stack([np.ones(8, dtype=bool), np.zeros(8, dtype=bool), np.arange(8) < 4])
    for learner, setting in ((logistic, (1.0,)), (boosting, (1.0, 10.0))):
        logits = learner(x, y, x, [setting])[setting]
        np.testing.assert_allclose(logits[:, :2], np.tile(log_odds(y)[:2], (8, 1)))
        assert logits[:, 2].std() > 0 or learner is boosting


def test_too_few_patients_or_no_codes_are_said(rows: Rows) -> None:
    train = rows.of(["train"])
    with pytest.raises(InputError, match="4 training patients: at least 10"):
        fit_baselines(Rows({"train": train[:8]}, rows.candidates))
    bare = tuple(replace(a, codes=()) for a in train)
    with pytest.raises(InputError, match="no structured codes"):
        fit_baselines(Rows({"train": bare}, rows.candidates))
    with pytest.raises(InputError, match="no train rows"):
        fit_baselines(Rows({"internal": train}, rows.candidates))


def test_baselines_are_kept_and_fitted_anew_when_the_rows_change_or_the_file_is_damaged(
    rows: Rows, tmp_path: Path
) -> None:
    rows = Rows(rows.splits, dict(list(rows.candidates.items())[:2]))
    file = tmp_path / "b.npz"
    said: list[str] = []
    first = kept_baselines(rows, file, said.append)
    assert said
    said.clear()
    again = kept_baselines(rows, file, said.append)
    assert not said
    for a, b in zip(first, again, strict=True):
        assert (a.name, a.chosen, dict(a.tried)) == (b.name, b.chosen, dict(b.tried))
        np.testing.assert_array_equal(a.out_of_fold, b.out_of_fold)
        np.testing.assert_array_equal(a.logits["internal"], b.logits["internal"])
    fewer = Rows({**rows.splits, "train": rows.splits["train"][:-2]}, rows.candidates)
    assert kept_baselines(fewer, file, said.append)[0].out_of_fold.shape == (58, 2)
    assert said
    file.write_bytes(b"damaged")
    said.clear()
    kept_baselines(rows, file, said.append)
    assert said
    assert [each.name for each in tmp_path.iterdir()] == ["b.npz"]
