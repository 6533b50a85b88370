"""What a server answers that runs a small local model: log-probabilities of a repeated prompt, or of next tokens."""

from __future__ import annotations

from typing import Any

import torch

from tests.audit.served.openai_server import Answer
from twokeys.builder.measure.language.loading import Loaded


def repeats(loaded: Loaded) -> Answer:
    """Completions with the prompt's own log-probabilities, as some servers give them."""

    def answer(path: str, body: dict[str, Any]) -> Any:
        if not path.endswith("/v1/completions") or not body.get("echo"):
            return 400
        found = loaded.tokenizer(body["prompt"], return_offsets_mapping=True)
        ids, offsets = found["input_ids"], found["offset_mapping"]
        logs = _logs(loaded, ids)
        values: list[float | None] = [None, *(float(logs[at, token]) for at, token in enumerate(ids[1:]))]
        last = int(logs[-1].argmax())
        said = loaded.tokenizer.decode([last])
        logprobs = {
            "tokens": [*(body["prompt"][start:end] for start, end in offsets), said],
            "token_logprobs": [*values, float(logs[-1, last])],
            "text_offset": [*(start for start, _ in offsets), len(body["prompt"])],
        }
        return {"choices": [{"text": body["prompt"] + said, "logprobs": logprobs}]}

    return answer


def lists(loaded: Loaded, legacy: bool = False, most: int = 10**6) -> Answer:
    """Completions with the likeliest next tokens.

    Args:
        loaded: The model.
        legacy: Whether they come as completions once did, or as chats do.
        most: Tokens that are listed at most.
    """

    def answer(path: str, body: dict[str, Any]) -> Any:
        if not path.endswith("/v1/completions"):
            return 404
        logs = _logs(loaded, loaded.tokenizer(body["prompt"])["input_ids"])[-1]
        values, ids = logs.topk(min(body.get("logprobs", 1), most, len(logs)))
        pairs = [
            (loaded.tokenizer.decode([token]), float(value)) for token, value in zip(ids.tolist(), values, strict=True)
        ]
        if legacy:
            # Tokens that are parts of letters have names of their own.
            named = [(text if "\ufffd" not in text else f"byte {at}", value) for at, (text, value) in enumerate(pairs)]
            logprobs: dict[str, Any] = {"tokens": [pairs[0][0]], "top_logprobs": [dict(named)]}
        else:
            top = [{"token": token, "bytes": list(token.encode()), "logprob": value} for token, value in pairs]
            logprobs = {"content": [{"top_logprobs": top}]}
        return {"choices": [{"text": pairs[0][0], "logprobs": logprobs}]}

    return answer


@torch.inference_mode()
def _logs(loaded: Loaded, ids: list[int]) -> torch.Tensor:
    return loaded.model(input_ids=torch.tensor([ids])).logits[0].float().log_softmax(dim=-1)
