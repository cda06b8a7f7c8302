"""A shared adapter beneath group adapters: the start it gives, the package it goes into, what cannot lie beneath."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from lamo_desktop.errors import InputError
from lamo_desktop.model.package import load_package
from lamo_desktop.model.process import EngineProcess, EngineSettings
from lamo_desktop.model.prompt import parts
from tests.trainer.test_export import RECIPE, trained
from tests.trainer.tiny import tiny_rows
from tools.parity import parity
from trainer.cli import main
from trainer.cohort.rows import Rows, write_rows
from trainer.fit.adapters import group_drugs
from trainer.fit.base import load_base
from trainer.fit.examples import make_examples
from trainer.fit.recipe import Recipe
from trainer.fit.run import fit
from trainer.fit.run_folder import Run, load_run, write_run
from trainer.fit.shared import check_shared, merge_into_base, with_shared_logits
from trainer.fit.training import Training
from trainer.package.export import export_adapters

WHOLE = replace(RECIPE, groups="one", suffix_only=False, head=True, rank=2)
GROUPS = replace(RECIPE, rank=2, base_rates=False, centred=False)
SETTINGS = ["group_size=3", "rank=2", "epochs=1", "validation_percent=25", "learning_rate=2e-2"]


def over(weights: Path, shared: Run, folder: Path, recipe: Recipe = GROUPS) -> Training:
    rows, base = tiny_rows(), load_base(weights)
    check_shared(shared, base, recipe, rows)
    merge_into_base(shared, base)
    examples = with_shared_logits(make_examples(rows, recipe, base.tokens), shared, base, recipe.token_budget)
    return Training(base, examples, group_drugs(rows.candidates, recipe, lambda drug: ""), recipe, folder)


@pytest.mark.parametrize("head", [True, False])
def test_groups_start_from_the_shared_run_and_the_engine_adds_both(weights: Path, tmp_path: Path, head: bool) -> None:
    whole, shared = trained(weights, tmp_path / "whole", replace(WHOLE, head=head))
    everybody = range(24)
    run = over(weights, shared, tmp_path / "groups")
    assert len(run.groups) == 2
    before = run.model.scores(everybody, None) + run.model.offset
    np.testing.assert_allclose(before, whole.model.scores(everybody, 0) + whole.model.offset, atol=2e-3)
    fit(run, "this run", lambda line: None)
    for group in range(2):
        learned = {key: torch.randn(value.shape) * 0.1 for key, value in run.model.adapters.weights(group).items()}
        run.model.set_weights(group, learned)
    ours = np.nansum([run.model.scores(everybody, group) for group in range(2)], axis=0) + run.model.offset
    assert np.abs(ours - before).max() > 0.3
    write_run(run, tiny_rows(), "this run", shared)
    shutil.rmtree(shared.folder)  # the run has all that it needs
    package = export_adapters(load_run(tmp_path / "groups"), weights, tmp_path / "p", lambda drug: "", {})
    shutil.copy(weights, package.path)
    assert package.prompt_adapter and len(package.adapter_groups) == 2 and bool(package.terms) == head
    assert package.training["shared"]["recipe"]["head"] == head
    theirs = []
    with EngineProcess(package, EngineSettings(device="cpu", threads=1)) as engine:
        for admission in tiny_rows().of(["train"]):
            logits = engine.score(parts(admission), run.examples.drugs, admission.codes).logits
            theirs.append(np.array(logits) + [drug.offset for drug in package.drugs])
    found = parity(ours, np.array(theirs, dtype=np.float64))
    assert found.spearman > 0.999 and found.largest_score_difference < 0.05, found


def test_by_command_and_once_more(weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cohort, package = tmp_path / "cohort.jsonl.gz", tmp_path / "package"
    write_rows(tiny_rows(), cohort)
    _, shared = trained(weights, tmp_path / "whole", WHOLE)
    changes = [word for setting in SETTINGS for word in ("--set", setting)]
    command = ["fit", str(cohort), "--recipe", "groups", "--base", str(weights), "--device", "cpu", "--threads", "1"]
    command += [*changes, "--shared", str(shared.folder), "-o", str(tmp_path / "run")]
    assert main(command) == 0
    first = {file: file.read_bytes() for file in (tmp_path / "run").glob("**/*.safetensors")}
    assert len(first) == 4  # two groups, the shared adapter, its head
    assert main(command) == 0  # finished: nothing is trained again
    assert {file: file.read_bytes() for file in first} == first
    assert main(["export", str(tmp_path / "run"), "--base", str(weights), "-o", str(package)]) == 0
    assert load_package(package).prompt_adapter
    assert main([*command[:-1], str(shared.folder)]) == 2  # into the shared run's own folder
    assert "holds a run of other data" in capsys.readouterr().err
    assert main([*command, "--set", "seed=1"]) == 2
    assert "watched others" in capsys.readouterr().err


def test_what_cannot_lie_beneath_is_refused(weights: Path, tmp_path: Path) -> None:
    _, groups = trained(weights, tmp_path / "groups", RECIPE)
    _, shared = trained(weights, tmp_path / "whole", WHOLE)
    base, rows = load_base(weights), tiny_rows()
    fewer = Rows({"train": rows.of(["train"])[1:]}, {**rows.candidates, "heparin": 1}, rows.origin)
    elsewhere = Run(shared.folder, shared.record | {"base": {"file": "other.gguf", "sha256": "0"}})
    offsets = Run(shared.folder, shared.record | {"frozen_logits": True})
    assert not shared.record["frozen_logits"]
    for beneath, recipe, learned, reason in (
        (offsets, GROUPS, rows, "trained with --offsets"),
        (groups, GROUPS, rows, "not a run of one adapter for the whole prompt"),
        (shared, WHOLE, rows, "suffix_only: true only"),
        (elsewhere, GROUPS, rows, "another base"),
        (shared, replace(GROUPS, seed=3), rows, "other rows"),
        (shared, GROUPS, fewer, "other rows"),
    ):
        with pytest.raises(InputError, match=reason):
            check_shared(beneath, base, recipe, learned)
