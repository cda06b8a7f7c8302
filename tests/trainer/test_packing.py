from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from lamo_desktop.errors import InputError, ModelError
from lamo_desktop.model.native import Model
from lamo_desktop.model.prompt import parts, suffix
from lamo_desktop.paths import resource
from tests.trainer.tiny import DRUGS, tiny_rows
from trainer.fit.adapters import Adapters
from trainer.fit.base import Base, load_base
from trainer.fit.packing import Asked, pack, within_budget
from trainer.fit.recipe import Recipe

REAL = resource("models/SmolLM2-135M-Instruct.Q4_1.gguf")
RECIPE = Recipe(rank=4, alpha=8, dropout=0.0, targets=("q_proj", "k_proj", "v_proj", "o_proj", "down_proj"))


def examples(base: Base, count: int = 3) -> list[tuple[list[int], list[list[int]]]]:
    admissions = tiny_rows().of(["train"])[:count]
    return [
        (base.tokens("".join(p.text for p in parts(a)), True), [base.tokens(suffix(drug), False) for drug in DRUGS[i:]])
        for i, a in enumerate(admissions)
    ]


def packed(base: Base, pairs: list[tuple[list[int], list[list[int]]]]) -> torch.Tensor:
    return base.scores(pack([Asked(prefix, suffixes, range(len(suffixes))) for prefix, suffixes in pairs]))


def one_by_one(base: Base, pairs: list[tuple[list[int], list[list[int]]]]) -> torch.Tensor:
    """Every pair as a prompt of its own through the model's own forward and head, as LAMO does it."""
    yes, no = (base.tokens(answer, False)[0] for answer in (" Yes", " No"))
    base.model.set_attn_implementation("eager")
    scores = []
    for prefix, suffixes in pairs:
        for each in suffixes:
            logits = base.model(input_ids=torch.tensor([prefix + each]), use_cache=False).logits[0, -1]
            scores.append(logits[yes] - logits[no])
    base.model.set_attn_implementation("lamo_packed")
    return torch.stack(scores)


def noisy_adapters(base: Base, groups: int = 1) -> Adapters:
    adapters = Adapters(base.model, groups, RECIPE)
    noise(adapters)
    return adapters


def noise(adapters: Adapters) -> None:
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for weight in adapters.parameters():
            weight.copy_(torch.randn(weight.shape, generator=generator) * 0.1)


def test_packed_scores_are_those_of_one_sequence_per_pair(folder: Path) -> None:
    base = load_base(folder)
    pairs = examples(base)
    torch.testing.assert_close(packed(base, pairs), one_by_one(base, pairs), atol=1e-4, rtol=0)
    noisy_adapters(base)
    assert len({len(s) for _, suffixes in pairs for s in suffixes}) > 2  # lengths differ, so the grid is ragged
    torch.testing.assert_close(packed(base, pairs), one_by_one(base, pairs), atol=1e-4, rtol=0)


def test_a_dense_block_mask_gives_the_same(folder: Path) -> None:
    base = load_base(folder)
    prefix, suffixes = examples(base, 1)[0]
    one = pack([Asked(prefix, suffixes, range(len(suffixes)))])
    owner = torch.tensor([-1] * len(prefix) + [i for i, s in enumerate(suffixes) for _ in s])
    n = len(owner)
    seen = ((owner[None] == -1) | (owner[:, None] == owner[None])) & torch.ones(n, n, dtype=torch.bool).tril()
    mask = torch.zeros(1, 1, n, n).masked_fill(~seen, torch.finfo(torch.float32).min)
    ours = base.hidden(one)
    base.model.set_attn_implementation("eager")
    masked = base.model.base_model(
        input_ids=one.tokens, position_ids=one.positions, attention_mask=mask, use_cache=False
    ).last_hidden_state[0]
    torch.testing.assert_close(ours, masked, atol=1e-4, rtol=0)


def test_gradients_are_those_of_the_unpacked_recipe(folder: Path) -> None:
    base = load_base(folder)
    pairs, adapters = examples(base), noisy_adapters(base)
    adapters.use(0)
    gradients = []
    for way in (packed, one_by_one):
        scores = way(base, pairs)
        labels = torch.tensor([i % 3 == 0 for i in range(len(scores))]).float()
        torch.nn.functional.binary_cross_entropy_with_logits(scores, labels).backward()
        gradients.append([weight.grad.clone() for weight in adapters.parameters() if weight.grad is not None])
        for weight in adapters.parameters():
            weight.grad = None
    assert len(gradients[0]) == len(adapters.parameters())
    for ours, theirs in zip(*gradients, strict=True):
        assert theirs.abs().max() > 0
        torch.testing.assert_close(ours, theirs, atol=1e-4 * float(theirs.abs().max()), rtol=1e-3)


def test_a_prefix_from_memory_gives_scores_with_the_adapter_on_the_suffix_only(folder: Path) -> None:
    base = load_base(folder)
    pairs, adapters = examples(base, 2), noisy_adapters(base, 2)
    with adapters.off():
        with adapters.off():
            pass
        memories = [base.memory(prefix) for prefix, _ in pairs]
    for group in (0, 1):
        adapters.use(group)
        asked = [Asked(p, s, range(len(s)), m) for (p, s), m in zip(pairs, memories, strict=True)]
        found = base.scores(pack(asked))
        torch.testing.assert_close(found, switched_mid_prompt(base, adapters, group, pairs), atol=1e-4, rtol=0)
        assert (found - packed(base, pairs)).abs().max() > 1e-2  # an adapter on the prefix too is something else


def switched_mid_prompt(base: Base, adapters: Adapters, group: int, pairs: list) -> torch.Tensor:
    """The plain way: transformers' own cache of the base's prefix, then the adapter on and one suffix at a time."""
    base.model.set_attn_implementation("eager")
    yes, no = (base.tokens(answer, False)[0] for answer in (" Yes", " No"))
    scores = []
    for prefix, suffixes in pairs:
        for each in suffixes:
            with adapters.off():
                cache = base.model(input_ids=torch.tensor([prefix]), use_cache=True).past_key_values
            adapters.use(group)
            logits = base.model(input_ids=torch.tensor([each]), past_key_values=cache, use_cache=True).logits[0, -1]
            scores.append(logits[yes] - logits[no])
    base.model.set_attn_implementation("lamo_packed")
    return torch.stack(scores)


@pytest.mark.parametrize("known", [False, True])
def test_a_token_budget_splits_candidates_and_changes_nothing(folder: Path, known: bool) -> None:
    base = load_base(folder)
    asked, places = [], 0
    for prefix, suffixes in examples(base):
        memory = base.memory(prefix) if known else None
        asked.append(Asked(prefix, suffixes, range(places, places + len(suffixes)), memory))
        places += len(suffixes)
    whole = base.scores(pack(asked))
    longest = max(len(each.prefix) for each in asked)
    budget = 40 if known else longest + 40
    runs = list(within_budget(asked, budget))
    assert len(runs) > len(asked)
    assert all(sum(each.tokens() for each in run) <= budget for run in runs)
    packs = [pack(run) for run in runs]
    assert [place for each in packs for place in each.places] == list(range(places))
    torch.testing.assert_close(torch.cat([base.scores(each) for each in packs]), whole, atol=1e-4, rtol=0)
    with pytest.raises(InputError, match="token budget"):
        list(within_budget(asked, 2))
    with pytest.raises(InputError, match="token budget of 2 is too small for a prompt of 3 tokens"):
        list(within_budget([Asked([1, 2, 3], (), ())], 2))  # a prompt alone, for its state


def test_tokens_are_the_engines(folder: Path, weights: Path) -> None:
    model, ours = Model(weights), load_base(folder).tokens
    texts = ["".join(p.text for p in parts(a)) for a in tiny_rows().of(["train"])]
    for text in [*texts, *map(suffix, DRUGS), "<|im_start|>user\n", " Yes", " No", "ü 5 µg → 3\n\n", ""]:
        assert ours(text, True) == model.tokens(text, True)
        assert ours(text, False) == model.tokens(text)
    assert load_base(weights).tokens(texts[0], True) == model.tokens(texts[0], True)


def test_a_base_without_the_answers_or_of_another_kind_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no base model"):
        load_base(tmp_path / "absent.gguf")
    (tmp_path / "text.gguf").write_text("not a model")
    with pytest.raises(ModelError, match=r"text\.gguf"):
        load_base(tmp_path / "text.gguf")
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

    bytes_only = Tokenizer(
        models.BPE(vocab={c: i for i, c in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}, merges=[])
    )
    bytes_only.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    LlamaForCausalLM.from_pretrained(folder).save_pretrained(tmp_path / "mute")
    PreTrainedTokenizerFast(tokenizer_object=bytes_only).save_pretrained(tmp_path / "mute")
    with pytest.raises(ModelError, match="no single token for ' Yes'"):
        load_base(tmp_path / "mute")


@pytest.mark.long
@pytest.mark.skipif(not REAL.is_file(), reason="the base weights are not installed")
def test_the_real_base_packs_too() -> None:
    base = load_base(REAL)
    pairs = [(prefix[:40], suffixes[:3]) for prefix, suffixes in examples(base, 1)]
    with torch.no_grad():
        found = packed(base, pairs).numpy()
        np.testing.assert_allclose(found, one_by_one(base, pairs).numpy(), atol=1e-4)


def test_states_below_the_layers_that_learn_give_the_same_scores_and_gradients(folder: Path) -> None:
    base = load_base(folder)
    layers = int(base.model.config.num_hidden_layers)
    assert layers > 1
    adapters = Adapters(base.model, 1, replace(RECIPE, top_layers=1))
    noise(adapters)
    adapters.use(0)
    found = []
    for known in (False, True):
        asked = []
        for prefix, suffixes in examples(base):
            with adapters.off():
                plain = Asked(prefix, suffixes, range(len(suffixes)), base.memory(prefix))
                states = base.states(plain, 1) if known else None
                memory = base.memory(prefix, 1) if known else plain.memory
            asked.append(Asked(prefix, suffixes, plain.places, memory, states))
        runs = [pack(run) for run in within_budget(asked, 40)]  # in pieces, so states are cut with their candidates
        scores = torch.cat([base.scores(each) for each in runs])
        scores.square().sum().backward()
        gradients = [weight.grad.clone() for weight in adapters.parameters() if weight.grad is not None]
        for weight in adapters.parameters():
            weight.grad = None
        found.append([scores.detach(), *gradients])
    assert len(found[0]) == 1 + len(adapters.parameters())
    for plainly, from_states in zip(*found, strict=True):
        torch.testing.assert_close(from_states, plainly, atol=1e-4, rtol=1e-3)
