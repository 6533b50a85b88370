"""`twokeys explain`: explain a model's answers on a published folder, and evaluate the methods that explain them.

Every explainer explains the same token of the same answer, under one masking that is named with every score. Items are
written as they come, so a stopped run goes on where it stopped; tables and the report are counted from them.
"""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Container, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from twokeys.audit.evaluation.answering import nothing_scored, question_of
from twokeys.audit.evaluation.drawing import donors
from twokeys.audit.evaluation.leaks import Leak, least_leaky, measured
from twokeys.audit.explainers.explainer import Explainer, Task, play
from twokeys.audit.explainers.registry import named
from twokeys.audit.explanation.metrics import metrics
from twokeys.audit.explanation.result import Explained
from twokeys.audit.explanation.summary import summarise
from twokeys.audit.explanation.truth import Truth, truth
from twokeys.audit.games.exact import split as split_players
from twokeys.audit.journal import Journal, write
from twokeys.audit.models.model import Masking, Model
from twokeys.audit.published import Published, fingerprints, read
from twokeys.core.columns import RETRIEVED
from twokeys.core.errors import BadInput, Unscorable
from twokeys.core.progress import Say, silent, step

if TYPE_CHECKING:
    import pandas as pd

LINES, RESULT, REPORT = "explanations.jsonl", "result.json", "report.html"
CONTROLS = ("oracle", "anti-oracle")
"""Explainers that need a difference mask."""
DEFAULT = (
    "attn-lrp", "grad-rollout", "rollout", "tam", "llava-cam", "grad-cam", "input-x-gradient", "integrated-gradients",
    "occlusion", "cross-shapley", "random",
)  # fmt: skip
AT_ONCE = 64
"""Items whose pictures are held at once."""


def explain(
    folder: Path | str,
    model: str | Model,
    explainers: Sequence[str] = DEFAULT,
    *,
    config: str | None = None,
    split: str | None = None,
    limit: int | None = 50,
    answer: str = "own",
    budget: int = 140,
    masking: Masking | None = None,
    leaks: Sequence[Leak] | None = None,
    out: Path | None = None,
    seed: int = 0,
    say: Say = silent,
) -> Explained:
    """Explain a model's answers on a published folder.

    Args:
        folder: The folder.
        model: A model that can be played as a game, or its name.
        explainers: Names of explainers; `random` is the reference of all comparisons and is added where it is missing.
        config: Config of the folder; its benchmark when None, `all` for everything that was read.
        split: Its split; `test` where there is one when None.
        limit: Items to explain, drawn at random; all when None. With the controls `oracle` and `anti-oracle`, items
            without a difference mask for both sides are passed over. A run can be gone on with under a larger limit.
        answer: `own`: explain the model's own answer, as published; `gold`: the item's.
        budget: Forward passes of the improved estimate, an explainer and item.
        masking: What masked players become; when None the least leaky masks, measured on some items.
        leaks: What the masks let through, where `twokeys.audit.evaluation.leaks.measured` was asked already.
        out: Folder to write results and report to, and to go on from; nothing is written when None.
        seed: Of the draw of items and of all that is drawn within them.
        say: Called with stage, done, total.

    Raises:
        BadInput: When folder, model or an explainer cannot be used, or another run lies in `out`.
    """
    wanted = list(explainers) if "random" in explainers else [*explainers, "random"]
    made = named(wanted)
    if answer not in ("own", "gold"):
        raise BadInput("--answer", None, f"there is no answer {answer!r} to explain", "own, gold", "name one of these")
    if limit is not None and limit < 2:
        allowed = "2 or more, since intervals are over items"
        raise BadInput("--limit", None, f"the limit is {limit}", allowed, "name a larger limit")
    if len(made) < 3:
        problem = f"only {len(made)} explainers are named, counting random"
        raise BadInput("--explainers", None, problem, "3 or more", "name more explainers")
    published = read(Path(folder), config, split)
    with step(say, "model"):
        player = playable(model)
    if leaks is None:
        with step(say, "masks"):
            leaks = measured(published, player, seed=seed, only=masking)
    masking = masking or least_leaky(leaks)
    run = {
        "model": player.name, "folder": Path(folder).name, "config": published.config,
        "fingerprint": fingerprints(published), "split": published.split,
        "explainers": wanted, "answer": answer, "budget": budget, "masking": asdict(masking), "seed": seed,
    }  # fmt: skip
    journal = Journal(out, LINES, run)
    total = len(published.table) if limit is None else min(limit, len(published.table))
    needs_truth = any(name in CONTROLS for name in wanted)
    done: list[dict[str, Any]] = []
    skipped: dict[str, str] = {}
    for name, pending in _items(published, player, masking, answer, seed, journal.lines):
        if isinstance(pending, str):
            journal.add({"id": name, "skipped": pending})
        elif pending is not None:
            if needs_truth and pending.task.truth is None:
                continue
            journal.add(_line(pending, made, budget))
        if "skipped" in journal.lines[name]:
            skipped[name] = journal.lines[name]["skipped"]
            continue
        done.append(journal.lines[name])
        say("explaining", len(done), total)
        if len(done) == total:
            break
    if len(done) < 2 and skipped:
        raise nothing_scored(published.folder, player, skipped)
    if len(done) < 2:
        remedy = "leave out oracle and anti-oracle, or publish pairs"
        raise BadInput(folder, None, f"the number of items with difference masks is {len(done)}", "2 or more", remedy)
    used = [one for one in leaks if one.mask in (masking.image, masking.text)]
    found = Explained(run, done, summarise(done, wanted, seed), used, skipped)
    if out is not None:
        from twokeys.audit.explanation.report import report

        write(out / RESULT, json.dumps(found.json(), indent=2, ensure_ascii=False) + "\n")
        write(out / REPORT, report(found, published.shown([line["id"] for line in done])))
    return found


@dataclass(frozen=True)
class Pending:
    """An item that is not explained yet."""

    id: str
    question: str
    answer: str
    task: Task
    known: Truth


def _items(
    published: Published, model: Model, masking: Masking, answer: str, seed: int, done: Container[str]
) -> Iterator[tuple[str, Pending | str | None]]:
    """Items in random order, by id; None stands for one that is done, a text for why one cannot be scored."""
    names, table = list(map(str, published.table["id"])), published.table
    row_of = {name: row for row, name in enumerate(names)}
    questions = list(map(str, table["question"]))
    image_partner, question_partner = (
        [row_of.get(str(name)) for name in table[view]] for view in ("image_partner", "question_partner")
    )
    order = np.random.default_rng(seed).permutation(len(table))
    donor = donors(table["image_key"].to_numpy(), order) if masking.image == "other-image" else {}
    for start in range(0, len(order), AT_ONCE):
        rows = order[start : start + AT_ONCE].tolist()
        others = (*(image_partner[row] for row in rows), *(donor.get(row) for row in rows))
        needed = {row for row in (*rows, *others) if row is not None}
        pictures = dict(published.pictures(np.array(sorted(needed))))
        for row in rows:
            if names[row] in done:
                yield names[row], None
                continue
            item, partner, other = table.iloc[row], image_partner[row], question_partner[row]
            gold = str(item["answer"])
            asked, other_image = question_of(item, pictures[row]), pictures.get(donor.get(row, -1))
            try:
                prepared = model.prepare(asked, gold if answer == "gold" else None, masking, other_image)
            except Unscorable as error:
                yield names[row], error.problem
                continue
            known = truth(
                prepared,
                questions[row],
                pictures[row],
                None if other is None else questions[other],
                None if partner is None else pictures[partner],
                () if partner is None else _boxes(item, table.iloc[partner]),
            )
            task = Task(model, prepared, seed + zlib.crc32(names[row].encode()), known.scores)
            yield names[row], Pending(names[row], questions[row], gold, task, known)


def _boxes(item: pd.Series[Any], partner: pd.Series[Any]) -> Any:
    """Where an edit made the images of two partners differ, or where what was asked for stands in a retrieved one."""
    for own, other in ((item, partner), (partner, item)):
        if own["edit_of"] == other["id"] and own["edit_boxes"] is not None:
            # The boxes of a retrieved partner are places in its own image, and say nothing of the other.
            return own["edit_boxes"] if own is item or not str(own["edit_kind"]).startswith(RETRIEVED) else ()
    return ()


def _line(item: Pending, explainers: Sequence[Explainer], budget: int) -> dict[str, Any]:
    """Explain one item by all explainers, and evaluate what they say."""
    task, known = item.task, item.known
    model, prepared = task.model, task.prepared
    game = play(model, prepared)
    image = game.image
    values = game(np.stack([image | ~image, image, ~image, image & ~image]))
    background = split_players(game, task.seed)
    said, seconds = {}, {}
    for explainer in explainers:
        began = time.perf_counter()
        said[explainer.name] = explainer(task)
        seconds[explainer.name] = time.perf_counter() - began

    def measured_all() -> dict[str, dict[str, float]]:
        return {name: metrics(game, own, background, budget, task.seed, known) for name, own in said.items()}

    game.foresee(measured_all)
    measures = measured_all()
    explained: dict[str, Any] = {}
    for explainer in explainers:
        scores, cost = said[explainer.name], explainer.cost(prepared.patches, prepared.tokens)
        explained[explainer.name] = {
            "image": np.round(scores.image, 8).tolist(),
            "text": np.round(scores.text, 8).tolist(),
            "seconds": seconds[explainer.name],
            "passes": cost.forward + cost.backward,
            "metrics": measures[explainer.name],
        }
    return {
        "id": item.id,
        "question": item.question,
        "answer": item.answer,
        "explained": model.decode([prepared.target]).strip(),
        "words": list(prepared.words.strings),
        "rows": prepared.layout.rows,
        "columns": prepared.layout.columns,
        "boxes": prepared.layout.boxes.tolist(),
        "values": dict(zip(("both", "image", "question", "neither"), values.tolist(), strict=True)),
        "truth": {
            "image": None if known.image is None else known.image.tolist(),
            "text": None if known.text is None else known.text.tolist(),
        },
        "passes": game.passes,
        "seconds": game.seconds,
        "explainers": explained,
    }


def playable(model: str | Model) -> Model:
    """The model, as one that can be played."""
    if not isinstance(model, str):
        return model
    from twokeys.audit.models.loading import load_game

    return load_game(model)
