"""Measuring: every blind baseline, cross-fitted over grouped folds, one shard per (baseline, fold).

No item is scored by a model that was fitted on it or on its group. Measurements come as one table, `id` and per
baseline `<name>.prediction` (text), `<name>.confidence` (probability of the predicted answer) and `<name>.p_gold`
(probability of the gold answer; 0 when it is outside the answers that the baseline knew).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from twokeys.builder.measure.baselines import VIEWS, Baseline, View, baselines
from twokeys.builder.measure.baselines.neighbours import nearest
from twokeys.builder.measure.baselines.problem import MATRICES, Floats, Form, Halves, Ints, Matrix, Problem, nobody
from twokeys.builder.measure.fit import fit_and_score
from twokeys.builder.measure.lexical import option_features, text_features
from twokeys.builder.measure.looks import option_looks, text_looks
from twokeys.builder.measure.offers import offers, vocabulary
from twokeys.builder.recipe import Measure
from twokeys.builder.run.stages import Run, Stage, whole, write_table
from twokeys.core.items import digest

MEASUREMENTS = "measurements.parquet"
FIT_ON = "fit_on.npy"


class Represent(Protocol):
    """Makes one matrix for the contents of a view, one row each.

    Called with the matrix wanted, the view, the contents (indexed by key, with `context` and `text`) and, in the
    `answer` form, the candidate answers. None where it cannot be had, such as pictures that are known by name alone.
    Metadata of rows, for the views that see the question, are asked for with contents indexed by item id.
    """

    def __call__(
        self, matrix: Matrix, view: View, contents: pd.DataFrame, candidates: Sequence[str], /
    ) -> Floats | Halves | None:
        """Make the matrix."""
        ...

    @property
    def language(self) -> str:
        """The language model that baselines may run themselves, as the recipe names it."""
        ...


FORMS: tuple[tuple[Form, bool], ...] = (("answer", False), ("answer", True), ("option", False), ("option", True))
"""Form of a problem, and whether contents are told apart by metadata too."""
OF_ROWS: frozenset[Matrix] = frozenset({"metadata", "place"})
"""What rows say, not contents: rows of one question that differ in it are different contents."""
OF_TEXT: frozenset[Matrix] = frozenset({"lexical", "looks"})
"""What is made here, from the text itself."""
EVIDENCE = 3
"""Neighbours that are named as evidence."""


@dataclass(frozen=True)
class Task:
    """One shard of measuring: one baseline on one problem, one fold held out."""

    baseline: str
    folder: Path
    fold: int
    max_answers: int
    seed: int
    some: bool = False
    """Whether only the rows that `FIT_ON` marks may be fitted on."""


def measure(
    run: Run,
    name: str,
    items: pd.DataFrame,
    folds: Mapping[View, Ints],
    chosen: dict[str, Baseline],
    settings: Measure,
    seed: int,
    represent: Represent,
    *inputs: object,
    fit_on: NDArray[np.bool_] | None = None,
    held: bool = False,
) -> Stage:
    """Run the baselines.

    Args:
        run: The build under way.
        name: Name of the stage.
        items: The item table, sorted by id.
        folds: For each view the (n,) fold of each item.
        chosen: Full name -> baseline.
        settings: The recipe's part on measuring.
        seed: The recipe's seed.
        represent: Makes what baselines read of contents beside their text.
        inputs: Keys of what `items`, `folds` and `represent` were made from.
        fit_on: (n,) items that may be fitted on; all are scored, each by a model that left out its fold.
        held: Whether predictors that see the picture are held to the options, or the answer type, of each item.
    """
    described = [f"{name}:{baseline.version}" for name, baseline in chosen.items()]
    work = partial(_work, run, items, folds, chosen, settings, seed, represent, fit_on, held)
    marks = "" if fit_on is None else hashlib.sha256(np.packbits(fit_on).tobytes()).hexdigest()
    return run.stage(name, work, 3, *inputs, described, settings.model_dump(), seed, marks, held)


def _work(
    run: Run,
    items: pd.DataFrame,
    folds: Mapping[View, Ints],
    chosen: dict[str, Baseline],
    settings: Measure,
    seed: int,
    represent: Represent,
    fit_on: NDArray[np.bool_] | None,
    held: bool,
    stage: Stage,
) -> dict[str, int]:
    tasks: list[Task] = []
    for place, problem, fitting in problems(items, folds, chosen, settings, represent, held):
        folder = stage.folder / place
        problem.save(folder)
        inside = np.unique(problem.fold).tolist()
        if len(inside) > 1:  # items of a single fold leave nothing to learn from
            tasks += [
                Task(name, folder, fold, settings.max_answers, seed, fit_on is not None)
                for name in fitting
                for fold in inside
            ]
        if fit_on is not None:
            with whole(folder / FIT_ON) as path, path.open("wb") as file:
                np.save(file, fit_on[problem.item], allow_pickle=False)
    # The slow shards first, so that no worker is left with one at the end.
    tasks.sort(
        key=lambda task: (
            chosen[task.baseline].needs == "seconds", "tfidf" not in task.baseline, "probe" not in task.baseline,
        )
    )  # fmt: skip
    parts = run.parts(stage, score_fold, tasks)
    table = _collect(items, tasks, parts)
    write_table(stage.folder / MEASUREMENTS, pa.Table.from_pandas(table, preserve_index=False))
    return {"shards": len(tasks)}


def problems(
    items: pd.DataFrame,
    folds: Mapping[View, Ints],
    chosen: dict[str, Baseline],
    settings: Measure,
    represent: Represent,
    held: bool = False,
) -> Iterator[tuple[str, Problem, list[str]]]:
    """Make the problems that baselines are put, one per view and form.

    Args:
        items: The item table.
        folds: For each view the (n,) fold of each item.
        chosen: Full name -> baseline.
        settings: The recipe's part on measuring.
        represent: Makes what baselines read of contents beside their text.
        held: Whether predictors that see the picture are held to the options, or the answer type, of each item.

    Yields:
        A name for its folder, the problem, and the baselines that can be run on it.
    """
    names = vocabulary(items)
    answers = names.get_indexer(pd.Index(items["compared"])).astype(np.int64)
    for view in VIEWS:
        wanted = {name: baseline for name, baseline in chosen.items() if name.startswith(f"{view}.")}
        for form, described in FORMS:
            # Who reads metadata tells rows of one question apart, all others do not.
            fitting = [
                name
                for name, baseline in wanted.items()
                if form in baseline.forms and bool(OF_ROWS & baseline.matrices) == described
            ]
            rows = _rows_of(items, view, form)
            if not fitting or not len(rows):
                continue
            reads = {matrix for name in fitting for matrix in wanted[name].matrices}
            problem = build_problem(
                items, rows, answers, folds[view], view, form, reads, represent, settings.candidates
            )
            problem = replace(problem, names=tuple(names) if form == "answer" else ())
            if held and view == "image":
                offer, offered = offers(items, names)
                problem = replace(problem, offer=offer[rows], offered=offered)
            if any(wanted[name].language for name in fitting):
                problem = replace(problem, language=represent.language)
            # Pictures known by name alone have no vectors.
            able = [name for name in fitting if _able(problem, wanted[name])]
            yield (f"{view}-described-{form}" if described else f"{view}-{form}"), problem, able


def _able(problem: Problem, baseline: Baseline) -> bool:
    """Whether a baseline can be run: all that it reads is there, and something of what it reads as well."""
    there = {matrix for matrix in baseline.matrices if getattr(problem, matrix).shape[1]}
    return set(baseline.reads) <= there and (bool(there) or not baseline.also)


def _rows_of(items: pd.DataFrame, view: View, form: str) -> NDArray[np.int64]:
    """Items that a view and a form apply to: options are chosen among, everything else is named."""
    multiple = items["choices"].map(len).to_numpy() > 0
    if view == "image":
        mask = np.full(len(items), form == "answer")
    elif form == "option":
        mask = multiple
    else:
        mask = ~multiple & (view == "question")
    return np.flatnonzero(mask)


def build_problem(
    items: pd.DataFrame,
    rows: NDArray[np.int64],
    answers: NDArray[np.int64],
    fold: NDArray[np.int64],
    view: View,
    form: Form,
    reads: set[Matrix],
    represent: Represent,
    candidates: int,
) -> Problem:
    """Find the unique contents of a view and what the baselines read of them."""
    part = items.iloc[rows]
    if form == "answer":
        keys = part[f"{view}_key"]
        texts = part["question"] if view == "question" else pd.Series("", index=part.index)
        contents = pd.DataFrame({"key": keys, "context": "", "text": texts})
        item, label = rows, answers[rows]
        plain = np.zeros((len(part), 0), dtype=np.float32)
    else:
        contents, item, label, plain = _options(part, rows, view)
    of_rows = sorted(OF_ROWS & reads) if view != "image" else []
    said = {name: _of_rows(name, part, view, represent) for name in of_rows}
    own = {name: found[np.searchsorted(rows, item)] for name, found in said.items() if found is not None}
    if own:
        which = np.unique(np.concatenate(list(own.values()), axis=1), axis=0, return_inverse=True)[1].ravel()
        contents["key"] = [f"{key} {number}" for key, number in zip(contents["key"], which, strict=True)]
    if "metadata" in own:
        own["metadata"] = np.concatenate([own["metadata"], plain], axis=1)
    code, unique = pd.factorize(contents["key"])
    first = np.unique(code, return_index=True)[1]
    shown = contents.iloc[first]
    shown = shown.set_index("key")
    matrices: dict[str, Any] = dict.fromkeys(MATRICES, np.zeros((len(unique), 0), dtype=np.float32))
    if "lexical" in reads and view != "image":
        joined = (shown["context"] + " " + shown["text"]).str.strip()
        matrices["lexical"] = np.concatenate([text_features(joined.tolist()), plain[first]], axis=1)
    if "looks" in reads and view != "image":
        matrices["looks"] = _looks(part, form, shown["text"].tolist())[first if form == "option" else slice(None)]
    frequent = _frequent(part["compared"], candidates) if form == "answer" else ()
    matrices |= {name: found[first] for name, found in own.items()}
    for name in sorted(reads - OF_TEXT - (OF_ROWS if view != "image" else frozenset())):
        if (made := represent(name, view, shown, frequent)) is not None:
            matrices[name] = made
    context, text = shown["context"].tolist(), shown["text"].tolist()
    rivals = pd.factorize(shown["case"])[0].astype(np.int64) if form == "option" else nobody()
    code = code.astype(np.int64)
    return Problem(
        form, item, code, label, fold[item], context, text,
        vectors=matrices["vectors"], lexical=matrices["lexical"], likelihoods=matrices["likelihoods"],
        metadata=matrices["metadata"], pixels=matrices["pixels"], maps=matrices["maps"], replies=matrices["replies"],
        looks=matrices["looks"], place=matrices["place"], detail=matrices["detail"],
        candidates=frequent,
        rivals=rivals,
    )  # fmt: skip


def _frequent(answers: pd.Series[str], limit: int) -> tuple[str, ...]:
    """The most frequent answers; ties go by spelling, whatever the order of the rows."""
    counts = answers.value_counts()
    return tuple(sorted(counts.index, key=lambda answer: (-int(counts[answer]), answer))[:limit])


def _looks(part: pd.DataFrame, form: Form, texts: list[str]) -> Floats:
    """How contents look: one row per content, or one per (item, option)."""
    if form == "answer":
        return text_looks(texts)
    cache: dict[tuple[str, ...], Floats] = {}
    cases = [tuple(choices) for choices in part["choices"]]
    for case in cases:
        if case not in cache:
            cache[case] = option_looks(case)
    return np.concatenate([cache[case] for case in cases])


def _of_rows(matrix: Matrix, part: pd.DataFrame, view: View, represent: Represent) -> Floats | None:
    """What rows say of themselves, one row each; None where all say the same."""
    found = represent(matrix, view, pd.DataFrame(index=pd.Index(part["id"])), ())
    return np.asarray(found, dtype=np.float32) if found is not None and found.shape[1] else None


def _options(part: pd.DataFrame, rows: Ints, view: View) -> tuple[pd.DataFrame, Ints, Ints, Floats]:
    """One row per (item, option). What an option is like depends on its competitors, so they are in its key."""
    records, item, label, plain = [], [], [], []
    cache: dict[tuple[str, ...], Floats] = {}
    number: dict[tuple[str, ...], int] = {}
    for position, question, choices, answer in zip(
        rows, part["question"], part["choices"], part["answer"], strict=True
    ):
        context = question if view == "question" else ""
        case = (context, *choices)
        if case not in cache:
            cache[case] = option_features(context, list(choices))
        plain.append(cache[case])
        for choice in choices:
            records.append((digest("option", choice, *case), context, choice, number.setdefault(case, len(number))))
            item.append(position)
            label.append(int(choice == answer))
    contents = pd.DataFrame(records, columns=["key", "context", "text", "case"])
    return contents, np.array(item, dtype=np.int64), np.array(label, dtype=np.int64), np.concatenate(plain)


_PART = pa.schema(
    [("item", pa.int64()), ("prediction", pa.int64()), ("confidence", pa.float32()), ("p_gold", pa.float32())]
)


def score_fold(task: Task, path: Path) -> None:
    """Fit one baseline on all folds but one and score that one."""
    problem, baseline = Problem.load(task.folder), baselines()[task.baseline]
    inside = problem.fold == task.fold
    outside = ~inside & np.load(task.folder / FIT_ON, allow_pickle=False) if task.some else ~inside
    test, row = np.unique(problem.content[inside], return_inverse=True)
    table = fit_and_score(problem, baseline, inside, outside, task.max_answers, task.seed)
    if table is None:  # nothing to learn from: nothing is claimed about this fold
        write_table(path, _PART.empty_table())
        return
    found = pa.table(table)
    if task.baseline.endswith(".neighbours"):
        evidence = _evidence(problem, inside, outside, test, row, table["item"])
        found = found.append_column("evidence", pa.array(evidence, type=pa.string()))
    write_table(path, found)


def _evidence(
    problem: Problem,
    inside: NDArray[np.bool_],
    outside: NDArray[np.bool_],
    test: Ints,
    row: Ints,
    items: NDArray[np.generic],
) -> list[str]:
    """Which training items the vote came from: for each scored item `position:similarity` of the nearest few."""
    contents, first = np.unique(problem.content[outside], return_index=True)
    examples = problem.item[outside][first]
    similarity, index = nearest(problem, contents, test, EVIDENCE)
    text = [
        " ".join(f"{examples[j]}:{s:.2f}" for s, j in zip(near, found, strict=True) if j >= 0)
        for near, found in zip(similarity, index, strict=True)
    ]
    by_item: dict[int, str] = {}
    for item, content in zip(problem.item[inside].tolist(), row.tolist(), strict=True):
        by_item.setdefault(item, text[content])
    return [by_item[int(item)] for item in items]


def _collect(items: pd.DataFrame, tasks: list[Task], parts: list[Path]) -> pd.DataFrame:
    """Join the shards into one table in item order."""
    columns: dict[str, NDArray[np.object_] | NDArray[np.float32]] = {}
    identities, choices, names = items["id"].to_numpy(), items["choices"].to_numpy(), vocabulary(items).to_numpy()
    for task, part in sorted(zip(tasks, parts, strict=True), key=lambda pair: pair[0].baseline):
        table = pd.read_parquet(part)
        item = table["item"].to_numpy()
        prediction = columns.setdefault(f"{task.baseline}.prediction", np.full(len(items), None, dtype=object))
        p_gold = columns.setdefault(f"{task.baseline}.p_gold", np.full(len(items), np.nan, dtype=np.float32))
        if task.folder.name.endswith("-option"):
            prediction[item] = [choices[i][p] for i, p in zip(item, table["prediction"], strict=True)]
        else:
            prediction[item] = names[table["prediction"]]
        # Four digits are what a probability of a baseline is good for; the rest is noise of the last bit.
        p_gold[item] = table["p_gold"].round(4)
        confidence = columns.setdefault(f"{task.baseline}.confidence", np.full(len(items), np.nan, dtype=np.float32))
        confidence[item] = table["confidence"]  # in full: only its order counts
        if "evidence" in table:
            evidence = columns.setdefault(f"{task.baseline}.evidence", np.full(len(items), None, dtype=object))
            evidence[item] = [_names(cell, identities) for cell in table["evidence"]]
    return pd.DataFrame({"id": identities, **columns})


def _names(cell: str, identities: NDArray[np.object_]) -> str:
    """`12:0.97` -> `easy-vqa:train:12 (0.97)`."""
    pairs = (pair.split(":") for pair in cell.split())
    return ", ".join(f"{identities[int(position)]} ({similarity})" for position, similarity in pairs)
