from pathlib import Path

import pytest
import torch

from tests.trainer.tiny import tiny_folder, tiny_gguf

torch.set_num_threads(1)  # tiny tensors: more threads only wait for each other


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_folder(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def weights(folder: Path) -> Path:
    return tiny_gguf(folder, folder.parent / f"{folder.name}.gguf")
