"""VLMEvalKit: a TSV with the images' very bytes in base64, and the dataset class that asks and marks."""

from __future__ import annotations

import base64
import csv
import json
from pathlib import Path
from string import ascii_uppercase

from twokeys.core.errors import BadInput
from twokeys.core.item_images import KEYS
from twokeys.exports.bundle import bundled
from twokeys.exports.format import Format
from twokeys.exports.source import Source

SHORTEST = 64
"""VLMEvalKit takes an image's cell of at most so many characters for the index of another row."""
KEPT = (
    "id", "answer_type", "image_key", "image_keys", "question_key", "group", "image_partner", "question_partner",
    "quad", "source",
)  # fmt: skip


def task_name(source: Source) -> str:
    """Name of the dataset: VLMEvalKit keeps predictions and images under it, so it changes when the rows do."""
    return f"{source.facts['task']}_{source.facts['fingerprint'][:8]}"


def write(source: Source, out: Path) -> None:
    """Write TSV and dataset class.

    Raises:
        BadInput: When an image is so small that VLMEvalKit cannot tell it from an index.
    """
    name = task_name(source)
    heading = source.heading("A VLMEvalKit dataset")
    text = bundled("twokeys.exports.harness.vlmevalkit_dataset", heading, {"FACTS": source.facts | {"task": name}})
    (out / f"{name}.py").write_text(text, encoding="utf-8")
    rows = source.rows
    letters = list(ascii_uppercase[: max(len(row["choices"]) for row in rows)])
    pictures, kept = _cells(source), [name for name in KEPT if name != KEYS or source.published.several]
    shown: dict[str, int] = {}
    with (out / f"{name}.tsv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, delimiter="\t", lineterminator="\n")
        table.writerow(
            ["index", "image", "question", *letters, "answer", "gold", "answers", "choices", "category", "split", *kept]
        )
        for index, row in enumerate(rows):
            # An image stands once: a cell that is a number points to the row that has it.
            key = row["image_key"]
            images = [pictures[one] for one in row[KEYS] or [key]]
            # A cell with a list of images is one that Python reads as such.
            image = str(shown[key]) if key in shown else images[0] if len(images) == 1 else json.dumps(images)
            shown.setdefault(key, index)
            choices = row["choices"]
            letter = ascii_uppercase[choices.index(row["answer"])] if choices else row["answer"]
            table.writerow([
                index, image, row["question"], *(choices + [""] * (len(letters) - len(choices))), letter, row["answer"],
                json.dumps(row["answers"], ensure_ascii=False), json.dumps(choices, ensure_ascii=False),
                row["answer_type"], source.facts["split"],
                *(json.dumps(row[name]) if name == KEYS else row[name] or "" for name in kept),
            ])  # fmt: skip


def _cells(source: Source) -> dict[str, str]:
    """Image's key -> its bytes in base64."""
    found = {}
    for key, data in source.pictures():
        found[key] = base64.b64encode(data).decode()
        if len(found[key]) <= SHORTEST:
            allowed = f"more than {SHORTEST * 3 // 4} bytes, since VLMEvalKit takes fewer for an index"
            remedy = "export to another format, or leave the image out of the corpus"
            raise BadInput(source.published.folder, key, f"the image has {len(data)} bytes", allowed, remedy)
    return found


def _use(source: Source) -> str:
    name = task_name(source)
    return f"""
```bash
python {name}.py --model MODEL                       # a name of vlmeval.config.supported_VLM
python {name}.py --model MODEL --data {name}_question  # the picture is its mean colour
```

or, in a program of your own, `import {name}; {name}.register()` before `build_dataset("{name}")`. To make it a dataset
of your checkout, copy both files into `vlmeval/dataset/` and add `TwokeysDataset` to the list `IMAGE_DATASET` there.

Without the class VLMEvalKit takes the TSV for a custom dataset: with its own prompts, and with no evaluation unless all
items have options. `answer` is the letter where there are options, `gold` always the text. Predictions are kept in the
working folder under the dataset's name, which holds the fingerprint of the rows: a rebuilt folder never meets old ones.
"""


FORMAT = Format("vlmevalkit", "VLMEvalKit dataset: TSV with images, and its class", write, _use, several=True)
