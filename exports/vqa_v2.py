"""VQA v2: the official question, annotation and pair files, and the images under the names that these imply."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from twokeys.audit.evaluation.pairs import named
from twokeys.exports.format import Format
from twokeys.exports.source import Source

SUBSET = "twokeys"
"""Stands where the official files name a release of COCO."""
TYPES = {"yes/no": "yes/no", "number": "number"}
BELOW = 10**12
"""Ids have at most the twelve digits that official image names hold."""
ANNOTATORS = 10
"""Answers that the official accuracy is defined on."""


def numbers(keys: Iterable[str]) -> dict[str, int]:
    """Give each text a number that follows from it alone, unless two would share one: then from it and a count.

    Example:
        >>> numbers(["a"])["a"] == numbers(["b", "a"])["a"]
        True
    """
    found: dict[str, int] = {}
    taken: set[int] = set()
    for key in sorted(set(keys)):
        again = 0
        while True:
            text = key if not again else f"{key}#{again}"
            number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % BELOW
            if number not in taken:
                break
            again += 1
        taken.add(number)
        found[key] = number
    return found


def files(split: str) -> dict[str, str]:
    """Names of the three files."""
    return {
        "questions": f"v2_OpenEnded_{SUBSET}_{split}_questions.json",
        "annotations": f"v2_{SUBSET}_{split}_annotations.json",
        "pairs": f"v2_{SUBSET}_{split}_complementary_pairs.json",
    }


def write(source: Source, out: Path) -> None:
    """Write the files and the images."""
    rows = source.rows
    question_id, image_id = numbers(row["id"] for row in rows), numbers(row["image_key"] for row in rows)
    names = files(source.facts["split"])
    about = {
        "info": {
            "description": source.heading(source.facts["title"]),
            "url": "", "version": source.facts["version"], "year": 0, "contributor": "", "date_created": "",
            "twokeys": source.facts,
        },
        "license": {"url": "", "name": ", ".join(source.facts["licenses"])},
        "data_type": "mscoco",
        "data_subtype": SUBSET,
    }  # fmt: skip
    ids = [(question_id[row["id"]], image_id[row["image_key"]]) for row in rows]
    questions = [_question(row, *own) for row, own in zip(rows, ids, strict=True)]
    notes = [_annotation(row, *own) for row, own in zip(rows, ids, strict=True)]
    _dump(out / names["questions"], about | {"task_type": "Open-Ended", "questions": questions})
    _dump(out / names["annotations"], about | {"annotations": notes})
    _dump(out / names["pairs"], [[ids[a][0], ids[b][0]] for a, b in named(source.table)["question"]])
    (out / "images").mkdir()
    for key, data in source.pictures():
        (out / "images" / f"COCO_{SUBSET}_{image_id[key]:012d}.jpg").write_bytes(data)


def _question(row: dict[str, Any], question_id: int, image_id: int) -> dict[str, Any]:
    asked = {"image_id": image_id, "question": row["question"], "question_id": question_id, "twokeys_id": row["id"]}
    return asked | ({"multiple_choices": row["choices"]} if row["choices"] else {})


def _annotation(row: dict[str, Any], question_id: int, image_id: int) -> dict[str, Any]:
    """One annotation; the gold answer stands for ten people where the source names none."""
    answers = row["answers"] or [row["answer"]] * ANNOTATORS
    return {
        "question_type": "none of the above",
        "multiple_choice_answer": row["answer"],
        "answers": [
            {"answer": answer, "answer_confidence": "yes", "answer_id": number}
            for number, answer in enumerate(answers, start=1)
        ],
        "image_id": image_id,
        "answer_type": TYPES.get(row["answer_type"], "other"),
        "question_id": question_id,
    }


def _dump(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False) + "\n", encoding="utf-8")


def _use(source: Source) -> str:
    names = files(source.facts["split"])
    return f"""
| file | holds |
| --- | --- |
| `{names["questions"]}` | questions; `multiple_choices` where an item has options, `twokeys_id` the item's id |
| `{names["annotations"]}` | answers: all annotators', or ten times the gold answer where the source has one answer |
| `{names["pairs"]}` | complementary pairs: one question, two images, two answers |
| `images/` | pictures, or a PNG of what is shown where readers could see something else; all are named `.jpg` |

Question ids follow from the items' ids, and image ids from the pictures' pixels: they stay when the folder is rebuilt.
With the official tools the image folder is `images` and the data subtype `{SUBSET}`. twokeys reads it back,
where this folder is `export` in the folder of the corpora, with

```yaml
- format: vqa-v2
  path: export
  image_folder: export/images
  options: {{files: {{{source.facts["split"]}: {{questions: {names["questions"]}, annotations: {names["annotations"]},
    pairs: {names["pairs"]}, subset: {SUBSET}}}}}}}
```
"""


FORMAT = Format("vqa-v2", "VQA v2 files: questions, annotations, complementary pairs, images", write, _use)
