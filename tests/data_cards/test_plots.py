from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import matplotlib as mpl
import pandas as pd
import pytest
from matplotlib.text import Text
from PIL import Image

from twokeys.core.views import VIEWS
from twokeys.data_cards import plots
from twokeys.data_cards.blindness import Blindness, Score
from twokeys.data_cards.categories import Categories, Category
from twokeys.data_cards.figure_files import FILES, NAMES, write_figures
from twokeys.data_cards.figures import Distribution, Figures, Share
from twokeys.data_cards.manifest import Step

LONG = [
    "a-rule-with-a-name-that-goes-on-and-on-for-ever-and-ever",
    "onewordwithoutanyplacewhereitcouldbebrokenwhateverthatmeans",
    "$x_1$ & 50 %",
]


def drawn(draw, *arguments):
    """Draw a figure and return it with its renderer."""
    with plots._style():
        figure = draw(*arguments)
        figure.canvas.draw()
    return figure


def texts(figure) -> list[Text]:
    """Texts that are shown: tick labels outside the axes' limits exist, but are not drawn."""
    low, high = figure.axes[0].get_xlim()
    hidden = {
        id(label)
        for label in figure.axes[0].get_xticklabels()
        if not low - 1e-9 <= label.get_position()[0] <= high * (1 + 1e-9)
    }
    return [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip() and id(t) not in hidden]


def assert_readable(figure) -> None:
    """Nothing is cut off at the edge, and no text lies on another."""
    renderer = figure.canvas.get_renderer()
    tight = figure.get_tightbbox(renderer)
    assert tight.x0 >= 0, "cut off at the left"
    assert tight.y0 >= 0, "cut off below"
    assert tight.x1 <= figure.get_figwidth(), "cut off at the right"
    assert tight.y1 <= figure.get_figheight(), "cut off above"
    boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in texts(figure)]
    assert len(boxes) > 3
    for (one, first), (other, second) in combinations(boxes, 2):
        assert not first.padded(-0.5).overlaps(second), f"{one!r} lies on {other!r}"


def shown(figure) -> str:
    return "\n".join(text.get_text() for text in texts(figure))


def many_steps(manifest, rules: int):
    left, steps = 123_456_789, [Step(stage="read", name="rows read", removed=0, left=123_456_789)]
    for number in range(rules):
        left -= 4_000_000
        steps.append(Step(stage="filter", name=LONG[number % 3], removed=4_000_000, left=left))
    steps.append(Step(stage="balance", name="largest balanced subset", removed=left, left=0))
    return manifest.model_copy(update={"funnel": steps})


def extremes() -> Blindness:
    names = [
        "choices.tfidf",
        "choices.a-very-long-name-of-a-baseline-from-an-outside-package",
        "question.prior",
    ]
    scores = [
        Score(
            view=name.split(".")[0],
            baseline=name,
            stratum="all",
            items=10,
            right=right,
            low=low,
            high=high,
            chance=0.2,
        )
        for name, right, low, high in zip(names, (10, 0, 3), (0.7, 0, 0.1), (1, 0.3, 0.6), strict=True)
    ]
    return Blindness(ceilings=[], scores=scores)


def test_the_funnel_is_readable_and_says_every_number(manifest):
    figure = drawn(plots.draw_funnel, manifest.funnel)
    assert_readable(figure)
    for step in manifest.funnel:
        assert f"{step.left:,}" in shown(figure)
        assert not step.removed or f"-{step.removed:,}" in shown(figure)
        assert step.name in shown(figure)


@pytest.mark.parametrize("rules", [0, 1, 15])
def test_many_rules_with_long_names_stay_readable(manifest, rules):
    assert_readable(drawn(plots.draw_funnel, many_steps(manifest, rules).funnel))


def test_a_funnel_that_keeps_nothing_is_readable(nothing_kept):
    figure = drawn(plots.draw_funnel, nothing_kept.funnel)
    assert_readable(figure)
    assert "100.0 %" in shown(figure)


def test_bars_are_as_long_as_what_was_left(manifest):
    bars = drawn(plots.draw_funnel, manifest.funnel).axes[0].patches
    assert [step.left for step in manifest.funnel] == [bar.get_width() for bar in bars[::2]]
    assert [step.removed for step in manifest.funnel] == [bar.get_width() for bar in bars[1::2]]


@pytest.mark.parametrize("which", ["both", "before", "nothing kept", "extremes", "nothing measured"])
def test_blindness_is_readable(manifest, nothing_kept, which):
    empty = Blindness(ceilings=[], scores=[])
    before, after = {
        "both": (manifest.before, manifest.after),
        "before": (manifest.before, None),
        "nothing kept": (nothing_kept.before, nothing_kept.after),
        "extremes": (extremes(), extremes()),
        "nothing measured": (empty, None),
    }[which]
    assert_readable(drawn(plots.draw_blindness, before, after, " ".join(["A title of several lines"] * 5)))


def test_blindness_marks_every_result_where_it_belongs(manifest):
    axes = drawn(plots.draw_blindness, manifest.before, manifest.after, "Title").axes[0]
    bounds = [
        c.share
        for one in (manifest.before, manifest.after)
        for c in one.ceilings
        if c.stratum == "all" and c.view in VIEWS
    ]
    assert sorted(bounds) == sorted(bar.get_width() for bar in axes.patches)
    scores = [s for one in (manifest.before, manifest.after) for s in one.scores if s.stratum == "all"]
    dots = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o"]
    assert sorted(score.accuracy for score in scores) == sorted(dots)
    ends = [tuple(line.get_xdata()) for line in axes.lines if line.get_marker() == "|"]
    assert sorted((score.low, score.high) for score in scores) == sorted(ends)


@pytest.fixture
def made(manifest) -> Figures:
    """Two categories, one of which was left out of what is published, and answers with a name of TeX and a long one."""
    said = {"view": "question", "baseline": "question.prior", "unseen": False, "column": "kind", "chance": 0.25}
    row = Category(value="a $\\frac$", items=40, scored=40, right=30, low=0.5, high=0.9, **said)
    few = Category(value="few", items=5, scored=0, right=0, low=0, high=1, **said)
    shares = [Share("$x_1", (6, 1, 0)), Share(LONG[1], (4, 3, 0))]
    told = {"columns": ["kind"], "compared": 1, "confidence": 0.95, "method": ""}
    return Figures(
        title="Title",
        funnel=manifest.funnel,
        before=manifest.before,
        after=manifest.after,
        categories=Categories(rows=[row, few], **told),
        categories_after=Categories(rows=[row.model_copy(update={"right": 10, "low": 0.1, "high": 0.5})], **told),
        sets=["all items read", "balanced", "audited"],
        answers=[Distribution("Items of type open", (10, 4, 0), shares, 0)],
    )


def test_categories_and_answers_are_readable_and_marked_where_they_belong(made: Figures) -> None:
    figure = drawn(plots.draw_categories, made.categories, made.categories_after)
    assert_readable(figure)
    assert "75.0 % → 25.0 %" in shown(figure)
    assert sorted(line.get_xdata()[0] for line in figure.axes[0].lines if line.get_marker() == "o") == [0.25, 0.75]
    figure = drawn(plots.draw_answers, made.sets, made.answers)
    assert_readable(figure)
    assert [bar.get_width() for bar in figure.axes[0].patches] == [0.6, 0.25, 0, 0.4, 0.75, 0]
    assert_readable(drawn(plots.draw_categories, made.categories, None))


def test_the_same_input_gives_the_same_bytes_whatever_the_readers_style(made: Figures, tmp_path) -> None:
    names = write_figures(made, tmp_path / "a")
    assert set(names) == set(FILES)
    with mpl.rc_context({"font.size": 20, "axes.facecolor": "black", "savefig.dpi": 30, "font.family": "serif"}):
        write_figures(made, tmp_path / "b")
        assert mpl.rcParams["font.size"] == 20
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_tables_hold_the_numbers_of_the_figures(made: Figures, tmp_path) -> None:
    write_figures(made, tmp_path)
    tables = {name: pd.read_csv(tmp_path / f"assets/{name}.csv") for name in NAMES}
    assert tables["funnel"]["left"].tolist() == [step.left for step in made.funnel]
    assert tables["categories"][["set", "value", "right"]].to_numpy().tolist() == [
        ["all items read", "a $\\frac$", 30], ["all items read", "few", 0], ["published", "a $\\frac$", 10],
    ]  # fmt: skip
    assert tables["answers"]["share"].tolist() == [0.6, 0.25, 0, 0.4, 0.75, 0]
    assert len(tables["blindness"]) > 3


def test_a_set_without_categories_has_no_figure_of_them(made: Figures, tmp_path) -> None:
    names = write_figures(replace(made, categories=None, categories_after=None, answers=[]), tmp_path)
    assert names == [f"assets/{name}.{ending}" for name in ("funnel", "blindness") for ending in ("png", "csv")]


def test_the_pictures_hold_something_and_no_version(made: Figures, tmp_path) -> None:
    write_figures(made, tmp_path)
    with Image.open(tmp_path / "assets/funnel.png") as picture:
        assert picture.width == 1350
        assert len(picture.convert("RGB").getcolors(1 << 24)) > 50
        assert "Software" not in picture.info
