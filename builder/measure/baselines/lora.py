"""A language model fine-tuned on the other folds: the TsT-LLM diagnosis (arXiv 2511.04655) in its published settings.

There are two differences. Answers are scored by the likelihood of their text, not by an option's letter, which small
models cannot name. Every training row is one example, so a question about a thousand images is learnt a thousand times;
at most `ROWS` rows are drawn at random.
"""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from typing import Any

import numpy as np

from twokeys.builder.measure.baselines.baseline import Baseline
from twokeys.builder.measure.baselines.language import zero_shot
from twokeys.builder.measure.baselines.problem import Counts, Floats, Ints, Problem
from twokeys.builder.measure.language.loading import Loaded, fresh, turn
from twokeys.builder.measure.language.prompts import ask
from twokeys.core.errors import MissingPackage

RANK, ALPHA, DROPOUT = 8, 16, 0.1
RATE, WARM_UP, BATCH, EPOCHS = 2e-4, 0.1, 4, 1
LARGEST_STEP = 1.0
"""Gradients are clipped to this norm, as in the framework in which TsT-LLM was trained."""
ROWS = 20_000
"""Most training rows in a fold. The corpora for which TsT-LLM was published have about 5,000."""


class Lora(Baseline):
    """A fresh adapter on all linear layers in every fold; options are listed in the prompt."""

    name = "lora"
    views = ("question",)
    language = True
    needs = "gpu"
    kin = "language model"
    published = "TsT-LLM, arXiv 2511.04655"

    def predict(self, problem: Problem, train: Counts, test: Ints, seed: int) -> Floats:
        """Fine-tune on the training rows, then compare log-likelihoods."""
        if importlib.util.find_spec("peft") is None:
            raise MissingPackage("the baseline question.lora", "peft", 'pip install "twokeys[lora]"')
        from twokeys.builder.measure.baselines.training import reproducible

        # An option is compared with its competing options, so these are scored too, even if they are not in `test`.
        answer = problem.form == "answer"
        to_score = test if answer else np.flatnonzero(np.isin(problem.rivals, problem.rivals[test]))
        scores = np.zeros((len(problem.text), len(problem.candidates) if answer else 1), dtype=np.float32)
        with turn(), reproducible(seed):
            scores[to_score] = _scores(problem, train, to_score, seed)
        return zero_shot(problem, train, scores, test)


def _scores(problem: Problem, train: Counts, to_score: Ints, seed: int) -> Floats:
    """Log-likelihoods by a model that is freed afterwards."""
    from twokeys.builder.measure.language.likelihoods import log_likelihoods

    prompts = _prompts(problem)
    loaded = tuned(fresh(problem.language), _examples(problem, train, prompts, seed))
    texts = [problem.candidates if problem.form == "answer" else (problem.text[content],) for content in to_score]
    return np.stack(log_likelihoods(loaded, [prompts[content] for content in to_score], texts))


def tuned(loaded: Loaded, examples: list[tuple[str, str]]) -> Loaded:
    """Fine-tune a model in place.

    Args:
        loaded: A model that only the caller uses.
        examples: Prompts and answers, in the order of learning.
    """
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import get_cosine_schedule_with_warmup

    adapter = LoraConfig(
        r=RANK, lora_alpha=ALPHA, lora_dropout=DROPOUT, target_modules="all-linear", task_type="CAUSAL_LM"
    )
    model = get_peft_model(loaded.model, adapter).train()
    optimiser = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=RATE, weight_decay=0)
    steps = EPOCHS * -(-len(examples) // BATCH)
    schedule = get_cosine_schedule_with_warmup(optimiser, round(WARM_UP * steps), steps)
    for step in range(steps):
        start = step * BATCH % (-(-len(examples) // BATCH) * BATCH)
        inputs = _tensors(loaded, examples[start : start + BATCH])
        # 16 bits on a GPU, as published; scores are computed in 32 bits again.
        with torch.autocast(loaded.kind, torch.bfloat16, enabled=loaded.kind == "cuda"):
            loss = model(**inputs).loss
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), LARGEST_STEP)
        optimiser.step()
        schedule.step()
    return replace(loaded, model=model.eval().merge_and_unload())


def _tensors(loaded: Loaded, examples: list[tuple[str, str]]) -> dict[str, Any]:
    """Pad prompts with their answers; only the answers are learnt."""
    import torch
    from torch.nn.utils.rnn import pad_sequence

    from twokeys.builder.measure.language.likelihoods import tokens

    pairs = [tokens(loaded, prompt, answer) for prompt, answer in examples]
    ids = [torch.tensor(prompt + answer) for prompt, answer in pairs]
    labels = [torch.tensor([-100] * len(prompt) + answer) for prompt, answer in pairs]
    mask = [torch.ones_like(row) for row in ids]
    columns = {"input_ids": (ids, 0), "attention_mask": (mask, 0), "labels": (labels, -100)}
    return {
        name: pad_sequence(rows, batch_first=True, padding_value=padding).to(loaded.device)
        for name, (rows, padding) in columns.items()
    }


def _prompts(problem: Problem) -> list[str]:
    """Return the prompt of each content: its question or, for an option, its question with all options."""
    if problem.form == "answer":
        return [ask(question) for question in problem.text]
    options: dict[int, list[str]] = {}
    for text, choice in zip(problem.text, problem.rivals.tolist(), strict=True):
        options.setdefault(choice, []).append(text)
    return [ask(question, options[choice]) for question, choice in zip(problem.context, problem.rivals, strict=True)]


def _examples(problem: Problem, train: Counts, prompts: list[str], seed: int) -> list[tuple[str, str]]:
    """Return one example for each training row, in random order."""
    rows = np.repeat(np.arange(len(train.count)), train.count.astype(np.int64))
    if problem.form == "option":
        rows = rows[train.label[rows] == 1]
    rows = np.random.default_rng(seed).permutation(rows)[:ROWS]
    return [
        (prompts[content], train.names[label] if problem.form == "answer" else problem.text[content])
        for content, label in zip(train.content[rows], train.label[rows], strict=True)
    ]
