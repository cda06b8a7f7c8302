import os
import signal
import subprocess
import sys
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from lamo_desktop.errors import InputError, ModelError
from tests.trainer.tiny import DRUGS, tiny_rows
from trainer.cli import main
from trainer.cohort.rows import Rows, read_offsets, write_rows
from trainer.cohort.splits import validation_split
from trainer.fit.adapters import Adapters, group_drugs
from trainer.fit.base import load_base
from trainer.fit.examples import make_examples
from trainer.fit.packing import Asked, pack
from trainer.fit.recipe import Recipe, as_dict, load_recipe, recipe_from
from trainer.fit.run import fit
from trainer.fit.run_folder import load_run, write_run
from trainer.fit.training import Training, jaccard_at_ratio_one

RECIPE = Recipe(
    group_size=3, rank=4, targets=("q_proj", "v_proj"), epochs=3, learning_rate=1e-2, validation_percent=25, dropout=0.1
)


def training(folder: Path, run: Path, recipe: Recipe = RECIPE, rows: Rows | None = None) -> Training:
    rows, base = rows or tiny_rows(), load_base(folder)
    examples = make_examples(rows, recipe, base.tokens)
    return Training(base, examples, group_drugs(rows.candidates, recipe, lambda drug: ""), recipe, run)


def weights(run: Training) -> list[torch.Tensor]:
    return [weight.detach().clone() for weight in run.model.adapters.parameters()]


@pytest.mark.parametrize("suffix_only", [True, False])
def test_adapters_learn_what_the_reason_says(folder: Path, tmp_path: Path, suffix_only: bool) -> None:
    recipe = replace(RECIPE, suffix_only=suffix_only, epochs=8, patience=8, watch="loss", groups="one")
    run, lines = training(folder, tmp_path, recipe, tiny_rows(60)), []
    fit(run, "this run", lines.append)
    first, best = run.curves.rows[0], -run.early_stopping[0].value
    assert first[3] == "validation" and best < float(first[4]) - 0.05
    assert any("min left" in line for line in lines)
    assert (
        (tmp_path / "curves.csv")
        .read_text()
        .startswith("epoch,step,group,rows,loss,jaccard,learning_rate\n0,0,0,validation")
    )


def test_a_reading_head_adds_what_it_reads_in_the_state(folder: Path, tmp_path: Path) -> None:
    recipe = replace(RECIPE, suffix_only=False, groups="one", head=True, epochs=4, patience=4, watch="loss")
    run = training(folder, tmp_path, recipe, tiny_rows(40))
    fit(run, "this run", lambda line: None)
    assert run.model.head is not None and run.model.head.weight.abs().max() > 0
    record = write_run(run, tiny_rows(40), "this run")
    assert record.head is not None
    head = load_file(record.head)
    for admission in (0, 7):
        prefix, suffixes = run.examples.prefixes[admission], run.examples.suffixes
        with torch.no_grad():
            found = run.base.hidden(pack([Asked(prefix, suffixes, range(len(suffixes)))]))
            alone = run.base.scores(pack([Asked(prefix, suffixes, range(len(suffixes)))]))
            wanted = alone + found[: len(prefix)].mean(0) @ head["weight"] + head["bias"]
        np.testing.assert_allclose(run.model.scores([admission, 3], 0)[0], wanted.numpy(), atol=1e-4)
    record.head.unlink()
    with pytest.raises(InputError, match="lacks its reading head"):
        load_run(tmp_path)


def test_groups_do_not_touch_each_other(folder: Path, tmp_path: Path) -> None:
    """Two groups trained together end as each would alone: nothing but the order of dropout's draws could differ."""
    recipe = replace(RECIPE, dropout=0.0, epochs=1, centred=False)
    both = training(folder, tmp_path / "both", recipe)
    fit(both, "both", lambda line: None)
    alone = training(folder, tmp_path / "alone", recipe)
    alone.model.adapters.set_weights(1, Adapters.weights(training(folder, tmp_path / "x", recipe).model.adapters, 1))
    alone.early_stopping[0].stopped = True
    for group in (1,):
        alone.validate(lambda line: None)
        order = np.random.default_rng([recipe.seed, 4, 0]).permutation(alone.examples.train)
        for start in range(0, len(order), recipe.admissions_per_step):
            alone.loss(group, order[start : start + recipe.admissions_per_step].tolist(), 0)
            alone.optimiser.step()
            alone.scheduler.step()
            alone.optimiser.zero_grad()
    both.restore(torch.load(tmp_path / "both" / "checkpoint.pt", weights_only=True))
    for name, weight in both.model.adapters.weights(1).items():
        torch.testing.assert_close(weight, alone.model.adapters.weights(1)[name], atol=1e-6, rtol=1e-5)


def test_sampled_negatives_stand_for_all(folder: Path, tmp_path: Path) -> None:
    recipe = replace(RECIPE, groups="one", dropout=0.0, negatives=1)
    run = training(folder, tmp_path, recipe)
    admission = int(np.flatnonzero(run.examples.ordered.sum(1) == 2)[0])
    drawn = [run._drawn(0, admission, epoch) for epoch in range(400)]
    ordered = run.examples.ordered[admission]
    expected = np.zeros(len(DRUGS))
    for drugs, weight in drawn:
        assert len(drugs) == 3 and weight[ordered[drugs]].tolist() == [1.0, 1.0]
        expected[drugs] += weight / len(drawn)
    np.testing.assert_allclose(expected, 1.0, atol=0.35)
    assert abs(expected.sum() - len(DRUGS)) < 1e-5


@pytest.mark.parametrize("recipe", ["groups", "default"])
def test_a_killed_run_goes_on_to_the_same_weights(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], recipe: str
) -> None:
    """SIGKILL at a moment of the machine's choosing, then the same command again: bit for bit the uninterrupted run."""
    cohort = tmp_path / "cohort.jsonl.gz"
    write_rows(tiny_rows(32), cohort)
    changes = ("group_size=3", "rank=4", "epochs=2", "validation_percent=25", "dropout=0.1", "admissions_per_step=2")

    def command(run: str) -> list[str]:
        options = ["fit", str(cohort), "-o", str(tmp_path / run), "--base", str(folder), "--recipe", recipe]
        settings = [each for change in changes for each in ("--set", change)]
        return [*options, *settings, "--threads", "1", "--device", "cpu", "--checkpoint-minutes", "0"]

    assert main(command("whole")) == 0
    arguments = [sys.executable, "-m", "trainer.cli", *command("cut")]
    process = subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    steps = (line for line in process.stderr if "min left" in line)
    for _ in range(17):  # into the second of two epochs of 12 steps
        next(steps)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "cut" / "run.json").exists()
    capsys.readouterr()
    assert main(command("cut")) == 0
    assert "resumed in epoch 2" in capsys.readouterr().err
    files = sorted(path.relative_to(tmp_path / "whole") for path in tmp_path.glob("whole/**/*.safetensors"))
    assert len(files) == 2  # two groups, or an adapter and a head
    for file in files:
        assert (tmp_path / "whole" / file).read_bytes() == (tmp_path / "cut" / file).read_bytes()
    assert (tmp_path / "whole" / "curves.csv").read_bytes() == (tmp_path / "cut" / "curves.csv").read_bytes()


def test_a_finished_run_is_read_back_and_an_unfinished_one_refused(folder: Path, tmp_path: Path) -> None:
    run, rows = training(folder, tmp_path, replace(RECIPE, epochs=1)), tiny_rows()
    with pytest.raises(InputError, match="no finished run"):
        load_run(tmp_path)
    fit(run, "this run", lambda line: None)
    write_run(run, rows, "this run")
    found = load_run(tmp_path)
    assert [drugs for _, drugs in found.groups] == [tuple(group) for group in run.groups]
    assert recipe_from(found.record["recipe"], "run.json") == run.recipe
    (found.groups[1][0] / "adapter_model.safetensors").unlink()
    with pytest.raises(InputError, match="lacks its adapter group-01"):
        load_run(tmp_path)


def test_a_checkpoint_of_something_else_or_damaged_is_refused(folder: Path, tmp_path: Path) -> None:
    run = training(folder, tmp_path, replace(RECIPE, epochs=1))
    fit(run, "this run", lambda line: None)
    with pytest.raises(InputError, match="other data, base or recipe"):
        fit(training(folder, tmp_path), "that run", lambda line: None)
    (tmp_path / "checkpoint.pt").write_bytes(b"not a checkpoint")
    with pytest.raises(InputError, match="damaged"):
        fit(training(folder, tmp_path), "this run", lambda line: None)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_one_sentence_and_keeps_the_checkpoint(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = training(folder, tmp_path, replace(RECIPE, epochs=1))
    fit(run, "this run", lambda line: None)
    before = (tmp_path / "checkpoint.pt").read_bytes()
    (tmp_path / "full").symlink_to("/dev/full")
    monkeypatch.setattr("lamo_desktop.files.FINISHED", "../full")
    with pytest.raises(InputError, match="disk is full"):
        fit(training(folder, tmp_path, replace(RECIPE, epochs=2)), "this run", lambda line: None)
    assert (tmp_path / "checkpoint.pt").read_bytes() == before


def test_too_little_memory_is_one_sentence(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = training(folder, tmp_path)
    monkeypatch.setattr(run.base, "scores", lambda packed: torch.empty(2**60))  # a real failed allocation
    with pytest.raises(ModelError, match="lower token_budget"):
        fit(run, "this run", lambda line: None)


def test_a_step_that_cannot_be_repeated_is_one_sentence(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = training(folder, tmp_path)
    one = torch.ones(1)
    monkeypatch.setattr(run.base, "scores", lambda packed: one.put_(torch.tensor([0]), one))
    with pytest.raises(ModelError, match=r"a step \(put_\) that PyTorch cannot repeat"):
        fit(run, "this run", lambda line: None)


def test_whether_gradients_repeat_is_found_out(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = training(folder, tmp_path)
    assert torch.are_deterministic_algorithms_enabled() and run.repeats()
    assert all(weight.grad is None for weight in run.model.learning())
    scores, calls = run.base.scores, count()
    monkeypatch.setattr(run.base, "scores", lambda packed: scores(packed) * (1 + 1e-6 * next(calls)))
    assert not run.repeats()
    training(folder, tmp_path, replace(RECIPE, repeatable=False))
    assert not torch.are_deterministic_algorithms_enabled()


def test_too_few_orders_patients_or_rows_are_said(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = tiny_rows()
    none = Rows({"train": tuple(replace(a, orders=()) for a in rows.of(["train"]))}, rows.candidates)
    with pytest.raises(InputError, match="ordered 0 times in 18 training admissions"):
        training(folder, tmp_path, rows=none)
    with pytest.raises(InputError, match="too few to keep 25 % aside"):
        training(folder, tmp_path, rows=Rows({"train": rows.of(["train"])[:1]}, rows.candidates))
    with pytest.raises(InputError, match="no layers named wrong_proj"):
        training(folder, tmp_path, replace(RECIPE, targets=("wrong_proj",)))
    with pytest.raises(InputError, match="The base has 2 layers, fewer"):
        training(folder, tmp_path, replace(RECIPE, top_layers=3))
    top = training(folder, tmp_path, replace(RECIPE, top_layers=1)).model.adapters
    assert top.weights(0) and all("layers.1." in name for name in top.weights(0))
    write_rows(Rows({}, rows.candidates), tmp_path / "empty.jsonl")
    assert main(["fit", str(tmp_path / "empty.jsonl"), "-o", str(tmp_path / "run")]) == 2
    assert capsys.readouterr().err == "lamo-train: The cohort has no train rows.\n"
    assert not (tmp_path / "run").exists()


def test_validation_rows_are_whole_patients() -> None:
    rows = [replace(a, patient_id=f"p{i // 2}") for i, a in enumerate(tiny_rows().of(["train"]))]
    train, aside = validation_split(rows, RECIPE.validation_percent, RECIPE.seed)
    assert sorted([*train, *aside]) == list(range(len(rows))) and len(aside) == 6
    assert not {rows[i].patient_id for i in train} & {rows[i].patient_id for i in aside}


def test_offsets_are_read_by_name_and_refused_when_incomplete(tmp_path: Path) -> None:
    file = tmp_path / "offsets.npz"
    logits = np.arange(6.0).reshape(2, 3)
    np.savez(file, admission_ids=["a", "b"], drugs=["x", "y", "z"], logits=logits)
    np.testing.assert_array_equal(read_offsets(file, ["b", "a"], ["z", "x"]), logits[[1, 0]][:, [2, 0]])
    with pytest.raises(InputError, match="no offset for c"):
        read_offsets(file, ["c"], ["x"])
    np.savez(file, admission_ids=["a"], drugs=["x"], logits=[[np.nan]])
    with pytest.raises(InputError, match="not a finite number"):
        read_offsets(file, ["a"], ["x"])
    file.write_text("no")
    with pytest.raises(InputError, match="not an offset file"):
        read_offsets(file, ["a"], ["x"])


def test_groups_cover_every_drug_once() -> None:
    counts = {f"drug {i:02d}": 100 - i for i in range(31)}
    ranked = group_drugs(counts, Recipe(group_size=15), lambda drug: "")
    assert [len(group) for group in ranked] == [10, 10, 11] and ranked[0][0] == "drug 00"
    classes = group_drugs(counts, Recipe(groups="class", group_size=10), lambda drug: drug[-1])
    assert sorted(drug for group in classes for drug in group) == sorted(counts)
    assert all(len(group) <= 10 for group in classes)
    home = {drug[-1]: {i for i, group in enumerate(classes) for d in group if d[-1] == drug[-1]} for drug in counts}
    assert all(len(where) == 1 for where in home.values())
    assert group_drugs(counts, Recipe(groups="one"), lambda drug: "") == (tuple(sorted(counts)),)


def test_recipes_that_ship_load_and_wrong_ones_name_the_setting(tmp_path: Path) -> None:
    paper = load_recipe("lamo-paper")
    assert (paper.rank, paper.alpha, paper.dropout, paper.learning_rate) == (8, 16, 0.05, 5e-4)
    assert (paper.scheduler, paper.warmup_steps, paper.targets) == ("inverse_sqrt", 10, ("q_proj", "v_proj"))
    assert load_recipe("default", ["rank=2", "learning_rate=1e-3", "negatives=5"]).learning_rate == 1e-3
    assert recipe_from(as_dict(load_recipe("single")), "again") == load_recipe("single")
    for change, words in (
        ("ranks=2", "unknown setting ranks"),
        ("rank=two", "rank of default.yaml is 'two'"),
        ("rank=0", "out of range"),
        ("groups=ten", "expected one of one, frequency-rank, class"),
        ("suffix_only=1", "expected bool"),
        ("targets=q_proj", "expected a list"),
        ("dropout=1.5", "dropout < 1"),
        ("rank", "key=value"),
        ("rank={", "not a YAML file"),
    ):
        with pytest.raises(InputError, match=words):
            load_recipe("default", [change])
    with pytest.raises(
        InputError, match="no recipe absent: name a YAML file or one of default, groups, lamo-paper, single"
    ):
        load_recipe("absent")


def test_jaccard_at_ratio_one() -> None:
    ordered = np.array([[True, False], [True, False]])
    assert jaccard_at_ratio_one(np.array([[3.0, 0.0], [2.0, 1.0]]), ordered) == 1.0
    assert jaccard_at_ratio_one(np.array([[3.0, 2.0], [0.0, 1.0]]), ordered) == pytest.approx(1 / 3)
    assert jaccard_at_ratio_one(np.zeros((2, 2)), np.zeros((2, 2), dtype=bool)) == 0.0
