"""Replacements of masked question tokens: a pad without attention, the mask token, or a neutral word."""

from __future__ import annotations

from typing import Any

from twokeys.core.errors import BadInput

TEXT = ("removed", "mask-token", "neutral-word")
NEUTRAL = ("the", "it", "something")
"""Neutral words; the first that is a single token is used."""


def word_fill(name: str, tokenizer: Any) -> tuple[int, bool]:
    """The token that replaces masked tokens, and whether it gets attention.

    Raises:
        BadInput: When there is no such masking, or the model has no such token.
    """
    if name == "removed":
        token = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id
        return int(token or 0), False
    if name == "mask-token":
        token = tokenizer.mask_token_id if tokenizer.mask_token_id is not None else tokenizer.unk_token_id
        if token is None:
            remedy = "use removed or neutral-word"
            raise BadInput("masking", "text", "the model has neither a mask token nor an unknown token", "", remedy)
        return int(token), True
    if name == "neutral-word":
        for word in NEUTRAL:
            ids = tokenizer(f" {word}", add_special_tokens=False)["input_ids"]
            if len(ids) == 1 and ids[0] != tokenizer.unk_token_id:
                return int(ids[0]), True
        remedy = "use removed or mask-token"
        problem = f"the model's tokenizer writes none of {', '.join(NEUTRAL)} as one token"
        raise BadInput("masking", "text", problem, "", remedy)
    raise BadInput("masking", "text", f"there is no text mask {name!r}", ", ".join(TEXT), "name one of these")
