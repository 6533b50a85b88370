"""`twokeys verify` finds changed rows, also when hashes, fingerprints and claims were made to fit."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.pipeline.adversary import Adversary, Row, failed, first
from twokeys.builder.build import Built

pytestmark = pytest.mark.usefixtures("other_checks")


# Each of these changes a cell; the file hashes and the manifest's digest are then made to fit. So only recounting
# finds it. Those under FORGED are found even when fingerprints, versions, certificate and card are made to fit, too.


def other(value: str) -> str:
    return "no" if value == "yes" else "yes"


def _answer(rows: list[Row]) -> None:
    row = next(row for row in rows if row["answer_type"] == "yes/no")
    row["answer"] = other(row["answer"])


def _question(rows: list[Row]) -> None:
    rows[0]["question"] += "?"


def _spaces(rows: list[Row]) -> None:
    rows[0]["question"] = f" {rows[0]['question']}"


def _choices(rows: list[Row]) -> None:
    first(rows, answer_type="choice")["choices"].reverse()


def _by_id(rows: list[Row]) -> None:
    rows.sort(key=lambda row: (str(row["image_key"]), row["id"]))


def _not_an_option(rows: list[Row]) -> None:
    first(rows, answer_type="choice")["answer"] = "hexagon"


def _unnormalised(rows: list[Row]) -> None:
    row = first(rows, answer_type="open")
    row["compared"] = row["answer"].upper()


def _type(rows: list[Row]) -> None:
    first(rows, answer_type="open")["answer_type"] = "essay"


def _key(rows: list[Row]) -> None:
    rows[0]["question_key"] = rows[1]["question_key"][::-1]


def _partner(rows: list[Row]) -> None:
    rows[0]["image_partner"] = rows[0]["id"]


def _no_partner(rows: list[Row]) -> None:
    rows[0]["question_partner"] = None


def _unknown_partner(rows: list[Row]) -> None:
    rows[0]["question_partner"] = "toy:test:nobody"


def _quad(rows: list[Row]) -> None:
    inside = [row for row in rows if row["quad"]]
    inside[0]["quad"] = inside[-1]["quad"] if inside[-1]["quad"] != inside[0]["quad"] else "elsewhere"


def _no_quads(rows: list[Row]) -> None:
    for row in rows:
        row["quad"] = None


def _prediction(rows: list[Row]) -> None:
    row = next(row for row in rows if row["question_prior_prediction"] in ("yes", "no"))
    row["question_prior_prediction"] = other(row["question_prior_prediction"])


def _refitted(rows: list[Row]) -> None:
    row = next(row for row in rows if row["question_prior_refit_prediction"] in ("yes", "no"))
    row["question_prior_refit_prediction"] = other(row["question_prior_refit_prediction"])


def _probability(rows: list[Row]) -> None:
    next(row for row in rows if row["question_prior_p_gold"] is not None)["question_prior_p_gold"] = 0.125


def _refitted_probability(rows: list[Row]) -> None:
    next(row for row in rows if row["question_prior_refit_p_gold"] is not None)["question_prior_refit_p_gold"] = 0.125


def _swapped_ids(rows: list[Row]) -> None:
    one, two = rows[0], next(row for row in rows if row["question_prior_p_gold"] != rows[0]["question_prior_p_gold"])
    one["id"], two["id"] = two["id"], one["id"]


def _meta(rows: list[Row]) -> None:
    rows[0]["meta"] = '{"a":1}'


def _place(rows: list[Row]) -> None:
    rows[0]["row"] = "elsewhere.jsonl#1"


def _group(rows: list[Row]) -> None:
    rows[0]["group"] = rows[-1]["group"]


def _licence(rows: list[Row]) -> None:
    rows[0]["license"] = "cc0-1.0"


def _identity(rows: list[Row]) -> None:
    rows[0]["id"] += "0"


def _width(rows: list[Row]) -> None:
    for row in rows:
        if row["image_key"] == rows[0]["image_key"]:
            row["image_width"] += 1


def _path(rows: list[Row]) -> None:
    rows[0]["image"]["path"] = "0.png"


def _no_bytes(rows: list[Row]) -> None:
    rows[0]["image"]["bytes"] = None


def _swap(rows: list[Row]) -> None:
    one, two = (
        [row for row in rows if row["image_key"] == key] for key in sorted({row["image_key"] for row in rows})[:2]
    )
    pictures = one[0]["image"], two[0]["image"]
    for row in one:
        row["image"] = pictures[1]
    for row in two:
        row["image"] = pictures[0]


def _repaint(rows: list[Row]) -> None:
    """The same pixels in other bytes, for all rows of a picture."""
    buffer = io.BytesIO()
    Image.open(io.BytesIO(first(rows, image_width=rows[0]["image_width"])["image"]["bytes"])).save(buffer, "WEBP")
    for row in rows:
        if row["image_key"] == rows[0]["image_key"]:
            row["image"] = {"bytes": buffer.getvalue(), "path": None}


def _drop(rows: list[Row]) -> None:
    del rows[0]


def _twice(rows: list[Row]) -> None:
    rows.append(rows[0])


def _reason(rows: list[Row]) -> None:
    first(rows, stage="balance")["reason"] = "it was dull"


def _no_reason(rows: list[Row]) -> None:
    rows[0]["reason"] = ""


def _rule_reason(rows: list[Row]) -> None:
    first(rows, rule="duplicate-item")["reason"] = "it was dull"


def _rule(rows: list[Row]) -> None:
    first(rows, rule="duplicate-item")["rule"] = "contradicting-golds"


def _stage(rows: list[Row]) -> None:
    first(rows, stage="balance")["stage"] = "read"


def _removed_answer(rows: list[Row]) -> None:
    row = first(rows, stage="balance")
    row["answer"] = other(row["answer"])


def _removed_question(rows: list[Row]) -> None:
    row = first(rows, stage="balance")
    row["question"] = row["question"].replace("?", "!")


CHANGED: dict[str, tuple[str, Callable[[list[Row]], None]]] = {
    "probability": ("measurements", _probability),
    "probability of a refit": ("measurements", _refitted_probability),
    "measurements of another item": ("measurements", _swapped_ids),
    "meta": ("balanced", _meta),
    "place": ("balanced", _place),
    "group": ("balanced", _group),
    "repainted": ("balanced", _repaint),
}
"""A fingerprint finds these; who also forges the fingerprint must be met with the fingerprint that was cited."""
FORGED: dict[str, tuple[str, Callable[[list[Row]], None]]] = {
    "answer": ("balanced", _answer),
    "question": ("balanced", _question),
    "spaces": ("balanced", _spaces),
    "order of options": ("balanced", _choices),
    "no option": ("balanced", _not_an_option),
    "not normalised": ("balanced", _unnormalised),
    "answer type": ("balanced", _type),
    "question key": ("balanced", _key),
    "partner": ("balanced", _partner),
    "no partner": ("balanced", _no_partner),
    "unknown partner": ("balanced", _unknown_partner),
    "quad": ("balanced", _quad),
    "no quads": ("balanced", _no_quads),
    "prediction": ("measurements", _prediction),
    "refitted prediction": ("measurements", _refitted),
    "licence": ("balanced", _licence),
    "id": ("balanced", _identity),
    "width": ("balanced", _width),
    "path": ("balanced", _path),
    "swapped pictures": ("balanced", _swap),
    "dropped": ("balanced", _drop),
    "dropped from removed": ("removed", _drop),
    "dropped from measurements": ("measurements", _drop),
    "id of measurements": ("measurements", _identity),
    "reason": ("removed", _reason),
    "no reason": ("removed", _no_reason),
    "reason of a rule": ("removed", _rule_reason),
    "rule": ("removed", _rule),
    "stage": ("removed", _stage),
    "answer of a removed row": ("removed", _removed_answer),
    "question of a removed row": ("removed", _removed_question),
    "prediction of a removed row": ("removed", _prediction),
}


REORDERED: dict[str, tuple[str, Callable[[list[Row]], None]]] = {
    "rows by id": ("balanced", _by_id),
    "removed rows by id": ("removed", _by_id),
    "measurements backwards": ("measurements", list.reverse),
}
"""What no fingerprint speaks of."""
NO_FINGERPRINT: dict[str, tuple[str, Callable[[list[Row]], None]]] = {
    "twice": ("balanced", _twice),
    "no bytes": ("balanced", _no_bytes),
}
"""Rows that no fingerprint can be made of."""
HIDDEN = CHANGED | NO_FINGERPRINT | {name: FORGED[name] for name in ("answer", "partner", "quad", "reason", "dropped")}


@pytest.mark.parametrize("name", HIDDEN)
def test_a_changed_cell_is_found_when_hashes_were_made_to_fit(folder: Path, name: str) -> None:
    adversary = Adversary(folder)
    adversary.rows(*HIDDEN[name])
    adversary.hide()
    problems = failed(folder)
    assert problems
    assert not {"manifest", "files"} & set(problems), "hashes fit, so only a recount can have found it"


@pytest.mark.parametrize("name", FORGED | REORDERED)
def test_a_changed_cell_is_found_when_fingerprints_were_made_to_fit_too(folder: Path, name: str) -> None:
    adversary = Adversary(folder)
    adversary.rows(*(FORGED | REORDERED)[name])
    adversary.forge()
    problems = failed(folder)
    assert problems
    assert not {"manifest", "files", "fingerprints and versions"} & set(problems)


@pytest.mark.parametrize("name", CHANGED)
def test_a_forged_fingerprint_is_another_fingerprint(folder: Path, built: Built, name: str) -> None:
    adversary = Adversary(folder)
    adversary.rows(*CHANGED[name])
    adversary.forge()
    config = CHANGED[name][0]
    now, cited = adversary.manifest["configs"][config], built.manifest.configs[config]
    assert now["version"] != cited.version
    assert (now["fingerprint"] == cited.fingerprint) == (config == "measurements" or name == "place")


def test_dropping_a_row_from_both_sides_of_the_books_is_found(folder: Path) -> None:
    adversary = Adversary(folder)
    adversary.rows("removed", _drop)
    for split in adversary.manifest["sources"][0]["splits"]:
        split["rows"] -= split["split"] == "test"
    adversary.forge()
    assert failed(folder)
