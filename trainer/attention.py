"""Attention for packs, as an attention implementation of transformers: each suffix sees its prefix and itself only.

It is the block mask of the method written as its blocks: prefix tokens attend causally among themselves, suffix tokens
to all of the prefix and causally to their own suffix, under one softmax. So n suffixes of length l after a prefix of p
tokens cost n*l*(p + l) instead of (p + n*l)^2, and no mask is ever made.
"""

from typing import Any

import torch
from torch import Tensor, nn
from transformers import AttentionInterface

from trainer.packing import Layout, Pack

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
    n_prefix = packing.layout.n_prefix
    out = []
    if n_prefix:
        out.append(_prefixes(q[:, :n_prefix], k[:, :n_prefix], v[:, :n_prefix], packing.layout, scaling))
    if q.shape[1] > n_prefix:
        if packing.memory is None:
            grid = packing.layout.prefix
            before = tuple(x.index_select(1, grid.flatten()).view(len(x), *grid.shape, -1) for x in (k, v))
        else:
            from_top = int(module.layer_idx) - int(module.config.num_hidden_layers)  # type: ignore[arg-type, union-attr]
            before = tuple(packing.memory[from_top].to(k.dtype))
        after = (q[:, n_prefix:] * scaling, k[:, n_prefix:], v[:, n_prefix:])
        out.append(_suffixes(after, before, packing.layout))
    return torch.cat(out, 1).transpose(0, 1)[None], None


def _prefixes(q: Tensor, k: Tensor, v: Tensor, layout: Layout, scaling: float) -> Tensor:
    """Output (heads, tokens, head size) of the prefix tokens, each seeing its own prefix up to itself."""
    flat = layout.prefix.flatten()
    q_grid, k_grid, v_grid = (
        x.index_select(1, flat).view(len(x), *layout.prefix.shape, -1).transpose(0, 1) for x in (q, k, v)
    )
    out = nn.functional.scaled_dot_product_attention(
        q_grid, k_grid, v_grid, is_causal=True, scale=scaling, enable_gqa=True
    )
    return out.transpose(0, 1).flatten(1, 2).index_select(1, layout.prefix_back)


def _suffixes(after: tuple[Tensor, ...], before: tuple[Tensor, ...], layout: Layout) -> Tensor:
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
        return x.index_select(1, layout.own.flatten()).view(kv, -1, rows, width, size)

    towards_prefix = unstacked(stacked(q.index_select(1, layout.suffix.flatten())) @ k_prefix.transpose(2, 3))
    if admissions > 1:
        towards_prefix = towards_prefix.masked_fill(~layout.seen[:, None], -torch.inf)
    later = torch.ones(width, width, dtype=torch.bool, device=q.device).triu(1)
    own = (own_rows(q) @ own_rows(k).transpose(3, 4)).masked_fill(later, -torch.inf)
    own = (
        own.reshape(heads, rows * width, width).index_select(1, layout.own_back).view(heads, admissions, tokens, width)
    )

    weights = torch.softmax(torch.cat([towards_prefix, own], 3), 3, dtype=torch.float32).to(v.dtype)
    from_prefix = unstacked(stacked(weights[..., :prefix].reshape(heads, -1, prefix)) @ v_prefix)
    to_own = weights[..., prefix:].reshape(heads, -1, width).index_select(1, layout.own_there)
    from_own = (to_own.view(kv, shared, rows, width, width) @ own_rows(v)).reshape(heads, rows * width, size)
    out = from_prefix.reshape(heads, -1, size) + from_own.index_select(1, layout.own_back)
    return out.index_select(1, layout.suffix_back)


AttentionInterface.register(IMPLEMENTATION, packed_attention)
