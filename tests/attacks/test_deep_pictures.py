"""Claim: image partners are pictures that every model can tell apart.

Attack: X-rays of 12 bits in 16-bit PNGs, one conversion for keys and encoders (stretched from darkest to brightest) and
another for models (cut off at 255). Two X-rays were certified as counterfactuals of one another, and a model was shown
two white squares. The other way round too: pictures whose pixels differ only where they are transparent, or only below
what 8 bits hold, had two keys and were certified as partners, and every model saw one picture twice.

Before (ba22272): of 24 items 24 were certified, and each was shown as the same white picture as its partner; of 24
items whose pictures differ in what nobody sees, 24 were certified. Now: 24 certified and all shown apart; 0 certified.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.audit.conftest import Says
from tests.pipeline.toy import Toy
from twokeys.audit.evaluation.evaluate import evaluate
from twokeys.audit.models.model import Masking, Question
from twokeys.audit.published import read
from twokeys.builder.build import build

Paint = Callable[[int], Image.Image]


def xray(number: int) -> Image.Image:
    """12 bits in 16: tissue of 300 to 600, and a bright disc whose place and size tell pictures apart."""
    y, x = np.mgrid[:48, :48]
    disc = (y - 12 - 3 * (number % 6)) ** 2 + (x - 20) ** 2 < 40 + 20 * (number % 3)
    return Image.fromarray((np.random.default_rng(number).integers(300, 600, (48, 48)) + disc * 3000).astype(np.uint16))


def behind_glass(number: int) -> Image.Image:
    """Wholly transparent, of another colour each."""
    return Image.new("RGBA", (48, 48), (number * 5, 90, 200, 0))


def below_8_bits(number: int) -> Image.Image:
    """The same picture each time, but for a sixteenth of what one grey level of 8 bits is."""
    values = np.asarray(xray(0)).copy()
    values[0, 0] = 321 + (number & 7)
    return Image.fromarray(values)


def built(place: Path, paint: Paint) -> Path:
    """Two questions by two pictures, answers yes no / no yes, twelve pictures: all can be kept where they differ."""
    toy = Toy.balanced(place / "corpora")
    for number, path in enumerate(sorted((toy.corpora / toy.pictures).glob("*/*.png"))):
        paint(number).save(path)
    return build(toy.save(place / "recipe.yaml"), place / "toy", corpora=toy.corpora, engine="serial").folder


def test_partners_among_deep_pictures_look_different_to_a_model(tmp_path: Path) -> None:
    folder = built(tmp_path, xray)
    for split in ("train", "test"):
        seen: dict[bytes, None] = {}

        def remember(question: Question, seen: dict[bytes, None] = seen) -> str:
            seen[question.picture.tobytes()] = None
            return "no"

        published = read(folder, "balanced", split)
        assert len(published.table) == 12
        evaluate(folder, Says(remember), split=split, masking=Masking(), out=tmp_path / split)
        shown = published.shown(list(published.table["id"]))
        for name, partner in zip(published.table["id"], published.table["image_partner"], strict=True):
            one, two = (np.asarray(shown[key]).astype(int) for key in (name, partner))
            assert len(np.unique(one)) > 20
            assert (np.abs(one - two) > 100).mean() > 0.01  # a disc stands elsewhere
            assert one.tobytes() != two.tobytes()
        assert {shown[key].tobytes() for key in published.table["id"]} <= set(seen)


@pytest.mark.parametrize("paint", [behind_glass, below_8_bits])
def test_pictures_that_no_model_can_tell_apart_are_no_partners(tmp_path: Path, paint: Paint) -> None:
    folder = built(tmp_path, paint)
    assert not list((folder / "balanced").glob("*.parquet")) or not sum(
        len(read(folder, "balanced", split).table) for split in ("train", "test")
    )
