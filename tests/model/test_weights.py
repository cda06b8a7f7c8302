import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lamo_desktop.errors import ModelError
from lamo_desktop.files import sha256_of
from lamo_desktop.model import native
from lamo_desktop.model.native import Model
from lamo_desktop.model.weights import fast_weights
from tests.model.engines import default_package


def test_slow_weights_are_converted_once_and_remade_when_damaged(tmp_path: Path) -> None:
    package = default_package()
    made = fast_weights(package.base_path, package.base_sha256, 1, tmp_path)
    assert made.sha256 == sha256_of(made.path)
    assert package.base_sha256[:12] in made.path.name
    assert made.path.name in made.note
    assert sorted(path.name for path in tmp_path.iterdir()) == [made.path.name, made.path.name + ".sha256"]
    before = made.path.stat().st_mtime_ns
    left = tmp_path / ".making-left"
    left.mkdir()
    os.utime(left, (0, 0))
    assert fast_weights(package.base_path, package.base_sha256, 1, tmp_path) == made
    assert made.path.stat().st_mtime_ns == before
    with made.path.open("r+b") as file:
        file.seek(5_000_000)
        file.write(b"damage")
    assert fast_weights(package.base_path, package.base_sha256, 1, tmp_path) == made
    assert sha256_of(made.path) == made.sha256
    record = made.path.with_name(made.path.name + ".sha256")
    record.write_bytes(b"\xff\x00\x80" * 20)  # what a power cut may leave
    assert fast_weights(package.base_path, package.base_sha256, 1, tmp_path) == made
    assert not left.exists()  # what a killed process left goes with the next conversion
    fast = Model(made.path)
    assert not fast.slow_type
    fast.close()
    assert fast_weights(made.path, made.sha256, 1, tmp_path).path == made.path  # fast ones are used as they are


def test_llama_cpp_writes_to_a_plain_name_wherever_the_folder_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Windows a name that is not ASCII would be another file's; folders are relative to where the program was."""
    package, names, here = default_package(), [], Path.cwd()
    quantize = native.llama.llama_model_quantize

    def seen(source: bytes, target: bytes, params: object) -> int:
        names.append(target)
        return int(quantize(source, target, params))

    monkeypatch.setattr(native.llama, "llama_model_quantize", seen)
    folder = tmp_path / "Jürgen 于" / "models"
    made = fast_weights(package.base_path, package.base_sha256, 1, Path(os.path.relpath(folder)))
    assert names == [b"weights.gguf"]
    assert made.path.resolve().parent == folder and made.note
    assert Path.cwd() == here


def test_without_a_place_to_keep_them_the_package_s_own_weights_are_used(tmp_path: Path) -> None:
    package = default_package()
    (tmp_path / "file").write_text("not a folder")
    found = fast_weights(package.base_path, package.base_sha256, 1, tmp_path / "file" / "models")
    assert (found.path, found.sha256) == (package.base_path, package.base_sha256)
    assert "could not be kept" in found.note


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are POSIX")
def test_a_full_disk_leaves_nothing_behind_and_the_package_s_own_weights_in_use(tmp_path: Path) -> None:
    package = default_package()
    code = (
        "import resource, sys; from pathlib import Path; from lamo_desktop.model.weights import fast_weights;"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000_000, 20_000_000));"
        "print(fast_weights(Path(sys.argv[1]), sys.argv[2], 1, Path(sys.argv[3])).path.name)"
    )
    command = [sys.executable, "-c", code, str(package.base_path), package.base_sha256, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stdout.strip()) == (0, package.base_file), done.stderr
    assert not list(tmp_path.iterdir())


def test_weights_of_another_package_are_refused(tmp_path: Path) -> None:
    package = default_package()
    with pytest.raises(ModelError, match="not the one that the model package was made with"):
        fast_weights(package.base_path, "0" * 64, 1, tmp_path)
    with pytest.raises(ModelError, match="cannot be read"):
        fast_weights(tmp_path / "missing.gguf", "0" * 64, 1, tmp_path)
    broken = tmp_path / "broken.gguf"
    shutil.copyfile(package.base_path, broken)
    with broken.open("r+b") as file:
        file.truncate(4_000_000)
    with pytest.raises(ModelError, match="cannot be loaded"):
        fast_weights(broken, sha256_of(broken), 1, tmp_path)
