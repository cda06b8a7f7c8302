"""A random Llama of a few thousand weights with a real tokenizer, as a GGUF file and as a Hugging Face folder."""

import json
from pathlib import Path

import gguf
import numpy as np
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from lamo_desktop.admissions.cohort import Admission
from trainer.cohort.rows import Rows
from trainer.package.gguf_adapter import rotary_order

LAYERS, HEADS, KV_HEADS, HIDDEN = 2, 4, 2, 128
DRUGS = ("aspirin", "heparin", "insulin aspart", "metoprolol", "ondansetron", "vancomycin")
TEXT = [
    " Yes No Question: which drugs does this patient need on the first day? Answer Yes or No after each drug.\n"
] * 4


def tiny_folder(folder: Path, seed: int = 0) -> Path:
    """A Hugging Face folder."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    special = ["<|endoftext|>", "<|im_start|>"]
    tokenizer.train_from_iterator(
        TEXT, trainers.BpeTrainer(vocab_size=320, initial_alphabet=alphabet, special_tokens=special)
    )
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|endoftext|>")
    fast.save_pretrained(folder)
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=len(fast),
        hidden_size=HIDDEN,
        intermediate_size=160,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        num_key_value_heads=KV_HEADS,
        max_position_embeddings=1024,
        initializer_range=0.2,
        tie_word_embeddings=False,
        bos_token_id=None,
        eos_token_id=0,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


def tiny_gguf(folder: Path, target: Path) -> Path:
    """The folder's model as llama.cpp reads it, in float32."""
    model = LlamaForCausalLM.from_pretrained(folder)
    tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
    writer = gguf.GGUFWriter(target, "llama")
    writer.add_name("tiny")
    writer.add_context_length(1024)
    writer.add_embedding_length(HIDDEN)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(160)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_rope_dimension_count(HIDDEN // HEADS)
    writer.add_layer_norm_rms_eps(model.config.rms_norm_eps)
    writer.add_rope_freq_base(10000.0)
    writer.add_vocab_size(len(tokenizer))
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    backend = tokenizer.backend_tokenizer
    words = sorted(tokenizer.get_vocab(), key=tokenizer.get_vocab().__getitem__)
    control = [gguf.TokenType.CONTROL if word.startswith("<|") else gguf.TokenType.NORMAL for word in words]
    merges = [" ".join(pair) for pair in json.loads(backend.to_str())["model"]["merges"]]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(words)
    writer.add_token_types(control)
    writer.add_token_merges(merges)
    writer.add_eos_token_id(0)
    writer.add_add_bos_token(False)
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, LAYERS)
    for key, weight in model.state_dict().items():
        name = names.get_name(key, try_suffixes=(".weight",))
        array = weight.numpy().astype(np.float32)
        if ".q_proj" in key or ".k_proj" in key:
            array = rotary_order(array, HEADS if ".q_proj" in key else KV_HEADS)
        writer.add_tensor(name, array)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return target


def tiny_rows(count: int = 24, seed: int = 0) -> Rows:
    """Training rows in which the reason decides most orders."""
    rng = np.random.default_rng(seed)
    reasons = ("sepsis", "chest pain", "nausea")
    rows = []
    for place in range(count):
        reason = reasons[place % 3]
        wanted = {"sepsis": (1, 5), "chest pain": (0, 3), "nausea": (2, 4)}[reason]
        orders = [drug for i, drug in enumerate(DRUGS) if rng.random() < (0.9 if i in wanted else 0.15)]
        history = tuple(f"condition {i}" for i in range(int(rng.integers(0, 5))))
        rows.append(
            Admission(
                f"a{place}", f"p{place}", 40 + place, "female", reason, past_history=history, orders=tuple(orders)
            )
        )
    counts = {drug: sum(drug in (a.orders or ()) for a in rows) for drug in DRUGS}
    return Rows({"train": tuple(rows)}, counts, {"source": "made up"})


def golden_adapter(folder: Path, rank_stabilised: bool = False) -> Path:
    """A made-up adapter of the tiny base whose numbers are easy to write down again anywhere."""
    folder.mkdir(parents=True, exist_ok=True)
    sizes = {"self_attn.q_proj": (HIDDEN, HIDDEN), "self_attn.k_proj": (HIDDEN, HIDDEN * KV_HEADS // HEADS)}
    sizes |= {"self_attn.v_proj": sizes["self_attn.k_proj"], "mlp.down_proj": (160, HIDDEN)}
    weights = {}
    for place, (name, (n_in, n_out)) in enumerate(sizes.items()):
        for side, shape in (("A", (2, n_in)), ("B", (n_out, 2))):
            numbers = torch.arange(shape[0] * shape[1], dtype=torch.float32).reshape(shape) / 1024 + place
            weights[f"base_model.model.model.layers.1.{name}.lora_{side}.weight"] = numbers
    save_file(weights, folder / "adapter_model.safetensors")
    config = {"peft_type": "LORA", "r": 2, "lora_alpha": 8, "use_rslora": rank_stabilised}
    (folder / "adapter_config.json").write_text(json.dumps(config))
    return folder
