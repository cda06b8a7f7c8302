"""Two CPU processes, which accelerate joins, against one."""

import subprocess
import sys
from pathlib import Path

import psutil
import pytest
import torch
from safetensors.torch import load_file

from tests.trainer.tiny import tiny_rows
from trainer.cohort.rows import write_rows

# 15 training admissions in steps of 2: the last step leaves a process without any.
SETTINGS = ("group_size=3", "rank=4", "epochs=2", "validation_percent=25", "dropout=0.0", "admissions_per_step=2")


def command(cohort: Path, base: Path, run: Path, processes: int) -> list[str]:
    # torchrun, which is what `accelerate launch` starts for GPUs; for CPUs it starts several by MPI only.
    launch = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node", str(processes)]
    options = ["fit", str(cohort), "-o", str(run), "--base", str(base), "--device", "cpu", "--threads", "1"]
    settings = [each for setting in SETTINGS for each in ("--set", setting)]
    start = launch if processes > 1 else []
    return [sys.executable, *start, "-m", "trainer.cli", *options, *settings, "--checkpoint-minutes", "0"]


def adapters(run: Path) -> dict[str, torch.Tensor]:
    files = sorted((run / "adapters").glob("*/adapter_model.safetensors"))
    return {f"{file.parent.name}.{name}": weight for file in files for name, weight in load_file(file).items()}


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("processes") / "cohort.jsonl.gz"
    write_rows(tiny_rows(20), file)
    return file


@pytest.fixture(scope="module")
def alone(cohort: Path, folder: Path) -> Path:
    run = cohort.parent / "alone"
    subprocess.run(command(cohort, folder, run, 1), check=True, capture_output=True)
    return run


def same(one: Path, two: Path) -> None:
    found, expected = adapters(two), adapters(one)
    assert found.keys() == expected.keys()
    for name, weight in expected.items():
        torch.testing.assert_close(found[name], weight, atol=1e-4, rtol=0, msg=name)
    assert any(weight.abs().max() > 1e-3 for name, weight in expected.items() if "lora_B" in name)  # they have learnt


@pytest.mark.long
def test_two_processes_end_with_the_weights_of_one(cohort: Path, folder: Path, tmp_path: Path, alone: Path) -> None:
    done = subprocess.run(command(cohort, folder, tmp_path / "two", 2), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("2 processes") == 1 and done.stderr.count("epoch 1 of 2, step 1 of") == 1
    same(alone, tmp_path / "two")
    one, two = ((run / "curves.csv").read_text().splitlines() for run in (alone, tmp_path / "two"))
    assert [line.split(",")[:4] for line in one] == [line.split(",")[:4] for line in two]


@pytest.mark.long
def test_one_process_goes_on_with_a_run_of_two(cohort: Path, folder: Path, tmp_path: Path, alone: Path) -> None:
    run = tmp_path / "cut"
    process = subprocess.Popen(command(cohort, folder, run, 2), stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    steps = (line for line in process.stderr if "min left" in line)
    for _ in range(3):
        next(steps)
    for each in [*psutil.Process(process.pid).children(recursive=True), process]:
        each.kill()  # the workers first: each has a session of its own
    process.wait()
    assert not (run / "run.json").exists()
    done = subprocess.run(command(cohort, folder, run, 1), capture_output=True, text=True)
    assert done.returncode == 0 and "resumed in epoch" in done.stderr
    same(alone, run)
