"""How often models are right, measured on items that did not decide on fitness, and the margins that follow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twokeys.audit.games.margins import Margin
from twokeys.builder.pair.generate import EDITS
from twokeys.builder.pair.judges import verification
from twokeys.builder.pair.judges.asking import Claim
from twokeys.builder.pair.judges.precision import LADDER, Tried, measured, smallest_margin, stated
from twokeys.builder.pair.judges.verification import Verified, verified
from twokeys.builder.read.pictures import Pictures
from twokeys.builder.recipe import Verify
from twokeys.builder.run.engines import Serial
from twokeys.builder.run.keys import NamedModel
from twokeys.builder.run.stages import Run
from twokeys.core.pictures.limits import Images
from twokeys.data_cards.pairing import Precision

ITEMS, EDITED = 1400, 200
Judge = Callable[[Claim], float]
"""What a model says of a claim, in nats."""


def gold(image: str) -> str:
    """The true answer about an image."""
    return "yes" if int(image) % 2 else "no"


def right(claim: Claim) -> float:
    """A model that sees."""
    return 3.0 if claim.answer == gold(claim.image) else -3.0


def guess(claim: Claim) -> float:
    """A model that is as sure as one that sees, and looks at nothing: it says yes to two of three images."""
    return 3.0 if (int(claim.image) % 3 > 0) == (claim.answer == "yes") else -3.0


def easy(claim: Claim) -> float:
    """A model that is sure of what is easy, where it is right, and says yes to the rest by little."""
    if int(claim.image) % 5:
        return right(claim)
    return 0.7 if claim.answer == "yes" else -0.7


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., tuple[Verified, list[list[Claim]]]]:
    """Let models judge an edit of every seventh item: its question about the next image, and the other answer."""

    def judge(*models: Judge, **settings: Any) -> tuple[Verified, list[list[Claim]]]:
        asked: list[list[Claim]] = []

        def ask(run: Run, model: NamedModel, claims: list[Claim], pictures: Pictures) -> dict[Claim, Margin]:
            asked.append(claims)
            return {claim: Margin(models[int(model.name)](claim)) for claim in claims}

        monkeypatch.setattr(verification, "ask", ask)
        images = [str(number) for number in range(ITEMS)]
        items = pd.DataFrame({"id": [f"toy:test:{image}" for image in images], "image_key": images})
        items = items.assign(question="is it?", answer=[gold(image) for image in images], answer_type="yes/no")
        items = items.assign(source="toy", answer_source="annotated", choices=[[]] * ITEMS)
        edits = pd.DataFrame([
            dict.fromkeys(EDITS.names) | {
                "id": f"{row['id']}~", "edit_of": row["id"], "root": row["id"], "view": "image",
                "answer": {"yes": "no", "no": "yes"}[row["answer"]], "answer_source": "expected",
                "image": str(int(row["image_key"]) + 1),
            }
            for row in items.iloc[::7].to_dict("records")
        ])  # fmt: skip
        names = [NamedModel(str(number), str(number)) for number in range(len(models))]
        plan = Verify(models=[name.name for name in names], **settings)
        pictures = Pictures(pd.DataFrame(columns=["image_key", "source", "image"]), {}, Images())
        return verified(Run(tmp_path, Serial()), names, plan, items, edits, pictures), asked

    return judge


def used(found: Verified) -> Precision:
    """What is stated at the margin by which edits were verified."""
    (one,) = [each for each in found.precision if each.used]
    return one


def passed(found: Verified) -> int:
    return sum(one.problem is None for one in found.edits.values())


def test_of_a_judge_that_is_right_everything_is_verified_at_the_smallest_margin(said: Any) -> None:
    found, asked = said(right, precision=0.99)
    assert passed(found) == len(found.edits) == EDITED
    one = used(found)
    assert (one.source, one.margin, one.items, one.claims) == ("toy", LADDER[0], 1000, 2000)
    assert (one.passed, one.right) == (1000, 1000)
    # The first 200 items say whether it can, 1,000 others how often it is right; then originals, then edits.
    assert [len(claims) for claims in asked] == [200, 2000, EDITED, EDITED]
    assert not {claim.image for claim in asked[0]} & {claim.image for claim in asked[1]}


def test_of_a_judge_that_guesses_nothing_is_asked_but_whether_it_can(said: Any) -> None:
    found, asked = said(right, guess, right)
    assert passed(found) == 0
    (reason,) = {one.problem for one in found.edits.values()}
    assert reason.startswith("1 cannot verify what is asked of toy: it answers too few annotated items as annotated (")
    assert [len(claims) for claims in asked] == [200, 200]
    assert found.precision == []


def test_a_judge_that_guesses_is_shown_to_if_it_is_heard_against_the_rule(said: Any) -> None:
    found, _ = said(guess, accuracy=0.0)
    assert passed(found) > 0
    assert used(found).low < 0.5 < used(found).high
    with pytest.warns(RuntimeWarning, match="not shown to be right as often as is asked for"):
        strict, asked = said(guess, accuracy=0.0, precision=0.99)
    assert passed(strict) == 0
    assert len(asked) == 2  # of no edit, nor its original
    (reason,) = {one.problem for one in strict.edits.values()}
    assert "at least 99.0%" in reason
    assert not any(one.used for one in strict.precision)


def test_a_judge_that_is_right_on_the_easy_part_alone_verifies_that_part(said: Any) -> None:
    loose, _ = said(easy, margin=0.5, accuracy=0.5)
    assert used(loose).passed == 1000
    assert 850 < used(loose).right < 950
    strict, _ = said(easy, accuracy=0.5, precision=0.99)
    assert used(strict).margin == 1.0
    assert used(strict).right == used(strict).passed > 750
    verified_of = {number for number in range(0, ITEMS, 7) if strict.edits[f"toy:test:{number}~"].problem is None}
    assert verified_of == {number for number in range(0, ITEMS, 7) if number % 5 and (number + 1) % 5}


def test_models_err_together_less_often_than_alone(said: Any) -> None:
    alone, _ = said(easy, margin=0.5, accuracy=0.5)
    both, asked = said(easy, right, margin=0.5, accuracy=0.5)
    assert used(both).low > 0.99 > used(alone).low
    # Each is asked about the originals and edits that everything before it passed.
    counts = [len(claims) for claims in asked]
    assert counts[:5] == [200, 200, 2000, 2000, EDITED]
    assert EDITED > counts[5] > counts[6] == counts[7] > passed(both) - 1


def test_margins_of_a_recipe_are_said_once() -> None:
    with pytest.raises(ValueError, match="give a margin or a precision"):
        Verify(models=["one"], margin=2.0, precision=0.9)
    plan = Verify(models=["one"], precision=0.9)
    assert Verify.model_validate(plan.model_dump()) == plan


@given(
    nats=st.lists(st.tuples(st.floats(-9, 9), st.booleans()), max_size=60),
    wanted=st.floats(0.5, 0.95),
)
def test_the_margin_is_the_smallest_that_shows_the_precision(nats: list[tuple[float, bool]], wanted: float) -> None:
    tried = [Tried(str(number), margin, so) for number, (margin, so) in enumerate(nats)]
    found = smallest_margin("toy", tried, wanted)
    shows = [margin for margin in LADDER if measured("toy", tried, margin, used=True).low >= wanted]
    assert found == (min(shows) if shows else None)
    rows = stated("toy", tried, found)
    assert sum(one.used for one in rows) == (found is not None)
    for one in rows:
        counted = [so for margin, so in nats if margin >= one.margin]
        assert (one.passed, one.right, one.claims) == (len(counted), sum(counted), len(nats))
        assert one.low <= np.mean(counted or [0.0]) <= one.high or not counted
