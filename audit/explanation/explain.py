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

from twokeys.audit.evaluation.answering import VIEWS, nothing_scored, question_of
from twokeys.audit.evaluation.drawing import donors
from twokeys.audit.evaluation.known_leaks import leaks_of
from twokeys.audit.evaluation.leaks import Leak, least_leaky, measured
from twokeys.audit.explainers.explainer import Explainer, Task, for_one_image, play
from twokeys.audit.explainers.registry import named
from twokeys.audit.explanation.comparison import demand
from twokeys.audit.explanation.heat_maps import GRIDS
from twokeys.audit.explanation.metrics import metrics
from twokeys.audit.explanation.result import Explained
from twokeys.audit.explanation.summary import KNOWING, summarise
from twokeys.audit.explanation.truth import Truth, truth
from twokeys.audit.games.exact import split as split_players
from twokeys.audit.journal import LOG, Journal
from twokeys.audit.models.model import Masking, Model, Question, precision_of
from twokeys.audit.published import Published, fingerprints, read
from twokeys.core.columns import is_retrieved
from twokeys.core.disk import write_text
from twokeys.core.errors import BadInput, Unscorable
from twokeys.core.lock import alone_in
from twokeys.core.progress import Logged, Say, about, note, silent, step

if TYPE_CHECKING:
    import pandas as pd

    from twokeys.audit.models.model import Prepared

LINES, RESULT, REPORT = "explanations.jsonl", "result.json", "report.html"
DEFAULT = (
    "attn-lrp", "grad-rollout", "rollout", "tam", "llava-cam", "grad-cam", "input-x-gradient", "integrated-gradients",
    "occlusion", "cross-shapley", "random",
)  # fmt: skip
AT_ONCE = 64
"""Items whose images are held at once."""


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
    masking: Masking | str | None = None,
    out: Path | None = None,
    seed: int = 0,
    device: str | None = None,
    dtype: str | None = None,
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
        masking: What masked players become, also as text: `blur,removed`; when None the least leaky masks, measured
            on some items.
        out: Folder to write results and report to, and to go on from; nothing is written when None.
        seed: Of the draw of items and of all that is drawn within them.
        device: Where a model that is named runs: `cpu`, `cuda`, `cuda:1`; the GPU where there is one when None.
        dtype: Its weights, `float32`, `bfloat16` or `float16`; 32 bits on a CPU and 16 on a GPU when None.
        say: Called with stage, done, total.

    Returns:
        Rankings of explainers with intervals. `to_pandas()` gives a row for each metric and explainer, `figure()`
        the plot of one metric.

    Raises:
        BadInput: When folder, model or an explainer cannot be used, another process writes in `out`, or another run or
            files of the user's lie there.
    """
    masking = Masking.read(masking) if isinstance(masking, str) else masking
    settings = Settings.of(explainers, limit=limit, answer=answer, budget=budget, seed=seed)
    published = read(Path(folder), config, split)
    check_takers(settings.explainers, published)
    with alone_in(out):
        with step(say, "model"):
            player = playable(model, device, dtype)
        if masking is None:
            leaks = leaks_of(published, player, seed, say).leaks
        else:
            with step(say, "masks"):
                leaks = measured(published, player, seed=seed, only=masking, say=say)
        return explained(published, player, settings, masking or least_leaky(leaks), leaks, out, say)


@dataclass(frozen=True)
class Settings:
    """What is explained, and how it is evaluated, whatever the masks.

    Attributes:
        explainers: The methods, `random` among them.
        limit: Items to explain; all when None.
        answer: `own` or `gold`.
        budget: Forward passes of the improved estimate, an explainer and item.
        seed: Of all draws.
    """

    explainers: tuple[Explainer, ...]
    limit: int | None
    answer: str
    budget: int
    seed: int

    @classmethod
    def of(
        cls, names: Sequence[str], *, limit: int | None = 50, answer: str = "own", budget: int = 140, seed: int = 0
    ) -> Settings:
        """Settings by the names of explainers, to which `random` is added if it is missing.

        Raises:
            BadInput: When an explainer, the answer or the limit cannot be used, or a package is missing.
        """
        demand()
        made = named([*names] if "random" in names else [*names, "random"])
        if answer not in ("own", "gold"):
            problem = f"there is no answer {answer!r} to explain"
            raise BadInput("--answer", None, problem, "own, gold", "name one of these")
        if limit is not None and limit < 2:
            allowed = "2 or more, since intervals are over items"
            raise BadInput("--limit", None, f"the limit is {limit}", allowed, "name a larger limit")
        if len(made) < 3:
            problem = f"only {len(made)} explainers are named, counting random"
            raise BadInput("--explainers", None, problem, "3 or more", "name more explainers")
        return cls(tuple(made), limit, answer, budget, seed)

    @property
    def names(self) -> list[str]:
        """Names of the explainers."""
        return [explainer.name for explainer in self.explainers]


def explained(
    published: Published, model: Model, settings: Settings, masking: Masking, leaks: Sequence[Leak], out: Path | None,
    say: Say,
) -> Explained:  # fmt: skip
    """Explain a model's answers under one masking; see `explain`.

    Args:
        published: Config and split of a folder.
        model: The model.
        settings: What is explained, and how.
        masking: What masked players become.
        leaks: What masks let through, those of `masking` among them.
        out: Folder to write results and report to, and to go on from; nothing is written when None.
        say: Called with stage, done, total.
    """
    run = {
        "model": model.name, "folder": published.folder.name, "config": published.config,
        "fingerprint": fingerprints(published), "split": published.split, "explainers": settings.names,
        "answer": settings.answer, "budget": settings.budget, "masking": asdict(masking), "seed": settings.seed,
        **precision_of(model),
    }  # fmt: skip
    journal = Journal(out, LINES, run, (RESULT, REPORT))
    say = say if out is None else Logged(say, out / LOG)
    done, skipped = _explain_items(published, model, settings, masking, journal, say)
    if len(done) < 2 and skipped:
        raise nothing_scored(published.folder, model, skipped)
    if len(done) < 2:
        problem = f"the number of items with difference masks is {len(done)}"
        remedy = "leave out oracle and anti-oracle, or publish pairs"
        raise BadInput(published.folder, None, problem, "2 or more", remedy)
    used = [one for one in leaks if one.mask in (masking.image, masking.text)]
    found = Explained(run, done, summarise(done, settings.names, settings.seed), used, skipped)
    if out is not None:
        from twokeys.audit.explanation.report import report

        write_text(out / RESULT, json.dumps(found.json(), indent=2, ensure_ascii=False) + "\n")
        write_text(out / REPORT, report(found, published.images_of([line["id"] for line in done])))
    return found


def _explain_items(
    published: Published, model: Model, settings: Settings, masking: Masking, journal: Journal, say: Say
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Explain as many items as are wanted: a line for each, and for each that cannot be scored the reason, by id."""
    items = len(published.table)
    total = items if settings.limit is None else min(settings.limit, items)
    needs_truth = any(name in KNOWING for name in settings.names)
    done: list[dict[str, Any]] = []
    skipped: dict[str, str] = {}
    foretold = False
    for name, pending in _items(published, model, masking, settings, journal.lines):
        if isinstance(pending, str):
            journal.add({"id": name, "skipped": pending})
        elif pending is not None:
            if needs_truth and pending.task.truth is None:
                continue
            if not foretold:
                _foretell(pending, settings, total - len(done), say)
                foretold = True
            journal.add(_line(pending, settings))
        if "skipped" in journal.lines[name]:
            skipped[name] = journal.lines[name]["skipped"]
            continue
        done.append(journal.lines[name])
        say("explaining", len(done), total)
        if len(done) == total:
            break
    return done, skipped


PROBE = 16
"""Forward passes by which a pass is timed."""


def _foretell(pending: Pending, settings: Settings, items: int, say: Say) -> None:
    """Say what explaining will cost: passes for an item like the first one, each timed by a few passes over it.

    A backward pass counts as two forward ones.
    """
    prepared = pending.task.prepared
    costs = [one.cost(prepared.patches, prepared.tokens) for one in settings.explainers]
    passes = sum(cost.forward + 2 * cost.backward for cost in costs) + settings.budget * len(costs)
    kept = np.ones((PROBE, prepared.patches + prepared.tokens), dtype=bool)
    kept[np.arange(PROBE), np.arange(PROBE) % kept.shape[1]] = False
    trial = play(pending.task.model, prepared)
    trial(kept)
    seconds = about(items * passes * trial.seconds / trial.passes)
    note(say, f"explaining {items:,} items by {len(costs)} methods: some {passes:,} passes an item, {seconds} in all")


@dataclass(frozen=True)
class Pending:
    """An item that is not explained yet."""

    id: str
    question: str
    answer: str
    task: Task
    known: Truth


def _items(
    published: Published, model: Model, masking: Masking, settings: Settings, done: Container[str]
) -> Iterator[tuple[str, Pending | str | None]]:
    """Items in random order, by id; None stands for one that is done, a text for why one cannot be scored."""
    names, table = list(map(str, published.table["id"])), published.table
    row_of = {name: row for row, name in enumerate(names)}
    questions = list(map(str, table["question"]))
    image_partner, question_partner = (
        [row_of.get(str(name)) for name in table[view]] for view in ("image_partner", "question_partner")
    )
    order = np.random.default_rng(settings.seed).permutation(len(table))
    donor = donors(published.image_lists, order) if masking.image == "other-image" else {}
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
            asked, other_image = question_of(item, pictures[row]), pictures.get(donor.get(row, -1), (None,))[0]
            try:
                _require_takers(settings.explainers, asked)
                prepared = model.prepare(asked, gold if settings.answer == "gold" else None, masking, other_image)
            except Unscorable as error:
                yield names[row], error.problem
                continue
            known = truth(
                prepared,
                questions[row],
                pictures[row],
                None if other is None else questions[other],
                None if partner is None else pictures[partner],
                () if partner is None or asked.more else _boxes(item, table.iloc[partner]),
            )
            task = Task(model, prepared, settings.seed + zlib.crc32(names[row].encode()), known.scores)
            yield names[row], Pending(names[row], questions[row], gold, task, known)


def _require_takers(explainers: Sequence[Explainer], asked: Question) -> None:
    """See that every explainer takes the item's images: explainers are compared on the same items.

    Raises:
        Unscorable: If the item has several images, and some explainer is for one.
    """
    if asked.more and (name := for_one_image(explainers)):
        problem = f"the item has {len(asked.pictures)} images, and the explainer {name} takes one"
        raise Unscorable("image", None, problem, "an item of one image", "leave the explainer out")


def check_takers(explainers: Sequence[Explainer], published: Published) -> None:
    """Refuse an explainer that takes none of the items, before a model is loaded.

    Raises:
        BadInput: If every item has several images, and some explainer is for one.
    """
    if (name := for_one_image(explainers)) and all(len(keys) > 1 for keys in published.image_lists):
        problem = f"the explainer {name} takes items of one image, and every item here has several"
        raise BadInput("--explainers", None, problem, "explainers that say `several = True`", f"leave out {name}")


def _boxes(item: pd.Series[Any], partner: pd.Series[Any]) -> Any:
    """Where an edit made the images of two partners differ, or where what was asked for stands in a retrieved one."""
    for own, other in ((item, partner), (partner, item)):
        if own["edit_of"] == other["id"] and own["edit_boxes"] is not None:
            # The boxes of a retrieved partner are places in its own image, and say nothing of the other.
            return own["edit_boxes"] if own is item or not is_retrieved(own["edit_kind"]) else ()
    return ()


def _line(item: Pending, settings: Settings) -> dict[str, Any]:
    """Explain one item by all explainers, and evaluate their scores."""
    task, known = item.task, item.known
    model, prepared = task.model, task.prepared
    game = play(model, prepared)
    image = game.image
    values = game(np.stack([image | ~image, image, ~image, image & ~image]))
    background = split_players(game, task.seed)
    said, seconds = {}, {}
    for explainer in settings.explainers:
        began = time.perf_counter()
        said[explainer.name] = explainer(task)
        seconds[explainer.name] = time.perf_counter() - began

    def measured_all() -> dict[str, dict[str, float]]:
        return {name: metrics(game, own, background, settings.budget, task.seed, known) for name, own in said.items()}

    game.foresee(measured_all)
    measures = measured_all()
    explained: dict[str, Any] = {}
    for explainer in settings.explainers:
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
        **_grids(prepared),
        "boxes": prepared.layout.boxes.tolist(),
        "values": dict(zip(VIEWS, values.tolist(), strict=True)),
        "truth": {
            "image": None if known.image is None else known.image.tolist(),
            "text": None if known.text is None else known.text.tolist(),
        },
        "passes": game.passes,
        "seconds": game.seconds,
        "explainers": explained,
    }


def _grids(prepared: Prepared) -> dict[str, Any]:
    """Rows and columns of patches; of several images those of each, in whose order the patches stand."""
    if not prepared.layouts:
        return {"rows": prepared.layout.rows, "columns": prepared.layout.columns}
    return {GRIDS: [[layout.rows, layout.columns] for layout in prepared.layouts]}


def playable(model: str | Model, device: str | None = None, dtype: str | None = None) -> Model:
    """The model, as one that can be played; one that is named is loaded as `load` does it."""
    if not isinstance(model, str):
        return model
    from twokeys.audit.models.loading import load_game

    return load_game(model, device, dtype)
