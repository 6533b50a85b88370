"""Tables of raw against balanced say what is known of results made by hand; draws are shared where items are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchmarks.contrast import MODELS, _masks, contrast, page
from benchmarks.contrasted import (
    DIVIDEND,
    TAU,
    WITHIN,
    Contrast,
    dividends,
    effects,
    overview,
    spread,
    together,
    training,
)
from twokeys.audit.evaluation.benchmark import Benchmark
from twokeys.audit.evaluation.leaks import Leak
from twokeys.audit.evaluation.result import Evaluation
from twokeys.audit.explanation.agreement import agreement
from twokeys.audit.explanation.result import Explained
from twokeys.audit.explanation.summary import frame
from twokeys.audit.models.model import Masking
from twokeys.audit.published import Published
from twokeys.core.errors import BadInput
from twokeys.core.intervals.means import Interval, mean_interval

from .markdown import headings, tables


@pytest.fixture(autouse=True)
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.contrasted.RESAMPLES", 400)


EXPLAINERS = ("best", "middle", "random")
IMAGE = {"best": 0.3, "middle": 0.2, "random": 0.1}
ITEMS, EVALUATED = 8, 20
MIX = {"open": 0.25, "yes/no": 0.75}


def item(number: int, image: dict[str, float], text: dict[str, float], level: float, noise: float) -> dict[str, Any]:
    """A line of `twokeys.audit.explanation.explain`; F_syn is `level` in the mean of the explainers."""
    explained = {
        name: {
            "seconds": 0.1,
            "passes": 3,
            "metrics": {
                "f_syn": level + noise + image[name] - 0.2,
                "improved.raw": level + noise + image[name],
                "image.srg": image[name] + noise,
                "text.srg": text[name] + noise,
            },
        }
        for name in EXPLAINERS
    }
    values = {"both": 1.0, "image": 0.2, "question": 0.3, "neither": 0.1}
    truth = {"image": None, "text": None}
    return {"id": f"i{number}", "values": values, "truth": truth, "explainers": explained}


def made(model: str, shift: float = 0.0, noise: float = 0.0) -> Contrast:
    """Raw: image and text rank alike, F_syn .25, dividends .25. Balanced: they contradict, F_syn .5, dividends .75."""
    rng = np.random.default_rng(5)
    evaluated, explained = {}, {}
    groups = {f"e{at}": f"g{at // 2}" for at in range(EVALUATED)} | {f"i{at}": f"h{at}" for at in range(ITEMS)}
    kinds = {name: ("yes/no", "open")[int(name[1:]) % 4 == 3] for name in groups}
    for part, level, dividend in (("raw", 0.25, 0.25), ("balanced", 0.5, 0.75)):
        text = IMAGE if part == "raw" else {name: -value for name, value in IMAGE.items()}
        lines = [item(at, IMAGE, text, level + shift, noise * rng.normal()) for at in range(ITEMS)]
        images, texts = (frame(lines, metric) for metric in ("image.srg", "text.srg"))
        summary: Any = SimpleNamespace(agreement=agreement(images, texts, resamples=20))
        explained[part] = Explained({}, lines, summary, [], {})
        dividends = np.full(EVALUATED, dividend + shift) + noise * rng.normal(size=EVALUATED)
        names = [f"e{at}" for at in range(EVALUATED)]
        one = Interval(0.9, 0.8, 1.0, EVALUATED, EVALUATED // 2)
        evaluated[part] = Evaluation(
            run={}, items=pd.DataFrame({"id": names, "dividend": dividends}), accuracy={"all": one}, scores={},
            blind=dict.fromkeys(("image", "question", "neither"), one), values={}, chance=0.5, pairs={},
            dividend=mean_interval(dividends, [groups[name] for name in names]), dividends={}, alike={},
            quantiles={"0.5": dividend}, leaks=[], skipped={},
            benchmark=Benchmark(name="", title="", categories=[], adversaries=[], tasks=[]),
        )  # fmt: skip
    leaks = [("image", "other-image", "30.0% [20.0%, 40.0%]", "37.1%", "no")]
    return Contrast(model, Masking("other-image", "removed"), leaks, evaluated, groups, kinds, MIX, explained)


def test_what_balance_changes() -> None:
    rows = {row[0]: row[1:] for row in tables(together([made("reference:a"), made("reference:b")]))[0]}
    assert rows[DIVIDEND] == ["0.25 [0.25, 0.25]", "0.75 [0.75, 0.75]", "0.50 [0.50, 0.50]"]
    assert rows["F_syn as published"] == ["0.25 [0.25, 0.25]", "0.50 [0.50, 0.50]", "0.25 [0.25, 0.25]"]
    assert rows[TAU] == rows[WITHIN] == ["1.00 [1.00, 1.00]", "-1.00 [-1.00, -1.00]", "-2.00 [-2.00, -2.00]"]


def test_shares_of_answer_types_alone_move_a_mean_and_no_standardised_one() -> None:
    """Open items: .8 before and after; yes/no ones: .2 before, .32 after. Of ten, two are open before and six after."""
    found = made("reference:a")
    for part, opened, level in (("raw", 4, 0.2), ("balanced", 12, 0.32)):
        names = [f"{part}{at}" for at in range(EVALUATED)]
        found.groups.update({name: name for name in names})
        found.kinds.update({name: "open" if at < opened else "yes/no" for at, name in enumerate(names)})
        dividends = [0.8 if at < opened else level for at in range(EVALUATED)]
        found.evaluated[part] = replace(found.evaluated[part], items=pd.DataFrame({"id": names, "dividend": dividends}))
    plain, alike = (
        {row[0]: [cell.partition(" ")[0] for cell in row[1:]] for row in rows} for rows in tables(together([found]))[:2]
    )
    assert plain[DIVIDEND] == ["0.32", "0.61", "0.29"]  # .2 .8 + .8 .2, and .6 .8 + .4 .32
    assert alike[f"{DIVIDEND}: open items"] == ["0.80", "0.80", "0.00"]
    assert alike[f"{DIVIDEND}: yes/no items"] == ["0.20", "0.32", "0.12"]
    assert alike[f"{DIVIDEND}, standardised"] == ["0.35", "0.44", "0.09"]  # .25 .8 + .75 .2, and .25 .8 + .75 .32
    assert alike["F_syn as published, standardised"] == ["0.25", "0.50", "0.25"]


def test_a_draw_that_lacks_an_answer_type_says_nothing() -> None:
    found = made("reference:a")
    drawn = dividends([found], "raw", mix={"number": 1.0})
    assert np.isnan(drawn).all()


def test_models_on_the_same_items_are_compared_on_the_same_draws() -> None:
    """Items differ by .3, so a mean is uncertain; what is added to every item is not."""
    natural, balanced = made("reference:a-natural", 0, 0.3), made("reference:a-balanced", 0.1, 0.3)
    rows = {row[0]: row[1:] for row in tables(training([natural], [balanced]))[0]}
    for part in ("raw", "balanced"):
        for title in (DIVIDEND, "F_syn as published", "improved estimate, in probability"):
            own, _, difference = rows[f"{part} items: {title}"]
            low, high = map(float, own.partition("[")[2].rstrip("]").split(", "))
            assert high - low > 0.1
            assert difference == "0.10 [0.10, 0.10]"


def test_dividends_are_drawn_by_whole_groups() -> None:
    """Two groups, all 0 and all 1: half of the draws take one of them twice."""
    found = made("reference:a")
    found.groups.update({f"e{at}": ("one", "other")[at // 10] for at in range(EVALUATED)})
    found.evaluated["raw"].items["dividend"] = [0.0] * 10 + [1.0] * 10
    drawn = spread([found], "raw")[DIVIDEND]
    assert drawn[0] == 0.5
    assert set(drawn) == {0, 0.5, 1}
    assert np.mean(drawn[1:] == 0.5) == pytest.approx(0.5, abs=0.05)


def test_explained_items_are_drawn_by_whole_groups_and_shared_groups_once() -> None:
    """Two groups, all 0 and all 1: a draw takes both, or one twice; balanced items of the same groups go with them."""
    found = made("reference:a")
    found.groups.update({f"i{at}": ("one", "other")[at // 4] for at in range(ITEMS)})
    for part in ("raw", "balanced"):
        for at, line in enumerate(found.explained[part].items):
            for own in line["explainers"].values():
                own["metrics"]["f_syn"] = float(at >= 4) + (part == "balanced")
    raw, balanced = (spread([found], part)["F_syn as published"] for part in ("raw", "balanced"))
    assert raw[0] == 0.5
    assert set(raw) == {0, 0.5, 1}
    assert np.mean(raw[1:] == 0.5) == pytest.approx(0.5, abs=0.1)
    assert (balanced - raw == 1).all()


def test_the_mixed_model_gives_back_what_explainers_add_to_random() -> None:
    rows = {row[0]: row[1:] for row in tables(effects([made("reference:a", noise=0.01)]))[0]}
    assert list(rows) == ["explainer", "best", "middle"]
    for name, added in (("best", 0.2), ("middle", 0.1)):
        assert all(cell.startswith(f"{added:.2f} [") for cell in rows[name])


def test_an_item_on_which_all_explainers_are_alike_has_no_ranking() -> None:
    """Of eight items four rank alike in both modalities; the others say nothing, and are not counted as a tau of 0."""
    found = made("reference:a")
    for line in found.explained["raw"].items[:4]:
        for own in line["explainers"].values():
            own["metrics"]["image.srg"] = 0.5
    assert spread([found], "raw")[WITHIN][0] == 1
    assert spread([found, made("reference:b")], "raw")[WITHIN][0] == 1


def test_a_row_a_model() -> None:
    header, *rows = tables(overview([made("reference:a"), made("owner/b")]))[0]
    assert [row[0] for row in rows] == ["a", "owner/b"]
    assert header[-1].endswith("raw / balanced")
    # Eight items: Wilcoxon's least p is 2 / 2^8, times two explainers by Holm, so both are better than random.
    assert rows[0][-1] == "2 / 2"


@pytest.mark.slow
def test_the_page_has_every_section_once() -> None:
    text = page([made(name, noise=0.1) for name in MODELS], ITEMS, len(EXPLAINERS))
    names = [name.removeprefix("reference:") for name in MODELS]
    assert headings(text) == [
        "Raw against balanced: all figures", "Each model", f"Raw against balanced: {', '.join(names[:3])}",
        f"Raw against balanced: {', '.join(names[3:])}", f"Raw against balanced: {', '.join(names)}",
        "What the training questions change",
        "Mixed model of the improved estimate", *(f"{name}, in full" for name in names),
    ]  # fmt: skip
    shapes = [(len(rows), len(rows[0])) for rows in tables(text)]
    assert shapes[:9] == [(7, 10), *[(8, 4), (10, 4)] * 3, (15, 4), (3, 3)]
    assert shapes[9:] == 6 * [(2, 5), (3, 6), (4, 5), (8, 4), (5, 6)]


def test_one_model_alone_is_compared_with_none() -> None:
    text = page([made("owner/model", noise=0.1)], ITEMS, len(EXPLAINERS))
    assert headings(text)[1:] == ["Each model", "Mixed model of the improved estimate", "owner/model, in full"]


def test_masks_are_measured_once_on_the_same_rows(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def said(published: Published, *_: object, **__: object) -> list[Leak]:
        asked.append(published)
        rate = Interval(0.3, 0.2, 0.4, 8, 2)
        return [Leak("image", "blur", rate, 0.5), Leak("text", "removed", rate, 0.5)]

    monkeypatch.setattr("benchmarks.contrast.measured", said)
    model: Any = SimpleNamespace(name="reference:a")
    first = _masks(folder, model, tmp_path / "masks", 0)
    assert first[0] == Masking("blur", "removed")
    assert _masks(folder, model, tmp_path / "masks", 0) == first
    assert len(asked) == 1
    with pytest.raises(BadInput, match="a run whose seed is 0"):
        _masks(folder, model, tmp_path / "masks", 1)
    path = folder / "balanced" / "test-00000-of-00001.parquet"
    pd.read_parquet(path).iloc[::-1].to_parquet(path)
    with pytest.raises(BadInput, match="a run whose fingerprint is"):
        _masks(folder, model, tmp_path / "masks", 0)


@pytest.mark.slow
def test_a_contrast_is_measured_once(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("twokeys.audit.evaluation.report.report", lambda *_: "")
    monkeypatch.setattr("twokeys.audit.explanation.report.report", lambda *_: "")
    names = ("rollout", "input-x-gradient", "random")
    first = contrast(folder, "reference:llava-natural", 3, tmp_path, names)
    assert first.model == "reference:llava-natural"
    assert [len(one.items) for one in first.explained.values()] == [3, 3]
    assert [len(one.items) for one in first.evaluated.values()] == [11, 8]  # raw, balanced
    assert all(first.groups[name] == f"g{name[1]}" for name in first.evaluated["raw"].items["id"])
    monkeypatch.delattr("twokeys.audit.explanation.explain._line")  # an item that was explained anew would fail
    again = contrast(folder, "reference:llava-natural", 3, tmp_path, names)
    for part in ("raw", "balanced"):
        assert again.explained[part].items == first.explained[part].items
        assert again.evaluated[part].json() == first.evaluated[part].json()
    assert again.leaks == first.leaks
