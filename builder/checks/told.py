"""Check retrieved partners whose answer follows from annotations: the files are read again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pandas as pd

from twokeys.builder.balance.select import retrieved, select
from twokeys.builder.checks.finding import Checked, counts
from twokeys.builder.pair.edit import root_of
from twokeys.builder.pair.generators.retrieved.by_annotations import TRUE_FALSE
from twokeys.builder.pair.generators.retrieved.generator import Retrieved
from twokeys.builder.pair.generators.retrieved.judges import registry
from twokeys.builder.pair.generators.retrieved.judges.judge import Fact, Judge
from twokeys.builder.pair.generators.retrieved.settings import By
from twokeys.builder.publish.folder import Folder
from twokeys.core.answers.normal import compared, normalise
from twokeys.core.columns import RETRIEVED
from twokeys.core.files import sha256

TOLD = "answers by annotation"
"""Name of the check."""


class FilesMissing(Exception):  # noqa: N818 - nothing is wrong: a check cannot be made
    """Files of annotations are missing, so the check cannot be made."""


def told_again(folder: Folder, corpora: Path | None) -> Checked:
    """Answers and notes of retrieved partners follow from the named files, and the judge understands as many items.

    Args:
        folder: The folder.
        corpora: Folder to which the names of the files are relative.

    Raises:
        FilesMissing: When retrieved partners went on to balance, and a file with their annotations is missing.
    """
    answers = files_read = 0
    stated = {kind.kind: kind for kind in (folder.manifest.pairs.retrieved if folder.manifest.pairs else [])}
    for use in folder.recipe.pair.generators:
        if use.generator != Retrieved.name:
            continue
        generator = Retrieved(**use.with_)
        kind, files = stated.pop(generator.kind, None), generator.files
        if kind is None or tuple(sorted(kind.files)) != tuple(sorted(files)):
            yield f"the manifest does not state the files from which answers of the kind {generator.kind} follow"
            continue
        rows = folder.paired[folder.paired["edit_kind"] == kind.kind]
        if not files or rows.empty:
            continue
        paths = [_path(name, corpora, len(rows)) for name in files]
        hashes = tuple(map(sha256, paths))
        changed = [name for name, value in zip(files, hashes, strict=True) if value != kind.files[name]]
        if changed:
            yield from (f"{name} is not the file that the manifest states by its hash" for name in changed)
            continue
        judge = registry.judge(generator.judge, tuple(map(str, paths)), hashes)
        yield from _answers(rows, folder, judge)
        answers, files_read = answers + len(rows), files_read + len(files)
        originals = folder.paired[folder.paired["edit_of"].isna()]
        understood = {str(row["id"]) for row in originals.to_dict("records") if _meaning(row, judge) is not None}
        without = select(folder.paired[~retrieved(folder.paired)], folder.recipe.balance).kept
        sets = understood, understood & set(without["id"]), understood & set(folder.balanced["id"])
        if (kind.understood, kind.before, kind.balanced) != tuple(map(len, sets)):
            yield f"the judge of the kind {kind.kind} does not understand, or balance keep, as many items as is stated"
        if kind.absence != judge.absence:
            yield f"the judge of the kind {kind.kind} says something else of what absence means"
    yield from (f"no generator of the recipe finds partners of the kind {name}" for name in stated if _ours(name))
    return counts(answer=answers, file=files_read)


def _ours(kind: str) -> bool:
    """Whether only the generator `retrieved` makes partners of this kind."""
    return any(kind == f"{RETRIEVED}{judge}" for judge in get_args(By))


def _path(name: str, corpora: Path | None, rows: int) -> Path:
    path = Path(name) if corpora is None or Path(name).is_absolute() else corpora / name
    if not path.is_file():
        raise FilesMissing(
            f"the answers of {rows:,} retrieved partners follow from {name}, which is not part of the folder: to "
            f"recount them, name the folder that holds it, --corpora FOLDER"
        )
    return path


def _answers(rows: pd.DataFrame, folder: Folder, judge: Judge) -> Iterator[str]:
    """Yield the rows that differ from the judge's answers."""
    places = {link: at for at, link in enumerate(judge.images)}
    roots = set(rows["edit_of"].astype(str).map(root_of))
    base = {str(row["id"]): row for row in folder.rows[folder.rows["id"].isin(roots)].to_dict("records")}
    for row in rows.to_dict("records"):
        links = json.loads(row["meta"]).get("image", {}).get("links", [])
        at = next((places[link] for link in links if link in places), None)
        original = base.get(root_of(str(row["edit_of"])))
        if at is None or original is None:
            yield f"{row['id']}: the annotations do not speak of its image, or the item that it was made from is gone"
        elif judge.size(at) not in (None, (row["image_width"], row["image_height"])):
            yield f"{row['id']}: its image has another size than the annotations state"
        else:
            yield from (f"{row['id']}: {problem}" for problem in _otherwise(row, original, at, judge))


def _otherwise(row: dict[Any, Any], original: dict[Any, Any], at: int, judge: Judge) -> Iterator[str]:
    meaning = _meaning(original, judge)
    fact = None if meaning is None else judge.fact(meaning, at)
    if fact is None:
        yield "the annotations do not tell the answer"
        return
    answer = _written(fact, str(original["answer"]))
    if compared(row["answer_type"], list(row["choices"]), answer) != row["compared"]:
        yield f"the annotations tell the answer {answer!r}, it has {row['answer']!r}"
    elif fact.note != row["edit_note"]:
        yield f"the annotations say {fact.note!r}, its note {row['edit_note']!r}"
    elif [list(box) for box in fact.boxes] != [list(map(int, box)) for box in row["edit_boxes"]]:
        yield "its boxes are not those of the annotations"


def _meaning(row: dict[Any, Any], judge: Judge) -> Any:
    item = {name: row[name] for name in ("question", "answer_type", "meta")}
    return judge.understand(item | {"choices": list(row["choices"])})


def _written(fact: Fact, original: str) -> str:
    """Return an answer in the wording of an item's corpus."""
    return TRUE_FALSE.get(fact.answer, fact.answer) if normalise(original) in TRUE_FALSE.values() else fact.answer
