"""Attention for packs, as an attention implementation of transformers: each suffix sees its prefix and itself only.

It is the block mask of the method written as its blocks: prefix tokens attend causally among themselves, suffix tokens
to all of the prefix and causally to their own suffix, under one softmax. So n suffixes of length l after a prefix of p
tokens cost n*l*(p + l) instead of (p + n*l)^2, and no mask is ever made.
"""

from typing import Any

import torch
from torch import Tensor, nn
from transformers import AttentionInterface

from trainer.packing import Pack, Segment

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
    out = []
    for segment in packing.segments:
        if segment.prefix.stop > segment.prefix.start:
            out.append(_causal(q, k, v, segment.prefix, scaling))
        if segment.suffix.stop > segment.suffix.start:
            from_top = int(module.layer_idx) - int(module.config.num_hidden_layers)  # type: ignore[arg-type, union-attr]
            out.append(_suffixes(q, k, v, segment, scaling, from_top))
    return torch.cat(out, 1).transpose(0, 1)[None], None


def _causal(q: Tensor, k: Tensor, v: Tensor, where: slice, scaling: float) -> Tensor:
    return nn.functional.scaled_dot_product_attention(
        q[None, :, where], k[None, :, where], v[None, :, where], is_causal=True, scale=scaling, enable_gqa=True
    )[0]


def _suffixes(q: Tensor, k: Tensor, v: Tensor, segment: Segment, scaling: float, from_top: int) -> Tensor:
    """Output (heads, tokens, head size) of a segment's suffix tokens in a layer, -1 being the uppermost."""
    if segment.memory is None:
        k_prefix, v_prefix = k[:, segment.prefix], v[:, segment.prefix]
    else:
        k_prefix, v_prefix = segment.memory[from_top].to(k.dtype)
    q, k, v = q[:, segment.suffix] * scaling, k[:, segment.suffix], v[:, segment.suffix]
    heads, tokens, size = q.shape
    kv, prefix = k_prefix.shape[:2]
    shared = heads // kv  # query heads on one key head
    rows, width = segment.grid.shape
    flat = segment.grid.flatten()

    towards_prefix = (q.reshape(kv, shared * tokens, size) @ k_prefix.transpose(1, 2)).view(heads, tokens, prefix)
    q_grid = q.index_select(1, flat).view(kv, shared, rows, width, size)
    k_grid, v_grid = (x.index_select(1, flat).view(kv, 1, rows, width, size) for x in (k, v))
    later = torch.ones(width, width, dtype=torch.bool, device=q.device).triu(1)
    own = (q_grid @ k_grid.transpose(3, 4)).masked_fill(later, -torch.inf)
    own = own.view(heads, rows * width, width).index_select(1, segment.ragged)

    weights = torch.softmax(torch.cat([towards_prefix, own], 2), 2, dtype=torch.float32).to(v.dtype)
    to_prefix, to_own = weights[..., :prefix], weights[..., prefix:]
    from_prefix = (to_prefix.reshape(kv, shared * tokens, prefix) @ v_prefix).view(heads, tokens, size)
    own_grid = to_own.index_select(1, flat).view(kv, shared, rows, width, width)
    from_own = (own_grid @ v_grid).view(heads, rows * width, size)
    out: Tensor = from_prefix + from_own.index_select(1, segment.ragged)
    return out


AttentionInterface.register(IMPLEMENTATION, packed_attention)
