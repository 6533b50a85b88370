"""Items of several images: models that take them are shown all in order; others leave such items out, with a reason."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import torch
from PIL import Image

from tests.audit.conftest import COLOURS, Heard, Says, png
from twokeys.audit.comparison.compare import compare
from twokeys.audit.evaluation.drawing import donors
from twokeys.audit.evaluation.evaluate import evaluate
from twokeys.audit.games.backgrounds import IMAGE
from twokeys.audit.models.generative import Generative
from twokeys.audit.models.model import Masking, Question
from twokeys.audit.published import read
from twokeys.audit.reference.families import FAMILIES, untrained
from twokeys.core.errors import BadInput, Unscorable
from twokeys.core.items import image_key


def rows() -> list[dict]:
    """Which of two squares is red: both orders of a red and a blue one, in three sizes; and items of one image."""
    made = []
    for size in range(3):
        keys = {colour: f"{colour}{size}" for colour in COLOURS}
        for place, order in enumerate((["red", "blue"], ["blue", "red"], ["red"], ["blue"])):
            shown = [keys[colour] for colour in order]
            for asked in ("first", "last"):
                answer = "yes" if (order[0] if asked == "first" else order[-1]) == "red" else "no"
                made.append({
                    "id": f"s{size}o{place}{asked}", "images": [png(colour, 16 + 8 * size) for colour in order],
                    "question": f"is the {asked} square red?", "choices": [], "answer": answer, "compared": answer,
                    "answer_type": "yes/no", "question_key": asked, "image_key": image_key(shown), "image_keys": shown,
                    "group": f"g{size}", "quad": None, "image_partner": None, "question_partner": None,
                })  # fmt: skip
    return made


@pytest.fixture
def several(tmp_path: Path) -> Path:
    (tmp_path / "published" / "balanced").mkdir(parents=True)
    pd.DataFrame(rows()).to_parquet(tmp_path / "published" / "balanced" / "test-00000-of-00001.parquet")
    return tmp_path / "published"


def red(picture: Image.Image) -> bool:
    pixel = np.asarray(picture.convert("RGB"))[8, 8].astype(int)
    return bool(abs(pixel - COLOURS["red"]).sum() < 30)


def looks(question: Question) -> str:
    """Knows the colour of the first and of the last image, and which of them is asked for."""
    return "yes" if red(question.pictures[-1 if "last" in question.question else 0]) else "no"


class TakesSeveral(Says):
    several = True


def test_a_model_that_takes_several_is_shown_all_in_their_order(several: Path) -> None:
    found = evaluate(several, TakesSeveral(looks), masking=Masking())
    assert len(found.items) == 24
    assert found.items["right.both"].all()
    assert not found.skipped
    # All images are masked: nothing is red any more.
    assert (found.items["right.question"] == (pd.Series([row["answer"] for row in rows()]) == "no")).all()


def test_a_model_that_takes_one_leaves_the_others_out_and_says_why(several: Path) -> None:
    found = evaluate(several, Says(looks), masking=Masking())
    assert len(found.items) == 12
    assert len(found.skipped) == 12
    assert set(found.skipped.values()) == {"the item has 2 images, and the model takes one"}
    assert found.items["right.both"].all()


def test_masks_are_chosen_and_reports_written_with_several_images(several: Path, tmp_path: Path) -> None:
    found = evaluate(several, TakesSeveral(looks), out=tmp_path / "run")
    assert found.leaks
    assert "data:image" in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    other = evaluate(several, TakesSeveral(looks), masking=Masking("other-image"))
    assert len(other.items) == 24


def test_a_set_of_which_nothing_can_be_answered_says_so(several: Path) -> None:
    path = several / "balanced" / "test-00000-of-00001.parquet"
    pd.DataFrame([row for row in rows() if len(row["image_keys"]) > 1]).to_parquet(path)
    with pytest.raises(BadInput, match="can score none of the items; of the first, the item has 2 images"):
        evaluate(several, Says(looks), masking=Masking())


def showing_one(family: str) -> Generative:
    """An untrained model whose chat template shows the first image of a turn alone."""
    model = untrained(family, 0)
    first_and_text = "[turn['content'][0], turn['content'][-1]]"
    model.template = model.template.replace("in turn['content']", f"in {first_and_text}")
    return model


@pytest.mark.parametrize("family", FAMILIES)
def test_a_game_of_several_images_has_probabilities_and_dividends(several: Path, family: str) -> None:
    found = evaluate(several, untrained(family, 0), masking=Masking())
    assert (len(found.items), len(found.skipped)) == (24, 0)
    assert found.run["value"] == "probability"
    values = found.items[["v.both", "v.image", "v.question", "v.neither"]].to_numpy()
    assert ((values > 0) & (values < 1)).all()
    dividend = values @ [1, -1, -1, 1]
    assert found.items["dividend"].to_numpy() == pytest.approx(dividend)


@pytest.mark.parametrize("family", FAMILIES)
def test_each_image_goes_in_as_it_would_alone_and_their_order_counts(family: str) -> None:
    """Images of different sizes: the features are those of each image alone, one image after the other."""
    model, rng = untrained(family, 0), np.random.default_rng(0)
    first, second = (Image.fromarray(rng.integers(0, 255, (64, wide, 3), dtype=np.uint8)) for wide in (64, 128))
    both = model.prepare(Question(first, "is it red?", kind="yes/no", more=(second,)), "yes")
    alone = [model.prepare(Question(one, "is it red?", kind="yes/no"), "yes") for one in (first, second)]
    assert both.patches == sum(one.patches for one in alone)
    assert both.tokens == alone[0].tokens
    assert [both.words.strings] == [alone[0].words.strings]
    features = model.features(both.pixels[None], both.layout.sizes)
    assert len(both.image_places) == features.shape[1]
    expected = torch.cat([model.features(one.pixels[None]) for one in alone], dim=1)
    torch.testing.assert_close(features, expected, rtol=1e-4, atol=1e-5)
    turned = model.prepare(Question(second, "is it red?", kind="yes/no", more=(first,)), "yes")
    everything = [(np.ones((1, one.patches), bool), np.ones((1, one.tokens), bool)) for one in (both, turned)]
    values = [model.score(one, *keep)[0] for one, keep in zip((both, turned), everything, strict=True)]
    assert values[0] != values[1]
    # Many at once: the same probabilities, also beside items of one image.
    items = [both, turned, alone[0]]
    keeps = [(np.ones(one.patches, bool), np.ones(one.tokens, bool)) for one in items]
    assert model.respond(items, keeps)[1][:2] == pytest.approx(values, rel=1e-3)


@pytest.mark.parametrize("fill", IMAGE)
@pytest.mark.parametrize("family", FAMILIES)
def test_a_masked_patch_changes_the_pixels_of_its_own_image_alone(family: str, fill: str) -> None:
    model, rng = untrained(family, 0), np.random.default_rng(1)
    first, second, donor = (
        Image.fromarray(rng.integers(0, 255, (64, wide, 3), dtype=np.uint8)) for wide in (64, 128, 64)
    )
    question = Question(first, "is it red?", kind="yes/no", more=(second,))
    both = model.prepare(question, "yes", Masking(image=fill), donor)
    (one, other) = (model.prepare(Question(each, "is it red?", kind="yes/no"), "yes", Masking(image=fill), donor)
                    for each in (first, second))  # fmt: skip
    keep = np.ones((1, both.patches), dtype=bool)
    keep[0, one.patches + 1] = False  # the second patch of the second image
    changed = model.masked(both, keep)[0] != both.pixels
    tiles = len(one.pixels)
    assert not changed[:tiles].any()
    own = np.ones((1, other.patches), dtype=bool)
    own[0, 1] = False
    alone = model.masked(other, own)[0]
    high, wide = alone.shape[-2:]
    torch.testing.assert_close(model.masked(both, keep)[0][tiles:, :, :high, :wide], alone)
    nothing = model.masked(both, np.zeros((1, both.patches), dtype=bool))[0]
    expected = [model.masked(each, np.zeros((1, each.patches), dtype=bool))[0] for each in (one, other)]
    for part, each in zip((nothing[:tiles], nothing[tiles:]), expected, strict=True):
        torch.testing.assert_close(part[..., : each.shape[-2], : each.shape[-1]], each)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_template_that_shows_one_image_leaves_items_of_several_out(several: Path, family: str) -> None:
    model = showing_one(family)
    assert not model.several
    assert untrained(family, 0).several
    found = evaluate(several, model, masking=Masking(), limit=24)
    assert len(found.items) == len(found.skipped) == 12
    assert set(found.skipped.values()) == {"the item has 2 images, and the model's template shows 1"}
    grey = Image.new("RGB", (16, 16), "grey")
    with pytest.raises(Unscorable, match="the item has 2 images"):
        model.reply([Question(grey, "is it red?", kind="yes/no", more=(grey,))])


def test_the_image_that_stands_in_is_none_of_the_items_own() -> None:
    lists = [["a", "b"], ["b", "a"], ["a"], ["c", "a"], ["b", "c"]]
    assert donors(lists, np.arange(5)) == {0: 3, 1: 3, 2: 1, 3: 1, 4: 2}
    assert donors([["a", "b"], ["b", "a"]], np.arange(2)) == {}


def test_images_of_an_item_stand_side_by_side_in_reports(several: Path) -> None:
    published = read(several)
    assert published.several
    shown = published.shown(["s0o0first", "s0o2first"])
    assert shown["s0o0first"].width > shown["s0o0first"].height
    assert shown["s0o2first"].size == (16, 16)


def counts(question: Question) -> str:
    """Whether the item has a red square in every image, if that is asked; else whether it has one at all."""
    seen = [red(picture) for picture in question.pictures]
    return "yes" if (all(seen) if "every" in question.question else any(seen)) else "no"


def every_and_some() -> list[dict]:
    """Two images: red red, red blue, blue blue; is every square red, is some square red; and one item of one image."""
    made = []
    for place, order in enumerate((["red", "red"], ["red", "blue"], ["blue", "blue"], ["red"])):
        for asked in ("every", "some"):
            true = (all if asked == "every" else any)(colour == "red" for colour in order)
            answer = "yes" if true else "no"
            made.append({
                "id": f"{place}{asked}", "images": [png(colour) for colour in order],
                "question": f"is {asked} square red?", "choices": [], "answer": answer, "compared": answer,
                "answer_type": "yes/no", "question_key": asked, "image_key": image_key(order), "image_keys": order,
                "group": f"g{place}", "quad": None, "image_partner": None, "question_partner": None,
            })  # fmt: skip
    return made


def test_one_image_is_masked_alone_and_what_is_needed_is_named(several: Path, tmp_path: Path) -> None:
    pd.DataFrame(every_and_some()).to_parquet(several / "balanced" / "test-00000-of-00001.parquet")
    heard = Heard()
    found = evaluate(several, TakesSeveral(counts), masking=Masking(), out=tmp_path / "run", say=heard)
    assert heard.notes == ["answering 8 items under 4 views, and with each image of several masked alone: 44 answers"]
    items = found.items.set_index("id")
    assert items["right.both"].all()
    # A masked square is grey, not red.
    expected = {
        "0every": [False, False], "0some": [True, True], "1every": [True, True], "1some": [False, True],
        "2every": [True, True], "2some": [True, True], "3every": None, "3some": None,
    }  # fmt: skip
    assert items["right.without"].to_dict() == expected
    assert items["v.without"]["1some"] == [0.0, 1.0]
    needs = {"0every": [1, 2], "0some": [], "1every": [], "1some": [1], "2every": [], "2some": []}
    assert items["needed_images"].to_dict() == needs | {"3every": None, "3some": None}
    assert found.each_image is not None
    assert {name: round(6 * one.estimate) for name, one in found.each_image.right.items()} == {"1": 4, "2": 5}
    assert {name: round(6 * one.estimate) for name, one in found.each_image.lost.items()} == {"1": 2, "2": 1}
    assert {name: (round(6 * one.estimate), one.n) for name, one in found.each_image.needed.items()} == {
        "none": (4, 6), "one": (1, 6), "several": (1, 6),
    }  # fmt: skip
    kept = pd.read_parquet(tmp_path / "run" / "items.parquet").set_index("id")
    assert list(kept["right.without"]["1some"]) == [False, True]
    assert list(kept["needed_images"]["0every"]) == [1, 2]
    assert kept["needed_images"]["3some"] is None
    told = json.loads((tmp_path / "run" / "result.json").read_text(encoding="utf-8"))
    assert told["each_image"]["needed"]["one"]["estimate"] == pytest.approx(1 / 6, abs=1e-6)
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert "Which image is needed" in page
    assert "It becomes wrong without image 1, without image 2." in page
    what = found.to_pandas().set_index(["what", "part"])["estimate"]
    assert what["images needed", "several"] == pytest.approx(1 / 6)
    # A stopped run goes on to the same end.
    lines = (tmp_path / "run" / "answers.jsonl").read_text().splitlines(keepends=True)
    (tmp_path / "run" / "answers.jsonl").write_text("".join(lines[:3]))
    again = evaluate(several, TakesSeveral(counts), masking=Masking(), out=tmp_path / "run")
    assert again.json() == found.json()


def test_two_runs_with_images_masked_alone_can_be_compared(several: Path, tmp_path: Path) -> None:
    places = [tmp_path / "one", tmp_path / "other"]
    for place, say in zip(places, (looks, counts), strict=True):
        evaluate(several, TakesSeveral(say), masking=Masking(), out=place)
    assert len(compare(*places, out=tmp_path / "compared").differences)


@pytest.mark.parametrize("family", FAMILIES)
def test_values_without_an_image_are_those_of_the_game(several: Path, family: str) -> None:
    model = untrained(family, 0)
    found = evaluate(several, model, masking=Masking()).items.set_index("id")
    row = next(row for row in rows() if row["id"] == "s1o0last")
    shown = [Image.open(io.BytesIO(each["bytes"])).convert("RGB") for each in row["images"]]
    prepared = model.prepare(Question(shown[0], row["question"], kind="yes/no", more=(shown[1],)), row["answer"])
    keep = np.stack([prepared.without_image(place) for place in (0, 1)])
    values = model.score(prepared, keep, np.ones((2, prepared.tokens), dtype=bool))
    assert found["v.without"]["s1o0last"] == pytest.approx(values.tolist(), rel=1e-3)
    assert found["v.without"]["s1o2last"] is None


def test_a_folder_of_one_image_an_item_says_nothing_of_several(several: Path, tmp_path: Path) -> None:
    path = several / "balanced" / "test-00000-of-00001.parquet"
    pd.DataFrame([row for row in rows() if len(row["image_keys"]) == 1]).to_parquet(path)
    heard = Heard()
    found = evaluate(several, Says(looks), masking=Masking(), out=tmp_path / "run", say=heard)
    assert found.each_image is None
    assert heard.notes == ["answering 12 items under 4 views: 48 answers"]
    views = [f"{kind}.{view}" for view in ("image", "question", "neither") for kind in ("right", "v")]
    first = ["id", "reply", "right.both", "v.both", *views]
    assert pq.read_schema(tmp_path / "run" / "items.parquet").names[: len(first) + 1] == [*first, "dividend"]
    assert "needed_images" not in found.items
    assert "each_image" not in (tmp_path / "run" / "run.json").read_text(encoding="utf-8")
    assert "each_image" not in (tmp_path / "run" / "result.json").read_text(encoding="utf-8")
    assert "Which image" not in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
