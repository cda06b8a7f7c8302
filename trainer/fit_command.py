"""The verbs `lamo-train fit` and `lamo-train export`: their options, and what they run."""

import argparse
import hashlib
import json
import os
import sys
from dataclasses import replace
from pathlib import Path

from lamo_desktop.formulary import load_formulary
from lamo_desktop.model.package import load_package
from trainer.recipe import RECIPES, as_dict, load_recipe
from trainer.rows import learning_rows, read_rows
from trainer.splits import SPLITS

PRECISIONS = ("F16", "Q8_0", "Q4_K_M")


def add_fit(fit: argparse.ArgumentParser) -> None:
    """Options of `lamo-train fit`."""
    shipped = ", ".join(sorted(file.stem for file in RECIPES.glob("*.yaml")))
    fit.add_argument("cohort", type=Path, metavar="COHORT", help="a file made by `lamo-train cohort`")
    fit.add_argument(
        "-o", "--output", type=Path, required=True, metavar="RUN", help="folder of the run; one cut short goes on"
    )
    add_rows(fit, "learn from and watch")
    fit.add_argument("--recipe", default="default", metavar="NAME|FILE", help=f"{shipped}, or a YAML file")
    fit.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="change one setting of the recipe")
    fit.add_argument(
        "--base", type=Path, metavar="FILE.gguf|FOLDER", help="base weights; those of the embedded package by default"
    )
    start = fit.add_mutually_exclusive_group()
    start.add_argument(
        "--offsets", type=Path, metavar="FILE.npz", help="frozen logits of every pair (admission_ids, drugs, logits)"
    )
    start.add_argument(
        "--shared",
        type=Path,
        metavar="RUN",
        help="a finished run of one adapter for the whole prompt, which stays beneath suffix-only ones as it is",
    )
    fit.add_argument("--device", choices=("auto", "cpu", "gpu"), default="auto", help="where to train")
    fit.add_argument("--threads", type=int, help="CPU threads of each process; all cores when not given")
    fit.epilog = (
        "On several GPUs of one machine: accelerate launch --multi_gpu --num_processes N -m trainer.cli fit ...; as "
        "several CPU processes: torchrun --nproc_per_node N -m trainer.cli fit ... --device cpu --threads T. "
        "They share each step's admissions; the result is that of one process but for rounding and dropout's draws, "
        "and a run cut short may go on with another number of them."
    )
    fit.add_argument("--checkpoint-minutes", type=float, default=5.0, help="how often the run is saved within an epoch")


def add_rows(verb: argparse.ArgumentParser, purpose: str) -> None:
    """Options that choose the rows to learn from."""
    verb.add_argument("--splits", nargs="+", choices=SPLITS, default=["train"], help=f"rows to {purpose}")
    verb.add_argument(
        "--leave-out",
        type=Path,
        metavar="DATA",
        help="an export whose patients are not among them, such as one that the package will be shown with",
    )


def run_fit(options: argparse.Namespace) -> None:
    """Fit adapters on a cohort's training rows, or go on with a run that was cut short.

    Started by `accelerate launch`, several processes do it together and the main one writes the run.
    """
    recipe = load_recipe(options.recipe, options.set)
    rows = learning_rows(read_rows(options.cohort), options.splits, options.leave_out, _say)

    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # on a GPU too, the same run gives the same weights

    import torch  # here, because it takes seconds and the other verbs do without

    from trainer.adapters import device_of, dtype_of, group_drugs
    from trainer.base import load_base, weights_sha256
    from trainer.examples import make_examples
    from trainer.fit import fit
    from trainer.processes import Processes
    from trainer.run_folder import check_free, load_run, write_run
    from trainer.shared import check_shared, lay_beneath, with_shared_logits
    from trainer.training import Training

    device = device_of(options.device)
    processes = Processes(cpu=device == "cpu")
    if options.threads:
        torch.set_num_threads(options.threads)
    base = load_base(
        options.base or load_package().base_path,
        str(processes.device),
        dtype_of(recipe.precision, device),
        nf4=recipe.precision == "nf4",
    )
    shared = load_run(options.shared) if options.shared else None
    if shared:
        check_shared(shared, base, recipe, rows)
        recipe = replace(recipe, base_rates=False, centred=False)  # the shared run's offsets have both
        lay_beneath(shared, base)
    examples = make_examples(rows, recipe, base.tokens, options.offsets)
    if shared:
        examples = with_shared_logits(examples, shared, base, recipe.token_budget)
    groups = group_drugs(rows.candidates, recipe, load_formulary().drug_class)
    training = Training(base, examples, groups, recipe, options.output)
    say = _say if processes.main else lambda message: None
    say(
        f"{len(examples.train)} admissions to learn from, {len(examples.validation)} to watch, "
        f"{len(examples.drugs)} drugs in {len(groups)} groups, recipe {recipe.name}, on {device}"
        + (f", {processes.count} processes" if processes.count > 1 else "")
    )
    what = [as_dict(recipe), base.sha256, groups, examples.identity]
    what += [shared.record["identity"], weights_sha256(shared.groups[0][0])] if shared else []
    identity = hashlib.sha256(json.dumps(what).encode()).hexdigest()
    check_free(options.output, identity)
    fit(training, identity, say, options.checkpoint_minutes * 60)
    if processes.main:
        write_run(training, rows, identity, shared)
        say(f"wrote {options.output}: export it with `lamo-train export {options.output} -o PACKAGE`")
    processes.leave()


def add_export(export: argparse.ArgumentParser) -> None:
    """Options of `lamo-train export`."""
    export.add_argument("run_folder", type=Path, metavar="RUN", help="a folder made by `lamo-train fit`")
    export.add_argument(
        "-o", "--output", type=Path, required=True, metavar="PACKAGE", help="the package folder to write"
    )
    export.add_argument(
        "--base", type=Path, metavar="FILE.gguf", help="the base as GGUF; the embedded package's by default"
    )
    export.add_argument("--name", default="lamo-trained", help="name of the package")
    export.add_argument("--version", default="0.1.0", help="version of the package")
    export.add_argument("--licence", default="", help="licence of the adapters")
    export.add_argument(
        "--merge", choices=PRECISIONS, help="merge a single whole-prompt adapter into the base at this precision"
    )
    export.add_argument("--threads", type=int, default=1, help="CPU threads for quantising")


def run_export(options: argparse.Namespace) -> None:
    """Write a run as a model package: GGUF adapters beside the base, or one merged base."""
    from trainer.export import export_adapters, export_merged
    from trainer.run_folder import load_run

    run, formulary = load_run(options.run_folder), load_formulary()
    start = load_package()
    base = options.base or start.base_path
    about = {"name": options.name, "version": options.version, "licence": options.licence}
    if options.merge:
        export_merged(run, base, options.output, options.merge, formulary.drug_class, about, options.threads)
    else:
        source = start.base_source if base.name == start.base_file else ""
        export_adapters(run, base, options.output, formulary.drug_class, {**about, "base_source": source})
    _say(f"wrote {options.output}: now run `lamo-train calibrate COHORT --model {options.output} -o PACKAGE`")


def _say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)
