"""Items of several images are explained over all of them; what is for one image alone leaves them out, counted."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tests.audit.evaluation.test_several_images import rows, showing_one
from twokeys.audit.explainers.chance import Chance
from twokeys.audit.explanation import explain as module
from twokeys.audit.explanation.explain import LINES, REPORT, explain
from twokeys.audit.explanation.heat_maps import FOR, heat_maps
from twokeys.audit.explanation.sensitivity import sensitivity
from twokeys.audit.explanation.truth import truth
from twokeys.audit.games.synergy import Scores
from twokeys.audit.models.model import Masking, Question
from twokeys.audit.reference.families import FAMILIES, untrained
from twokeys.core.errors import BadInput

NAMES = ["occlusion", "tam", "rollout"]
GREY = Image.new("RGB", (64, 64), "grey")


@pytest.fixture
def several(tmp_path: Path) -> Path:
    """Items of two images, and of one."""
    (tmp_path / "published" / "balanced").mkdir(parents=True)
    pd.DataFrame(rows()).to_parquet(tmp_path / "published" / "balanced" / "test-00000-of-00001.parquet")
    return tmp_path / "published"


@pytest.mark.parametrize(
    "family", [pytest.param(one, marks=pytest.mark.slow if one != "llava" else ()) for one in FAMILIES]
)
def test_players_are_the_patches_of_all_images(several: Path, tmp_path: Path, family: str) -> None:
    model = untrained(family, 0)
    found = explain(several, model, NAMES, limit=4, masking=Masking(), budget=20, out=tmp_path / "run")
    assert (len(found.items), found.skipped) == (4, {})
    two = [item for item in found.items if "o0" in item["id"] or "o1" in item["id"]]
    one = [item for item in found.items if item not in two]
    assert two
    assert one
    for item in two:
        assert len(item["grids"]) == 2
        assert "rows" not in item
        patches = sum(rows * columns for rows, columns in item["grids"])
        assert len(item["boxes"]) == patches
        assert {len(own["image"]) for own in item["explainers"].values()} == {patches}
    for item in one:
        assert "grids" not in item
        assert item["rows"] * item["columns"] == len(item["boxes"])
    assert [json.loads(line) for line in (tmp_path / "run" / LINES).read_text().splitlines()] == found.items
    page = (tmp_path / "run" / REPORT).read_text(encoding="utf-8")
    assert page.count('alt="heat map of rollout, image 1"') == page.count('alt="heat map of rollout, image 2"') > 0
    assert 'alt="heat map of rollout"' in page or not one


def test_a_line_of_one_image_has_the_fields_that_it_always_had(several: Path, tmp_path: Path) -> None:
    path = several / "balanced" / "test-00000-of-00001.parquet"
    pd.DataFrame([row for row in rows() if len(row["image_keys"]) == 1]).to_parquet(path)
    found = explain(several, untrained("llava", 0), NAMES, limit=2, masking=Masking(), budget=20, out=tmp_path / "run")
    assert list(found.items[0]) == [
        "id", "question", "answer", "explained", "words", "rows", "columns", "boxes", "values", "truth", "passes",
        "seconds", "explainers",
    ]  # fmt: skip
    page = (tmp_path / "run" / REPORT).read_text(encoding="utf-8")
    assert "image 1" not in page
    assert "one scale" not in page


@dataclass(frozen=True)
class ForOne:
    """An explainer of a plug-in that says nothing of several images."""

    name = "for-one"
    published = ""
    promises: ClassVar[frozenset[str]] = frozenset()

    def cost(self, patches: int, tokens: int):
        return Chance().cost(patches, tokens)

    def __call__(self, task) -> Scores:
        assert not task.prepared.layouts, "it was given an item of several images"
        return Chance()(task)


def test_an_explainer_that_does_not_say_so_is_given_no_item_of_several(several: Path, monkeypatch) -> None:
    monkeypatch.setattr(module, "named", lambda names: [ForOne(), Chance(), *_made(["occlusion"])])
    found = explain(
        several, untrained("llava", 0), ["for-one", "random", "occlusion"], limit=4, masking=Masking(), budget=20
    )
    assert len(found.items) == 4
    assert all("o2" in item["id"] or "o3" in item["id"] for item in found.items)
    assert set(found.skipped.values()) == {"the item has 2 images, and the explainer for-one takes one"}


def test_where_every_item_has_several_such_an_explainer_is_refused_at_once(several: Path, monkeypatch) -> None:
    path = several / "balanced" / "test-00000-of-00001.parquet"
    pd.DataFrame([row for row in rows() if len(row["image_keys"]) > 1]).to_parquet(path)
    monkeypatch.setattr(module, "named", lambda names: [ForOne(), Chance(), *_made(["occlusion"])])
    for verb in (explain, sensitivity):
        with pytest.raises(BadInput, match=r"the explainer for-one takes items of one image.*Leave out for-one"):
            verb(several, "no/such-model", ["for-one", "random", "occlusion"])


def _made(names: list[str]):
    from twokeys.audit.explainers.registry import named

    return named(names)


def test_a_model_whose_template_shows_one_image_leaves_them_out(several: Path) -> None:
    found = explain(several, showing_one("llava"), NAMES, limit=4, masking=Masking(), budget=20)
    assert len(found.items) == 4
    assert set(found.skipped.values()) == {"the item has 2 images, and the model's template shows 1"}


def drawn(*boxes: tuple[int, int, int, int]) -> Image.Image:
    image = GREY.copy()
    for box in boxes:
        image.paste((250, 20, 20), box)
    return image


def test_the_difference_mask_lies_in_the_image_that_differs() -> None:
    model, marked = untrained("llava", 0), drawn((0, 0, 8, 8))
    question = Question(GREY, "is it red?", kind="yes/no", more=(marked,))
    prepared = model.prepare(question, "yes")
    own, half = question.pictures, prepared.patches // 2
    in_second = truth(prepared, question.question, own, None, (GREY, GREY)).image
    assert in_second is not None
    assert not in_second[:half].any()
    assert in_second[half:].argmax() == 0
    # An image that differs as a whole beside one that is the same: all of it is the difference.
    other = Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8))
    whole = truth(prepared, question.question, own, None, (other, marked)).image
    assert whole is not None
    assert whole.tolist() == [1.0] * half + [0.0] * half
    # A larger copy cannot be laid beside it, and so it differs as a whole.
    larger = truth(prepared, question.question, own, None, (GREY, marked.resize((96, 96)))).image
    assert larger is not None
    assert larger.tolist() == [0.0] * half + [1.0] * half


@pytest.mark.parametrize("others", [(GREY,), (GREY, GREY, GREY), ()])
def test_of_a_partner_with_more_or_fewer_images_nothing_is_told(others) -> None:
    question = Question(GREY, "is it red?", kind="yes/no", more=(drawn((0, 0, 8, 8)),))
    prepared = untrained("llava", 0).prepare(question, "yes")
    assert truth(prepared, question.question, question.pictures, None, others).image is None


def test_where_all_images_differ_as_wholes_or_none_does_nothing_is_told() -> None:
    rng = np.random.default_rng(1)
    noise = [Image.fromarray(rng.integers(0, 255, (64, 64, 3), dtype=np.uint8)) for _ in range(4)]
    question = Question(noise[0], "is it red?", kind="yes/no", more=(noise[1],))
    prepared = untrained("llava", 0).prepare(question, "yes")
    assert truth(prepared, question.question, question.pictures, None, noise[2:]).image is None
    assert truth(prepared, question.question, question.pictures, None, question.pictures).image is None


def test_heat_maps_have_one_scale_and_lie_on_their_own_image() -> None:
    white = Image.new("RGB", (8, 8), "white")
    boxes = [[0, 0, 4, 8], [4, 0, 8, 8], [0, 0, 8, 4], [0, 4, 8, 8]]
    item = {"grids": [[1, 2], [2, 1]], "boxes": boxes}
    first, second = heat_maps([white, white], [(8, 8), (8, 8)], item, np.array([0.0, 0.5, 1.0, 0.0]))
    strong, half = (np.asarray(image)[at] for image, at in ((second, (0, 0)), (first, (0, 7))))
    assert np.abs(strong - (0.25 * 255 + 0.75 * FOR)).max() <= 1
    assert np.abs(half - (0.625 * 255 + 0.375 * FOR)).max() <= 1
    assert (np.asarray(first)[:, :4] == 255).all()
    assert (np.asarray(second)[4:] == 255).all()


@pytest.mark.parametrize("change", [
    {"grids": [[1, 2]]}, {"grids": [[1, 2], [1, 1]]}, {"grids": [[5, 1], [-1, 1]]}, {"boxes": [[0, 0, 8, 8]]},
])  # fmt: skip
def test_an_item_that_was_explained_with_other_images_has_no_map(change) -> None:
    item = {"grids": [[1, 2], [2, 1]], "boxes": [[0, 0, 4, 4]] * 4} | change
    with pytest.raises(ValueError, match="was explained as"):
        heat_maps([GREY, GREY], [(64, 64)] * 2, item, np.ones(4))
