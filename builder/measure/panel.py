"""A panel of models that answer without the image: columns like those of baselines, and counts over the panel."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from twokeys.audit.models.hosts import is_address
from twokeys.audit.served.ways import Manner
from twokeys.builder.measure.blind import blind
from twokeys.builder.measure.language.named import language_named
from twokeys.builder.run.keys import KeyedTable, NamedModel
from twokeys.builder.run.stages import Run
from twokeys.core.answers.normal import normalise
from twokeys.core.ceilings import codes
from twokeys.core.intervals.accuracy import accuracy, chance
from twokeys.core.measured import FITS
from twokeys.core.spread import spread
from twokeys.data_cards.panel import Asked, BlindExample, BlindScore, Panel
from twokeys.filters.answered_by_models import MODELS, RIGHT

FAMILY = "panel_"
EXAMPLES = 8
VIEWS: tuple[tuple[Asked, str], ...] = (("question", "question"), ("choices", "choices"))
"""Shown parts of an item -> the view of the measurement."""
ORDER: tuple[Asked, ...] = ("question", "calibrated", "choices", "recall")


def named_models(models: Sequence[str], manner: Manner) -> dict[str, NamedModel]:
    """Map the names of models in columns and tables to the models of a panel.

    Args:
        models: Names, as `encoders.language` takes them.
        manner: How served models are asked.
    """
    panel_of: dict[str, NamedModel] = {}
    for model in dict.fromkeys(models):
        name = FAMILY + _slug(model)
        number = 2
        while name in panel_of:
            name, number = f"{FAMILY}{_slug(model)}_{number}", number + 1
        panel_of[name] = language_named(model, manner)
    return panel_of


def _slug(model: str) -> str:
    """Return a short identifier for a model.

    Example:
        >>> _slug("http://localhost:8000/v1#Qwen/Qwen2.5-7B-Instruct"), _slug("packaged:smollm2")
        ('qwen2_5_7b_instruct', 'smollm2')
    """
    last = model.partition("#")[2] if is_address(model) else model.partition("@")[0]
    plain = (
        re.sub(r"[^a-z0-9]+", "_", re.split(r"[/\\:]", last.lower())[-1].removesuffix(".gguf")).strip("_") or "model"
    )
    return f"{plain}_model" if plain.rpartition("_")[2] in FITS else plain


def ask_panel(
    run: Run, models: Mapping[str, NamedModel], items: KeyedTable, candidates: int
) -> tuple[pd.DataFrame, str]:
    """Let every model of a panel answer all items.

    Args:
        run: The current build.
        models: The panel, as `named_models` returns it.
        items: The item table.
        candidates: Most frequent answers of a type; a model that gives log-probabilities chooses among them.

    Returns:
        The answers, with the model's name as `model`, and their key; the key is empty without a panel.
    """
    answers, keys = [], []
    for name, model in models.items():
        answered = blind(run, model, items, candidates)
        answers.append(answered.table.assign(model=name))
        keys.append(answered.key)
    table = pd.concat(answers, ignore_index=True) if answers else pd.DataFrame(columns=["id", "asked", "model"])
    return table, " ".join(keys)


def columns(items: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """Return measurements of the panel, one row for each item: those of a baseline, and the number of right models.

    Args:
        items: The item table.
        answers: The answers that `ask_panel` returned.
    """
    index = pd.Index(items["id"])
    gold = pd.Series(items["compared"].to_numpy(), index=index)
    measured: dict[str, object] = {"id": items["id"].to_numpy()}
    right = np.zeros(len(items))
    models = list(dict.fromkeys(answers["model"]))
    for name in models:
        for asked, view in VIEWS:
            part = answers[(answers["model"] == name) & (answers["asked"] == asked)].set_index("id").reindex(index)
            if part["right"].isna().all():
                continue
            hits = part["right"].eq(True).to_numpy()
            wrong = [
                None if pd.isna(answer) else _other(str(answer), right_answer)
                for answer, right_answer in zip(part["answer"], gold, strict=True)
            ]
            measured[f"{view}.{name}.prediction"] = np.where(
                hits, gold.to_numpy(dtype=object), np.array(wrong, dtype=object)
            )
            measured[f"{view}.{name}.p_gold"] = part["share"].to_numpy(dtype=np.float32)
            measured[f"{view}.{name}.confidence"] = part["share"].to_numpy(dtype=np.float32)
            right += hits if asked == "question" else 0
    if models:
        measured |= {RIGHT: right, MODELS: np.full(len(items), len(models))}
    return pd.DataFrame(measured)


def _other(answer: str, gold: str) -> str:
    """Return a wrong answer in the form in which it is compared; it never equals the gold."""
    plain = answer if answer and answer != gold else normalise(answer)
    return plain if plain and plain != gold else "(another)"


def panel(items: pd.DataFrame, answers: pd.DataFrame, models: Mapping[str, str], confidence: float) -> Panel:
    """Count the answers of the panel.

    Args:
        items: The item table with `group`.
        answers: The answers that `ask_panel` returned, for at least these items.
        models: Name -> the model with its identity.
        confidence: Level of the intervals.
    """
    scores = []
    for name in models:
        for asked in ORDER:
            part = answers[(answers["model"] == name) & (answers["asked"] == asked)].set_index("id")
            inside = items[items["id"].isin(part.index)]
            for label, group in _parts(inside):
                hits = part["right"].reindex(group["id"]).to_numpy(dtype=bool)
                scores.append(_score(name, asked, label, group, hits, confidence))
    of_questions = answers[answers["asked"] == "question"]
    right = of_questions.pivot(index="id", columns="model", values="right").reindex(items["id"]).fillna(value=False)
    number = right.astype(bool).sum(axis=1).to_numpy() if len(models) else np.zeros(len(items), dtype=int)
    return Panel(
        models=dict(models),
        scores=scores,
        right_by=[int((number == count).sum()) for count in range(len(models) + 1)],
        agreement=_agreement(of_questions, list(models)),
        examples=_examples(items, of_questions, number),
    )


def _parts(items: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield all items, then the items of each source, split and answer type if there are several."""
    if len(items):
        yield "all", items
    for column in ("source", "split", "answer_type"):
        if column in items and items[column].nunique() > 1:
            for value, part in items.groupby(column, sort=True):
                yield f"{column.replace('_', ' ')} {value}", part


def _score(
    model: str, asked: Asked, part: str, items: pd.DataFrame, right: np.ndarray, confidence: float
) -> BlindScore:
    questions = items["choices"].map(tuple) if asked == "choices" else items["question_key"]
    measured = accuracy(right, codes(items["group"]).astype("int64"), confidence, codes(questions).astype("int64"))
    level = None if asked == "recall" else round(chance(items, "choices" if asked == "choices" else "question"), 6)
    low, high = round(measured.low, 6), round(measured.high, 6)
    return BlindScore(
        model=model,
        asked=asked,
        part=part,
        items=measured.items,
        right=measured.right,
        low=low,
        high=high,
        chance=level,
    )


def _agreement(answers: pd.DataFrame, models: Sequence[str]) -> float | None:
    """Share of items on which two models agree, averaged over all pairs of models."""
    if len(models) < 2:
        return None
    plain = answers["answer"].map(normalise).where(~answers["right"].astype(bool), "(right)")
    table = answers.assign(plain=plain).pivot(index="id", columns="model", values="plain")
    shares = [float((table[first] == table[second]).mean()) for first, second in combinations(models, 2)]
    return round(float(np.mean(shares)), 6)


def _examples(items: pd.DataFrame, answers: pd.DataFrame, right: np.ndarray) -> list[BlindExample]:
    """Return items that most models answer without the image: different questions, spread over the set."""
    if not len(items) or not right.max(initial=0):
        return []
    most = items[right == right.max()].drop_duplicates("question")
    replies = answers[answers["id"].isin(most["id"])].pivot(index="id", columns="model", values="answer")
    return [
        BlindExample(
            id=row.id,
            question=row.question,
            choices=list(row.choices),
            answer=row.answer,
            replies={str(model): _short(text) for model, text in replies.loc[row.id].items()},
        )
        for row in most.iloc[spread(len(most), EXAMPLES)].itertuples()
    ]


def _short(text: object) -> str:
    return " ".join(str(text).split())[:80]
