"""Log-likelihoods of answer texts after a prompt: sums of log-probabilities over the tokens of the answers.

Every prompt runs once; its answers continue from its key-value cache. Sums are raw: longer answers are less likely, and
callers may divide by length or subtract the sum after an empty question. All numbers are 32-bit floats, so batching
changes a sum by about 1e-5.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from twokeys.audit.models.cache import selected
from twokeys.builder.measure.language.loading import Loaded
from twokeys.builder.measure.language.prompts import TAIL, continuation

Floats = NDArray[np.float32]
Ids = list[int]
TOKENS = {"cpu": 512, "cuda": 8192}
"""Most prompt tokens in a forward pass, with padding. On a CPU small passes stay in its caches."""
CACHED = {"cpu": 4096, "cuda": 32768}
"""Most tokens of prompt and continuation whose keys and values are copied for a pass, a limit on memory."""
CONTINUED = {"cpu": 128, "cuda": 4096}
"""Most continuation tokens in a pass: each has a row of logits as long as the vocabulary."""


@torch.inference_mode()
def log_likelihoods(
    loaded: Loaded, prompts: Sequence[str], answers: Sequence[Sequence[str]], most: int | None = None
) -> list[Floats]:
    """Score answers after prompts.

    Args:
        loaded: The model.
        prompts: Prompts as `twokeys.builder.measure.language.prompts.ask` makes them; equal prompts run once.
        answers: For each prompt the answer texts to score.
        most: Most prompt tokens in a pass, `TOKENS` if None; it changes speed, not results.

    Returns:
        For each prompt its answers' log-likelihoods, in nats.
    """
    wanted: dict[str, dict[str, float]] = {}
    for prompt, texts in zip(prompts, answers, strict=True):
        wanted.setdefault(prompt, {}).update(dict.fromkeys(texts, 0.0))
    continuations = _continuations(loaded.tokenizer, {text for texts in wanted.values() for text in texts})
    longest = max(map(len, continuations.values()), default=1)
    tokenized = list(zip(wanted, _prompts(loaded, list(wanted), longest), strict=True))
    tokenized.sort(key=lambda pair: (len(pair[1]), pair[0]))  # prompts of similar length need little padding
    for batch in _batches([len(ids) for _, ids in tokenized], most or TOKENS[loaded.kind]):
        _score(loaded, tokenized[batch], wanted, continuations)
    return [
        np.array([wanted[prompt][text] for text in texts], dtype=np.float32)
        for prompt, texts in zip(prompts, answers, strict=True)
    ]


def tokens(loaded: Loaded, prompt: str, answer: str) -> tuple[Ids, Ids]:
    """Return the tokens of a prompt and of an answer after it, as they are scored."""
    continuation = _continuations(loaded.tokenizer, {answer})[answer]
    return _prompts(loaded, [prompt], len(continuation))[0], continuation


def _score(
    loaded: Loaded, prompts: list[tuple[str, Ids]], wanted: dict[str, dict[str, float]], continuations: dict[str, Ids]
) -> None:
    """Score a batch of prompts into `wanted`: first tokens by the prompts' last logits, further tokens by the cache."""
    ids, mask = _padded([ids for _, ids in prompts], loaded.device, left=True)
    pairs = [(row, prompt, text) for row, (prompt, _) in enumerate(prompts) for text in wanted[prompt]]
    rows = torch.tensor([row for row, _, _ in pairs], device=loaded.device)
    first = torch.tensor([continuations[text][0] for _, _, text in pairs], device=loaded.device)
    longer = [at for at, (_, _, text) in enumerate(pairs) if len(continuations[text]) > 1]
    longer.sort(key=lambda at: len(continuations[pairs[at][2]]))
    places = (mask.cumsum(dim=1) - 1).clamp(min=0)
    output = loaded.model(
        input_ids=ids, attention_mask=mask, position_ids=places, use_cache=bool(longer), logits_to_keep=1
    )
    total = output.logits[:, -1].float().log_softmax(dim=-1)[rows, first]
    for batch in _batches(
        [len(continuations[pairs[at][2]]) - 1 for at in longer],
        CONTINUED[loaded.kind],
        rows=max(1, CACHED[loaded.kind] // (ids.shape[1] + 1)),
    ):
        part = torch.tensor(longer[batch], device=loaded.device)
        rest = [continuations[pairs[at][2]] for at in longer[batch]]
        total[part] += _continue(loaded, output.past_key_values, mask, rows[part], rest)
    for (_, prompt, text), value in zip(pairs, total.tolist(), strict=True):
        wanted[prompt][text] = value


def _continue(loaded: Loaded, cache: Any, mask: Tensor, rows: Tensor, rest: list[Ids]) -> Tensor:
    """Log-likelihood of all tokens but the first, for each continuation after the prompt of its row."""
    ids, rest_mask = _padded([tokens[:-1] for tokens in rest], loaded.device, left=False)
    target, _ = _padded([tokens[1:] for tokens in rest], loaded.device, left=False)
    length = mask.sum(dim=1)[rows, None]
    logits = loaded.model(
        input_ids=ids,
        attention_mask=torch.cat([mask[rows], rest_mask], dim=1),
        position_ids=length + torch.arange(ids.shape[1], device=loaded.device),
        past_key_values=selected(cache, rows),
        use_cache=True,
    ).logits
    loss = torch.nn.functional.cross_entropy(logits.float().flatten(0, 1), target.flatten(), reduction="none")
    return -(loss.view(rest_mask.shape) * rest_mask).sum(dim=1)


def _continuations(tokenizer: Any, answers: set[str]) -> dict[str, Ids]:
    """Return the tokens of each answer after a prompt: tokens of prompt end and answer, without those of the end."""
    texts = sorted(answers)
    if not texts:
        return {}
    start = len(tokenizer(TAIL, add_special_tokens=False)["input_ids"])
    whole = tokenizer([TAIL + continuation(text) for text in texts], add_special_tokens=False)["input_ids"]
    # If an answer adds no tokens, the end of the text stands for it.
    end = [tokenizer.eos_token_id or 0]
    return {text: list(ids[start:]) or end for text, ids in zip(texts, whole, strict=True)}


def _prompts(loaded: Loaded, prompts: list[str], longest: int) -> list[Ids]:
    """Return the tokens of each prompt; if a prompt is too long for the model, its last tokens."""
    if not prompts:
        return []
    limit = getattr(loaded.model.config.get_text_config(), "max_position_embeddings", None) or 2**31
    end = loaded.tokenizer.eos_token_id
    tokenized = []
    for ids in loaded.tokenizer(prompts)["input_ids"]:
        open_ended = ids[:-1] if ids[-1] == end else ids  # some tokenizers close every text
        tokenized.append(list(open_ended)[-max(limit - longest, 1) :])
    return tokenized


def _padded(rows: list[Ids], device: str, left: bool) -> tuple[Tensor, Tensor]:
    """Return tokens and their mask as matrices."""
    width = max(map(len, rows))
    ids, mask = torch.zeros((2, len(rows), width), dtype=torch.long)
    for row, tokens in enumerate(rows):
        place = slice(width - len(tokens), width) if left else slice(0, len(tokens))
        ids[row, place] = torch.tensor(tokens)
        mask[row, place] = 1
    return ids.to(device), mask.to(device)


def _batches(lengths: list[int], most: int, rows: int = 2**31) -> Iterator[slice]:
    """Cut rows of increasing length into batches of at most `most` tokens, with padding, and `rows` rows."""
    start = 0
    for at, length in enumerate(lengths):
        if at > start and ((at + 1 - start) * length > most or at - start >= rows):
            yield slice(start, at)
            start = at
    if lengths:
        yield slice(start, len(lengths))
