"""A published folder written by hand: three quads, an edit with its boxes, two removed items, adversaries, runs."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from twokeys.core.files import sha256_of_all
from twokeys.core.items import digest, row_order

COLOURS = {"red": (220, 30, 30), "blue": (30, 30, 220)}
HOSTILE = "<script>document.title='hacked'</script><img src=x onerror=\"document.title='hacked'\"> ${1+1} {{1+1}}"
"""A text that no page may run: as HTML, as a template of JavaScript, as one of Handlebars."""


def png(colour: str, side: int = 16) -> bytes:
    out = io.BytesIO()
    image = Image.new("RGB", (side, side), (240, 240, 240))
    image.paste(COLOURS[colour], (4, 4, 12, 12))
    image.save(out, "PNG")
    return out.getvalue()


def item(name: str, asked: str, shown: str, place: int = 0, **more: Any) -> dict[str, Any]:
    answer = "yes" if asked == shown else "no"
    return {
        "id": name, "question": f"is the square {asked}?", "choices": [], "answer": answer, "compared": answer,
        "answer_type": "yes/no", "answer_source": "annotated", "source": "shapes", "license": "mit",
        "question_key": f"q-{asked}", "image_key": f"i-{shown}-{place}", "group": f"g{place}",
        "meta": '{"place": "lab"}', "image_width": 16, "image_height": 16,
    } | more  # fmt: skip


def balanced() -> list[dict[str, Any]]:
    """Two questions by two images, answers yes no / no yes, three times: quads, all with both partners."""
    rows = []
    cells = [("red", "red"), ("red", "blue"), ("blue", "red"), ("blue", "blue")]
    for quad in range(3):
        for at, (asked, shown) in enumerate(cells):
            partners = {"image_partner": (1, 0, 3, 2)[at], "question_partner": (2, 3, 0, 1)[at]}
            named = {name: f"q{quad}i{other}" for name, other in partners.items()}
            made = {"edit_of": f"q{quad}i0", "edit_kind": "photo.paste", "edit_boxes": [[4, 4, 12, 12]]}
            edit = made if at == 1 and quad == 0 else {"edit_of": None, "edit_kind": None, "edit_boxes": None}
            picture = {"image": {"bytes": png(shown), "path": None}}
            rows.append(item(f"q{quad}i{at}", asked, shown, quad, quad=f"quad{quad}", **named, **edit, **picture))
    return rows


def removed() -> list[dict[str, Any]]:
    """One item that a rule removed for another one, one with an image that nobody publishes, one bad row."""
    near = {"stage": "filter", "rule": "duplicate-item", "reason": "the same item as 'q0i0', which is kept"}
    alone = {"stage": "balance", "rule": None, "reason": "more items share its answer"}
    bad = json.dumps({"file": "a.csv", "row": 7, "problem": "the answer is empty", "allowed": "", "remedy": ""})
    empty = dict.fromkeys(item("", "red", "red"))
    return [
        item("r0", "red", "red", **near),
        item("r1", "green", "none", 9, **alone, answer="no", compared="no"),
        empty | {"id": "r2", "source": "shapes", "stage": "read", "reason": bad},
    ]


def measured(name: str, prediction: str, sure: float) -> dict[str, Any]:
    return {
        "id": name, "question_tfidf_prediction": prediction, "question_tfidf_p_gold": sure,
        "image_probe_refit_prediction": "no", "image_probe_refit_p_gold": 0.25,
    }  # fmt: skip


def pair(view: str, one: str, other: str, **more: Any) -> dict[str, Any]:
    first, second = sorted((one, other), key=row_order)
    return {"id": digest("pair", view, first, second), "view": view, "first": first, "second": second} | more


def write(folder: Path, config: str, rows: list[dict[str, Any]], group: int = 5, split: str = "test") -> None:
    (folder / config).mkdir(parents=True, exist_ok=True)
    path = folder / config / f"{split}-00000-of-00001.parquet"
    pq.write_table(pa.Table.from_pylist(rows), path, row_group_size=group)


def published(folder: Path, **changes: Any) -> Path:
    """Write the folder.

    Args:
        folder: Where.
        changes: Of every item, columns with another value.
    """
    write(folder, "balanced", [row | changes for row in balanced()])
    rows = [row | (changes if row["stage"] != "read" else {}) for row in removed()]
    rows[0] |= {"question_tfidf_prediction": "yes", "question_tfidf_p_gold": 0.875}
    write(folder, "removed", rows)
    write(folder, "measurements", [measured(row["id"], "yes", 0.75) for row in balanced()])
    write(folder, "pairs", [pair("image", "q1i0", "q1i1", boxes=[[0, 0, 8, 16]])])
    return folder


def evaluated(place: Path, folder: Path, model: str, lines: list[dict[str, Any]]) -> Path:
    """Write the folder of an evaluation of `balanced`."""
    return _run(place, folder, model, "answers.jsonl", lines)


def explained(place: Path, folder: Path, model: str, lines: list[dict[str, Any]]) -> Path:
    """Write the folder of a run of explainers on `balanced`."""
    return _run(place, folder, model, "explanations.jsonl", lines)


def _run(place: Path, folder: Path, model: str, name: str, lines: list[dict[str, Any]]) -> Path:
    place.mkdir(parents=True)
    mark = sha256_of_all(sorted((folder / "balanced").glob("*.parquet")))
    run = {"model": model, "config": "balanced", "fingerprint": {"balanced": mark}, "explainers": ["occlusion"]}
    (place / "run.json").write_text(json.dumps(run), encoding="utf-8")
    (place / name).write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return place


def answer(name: str, reply: str, right: bool) -> dict[str, Any]:
    views = ("both", "image", "question", "neither")
    return {"id": name, "reply": reply} | {f"right.{v}": right for v in views} | {f"v.{v}": 0.5 for v in views}


def explanation(name: str) -> dict[str, Any]:
    boxes = [[x, y, x + 8, y + 8] for y in (0, 8) for x in (0, 8)]
    return {
        "id": name, "question": "is the square red?", "answer": "yes", "explained": "yes",
        "words": ["is", "the", "square", "red", "?"], "rows": 2, "columns": 2, "boxes": boxes,
        "values": {"both": 0.9, "image": 0.5, "question": 0.4, "neither": 0.3},
        "explainers": {"occlusion": {"image": [0.8, -0.4, 0.2, 0.1], "text": [0.0, 0.1, -0.3, 0.9, 0.05]}},
    }  # fmt: skip
