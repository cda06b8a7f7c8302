from pathlib import Path

import numpy as np
import pytest

from lamo_desktop.errors import InputError
from trainer.package.engine_scores import ScoreFile

STATE = np.array([0.5, -1.25], dtype=np.float32)


def test_scores_are_on_disk_at_once_and_read_back_exactly(tmp_path: Path) -> None:
    path = tmp_path / "made" / "scores.jsonl"
    file = ScoreFile(path, "this model")
    scores = np.random.default_rng(0).normal(0, 3, 2).astype(np.float32)
    file.add("a1", ["aspirin", "heparin"], scores, STATE)
    again = ScoreFile(path, "this model")
    assert again.scores == file.scores
    np.testing.assert_array_equal(again.states["a1"], STATE)
    np.testing.assert_array_equal(np.array(list(again.scores["a1"].values()), dtype=np.float32), scores)


def test_only_new_candidates_and_admissions_are_missing(tmp_path: Path) -> None:
    file = ScoreFile(tmp_path / "scores.jsonl", "this model")
    file.add("a1", ["aspirin"], np.array([1.0], dtype=np.float32), STATE)
    assert file.missing("a1", ["aspirin", "heparin"]) == ["heparin"]
    assert file.missing("a2", ["aspirin"]) == ["aspirin"]
    file.add("a1", ["heparin"], np.array([2.0], dtype=np.float32), STATE)
    assert ScoreFile(tmp_path / "scores.jsonl", "this model").missing("a1", ["aspirin", "heparin"]) == []


def test_a_line_cut_short_by_a_kill_is_dropped_and_the_file_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "scores.jsonl"
    file = ScoreFile(path, "this model")
    for key in ("a1", "a2"):
        file.add(key, ["aspirin"], np.array([1.0], dtype=np.float32), STATE)
    path.write_bytes(path.read_bytes()[:-9])
    again = ScoreFile(path, "this model")
    assert list(again.scores) == ["a1"]
    again.add("a2", ["aspirin"], np.array([3.0], dtype=np.float32), STATE)
    assert ScoreFile(path, "this model").scores["a2"] == {"aspirin": 3.0}


def test_scores_of_something_else_and_damage_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "scores.jsonl"
    ScoreFile(path, "this model")
    with pytest.raises(InputError, match="another model or prompt"):
        ScoreFile(path, "that model")
    path.write_text("this model\nnot json\n")
    with pytest.raises(InputError, match="damaged"):
        ScoreFile(path, "this model")
    path.write_bytes(b"\xff\xfe\n")
    with pytest.raises(InputError, match="another model or prompt"):
        ScoreFile(path, "this model")
