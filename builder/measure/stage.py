"""Measuring: every blind baseline, cross-fitted over grouped folds, one shard for each (baseline, fold).

No item is scored by a model that was fitted on it or on its group. Measurements are one table with `id` and, for each
baseline, `<name>.prediction` (text), `<name>.confidence` (probability of the predicted answer) and `<name>.p_gold`
(probability of the gold answer; 0 if the gold is outside the answers that the baseline can predict).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from twokeys.builder.measure.baselines import VIEWS, Baseline, View, baselines
from twokeys.builder.measure.baselines.neighbours import nearest
from twokeys.builder.measure.baselines.problem import Floats, Form, Ints, Problem, no_numbers
from twokeys.builder.measure.fit import fit_and_score
from twokeys.builder.measure.lexical import option_features
from twokeys.builder.measure.matrix import ContentMatrix, Contents, Matrix, Reads, RowMatrix
from twokeys.builder.measure.offers import offers, vocabulary
from twokeys.builder.recipe import Measure
from twokeys.builder.run.files import write_table
from twokeys.builder.run.keys import KeyedTable
from twokeys.builder.run.needs import ONE_CORE, Needs
from twokeys.builder.run.results import Result
from twokeys.builder.run.stages import Workspace, stage
from twokeys.core.disk import whole
from twokeys.core.items import digest

FIT_ON = "fit_on.npy"
FORMS: tuple[tuple[Form, bool], ...] = (("answer", False), ("answer", True), ("option", False), ("option", True))
"""Form of a problem, and whether items of one question with different metadata are different contents."""
EVIDENCE = 3
"""Number of neighbours that are named as evidence."""


@dataclass(frozen=True)
class Task:
    """One shard of measuring: one baseline on one problem, with one fold held out."""

    baseline: str
    folder: Path
    fold: int
    max_answers: int
    seed: int
    some: bool = False
    """Whether only the rows that `FIT_ON` marks may be fitted on."""


@dataclass(frozen=True, eq=False)
class CrossFit:
    """Baselines, and how they are cross-fitted on items.

    Attributes:
        folds: For each view the (n,) fold of each item.
        chosen: Full name -> baseline.
        settings: The recipe's part on measuring.
        reads: What the baselines read of contents besides their text.
        held: Whether predictors that see the image must answer with an option of each item, or with an answer of its
            type.
    """

    folds: Mapping[View, Ints]
    chosen: Mapping[str, Baseline]
    settings: Measure
    reads: Reads
    held: bool = False


@dataclass(frozen=True, eq=False)
class Measurements(Result):
    """Measurements of baselines.

    Attributes:
        table: `id` and the columns of each baseline, in the order of the items.
    """

    table: pd.DataFrame


@stage("measure", version=6)
def measure(
    space: Workspace, items: KeyedTable, how: CrossFit, seed: int, fit_on: NDArray[np.bool_] | None = None
) -> Measurements:
    """Run the baselines.

    Args:
        space: Where the work is done.
        items: The item table, sorted by id.
        how: The baselines, and how they are fitted.
        seed: The recipe's seed.
        fit_on: (n,) items that may be fitted on; all items are scored, each by a model without its fold.
    """
    tasks: list[Task] = []
    for place, problem, fitting in problems(items.frame, how):
        folder = space.folder / place
        problem.save(folder)
        inside = np.unique(problem.fold).tolist()
        if len(inside) > 1:  # items of a single fold leave nothing to learn from
            tasks += [
                Task(name, folder, fold, how.settings.max_answers, seed, fit_on is not None)
                for name in fitting
                for fold in inside
            ]
        if fit_on is not None:
            with whole(folder / FIT_ON) as path, path.open("wb") as file:
                np.save(file, fit_on[problem.item], allow_pickle=False)
    # Slow shards come first, so that no worker starts one at the end.
    tasks.sort(
        key=lambda task: (
            how.chosen[task.baseline].needs == "seconds", "tfidf" not in task.baseline, "probe" not in task.baseline,
        )
    )  # fmt: skip
    needs = {name: Needs(gpus=1) if baseline.language else ONE_CORE for name, baseline in how.chosen.items()}
    parts = space.parts(score_fold, tasks, lambda task: needs[task.baseline])
    return Measurements(_collect(items.frame, tasks, parts))


def problems(items: pd.DataFrame, how: CrossFit) -> Iterator[tuple[str, Problem, list[str]]]:
    """Make the problems to which baselines are fitted, one for each view and form.

    Args:
        items: The item table.
        how: The baselines, and how they are fitted.

    Yields:
        A name for the problem's folder, the problem, and the baselines that can be fitted to it.
    """
    names, reads = vocabulary(items), how.reads
    answers = names.get_indexer(pd.Index(items["compared"])).astype(np.int64)
    for view in VIEWS:
        wanted = {name: baseline for name, baseline in how.chosen.items() if name.startswith(f"{view}.")}
        for form, described in FORMS:
            # Baselines that read metadata of rows need one content for each row; all others, one for each question.
            fitting = [
                name
                for name, baseline in wanted.items()
                if form in baseline.forms and bool(reads.of_rows & baseline.matrices) == described
            ]
            rows = _rows_of(items, view, form)
            if not fitting or not len(rows):
                continue
            matrices = reads.of(view, frozenset[str]().union(*(wanted[name].matrices for name in fitting)))
            problem = build_problem(items, answers, how.folds[view], view, form, matrices, how.settings.candidates)
            problem = replace(problem, names=tuple(names) if form == "answer" else ())
            if how.held and view == "image":
                offer, offered = offers(items, names)
                problem = replace(problem, offer=offer[rows], offered=offered)
            if reads.language is not None and any(wanted[name].language for name in fitting):
                problem = replace(problem, language=reads.language.name)
            # If only the names of images are available, there are no vectors.
            able = [name for name in fitting if _able(problem, wanted[name])]
            yield (f"{view}-described-{form}" if described else f"{view}-{form}"), problem, able


def _able(problem: Problem, baseline: Baseline) -> bool:
    """Whether a baseline can run: all matrices in `reads` are available and, if it has `also`, at least one in all."""
    available = baseline.matrices & problem.matrices.keys()
    return set(baseline.reads) <= available and (bool(available) or not baseline.also)


def _rows_of(items: pd.DataFrame, view: View, form: str) -> NDArray[np.int64]:
    """Return the items of a view and a form: items with options have the `option` form, all others `answer`."""
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
    answers: Ints,
    fold: Ints,
    view: View,
    form: Form,
    matrices: Sequence[Matrix],
    candidates: int,
) -> Problem:
    """Find the unique contents of a view, and make the matrices that the baselines read.

    Args:
        items: The item table.
        answers: (n,) code of each item's answer.
        fold: (n,) fold of each item.
        view: The view.
        form: The form; items of other forms have no row.
        matrices: The matrices to make.
        candidates: Number of most frequent answers among which a language model may choose.
    """
    rows = _rows_of(items, view, form)
    part = items.iloc[rows]
    if form == "answer":
        texts = part["question"] if view == "question" else pd.Series("", index=part.index)
        shown = pd.DataFrame({"key": part[f"{view}_key"], "context": "", "text": texts})
        item, label = rows, answers[rows]
        plain = np.zeros((len(part), 0), dtype=np.float32)
    else:
        shown, item, label, plain = _options(part, rows, view)
    row_matrices = _of_rows(matrices, part, np.searchsorted(rows, item))
    if row_matrices:
        joined = np.concatenate(list(row_matrices.values()), axis=1)
        which = np.unique(joined, axis=0, return_inverse=True)[1].ravel()
        shown["key"] = [f"{key} {number}" for key, number in zip(shown["key"], which, strict=True)]
    code = pd.factorize(shown["key"])[0].astype(np.int64)
    first = np.unique(code, return_index=True)[1]
    table = shown.iloc[first].set_index("key")
    frequent = _frequent(part["compared"], candidates) if form == "answer" else ()
    contents = Contents(view, form, part, table, first, plain[first], frequent)
    made: dict[str, Floats] = {}
    for matrix in matrices:
        if isinstance(matrix, ContentMatrix):
            numbers = _made(matrix, contents)
        else:
            numbers = row_matrices[matrix.name][first] if matrix.name in row_matrices else None
        if numbers is not None:
            made[matrix.name] = np.concatenate([numbers, contents.options], axis=1) if matrix.with_options else numbers
    return Problem(
        form, item, code, label, fold[item], table["context"].tolist(), table["text"].tolist(), made,
        candidates=frequent,
        rivals=pd.factorize(table["case"])[0].astype(np.int64) if form == "option" else no_numbers(),
    )  # fmt: skip


def _of_rows(matrices: Sequence[Matrix], items: pd.DataFrame, at: Ints) -> dict[str, Floats]:
    """Return the matrices that follow from items, by name, one row for each entry of `at`; empty ones are left out."""
    of_items = {matrix.name: matrix.of_rows(items["id"]) for matrix in matrices if isinstance(matrix, RowMatrix)}
    return {name: numbers[at] for name, numbers in of_items.items() if numbers is not None and numbers.shape[1]}


def _made(matrix: ContentMatrix, contents: Contents) -> Floats | None:
    """Make a matrix of contents; None if it is not available, or has no column."""
    numbers = matrix.make(contents)
    return numbers if numbers is not None and numbers.shape[1] else None


def _frequent(answers: pd.Series[str], limit: int) -> tuple[str, ...]:
    """Return the most frequent answers; ties are ordered by spelling, not by the order of the rows."""
    counts = answers.value_counts()
    return tuple(sorted(counts.index, key=lambda answer: (-int(counts[answer]), answer))[:limit])


def _options(part: pd.DataFrame, rows: Ints, view: View) -> tuple[pd.DataFrame, Ints, Ints, Floats]:
    """Return one row for each (item, option); the features of an option depend on its competitors, so its key does."""
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
    """Fit one baseline on all folds but one, and score that fold."""
    problem, baseline = Problem.load(task.folder), baselines()[task.baseline]
    inside = problem.fold == task.fold
    outside = ~inside & np.load(task.folder / FIT_ON, allow_pickle=False) if task.some else ~inside
    test, row = np.unique(problem.content[inside], return_inverse=True)
    table = fit_and_score(problem, baseline, inside, outside, task.max_answers, task.seed)
    if table is None:  # without training rows there are no predictions for this fold
        write_table(path, _PART.empty_table())
        return
    scored = pa.table(table)
    if task.baseline.endswith(".neighbours"):
        evidence = _evidence(problem, inside, outside, test, row, table["item"])
        scored = scored.append_column("evidence", pa.array(evidence, type=pa.string()))
    write_table(path, scored)


def _evidence(
    problem: Problem,
    inside: NDArray[np.bool_],
    outside: NDArray[np.bool_],
    test: Ints,
    row: Ints,
    items: NDArray[np.generic],
) -> list[str]:
    """Name the training items behind a vote: for each scored item `position:similarity` of the nearest few."""
    contents, first = np.unique(problem.content[outside], return_index=True)
    examples = problem.item[outside][first]
    similarity, index = nearest(problem, contents, test, EVIDENCE)
    text = [
        " ".join(f"{examples[j]}:{s:.2f}" for s, j in zip(similarities, indices, strict=True) if j >= 0)
        for similarities, indices in zip(similarity, index, strict=True)
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
        # A baseline's probability has four meaningful digits; further digits may differ in the last bit.
        p_gold[item] = table["p_gold"].round(4)
        confidence = columns.setdefault(f"{task.baseline}.confidence", np.full(len(items), np.nan, dtype=np.float32))
        confidence[item] = table["confidence"]  # not rounded: its order counts
        if "evidence" in table:
            evidence = columns.setdefault(f"{task.baseline}.evidence", np.full(len(items), None, dtype=object))
            evidence[item] = [_names(cell, identities) for cell in table["evidence"]]
    return pd.DataFrame({"id": identities, **columns})


def _names(cell: str, identities: NDArray[np.object_]) -> str:
    """`12:0.97` -> `easy-vqa:train:12 (0.97)`."""
    pairs = (pair.split(":") for pair in cell.split())
    return ", ".join(f"{identities[int(position)]} ({similarity})" for position, similarity in pairs)
