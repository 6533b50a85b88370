"""One model in other harnesses and in twokeys: do they score the same items as right?

    python -m benchmarks.exports out/easy-vqa --items 500

The shipped `llava-natural` answers the first items of a folder under the four views: in each harness by `generate` of
transformers, and here by the decoding of twokeys. A harness runs in a separate environment; the variables
`TWOKEYS_LMMS_EVAL`, `TWOKEYS_VLMEVALKIT` and `TWOKEYS_INSPECT` name its Python. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from twokeys.audit.evaluation.answering import VIEWS, Asked, answer, question_of
from twokeys.audit.models.loading import load, references
from twokeys.audit.models.model import Masking, Question, Responder
from twokeys.audit.published import read
from twokeys.data_cards.tables import count, markdown, percent
from twokeys.exports.export import export

RUNS = Path(__file__).parent.parent / "tests" / "exports" / "harnesses"
HARNESSES = {
    "lmms-eval": ("TWOKEYS_LMMS_EVAL", "lmms_eval_run.py"),
    "vlmevalkit": ("TWOKEYS_VLMEVALKIT", "vlmeval_run.py"),
    "inspect": ("TWOKEYS_INSPECT", "inspect_ai_run.py"),
}
MODEL = "llava-natural"
HEADER = ("harness", "what is left", "items", "right here", "right there", "items that differ")
PROCESSOR = {
    "processor_class": "LlavaProcessor",
    "image_token": "<image>",
    "num_additional_image_tokens": 0,
    "patch_size": 16,
    "vision_feature_select_strategy": "full",
}
"""Settings of transformers' processor that the shipped files lack: the number of tokens of an image."""


class Replies:
    """A model of which only the replies are used, so that its blind views equal the views of a harness."""

    def __init__(self, model: Responder) -> None:
        self.model, self.name = model, model.name

    def reply(self, questions: Sequence[Question]) -> list[str]:
        """Ask the model."""
        return self.model.reply(questions)


def ours(folder: Path, items: int) -> pd.DataFrame:
    """Return the scores of twokeys on the first items: `id`, and `right.VIEW` for each view."""
    published = read(folder)
    rows = np.arange(min(items, len(published.table)))
    question_at: dict[int, Asked] = {
        row: Asked(question_of(published.table.iloc[row], images), str(published.table["answer"].iat[row]))
        for row, images in published.pictures(rows)
    }
    model = Replies(load(f"reference:{MODEL}"))
    scores = answer(model, [question_at[int(row)] for row in rows], Masking("mean-colour", "removed")).rows
    return scores.assign(id=published.table["id"].iloc[rows[scores.index]].to_numpy())


def theirs(folder: Path, to: str, items: int, scratch: Path) -> dict[str, dict[str, float]] | None:
    """Return view -> item -> whether the harness scores it as right; None if the harness is missing."""
    variable, program = HARNESSES[to]
    python = os.environ.get(variable)
    if python is None:
        return None
    model = scratch / "model"
    if not model.is_dir():
        shutil.copytree(references()[MODEL], model)
        (model / "processor_config.json").write_text(json.dumps(PROCESSOR), encoding="utf-8")
    # The reference models were trained on bare questions.
    made = export(folder, to, out=scratch / to, instruction="")
    out = scratch / f"{to}.json"
    command = [python, str(RUNS / program), str(made.folder), str(out), str(model), str(items)]
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "HF_DATASETS_CACHE": str(scratch / "cache")}
    subprocess.run(command, env=environment, check=True)
    scores: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))["items"]
    if to != "lmms-eval":
        return scores
    task = made.facts["task"]
    names = {view: task if view == "both" else f"{task}_{view}" for view in VIEWS}
    return {view: {item: score for item, (score, _) in scores[name].items()} for view, name in names.items()}


def main() -> None:
    """Compare, and print a row for each harness and view."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--items", type=int, default=500)
    parser.add_argument("--to", nargs="*", default=list(HARNESSES), choices=list(HARNESSES))
    arguments = parser.parse_args()
    twokeys = ours(arguments.folder, arguments.items)
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        for to in arguments.to:
            scores = theirs(arguments.folder, to, arguments.items, Path(scratch))
            for view in VIEWS if scores else ():
                assert scores is not None
                here = dict(zip(twokeys["id"], twokeys[f"right.{view}"].astype(float), strict=True))
                if set(here) != set(scores[view]):
                    raise ValueError(f"{to}, {view}: the harness answered other items")
                differ = sum(here[item] != score for item, score in scores[view].items())
                there = sum(scores[view].values()) / len(here)
                rows.append(
                    (to, view, count(len(here)), percent(sum(here.values()) / len(here)), percent(there), count(differ))
                )
    print(markdown(HEADER, rows))


if __name__ == "__main__":
    main()
