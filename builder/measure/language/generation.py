"""Continue prompts by a local language model: the first line, decoded greedily."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from twokeys.builder.measure.language.loading import Loaded

TOKENS, BATCH = 16, 16
"""Most tokens of a line, and prompts in a batch."""


@torch.inference_mode()
def lines(loaded: Loaded, prompts: Sequence[str]) -> list[str]:
    """Return the first line after each prompt."""
    tokenizer, continued = loaded.tokenizer, []
    end = tokenizer.eos_token_id or 0
    for start in range(0, len(prompts), BATCH):
        rows = [tokenizer(prompt)["input_ids"] for prompt in prompts[start : start + BATCH]]
        width = max(map(len, rows))
        ids = torch.tensor([[end] * (width - len(row)) + row for row in rows], device=loaded.device)
        mask = torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in rows], device=loaded.device)
        output = loaded.model.generate(
            input_ids=ids, attention_mask=mask, max_new_tokens=TOKENS, do_sample=False, pad_token_id=end
        )
        texts = tokenizer.batch_decode(output[:, width:], skip_special_tokens=True)
        continued += [text.split("\n")[0].strip() for text in texts]
    return continued
