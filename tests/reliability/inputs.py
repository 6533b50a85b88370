"""Mutated corpora: every reader reads what is left of them, or says in a sentence what is wrong; no row is lost."""

from __future__ import annotations

import random
import shutil
import traceback
import warnings
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from tests.builder.read.corpora.conftest import FOLDER, TINY
from tests.reliability.running import Counted, mutated
from twokeys.builder.read.corpora import reader
from twokeys.builder.read.source import find
from twokeys.builder.read.stage import read_rows
from twokeys.builder.recipe import Corpus, Recipe
from twokeys.builder.run.stages import Run
from twokeys.core.errors import BadInput


def experiment(folder: Path, many: int, seed: int = 0) -> Counted:
    """Read mutated files of all formats.

    Args:
        folder: An empty folder.
        many: Inputs, over all formats together.
        seed: For the mutations.
    """
    found, draw = Counted("mutated inputs over all readers: a sentence or rows, none lost"), random.Random(seed)
    for number in range(many):
        form = sorted(TINY)[number % len(TINY)]
        place = folder / "corpora"
        shutil.rmtree(folder, ignore_errors=True)
        tiny = TINY[form]()
        tiny.write(place)
        files = sorted(path for path in (place / FOLDER).rglob("*") if path.is_file())
        for path in draw.sample(files, min(len(files), draw.choice((1, 1, 2)))):
            path.write_bytes(mutated(path.read_bytes(), draw))
        corpus = tiny.corpus.model_copy(update={"images": "required"})
        found.tried += 1
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                _read(found, corpus, folder)
        except BadInput as problem:
            found.note("whole files refused" if problem.remedy else "refused without a remedy")
        except BaseException:  # noqa: BLE001 - the experiment is to find them
            found.odd.append(f"{form} {number}: {traceback.format_exc(limit=-3)}")
    return found


def _read(found: Counted, corpus: Corpus, folder: Path) -> None:
    source = find(corpus, folder / "corpora", published=False)
    expected = sum(1 for split in source.splits for _ in reader(corpus.format).read(corpus, source.root, split))
    plan = Recipe.model_validate({"name": "c", "title": "c", "corpora": [corpus]})
    rows = read_rows(Run(folder / "run"), plan.text, [source], plan.images.max_per_item)
    table = pd.concat([pq.read_table(part).to_pandas() for part in rows.parts])
    if len(table) != expected or table["id"].duplicated().any():
        found.odd.append(f"{corpus.format}: {expected} rows were read, {len(table)} are kept")
    found.note("rows kept good" if table["problem"].isna().all() else "rows set aside")
