"""Attention for packs, as an attention implementation of transformers: each suffix sees its prefix and itself only.

It is the block mask of the method written as its blocks: prefix tokens attend causally among themselves, suffix tokens
to all of the prefix and causally to their own suffix, under one softmax. So n suffixes of length l after a prefix of p
tokens cost n*l*(p + l) instead of (p + n*l)^2, and no mask is ever made.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AttentionInterface

from trainer.fit.packing import Layout, Pack

IMPLEMENTATION = "lamo_packed"


def packed_attention(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float,
    packing: Pack,
    dropout: float = 0.0,
    **_: Any,
) -> tuple[Tensor, None]:
    """Output (1, n, heads, head size) for `query` (1, heads, n, head size), `key` and `value` (1, kv heads, n, ...).

    Keys come with their positions already in them. transformers calls it with the pack that the caller gave the model.
    """
    if attention_mask is not None or dropout:
        raise ValueError("packs take neither an attention mask nor attention dropout")
    q, k, v = query[0], key[0], value[0]
    if packing.record:
        packing.recorded.append(torch.stack([k, v]))
    n_prefix, grid = packing.layout.n_prefix, packing.layout.prefix
    out = []
    if n_prefix:
        q_before, *before = (grid.spread(x[:, :n_prefix]).view(len(x), *grid.shape, -1) for x in (q, k, v))
        out.append(grid.gather(_prefixes(q_before, before[0], before[1], scaling).flatten(1, 2)))
    elif packing.memory is not None:
        from_top = int(module.layer_idx) - int(module.config.num_hidden_layers)  # type: ignore[arg-type, union-attr]
        before = list(packing.memory[from_top].to(k.dtype))
    if q.shape[1] > n_prefix:
        after = (q[:, n_prefix:] * scaling, k[:, n_prefix:], v[:, n_prefix:])
        out.append(_suffixes(after, before, packing.layout))
    return torch.cat(out, 1).transpose(0, 1)[None], None


def _prefixes(q: Tensor, k: Tensor, v: Tensor, scaling: float) -> Tensor:
    """Output of the prefix tokens, each seeing its own prefix up to itself; all (heads, admissions, longest, size)."""
    q, k, v = (x.transpose(0, 1) for x in (q, k, v))
    out = nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True, scale=scaling, enable_gqa=True)
    return out.transpose(0, 1)


def _suffixes(after: Sequence[Tensor], before: Sequence[Tensor], layout: Layout) -> Tensor:
    """Output (heads, tokens, head size) of the suffix tokens, from `after`: their queries, scaled, keys and values,
    each (heads, tokens, head size), and `before`: the prefixes' keys and values (kv heads, admissions, longest, size).
    """
    (q, k, v), (k_prefix, v_prefix) = after, before
    heads, _, size = q.shape
    kv, admissions, prefix = k_prefix.shape[:3]
    shared, tokens = heads // kv, layout.suffix.shape[1]  # query heads on one key head; cells of an admission
    rows, width = layout.own.shape

    def stacked(x: Tensor) -> Tensor:  # heads of a key head side by side, to meet its prefix in one product
        return x.view(kv, shared, admissions, tokens, -1).transpose(1, 2).reshape(kv, admissions, shared * tokens, -1)

    def unstacked(x: Tensor) -> Tensor:
        return x.view(kv, admissions, shared, tokens, -1).transpose(1, 2).reshape(heads, admissions, tokens, -1)

    def own_rows(x: Tensor) -> Tensor:
        return layout.own.spread(x).view(kv, -1, rows, width, size)

    towards_prefix = unstacked(stacked(layout.suffix.spread(q)) @ k_prefix.transpose(2, 3))
    if admissions > 1:
        padding = layout.prefix.padding.view(admissions, 1, prefix)
        towards_prefix = towards_prefix.masked_fill(padding, -torch.inf)
    later = torch.ones(width, width, dtype=torch.bool, device=q.device).triu(1)
    own = (own_rows(q) @ own_rows(k).transpose(3, 4)).masked_fill(later, -torch.inf)
    own = layout.own.onto(layout.suffix, own.reshape(heads, rows * width, width)).view(heads, admissions, tokens, width)

    weights = torch.softmax(torch.cat([towards_prefix, own], 3), 3, dtype=torch.float32).to(v.dtype)
    from_prefix = unstacked(stacked(weights[..., :prefix].reshape(heads, -1, prefix)) @ v_prefix)
    to_own = layout.suffix.onto(layout.own, weights[..., prefix:].reshape(heads, -1, width))
    from_own = (to_own.view(kv, shared, rows, width, width) @ own_rows(v)).reshape(heads, rows * width, size)
    return layout.suffix.gather(from_prefix.reshape(heads, -1, size)) + layout.own.gather(from_own)


AttentionInterface.register(IMPLEMENTATION, packed_attention)
