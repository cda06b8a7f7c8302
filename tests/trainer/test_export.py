import shutil
from dataclasses import replace
from pathlib import Path

import gguf
import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from lamo_desktop.errors import InputError, ModelError
from lamo_desktop.model.package import load_package, verify_package, write_package
from lamo_desktop.model.process import EngineProcess, EngineSettings
from lamo_desktop.model.prompt import parts
from tests.trainer.tiny import DRUGS, HEADS, KV_HEADS, golden_adapter, tiny_folder, tiny_gguf, tiny_rows
from tools.parity import engine_scores, parity, torch_scores
from trainer.cli import main
from trainer.fit.adapters import group_drugs
from trainer.fit.base import load_base
from trainer.fit.examples import make_examples
from trainer.fit.recipe import Recipe
from trainer.fit.run import fit
from trainer.fit.run_folder import Run, write_run
from trainer.fit.training import Training
from trainer.package.export import export_adapters, export_merged
from trainer.package.gguf_adapter import Shape, export_adapter, gguf_shape, matrices, rotary_order

ALL_LINEAR = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
RECIPE = Recipe(group_size=3, rank=4, targets=ALL_LINEAR, epochs=1, learning_rate=2e-2, validation_percent=25)
ADMISSIONS = tiny_rows(30, seed=1).of(["train"])
GOLDEN = Path(__file__).parent / "golden"


def trained(weights: Path, folder: Path, recipe: Recipe = RECIPE) -> tuple[Training, Run]:
    rows, base = tiny_rows(), load_base(weights)
    groups = group_drugs(rows.candidates, recipe, lambda drug: "")
    run = Training(base, make_examples(rows, recipe, base.tokens), groups, recipe, folder)
    fit(run, "this run", lambda line: None)
    for stopping in run.early_stopping:
        stopping.weights = {
            key: value if key in ("head.mean", "head.spread") else torch.randn(value.shape) * 0.1
            for key, value in stopping.weights.items()
        }
    for group, stopping in enumerate(run.early_stopping):  # whatever training found, here every matrix must matter
        run.model.set_weights(group, stopping.weights)
    return run, write_run(run, rows, "this run")


@pytest.mark.parametrize("rank_stabilised", [False, True])
def test_the_engine_scores_adapters_as_peft_does(weights: Path, tmp_path: Path, rank_stabilised: bool) -> None:
    run, record = trained(weights, tmp_path / "run", replace(RECIPE, rank_stabilised=rank_stabilised))
    package = export_adapters(record, weights, tmp_path / "package", lambda drug: "class", {"name": "tiny"})
    assert package.fine_tuned and [drug.name for drug in package.drugs] == sorted(DRUGS)
    assert len(run.examples.validation)  # which no adapter learned from
    assert package.label == f"fine-tuned on {len(run.examples.train)} admissions, recipe {RECIPE.name}"
    ours = torch_scores(run.base, run.model.adapters, run.groups, ADMISSIONS, DRUGS)
    untuned = torch_scores(load_base(weights), None, run.groups, ADMISSIONS, DRUGS)
    assert np.abs(ours - untuned).max() > 0.5  # the adapters change scores, so agreeing means something
    theirs = engine_scores(weights, package.adapter_groups, ADMISSIONS, DRUGS)
    found = parity(ours, theirs)
    assert found.spearman > 0.999 and found.largest_score_difference < 0.05, found  # of scores some units wide


@pytest.mark.parametrize("merged", [False, True])
def test_a_whole_prompt_adapter_and_its_head_score_as_in_training(weights: Path, tmp_path: Path, merged: bool) -> None:
    recipe = replace(RECIPE, groups="one", suffix_only=False, rank=2, head=True, centred=False)
    run, record = trained(weights, tmp_path / "run", recipe)
    if merged:
        package = export_merged(record, weights, tmp_path / "p", "F16", lambda drug: "", {})
    else:
        package = export_adapters(record, weights, tmp_path / "p", lambda drug: "", {})
        shutil.copy(weights, package.path)
        assert package.prompt_adapter and not package.adapter_groups
    assert package.terms and all(drug.group is None for drug in package.drugs)
    admissions, drugs = tiny_rows().of(["train"]), run.examples.drugs
    with torch.no_grad():
        ours = run.model.scores(range(len(admissions)), 0)
        run.model.head = None
        assert np.abs(ours - run.model.scores(range(len(admissions)), 0)).max() > 0.1  # the head has its part in them
    theirs = []
    with EngineProcess(package, EngineSettings(device="cpu", threads=1)) as engine:
        for admission in admissions:
            theirs.append(engine.score(parts(admission), drugs, admission.codes).logits)
    found = parity(ours, np.array(theirs, dtype=np.float64))
    assert found.spearman > 0.999 and found.largest_score_difference < (0.15 if merged else 0.05), found


@pytest.mark.parametrize("precision", ["F16", "Q8_0", "Q4_K_M"])
def test_a_merged_base_scores_as_the_whole_prompt_adapter_does(weights: Path, tmp_path: Path, precision: str) -> None:
    recipe = replace(RECIPE, groups="one", suffix_only=False, rank=2)
    run, record = trained(weights, tmp_path / "run", recipe)
    package = export_merged(record, weights, tmp_path / "package", precision, lambda drug: "", {"name": "tiny"})  # type: ignore[arg-type]
    assert package.base_path.parent == tmp_path / "package" and not package.adapters
    with torch.no_grad():
        ours = run.model.scores(range(len(run.examples.prefixes)), 0)
    theirs = engine_scores(package.base_path, (), tiny_rows().of(["train"]), run.examples.drugs)
    found = parity(ours, theirs)
    least = {"F16": 0.999, "Q8_0": 0.97, "Q4_K_M": 0.5}[precision]  # random weights feel rounding more than real ones
    assert found.spearman > least, found
    assert [file.name for file in (tmp_path / "package").iterdir() if file.suffix == ".gguf"] == [package.base_file]


def test_a_merged_base_keeps_the_tokenizer_and_all_metadata(weights: Path, tmp_path: Path) -> None:
    _, record = trained(weights, tmp_path / "run", replace(RECIPE, groups="one", suffix_only=False))
    package = export_merged(record, weights, tmp_path / "package", "F16", lambda drug: "", {})
    before, after = gguf.GGUFReader(weights), gguf.GGUFReader(package.base_path)
    for key, field in before.fields.items():
        if not key.startswith("GGUF.") and key != "general.file_type":
            assert after.fields[key].contents() == field.contents(), key
    assert [tensor.name for tensor in before.tensors] == [tensor.name for tensor in after.tensors]
    again = write_package(tmp_path / "elsewhere", replace(package, version="2"))
    assert again.base_path == tmp_path / "elsewhere" / package.base_file  # merged weights travel with their package
    verify_package(again)
    with pytest.raises(InputError, match="exists already"):
        export_merged(record, weights, tmp_path / "package", "F16", lambda drug: "", {})


def test_the_wrong_base_run_or_way_is_refused(weights: Path, tmp_path: Path) -> None:
    _, record = trained(weights, tmp_path / "run")
    other = tiny_gguf(tiny_folder(tmp_path / "other", seed=1), tmp_path / "other.gguf")
    with pytest.raises(ModelError, match="hashes differ"):
        export_adapters(record, other, tmp_path / "package", lambda drug: "", {})
    with pytest.raises(InputError, match="Only a run of one group"):
        export_merged(record, weights, tmp_path / "package", "F16", lambda drug: "", {})
    whole = Run(record.folder, {**record.record, "recipe": {**record.record["recipe"], "suffix_only": False}})
    with pytest.raises(InputError, match="several adapters that act on the whole prompt"):
        export_adapters(whole, weights, tmp_path / "package", lambda drug: "", {})
    with pytest.raises(InputError, match="There is no GGUF file"):
        export_adapters(record, tmp_path / "absent.gguf", tmp_path / "package", lambda drug: "", {})
    assert not (tmp_path / "package").exists()


def test_the_command_writes_a_package_that_loads(weights: Path, tmp_path: Path) -> None:
    trained(weights, tmp_path / "run")
    assert (
        main(["export", str(tmp_path / "run"), "-o", str(tmp_path / "p"), "--base", str(weights), "--name", "t"]) == 0
    )
    package = load_package(tmp_path / "p")
    assert package.name == "t" and len(package.adapters) == 2 and package.training["recipe"]["rank"] == 4
    assert main(["export", str(tmp_path), "-o", str(tmp_path / "q")]) == 2
    assert not (tmp_path / "q").exists()


def tensors(path: Path) -> dict[str, np.ndarray]:
    return {tensor.name: np.array(tensor.data) for tensor in gguf.GGUFReader(path).tensors}


def test_our_adapter_file_is_the_one_llama_cpp_converts_to(weights: Path, tmp_path: Path) -> None:
    """golden/adapter.gguf is what llama.cpp's convert_lora_to_gguf.py made of `golden_adapter` (golden/README.md)."""
    export_adapter(golden_adapter(tmp_path / "peft"), tmp_path / "ours.gguf", gguf_shape(weights), np.float32)
    ours, theirs = (gguf.GGUFReader(path) for path in (tmp_path / "ours.gguf", GOLDEN / "adapter.gguf"))
    for key in ("general.type", "general.architecture", "adapter.type", "adapter.lora.alpha"):
        assert ours.fields[key].contents() == theirs.fields[key].contents(), key
    one, two = tensors(tmp_path / "ours.gguf"), tensors(GOLDEN / "adapter.gguf")
    assert one.keys() == two.keys() and len(one) == 8
    for name, array in one.items():
        np.testing.assert_array_equal(array, two[name], err_msg=name)


def test_rank_stabilised_strength_becomes_alpha(weights: Path, tmp_path: Path) -> None:
    export_adapter(golden_adapter(tmp_path / "peft", True), tmp_path / "ours.gguf", gguf_shape(weights), np.float32)
    alpha = gguf.GGUFReader(tmp_path / "ours.gguf").fields["adapter.lora.alpha"].contents()
    assert alpha == pytest.approx(8 * 2**0.5)  # llama.cpp divides by the rank, 2; rsLoRA by its root


def test_rotary_order_pairs_the_halves() -> None:
    rows = np.arange(8, dtype=np.float32)[:, None]
    assert rotary_order(rows, 2).ravel().tolist() == [0, 2, 1, 3, 4, 6, 5, 7]


def test_what_is_not_an_adapter_is_refused(weights: Path, tmp_path: Path) -> None:
    shape = gguf_shape(weights)
    assert shape == Shape("llama", 2, HEADS, KV_HEADS)
    with pytest.raises(InputError, match="not a PEFT LoRA adapter"):
        matrices(tmp_path, shape)
    folder = golden_adapter(tmp_path / "peft")
    save_file({"base_model.model.lm_head.bias": torch.zeros(2)}, folder / "adapter_model.safetensors")
    with pytest.raises(InputError, match=r"lm_head\.bias that is not of a LoRA adapter"):
        matrices(folder, shape)
    (tmp_path / "text.gguf").write_text("no")
    with pytest.raises(ModelError, match="not a GGUF model"):
        gguf_shape(tmp_path / "text.gguf")
