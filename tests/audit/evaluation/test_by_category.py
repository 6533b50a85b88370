"""Categories of an evaluation: the figure, and the blind adversary that the folder names."""

from __future__ import annotations

from pathlib import Path

from tests.audit.conftest import Says, looks
from twokeys.audit.drawing import saved
from twokeys.audit.evaluation.by_category import CategoryRate
from twokeys.audit.evaluation.category_figure import CATEGORIES, categories
from twokeys.audit.evaluation.evaluate import evaluate
from twokeys.audit.models.model import Masking
from twokeys.core.intervals.means import Interval
from twokeys.data_cards.categories import Category

NAN = float("nan")


def test_categories_stand_beside_chance_and_the_blind_adversary_that_the_folder_names() -> None:
    """Fifty categories, one of them of a long name with TeX in it: forty are drawn, the largest, in their order."""
    parts = [
        CategoryRate(
            "kind", r"a $\frac$ of a long name " * 4 if at == 49 else f"k{at}", "m", 100 + at, 50, 0.4, 0.6, 0.25
        )
        for at in range(50)
    ]
    said = {"view": "question", "unseen": False, "low": 0.1, "high": 0.4, "chance": 0.2, "baseline": "question.prior"}
    best = {
        ("kind", "k20"): Category(column="kind", value="k20", items=120, scored=120, right=30, **said),
        ("kind", "k21"): Category(column="kind", value="k21", items=121, scored=0, right=0, **said),
    }  # fmt: skip
    figure = categories(Interval(0.7, NAN, NAN, 5000, 1), 0.25, parts, best)
    text = saved(figure)
    (axes,) = figure.axes
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names[:2] == ["all items (5,000)", "kind “k10” (110)"]
    assert len(names) == 1 + CATEGORIES
    assert "10 smaller categories are not drawn" in axes.get_xlabel()
    (adversary,) = [line for line in axes.lines if line.get_marker() == "D"]
    assert (list(adversary.get_xdata()), names[int(adversary.get_ydata()[0])]) == ([0.25], "kind “k20” (120)")
    assert "<svg" in text


def test_an_evaluation_draws_its_categories(folder: Path) -> None:
    found = evaluate(folder, Says(looks), masking=Masking())
    assert [label.get_text() for label in found.figure().axes[0].get_yticklabels()] == ["all items (8)"]
