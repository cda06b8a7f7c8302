"""A package with small random base weights and the tokenizer of the default model: it scores in milliseconds."""

import hashlib
from dataclasses import replace
from pathlib import Path

import gguf
import numpy as np

from lamo_desktop.model.package import ModelPackage, load_package, write_package

WIDTH, HIDDEN, LAYERS, HEADS = 64, 128, 2, 2
OURS = {  # keys that the writer adds itself, or that say another size
    *("general.architecture", "llama.block_count", "llama.embedding_length", "llama.feed_forward_length"),
    *("llama.attention.head_count", "llama.attention.head_count_kv", "llama.rope.dimension_count", "general.file_type"),
}


def small_package(folder: Path, drugs: tuple[str, ...]) -> ModelPackage:
    """Written to `folder`, weights included, with these candidates. Raises ModelError where the default has no base."""
    package = load_package()
    base = folder.with_name(f"{folder.name}-base.gguf")
    _write_weights(package.base_path, base)
    chosen = tuple(drug for drug in package.drugs if drug.name in drugs)
    digest = hashlib.sha256(base.read_bytes()).hexdigest()
    small = replace(package, name="small", base_file=base.name, base_sha256=digest, drugs=chosen)
    small = replace(small, terms=None, knowledge=None, adapters=())
    write_package(folder, small)
    base.rename(folder / base.name)
    return load_package(folder)


def _write_weights(like: Path, target: Path) -> None:
    reader, writer = gguf.GGUFReader(like), gguf.GGUFWriter(target, "llama")
    for key, field in reader.fields.items():
        if key not in OURS and not key.startswith("GGUF."):
            element = field.types[1] if field.types[0] == gguf.GGUFValueType.ARRAY else None
            writer.add_key_value(key, field.contents(), field.types[0], element)
    writer.add_block_count(LAYERS)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(HIDDEN)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    chance = np.random.default_rng(7)
    n_tokens = len(reader.fields["tokenizer.ggml.tokens"].data)

    def add(name: str, rows: int, columns: int) -> None:
        writer.add_tensor(name, chance.normal(0, 0.3 / np.sqrt(columns), (rows, columns)).astype(np.float16))

    add("token_embd.weight", n_tokens, WIDTH)
    writer.add_tensor("output_norm.weight", np.ones(WIDTH, np.float32))
    for layer in range(LAYERS):
        for name in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"blk.{layer}.{name}.weight", np.ones(WIDTH, np.float32))
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            add(f"blk.{layer}.{name}.weight", WIDTH, WIDTH)
        add(f"blk.{layer}.ffn_up.weight", HIDDEN, WIDTH)
        add(f"blk.{layer}.ffn_gate.weight", HIDDEN, WIDTH)
        add(f"blk.{layer}.ffn_down.weight", WIDTH, HIDDEN)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
