"""A panel of models that are asked without the image: columns like those of baselines, and what they say together."""

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
"""What is asked, and the view whose measurements it is."""
ORDER: tuple[Asked, ...] = ("question", "calibrated", "choices", "recall")


def named_models(models: Sequence[str], manner: Manner) -> dict[str, NamedModel]:
    """A panel by the names that columns and tables have of its models.

    Args:
        models: As `encoders.language` takes them.
        manner: How served ones are asked.
    """
    found: dict[str, NamedModel] = {}
    for model in dict.fromkeys(models):
        name = FAMILY + _slug(model)
        number = 2
        while name in found:
            name, number = f"{FAMILY}{_slug(model)}_{number}", number + 1
        found[name] = language_named(model, manner)
    return found


def _slug(model: str) -> str:
    """A short identifier for a model.

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
    """Ask every model of a panel about all items.

    Args:
        run: The build under way.
        models: The panel, as `named_models` names it.
        items: The item table.
        candidates: Most frequent answers of a type among which a model that gives log-probabilities chooses.

    Returns:
        What was answered, with the model's name as `model`, and the key of it; an empty key without a panel.
    """
    answers, keys = [], []
    for name, model in models.items():
        found = blind(run, model, items, candidates)
        answers.append(found.table.assign(model=name))
        keys.append(found.key)
    table = pd.concat(answers, ignore_index=True) if answers else pd.DataFrame(columns=["id", "asked", "model"])
    return table, " ".join(keys)


def columns(items: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """Measurements of the panel, `id` and one row an item: as of baselines, and how many models are right.

    Args:
        items: The item table.
        answers: What `ask_panel` returned.
    """
    index = pd.Index(items["id"])
    gold = pd.Series(items["compared"].to_numpy(), index=index)
    found: dict[str, object] = {"id": items["id"].to_numpy()}
    right = np.zeros(len(items))
    models = list(dict.fromkeys(answers["model"]))
    for name in models:
        for asked, view in VIEWS:
            part = answers[(answers["model"] == name) & (answers["asked"] == asked)].set_index("id").reindex(index)
            if part["right"].isna().all():
                continue
            hits = part["right"].eq(True).to_numpy()
            wrong = [
                None if pd.isna(one) else _other(str(one), key) for one, key in zip(part["answer"], gold, strict=True)
            ]
            found[f"{view}.{name}.prediction"] = np.where(
                hits, gold.to_numpy(dtype=object), np.array(wrong, dtype=object)
            )
            found[f"{view}.{name}.p_gold"] = part["share"].to_numpy(dtype=np.float32)
            found[f"{view}.{name}.confidence"] = part["share"].to_numpy(dtype=np.float32)
            right += hits if asked == "question" else 0
    if models:
        found |= {RIGHT: right, MODELS: np.full(len(items), len(models))}
    return pd.DataFrame(found)


def _other(said: str, gold: str) -> str:
    """A wrong answer as it is compared; never the gold."""
    plain = said if said and said != gold else normalise(said)
    return plain if plain and plain != gold else "(another)"


def panel(items: pd.DataFrame, answers: pd.DataFrame, models: Mapping[str, str], confidence: float) -> Panel:
    """Count what the panel says.

    Args:
        items: The item table with `group`.
        answers: What `ask_panel` returned, of these items at least.
        models: Name -> the model with what tells it from others.
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
    """All items, then those of each source, split and answer type where there are several."""
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
    found = accuracy(right, codes(items["group"]).astype("int64"), confidence, codes(questions).astype("int64"))
    level = None if asked == "recall" else round(chance(items, "choices" if asked == "choices" else "question"), 6)
    low, high = round(found.low, 6), round(found.high, 6)
    return BlindScore(
        model=model, asked=asked, part=part, items=found.items, right=found.right, low=low, high=high, chance=level
    )


def _agreement(answers: pd.DataFrame, models: Sequence[str]) -> float | None:
    """Share of items to which two models give one answer, over all pairs of models."""
    if len(models) < 2:
        return None
    plain = answers["answer"].map(normalise).where(~answers["right"].astype(bool), "(right)")
    said = answers.assign(plain=plain).pivot(index="id", columns="model", values="plain")
    shares = [float((said[one] == said[other]).mean()) for one, other in combinations(models, 2)]
    return round(float(np.mean(shares)), 6)


def _examples(items: pd.DataFrame, answers: pd.DataFrame, right: np.ndarray) -> list[BlindExample]:
    """Items that most models answer without the image: different questions, spread over the set."""
    if not len(items) or not right.max(initial=0):
        return []
    most = items[right == right.max()].drop_duplicates("question")
    said = answers[answers["id"].isin(most["id"])].pivot(index="id", columns="model", values="answer")
    return [
        BlindExample(
            id=row.id,
            question=row.question,
            choices=list(row.choices),
            answer=row.answer,
            replies={str(model): _short(text) for model, text in said.loc[row.id].items()},
        )
        for row in most.iloc[spread(len(most), EXAMPLES)].itertuples()
    ]


def _short(text: object) -> str:
    return " ".join(str(text).split())[:80]
