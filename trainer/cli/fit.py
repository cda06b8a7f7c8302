"""The verb `lamo-train fit`: its options, and what it runs."""

import argparse
import os
from pathlib import Path

from trainer.cli.options import add_rows, say
from trainer.fit.recipe import RECIPES, load_recipe


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


def run_fit(options: argparse.Namespace) -> None:
    """Fit adapters, or go on with a run that was cut short."""
    recipe = load_recipe(options.recipe, options.set)
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # on a GPU too, the same run gives the same weights

    from trainer.fit.run import FitOptions, run  # here, because PyTorch takes seconds and the other verbs do without

    run(
        FitOptions(
            cohort=options.cohort,
            folder=options.output,
            recipe=recipe,
            splits=options.splits,
            leave_out=options.leave_out,
            base=options.base,
            offsets=options.offsets,
            shared=options.shared,
            device=options.device,
            threads=options.threads,
            checkpoint_seconds=options.checkpoint_minutes * 60,
        ),
        say,
    )
