"""The audited tier end to end: certified where there is nothing to find, refused where one family finds a cue."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pandas as pd
import pytest
from PIL import Image, PngImagePlugin

from tests.pipeline.adversary import Adversary
from tests.pipeline.conftest import Build
from tests.pipeline.toy import Row, Toy, published
from twokeys.builder.build import Built
from twokeys.builder.verify import verify
from twokeys.core.errors import BadInput

ITEMS, SIDE = 480, 20
JUDGES = ("question.forest", "question.looks", "image.neighbours", "image.detail")
"""Those that certify the corpus without a cue; two of them find planted ones."""
NOUNS = ("boat", "chair", "cloud", "fence", "flag", "fork", "hat", "kite", "lamp", "leaf", "plate", "rock", "shoe")


def noise(rng: np.random.Generator, yes: bool) -> bytes:
    """A picture that says nothing."""
    return png(rng.integers(60, 180, (SIDE, SIDE, 3)))


def marked(rng: np.random.Generator, yes: bool) -> bytes:
    """A picture with a mark in one corner or the other: as many pixels of each colour."""
    pixels = rng.integers(60, 180, (SIDE, SIDE, 3))
    pixels[(slice(0, 4), slice(0, 4)) if yes else (slice(-4, None), slice(-4, None))] = (250, 20, 200)
    return png(pixels)


def padded(rng: np.random.Generator, yes: bool) -> bytes:
    """A picture that says nothing, in a file that says everything: yes is heavy."""
    return png(rng.integers(60, 180, (SIDE, SIDE, 3)), "x" * int(rng.integers(0, 200) + (400 if yes else 0)))


def png(pixels: np.ndarray, comment: str = "") -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("comment", comment)
    data = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(data, "PNG", pnginfo=info, compress_level=0)
    return data.getvalue()


def asked(rng: np.random.Generator, yes: bool) -> Row:
    """A question that says nothing."""
    return {"question": f"is the {' or the '.join(rng.choice(NOUNS, 3))} here?", "answer": "yes" if yes else "no"}


def ordered(rng: np.random.Generator, yes: bool) -> Row:
    """Yes when the cat is named before the dog: the words are the same either way."""
    words = list(rng.choice(NOUNS, 4, replace=False))
    here, there = np.sort(rng.choice(4, 2, replace=False))
    words[here], words[there] = ("cat", "dog") if yes else ("dog", "cat")
    return {"question": f"is the {' near the '.join(words)} near the edge?", "answer": "yes" if yes else "no"}


def longest(rng: np.random.Generator, yes: bool) -> Row:
    """The gold option is the longest; options never come back."""
    options = ["".join(rng.choice(list("aeioubdfgklmnprst"), length)) for length in (4, 7, 10)]
    return {"question": "which word?", "answer": options[2], "choices": options}


def corpus(place: Path, row: Callable[..., Row] = asked, picture: Callable[..., bytes] = noise) -> Toy:
    """One item per picture; answers are drawn evenly."""
    rng = np.random.default_rng(0)
    toy = Toy(place)
    toy.rows["test"] = []
    for number, yes in enumerate(rng.permutation(np.arange(ITEMS) % 2).astype(bool)):
        name = f"{number:04d}.png"
        path = place / toy.pictures / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture(rng, yes))
        toy.rows["test"].append({"id": str(number), "picture": name, "choices": None} | row(rng, yes))
    return toy.write()


def audited(select: list[str], certify: list[str], **more: Any) -> dict[str, Any]:
    return {"margin": 0.2, "select": select, "certify": certify, "permutations": 0, "null_draws": 0} | more


def certificate(built: Built) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((built.folder / "certificate.json").read_text(encoding="utf-8"))["audited"]
    return found


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A build of a corpus without a cue, with everything that the tier can do."""
    from twokeys.builder.build import build

    place = tmp_path_factory.mktemp("clean")
    part = audited(
        ["question.prior", "image.majority"],
        list(JUDGES),
        permutations=19, null_draws=19, controls=5,
    )  # fmt: skip
    recipe = corpus(place / "corpora").save(place / "recipe.yaml", audited=part, rules=[])
    return build(recipe, place / "out", corpora=place / "corpora", engine="serial")


def test_a_corpus_without_a_cue_is_certified(clean: Built) -> None:
    said = certificate(clean)
    assert clean.certified
    assert said["verdict"] == "certified"
    assert {name: view["outcome"] for name, view in said["views"].items()} == {
        "nothing": "certified", "question": "certified", "image": "certified",
    }  # fmt: skip
    evidence = said["views"]["question"]["evidence"][0]
    assert evidence["permuted"]["runs"] == 19
    assert evidence["null"]["runs"] == 19
    assert clean.manifest.audited is not None
    assert clean.manifest.audited.items == said["items"] > 0.8 * ITEMS


def test_what_was_audited_is_published_and_recounted(clean: Built) -> None:
    assert [finding for finding in verify(clean.folder) if not finding.ok] == []
    rows = datasets.load_dataset(str(clean.folder), "audited", split="test").remove_columns("image").to_pandas()
    measurements = datasets.load_dataset(str(clean.folder), "measurements", split="test").to_pandas()
    assert clean.manifest.audited is not None
    assert len(rows) == clean.manifest.audited.items
    rows = rows.merge(measurements, on="id", validate="one_to_one")
    assert rows["question_forest_audited_prediction"].isin(["yes", "no"]).all()
    said = rows[[f"{judge.replace('.', '_')}_audited_prediction" for judge in JUDGES]]
    assert (rows["adversaries_vote"] == said.eq(rows["answer"], axis=0).mean(axis=1)).all()
    yes = (said == "yes").mean(axis=1)
    assert (rows["adversaries_disagreement"] == np.minimum(yes, 1 - yes)).all()
    text = (clean.folder / "README.md").read_text(encoding="utf-8")
    assert "**certified**: in every view" in text


def test_cues_were_planted_before_it_was_certified(clean: Built) -> None:
    said = certificate(clean)["controls"]
    assert {one["view"] for one in said} == {"question", "image"}
    found = {(one["view"], one["kind"]): one["smallest"] for one in said}
    assert len(found) == len(said) == 18
    assert found["question", "letter case"] == found["image", "corner pixel"] == 0.2
    assert found["question", "row number"] is found["image", "two-way interaction"] is None  # nobody reads them
    text = (clean.folder / "README.md").read_text(encoding="utf-8")
    assert "| question | letter case | " in text
    assert "<td>letter case</td>" in (clean.folder / "report.html").read_text(encoding="utf-8")
    assert "not covered: word order, " in text


def raise_power(said: dict[str, Any]) -> None:
    """A control that follows from its own tries, and is not what comes out."""
    control = next(one for one in said["controls"] if one["tried"])
    control["tried"] = [{"size": said["margin"], "tries": 5, "found": 4}]
    control["smallest"] = said["margin"]


def test_a_control_that_was_made_up_is_found_by_planting_again(clean: Built, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(clean.folder, tmp_path / "copy"))
    path = folder / "certificate.json"
    said = json.loads(path.read_text(encoding="utf-8"))
    raise_power(said["audited"])
    path.write_text(json.dumps(said, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    Adversary(folder).hide()
    found = [problem for finding in verify(folder) if not finding.ok for problem in finding.problems]
    assert any("planted again, is found otherwise" in problem for problem in found), found


@pytest.mark.slow
def test_without_planted_cues_nothing_is_certified(tmp_path: Path, make: Build) -> None:
    part = audited(["question.prior"], ["question.looks", "image.detail"], controls=0)
    built = make(corpus(tmp_path / "corpora"), audited=part, rules=[])
    said = certificate(built)
    assert not built.certified
    assert said["verdict"] != "certified"
    assert any("no positive control was run" in reason for reason in said["reasons"])


def test_every_item_is_in_a_tier_or_removed_with_both_reasons(clean: Built) -> None:
    removed = pd.concat(map(pd.read_parquet, sorted((clean.folder / "removed").glob("*.parquet"))), ignore_index=True)
    assert clean.manifest.audited is not None
    assert len(removed) + clean.manifest.audited.items == ITEMS
    assert removed["reason"].str.contains("; audited tier: ").all()


def lower_accuracy(said: dict[str, Any]) -> None:
    said["views"]["question"]["evidence"][0]["accuracy"] = 0.5


def drop_view(said: dict[str, Any]) -> None:
    del said["views"]["image"]


def drop_judge(said: dict[str, Any]) -> None:
    del said["views"]["question"]["evidence"][0]


def call_it_zero_shot(said: dict[str, Any]) -> None:
    said["views"]["question"]["evidence"][0]["trained_on"] = "nothing"


def drop_control(said: dict[str, Any]) -> None:
    del said["controls"][0]


def find_more(said: dict[str, Any]) -> None:
    """A planted cue that judges seldom found is found."""
    control = next(one for one in said["controls"] if one["tried"])
    control["tried"][-1]["found"] -= 1


def cover_all(said: dict[str, Any]) -> None:
    control = next(one for one in said["controls"] if one["smallest"] is None)
    control["smallest"] = said["margin"]


def other_selection(said: dict[str, Any]) -> None:
    said["selected_against"] = ["question.prior"]


@pytest.mark.parametrize(
    "edit",
    [lower_accuracy, drop_view, drop_judge, call_it_zero_shot, drop_control, find_more, cover_all, other_selection],
)
def test_an_edited_verdict_is_found_by_recounting(
    clean: Built, tmp_path: Path, edit: Callable[[dict[str, Any]], None]
) -> None:
    folder = Path(shutil.copytree(clean.folder, tmp_path / "copy"))
    path = folder / "certificate.json"
    said = json.loads(path.read_text(encoding="utf-8"))
    edit(said["audited"])
    path.write_text(json.dumps(said, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    Adversary(folder).hide()
    assert "audited tier" in {finding.check for finding in verify(folder) if not finding.ok}


def agree(rows: list[dict[str, Any]], gold: dict[str, str]) -> None:
    next(row for row in rows if row["id"] in gold)["adversaries_vote"] = 0.3  # of four judges


def swap(rows: list[dict[str, Any]], gold: dict[str, str]) -> None:
    """As many are right as before, of each gold answer and among all answers: recounting finds nothing."""
    name = "question_forest_audited_prediction"
    for answer in ("yes", "no"):
        of_gold = [row for row in rows if gold.get(row["id"]) == answer]
        said = [row[name] for row in of_gold]
        for row, other in zip(of_gold, said[1:] + said[:1], strict=True):
            row[name] = other
    for row in (row for row in rows if row["id"] in gold):
        said = [row[f"{judge.replace('.', '_')}_audited_prediction"] for judge in JUDGES]
        row["adversaries_vote"] = sum(one == gold[row["id"]] for one in said) / len(said)
        row["adversaries_disagreement"] = 1 - max(said.count("yes"), said.count("no")) / len(said)


@pytest.mark.parametrize(("edit", "problem"), [(agree, "adversaries.vote of"), (swap, "question.forest, fitted again")])
def test_edited_answers_of_judges_are_found(
    clean: Built, tmp_path: Path, edit: Callable[[list[dict[str, Any]], dict[str, str]], None], problem: str
) -> None:
    adversary = Adversary(Path(shutil.copytree(clean.folder, tmp_path / "copy")))
    gold = {row["id"]: row["answer"] for row in published(clean.folder, "audited")}
    adversary.rows("measurements", lambda rows: edit(rows, gold))
    adversary.forge()
    found = [said for finding in verify(adversary.folder) if not finding.ok for said in finding.problems]
    assert any(problem in said for said in found), found


PLANTED = {
    "word order": (ordered, noise, ["question.prior", "question.tfidf"], ["question.order"], "question.order"),
    "option length": (longest, noise, ["choices.prior"], ["choices.forest"], "choices.forest"),
    "image corner": (asked, marked, ["image.majority"], ["image.convnet"], "image.convnet"),
    "file size": (asked, padded, ["image.majority"], ["image.neighbours", "image.metadata"], "image.metadata"),
}


SLOW = ("image corner", "file size", "option length")


@pytest.mark.parametrize("cue", [pytest.param(cue, marks=pytest.mark.slow) if cue in SLOW else cue for cue in PLANTED])
def test_a_planted_cue_is_found_by_the_family_that_sees_it_and_refused(cue: str, tmp_path: Path, make: Build) -> None:
    row, picture, select, certify, finder = PLANTED[cue]
    toy = corpus(tmp_path / "corpora", row, picture)
    built = make(toy, audited=audited(select, certify, margin=0.1), rules=[])
    said = certificate(built)
    assert not built.certified
    view = said["views"][finder.partition(".")[0]]
    assert view["outcome"] == "not certified"
    assert any(reason.startswith(f"{finder}, fitted on the set") for reason in view["reasons"])
    assert any("not certified" in problem for finding in verify(built.folder) for problem in finding.problems)


def test_items_of_one_group_cannot_be_audited(tmp_path: Path, make: Build) -> None:
    toy = corpus(tmp_path / "corpora")
    toy.rows["test"] = toy.rows["test"][:6]
    toy.write()
    built = make(
        toy, audited=audited(["question.prior"], ["question.forest"]), rules=["answer-in-question"],
    )  # fmt: skip
    assert not built.certified
    assert certificate(built)["verdict"] in ("too small to tell", "not certified")


def test_weights_are_numbers(tmp_path: Path, make: Build) -> None:
    part = audited(["question.prior"], ["question.forest"], weight="question.prior.prediction")
    with pytest.raises(BadInput, match=r"audited.weight.*holds text, such as .*numbers"):
        make(corpus(tmp_path / "corpora"), audited=part, rules=[])
