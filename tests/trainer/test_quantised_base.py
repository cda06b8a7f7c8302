"""QLoRA: adapters on a base whose linear layers are kept in 4 bits."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from lamo_desktop.errors import InputError
from tests.trainer.test_fit import RECIPE
from tests.trainer.test_packing import examples, one_by_one, packed
from tests.trainer.tiny import tiny_rows
from trainer.fit.adapters import group_drugs
from trainer.fit.base import load_base
from trainer.fit.examples import make_examples
from trainer.fit.run import fit
from trainer.fit.run_folder import write_run
from trainer.fit.training import Training
from trainer.package.export import export_adapters

needs_bitsandbytes = pytest.mark.skipif(
    importlib.util.find_spec("bitsandbytes") is None, reason="bitsandbytes is not installed"
)


@needs_bitsandbytes
def test_packed_scores_are_those_of_one_sequence_per_pair(folder: Path) -> None:
    base, plain = load_base(folder, nf4=True), load_base(folder)
    assert base.precision == "nf4" and plain.precision == "float32"
    pairs = examples(base)
    with torch.no_grad():
        found = packed(base, pairs)
        torch.testing.assert_close(found, one_by_one(base, pairs), atol=1e-4, rtol=0)
        assert (found - packed(plain, pairs)).abs().max() > 1e-2  # it is another base than the unquantised


@needs_bitsandbytes
@pytest.mark.parametrize("suffix_only", [True, False])
def test_adapters_learn_and_are_exported(folder: Path, weights: Path, tmp_path: Path, suffix_only: bool) -> None:
    recipe = replace(RECIPE, precision="nf4", groups="one", epochs=5, patience=5, watch="loss", dropout=0.0)
    recipe = replace(recipe, suffix_only=suffix_only)
    rows, base = tiny_rows(60), load_base(folder, nf4=True)
    groups = group_drugs(rows.candidates, recipe, lambda drug: "")
    run = Training(base, make_examples(rows, recipe, base.tokens), groups, recipe, tmp_path / "run")
    fit(run, "this run", lambda line: None)
    assert -run.early_stopping[0].value < float(run.curves.rows[0][4]) - 0.05
    assert {weight.dtype for weight in run.model.adapters.parameters()} == {torch.float32}
    written = write_run(run, rows, "this run")
    assert written.record["precision"] == "nf4"
    if suffix_only:
        package = export_adapters(written, weights, tmp_path / "package", lambda drug: "", {"name": "q"})
        assert package.training["precision"] == "nf4" and len(package.adapters) == 1


def test_a_gguf_base_or_no_bitsandbytes_is_one_sentence(
    folder: Path, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="needs a base as a Hugging Face folder"):
        load_base(weights, nf4=True)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match="install it with"):
        load_base(folder, nf4=True)
