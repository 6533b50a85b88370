"""`twokeys evaluate`: how well a model answers a published folder, how well blind, and what both sides add together.

Answers are written as they come, so a stopped evaluation goes on where it stopped; the result is counted from them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

from twokeys.audit.evaluation.answering import VIEWS, Asked, answer, nothing_scored, question_of
from twokeys.audit.evaluation.benchmark import benchmark
from twokeys.audit.evaluation.drawing import donors, drawn
from twokeys.audit.evaluation.items import ITEMS, write_items
from twokeys.audit.evaluation.known_leaks import leaks_of
from twokeys.audit.evaluation.leaks import Leak, leak, least_leaky
from twokeys.audit.evaluation.result import Evaluation, summarise
from twokeys.audit.journal import LOG, Journal
from twokeys.audit.models.loading import load_named
from twokeys.audit.models.model import Masking, Model, Responder, precision_of
from twokeys.audit.published import Published, asked_scores, fingerprints, read
from twokeys.core.answers.parsing import VERSION
from twokeys.core.disk import write_text
from twokeys.core.lock import alone_in
from twokeys.core.progress import Logged, Say, about, note, silent, step

BATCH = 256
ANSWERS, RESULT, REPORT = "answers.jsonl", "result.json", "report.html"


def evaluate(
    folder: Path | str,
    model: str | Responder,
    *,
    config: str | None = None,
    split: str | None = None,
    limit: int | None = None,
    masking: Masking | str | None = None,
    out: Path | str | None = None,
    seed: int = 0,
    device: str | None = None,
    dtype: str | None = None,
    say: Say = silent,
) -> Evaluation:
    """Evaluate a model on a published folder.

    Args:
        folder: The folder.
        model: A model or its name, as `twokeys.audit.models.loading.load` takes it. The user names it: its host may be
            asked.
        config: Config of the folder; its benchmark when None, `all` for everything that was read.
        split: Its split; `test` where there is one when None.
        limit: Items to answer, drawn as whole groups; all when None.
        masking: What a masked side becomes, also as text: `blur,removed`; when None the least leaky masks, measured
            on some items.
        out: Folder to write answers, items, result and report to, and to go on from; nothing is written when None.
        seed: Of the draw of items.
        device: Where a model that is named runs: `cpu`, `cuda`, `cuda:1`; the GPU where there is one when None.
        dtype: Its weights, `float32`, `bfloat16` or `float16`; 32 bits on a CPU and 16 on a GPU when None.
        say: Called with stage, done, total.

    Returns:
        Accuracies with intervals, over pairs and blind, and the dividend. `items` has a row for each item,
        `to_pandas()` one for each number, and `figure()` draws the categories.

    Raises:
        BadInput: When folder or model cannot be used, another process writes in `out`, or another run or files of the
            user's lie there.
    """
    masking = Masking.read(masking) if isinstance(masking, str) else masking
    out = None if out is None else Path(out)
    published = read(Path(folder), config, split, ("source", "meta"))
    with alone_in(out):
        with step(say, "model"):
            made = load_named(model, published.several, device, dtype) if isinstance(model, str) else model
        seconds = None
        if masking is None:
            known = leaks_of(published, made, seed, say)
            masking, seconds = least_leaky(known.leaks), known.seconds
        return _evaluated(published, made, Drawn(drawn(published.table, limit, seed), seed), masking, seconds, out, say)


class Drawn(NamedTuple):
    """Items that are answered.

    Attributes:
        rows: Their rows in the table.
        seed: Of their draw.
    """

    rows: NDArray[np.int64]
    seed: int


def _evaluated(
    published: Published, made: Responder, items: Drawn, masking: Masking, seconds: float | None, out: Path | None,
    say: Say,
) -> Evaluation:  # fmt: skip
    """Evaluate a model under one masking; see `evaluate`."""
    rows, seed = items
    run = {
        "model": made.name,
        "folder": published.folder.name,
        "config": published.config,
        "fingerprint": fingerprints(published),
        "split": published.split,
        "items": len(rows),
        "without_picture": published.unseen,
        "seed": seed,
        "masking": asdict(masking),
        "value": "probability" if isinstance(made, Model) else "right or wrong",
        "scores": asked_scores(published.folder),
        "parser": VERSION,
        **({"each_image": True} if published.several else {}),
        **precision_of(made),
    }
    journal = Journal(out, ANSWERS, run, (RESULT, REPORT))
    say = say if out is None else Logged(say, out / LOG)
    _foretell(published, rows[~published.table["id"].iloc[rows].isin(journal.lines).to_numpy()], seconds, say)
    for found in _answers(made, published, rows, masking, journal.lines, say):
        journal.add(*found)
    table = published.table.iloc[rows].reset_index(drop=True)
    skipped = {name: line["skipped"] for name in table["id"] if "skipped" in (line := journal.lines[name])}
    if len(skipped) == len(table):
        raise nothing_scored(published.folder, made, skipped)
    rows = rows[~table["id"].isin(skipped).to_numpy()]
    table = published.table.iloc[rows].reset_index(drop=True)
    answers = pd.DataFrame([journal.lines[name] for name in table["id"]])
    leaks = _leaks(published, rows, answers, masking)
    table = table.assign(split=published.split)
    result = summarise(run, table, answers, leaks, skipped, benchmark(published))
    if out is not None:
        from twokeys.audit.evaluation.report import report

        write_items(out / ITEMS, result.items)
        write_text(out / RESULT, json.dumps(result.json(), indent=2, ensure_ascii=False) + "\n")
        write_text(out / REPORT, report(result, table, published.shown))
    return result


def _foretell(published: Published, rows: NDArray[np.int64], seconds: float | None, say: Say) -> None:
    """Say what answering will cost.

    Args:
        published: The config and split.
        rows: Items without an answer.
        seconds: Of one answer, if that is known.
        say: Told of it.
    """
    lists = published.image_lists
    alone = sum(len(lists[row]) for row in rows if len(lists[row]) > 1)
    answers = len(rows) * len(VIEWS) + alone
    time = "" if seconds is None else f", {about(answers * seconds)}"
    each = ", and with each image of several masked alone" if alone else ""
    note(say, f"answering {len(rows):,} items under {len(VIEWS)} views{each}: {answers:,} answers{time}")


def _leaks(published: Published, rows: NDArray[np.int64], answers: pd.DataFrame, masking: Masking) -> list[Leak]:
    """What the masks that were used let through."""
    return [
        leak(side, mask, published.table, rows, answers[f"right.{left}"].to_numpy(dtype=bool))
        for side, mask, left in (("image", masking.image, "question"), ("text", masking.text, "image"))
    ]


def _answers(
    model: Responder,
    published: Published,
    rows: NDArray[np.int64],
    masking: Masking,
    known: dict[str, Any],
    say: Say,
) -> Iterator[list[dict[str, Any]]]:
    """Answers of the items that have none yet, batch by batch."""
    table = published.table
    left = np.array([row for row in rows if table["id"].iat[row] not in known], dtype=np.int64)
    other = donors(published.image_lists, rows) if masking.image == "other-image" else {}
    seen: dict[int, Image.Image] = {}
    batch: list[tuple[str, Asked]] = []
    done = len(rows) - len(left)
    for row, images in published.pictures(left):
        donor = None
        if (place := other.get(row)) is not None:
            donor = seen[place] if place in seen else next(published.pictures(np.array([place])))[1][0]
            seen = {place: donor, row: images[0]}
        item = Asked(question_of(table.iloc[row], images), str(table["answer"].iat[row]), donor)
        batch.append((str(table["id"].iat[row]), item))
        if len(batch) == BATCH:
            yield _batch(model, batch, masking, published.several)
            done, batch = done + len(batch), []
            say("answering", done, len(rows))
    if batch:
        yield _batch(model, batch, masking, published.several)
        say("answering", len(rows), len(rows))


def _batch(
    model: Responder, batch: list[tuple[str, Asked]], masking: Masking, each_image: bool
) -> list[dict[str, Any]]:
    names = [name for name, _ in batch]
    found, skipped = answer(model, [item for _, item in batch], masking, each_image=each_image)
    found.insert(0, "id", [names[place] for place in found.index])
    lines = [{str(column): value for column, value in row.items()} for row in found.to_dict("records")]
    return lines + [{"id": names[place], "skipped": why} for place, why in skipped.items()]
