"""What models answered and what explainers said, from the folders of runs."""

from __future__ import annotations

import json
import shutil
from base64 import b64decode
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twokeys.browsing.explanations import strongest
from twokeys.browsing.library import Library, opened
from twokeys.core.errors import BadInput
from twokeys.core.pictures.decoding import decode

from .folders import answer, evaluated, explained, explanation, item, png, write


def test_marks_say_who_is_right_and_who_differs(library: Library) -> None:
    rows = {mark: np.flatnonzero(own).tolist() for mark, own in library.marks.items()}
    assert rows == {
        "one and two differ": [0], "one right, two wrong": [0], "one wrong, two right": [], "one and two wrong": [1],
        "one right": [0, 4], "one wrong": [1], "two right": [], "two wrong": [0, 1], "two cannot answer": [4],
        "explained: why": [0],
    }  # fmt: skip


def test_a_line_is_read_where_it_stands(library: Library) -> None:
    one, two = library.answers.runs
    assert (one.line(1) or {})["reply"] == "yes"
    assert two.line(4) == {"id": "q1i0", "skipped": "no token"}
    assert one.line(7) is None
    assert [run.model for run in (one, two)] == ["one", "two"]


def test_two_runs_of_one_model_are_told_apart_by_their_folders(folder: Path, tmp_path: Path) -> None:
    places = [evaluated(tmp_path / name, folder, "m", [answer("q0i0", "yes", True)]) for name in ("a", "b")]
    assert opened(folder, places).answers.names == ["m (a)", "m (b)"]


def test_runs_that_nothing_tells_apart_are_numbered(folder: Path, tmp_path: Path) -> None:
    lines = [answer("q0i0", "yes", True)]
    one, other = (evaluated(tmp_path / name / "run", folder, "m", lines) for name in ("a", "b"))
    assert opened(folder, [one, other]).answers.names == [f"m ({one})", f"m ({other})"]
    library = opened(folder, [one, one])
    assert library.answers.names == [f"m ({one}), 1", f"m ({one}), 2"]
    assert len([mark for mark in library.marks if mark.endswith("right")]) == 3


def test_the_later_line_of_an_item_stands_and_a_torn_line_is_none(folder: Path, tmp_path: Path) -> None:
    place = evaluated(tmp_path / "run", folder, "m", [answer("q0i0", "a", False), answer("q0i0", "b", True)])
    with (place / "answers.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"id": "q0i1", "right.both": tr')
    (run,) = opened(folder, [place]).answers.runs
    assert ((run.line(0) or {})["reply"], run.line(1)) == ("b", None)


def test_a_run_without_lines_has_no_answers(folder: Path, tmp_path: Path) -> None:
    place = evaluated(tmp_path / "run", folder, "m", [])
    (run,) = opened(folder, [place]).answers.runs
    assert run.line(0) is None
    assert (run.kept == -1).all()


@pytest.mark.parametrize(
    "line",
    [
        "no json\n",
        "[]\n",
        "{}\n",
        "\n",
        "[" * 100_000 + "\n",
        "3\n",
        '{"id": "q0i1", "reply": "a", "right.both": true}\n',
    ],
)
def test_a_line_that_twokeys_did_not_write_is_bad_input(folder: Path, tmp_path: Path, line: str) -> None:
    place = evaluated(tmp_path / "run", folder, "m", [answer("q0i0", "a", False)])
    with (place / "answers.jsonl").open("a", encoding="utf-8") as file:
        file.write(line)
    with pytest.raises(BadInput, match="row 2"):
        opened(folder, [place])


def test_a_run_of_other_rows_is_bad_input(folder: Path, runs: dict[str, Path], tmp_path: Path) -> None:
    place = Path(shutil.copytree(runs["one"], tmp_path / "run"))
    run = json.loads((place / "run.json").read_text(encoding="utf-8"))
    (place / "run.json").write_text(json.dumps(run | {"fingerprint": {"balanced": "0"}}), encoding="utf-8")
    with pytest.raises(BadInput, match="of other rows of 'balanced'"):
        opened(folder, [place])


@pytest.mark.parametrize("stated", [None, {}, "abc", ["a"]])
def test_a_run_of_nobody_knows_which_rows_is_bad_input(
    folder: Path, runs: dict[str, Path], tmp_path: Path, stated: object
) -> None:
    place = Path(shutil.copytree(runs["one"], tmp_path / "run"))
    (place / "run.json").write_text(json.dumps({"model": "m", "fingerprint": stated}), encoding="utf-8")
    with pytest.raises(BadInput, match="does not say of which rows"):
        opened(folder, [place])


@pytest.mark.parametrize("text", ["", "no json", "[1]", "[" * 100_000])
def test_a_run_that_cannot_be_read_is_bad_input(folder: Path, runs: dict[str, Path], tmp_path: Path, text: str) -> None:
    place = Path(shutil.copytree(runs["one"], tmp_path / "run"))
    (place / "run.json").write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=r"run\.json"):
        opened(folder, [place])


def test_an_explanation_is_no_evaluation(folder: Path, runs: dict[str, Path]) -> None:
    with pytest.raises(BadInput, match=r"no answers\.jsonl.*twokeys evaluate"):
        opened(folder, [runs["why"]])
    with pytest.raises(BadInput, match=r"no explanations\.jsonl.*twokeys explain"):
        opened(folder, [], [runs["one"]])


def test_of_a_run_under_several_masks_one_is_named(folder: Path, runs: dict[str, Path], tmp_path: Path) -> None:
    shutil.copytree(runs["why"], tmp_path / "all" / "blur-removed")
    with pytest.raises(BadInput, match=r"Name one of the folders in it: .*blur-removed"):
        opened(folder, [], [tmp_path / "all"])


def test_a_heat_map_shows_the_share_that_is_asked_for(library: Library) -> None:
    (run,) = library.explanations
    images = library.thumbnails.images(0)
    for share, words in ((0.0, []), (0.2, ["red"]), (0.4, ["square", "red"]), (1.0, ["the", "square", "red", "?"])):
        heat = run.heat(0, "occlusion", share, images)
        assert heat is not None
        assert heat.image is not None
        assert [word for word, colour in heat.words if not colour.endswith("0.00)")] == words
    assert heat.values["image and question"] == 0.9
    assert run.heat(1, "occlusion", 1.0, images) is None
    assert run.heat(0, "rollout", 1.0, images) is None


@pytest.mark.parametrize("change", [{"boxes": [[0, 0]]}, {"words": 3}, {"values": {}}, {"words": ["is"]}])
def test_a_line_that_does_not_fit_is_bad_input(
    folder: Path, runs: dict[str, Path], tmp_path: Path, change: dict[str, object]
) -> None:
    place = Path(shutil.copytree(runs["why"], tmp_path / "why"))
    (place / "explanations.jsonl").write_text(json.dumps(explanation("q0i0") | change) + "\n", encoding="utf-8")
    library = opened(folder, [], [place])
    with pytest.raises(BadInput, match="cannot be shown"):
        library.explanations[0].heat(0, "occlusion", 1.0, library.thumbnails.images(0))


def test_a_heat_map_shows_every_image_of_an_item(tmp_path: Path) -> None:
    images = [{"bytes": png(colour), "path": None} for colour in ("red", "blue")]
    write(tmp_path / "folder", "balanced", [item("a", "red", "red", images=images)])
    line = explanation("a")
    line["explainers"]["occlusion"]["image"] = [0.0] * 4 + [1.0] + [0.0] * 3
    two = {"grids": [[2, 2], [2, 2]], "boxes": line["boxes"] * 2}
    place = explained(tmp_path / "why", tmp_path / "folder", "m", [line | two])
    library = opened(tmp_path / "folder", [], [place])
    heat = library.explanations[0].heat(0, "occlusion", 1.0, library.thumbnails.images(0))
    assert heat is not None
    assert heat.image is not None
    assert (heat.image.width, heat.image.height) == (40, 16)
    shown = decode(b64decode(heat.image.src.partition(",")[2]), "heat")
    # The one patch that counts is the first of the second image, which stands behind the gap.
    assert shown.getpixel((1, 1)) == (240, 240, 240)
    red, _, blue = shown.getpixel((25, 1))
    assert red > blue + 100
    with pytest.raises(BadInput, match="1 images and 8 scores, and was explained as 2 images of 8 patches"):
        library.explanations[0].heat(0, "occlusion", 1.0, library.thumbnails.images(0)[:1])


@given(st.lists(st.floats(-1, 1), max_size=12), st.integers(0, 20))
def test_the_strongest_scores_stay_and_the_others_are_none(scores: list[float], twentieths: int) -> None:
    kept = strongest(scores, twentieths / 20)
    number = -(-twentieths * len(scores) // 20)
    weakest = sorted(map(abs, scores), reverse=True)[:number]
    assert sorted(map(abs, kept.tolist()), reverse=True)[:number] == weakest
    assert (kept == 0).sum() >= len(scores) - number
    assert all(own in (0, score) for own, score in zip(kept.tolist(), scores, strict=True))
