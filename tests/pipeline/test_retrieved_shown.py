"""What people see of retrieved partners: report, card, licence, datasheet, Croissant and terminal of one build."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.builder.pair.generators.retrieved.instances import coco_file
from tests.pipeline.toy import COLOURS, Toy, draw
from tests.printed import Tables
from twokeys.builder.build import Built, build
from twokeys.builder.pairs import pairs
from twokeys.builder.verify import verify
from twokeys.commands import show_builds
from twokeys.data_cards.retrieved import LEGEND, WHAT

ASKED = {"dog": "yes", "cat": "no"}
"""What is asked about each photo of the corpus, and its answer: no question can be balanced without further images."""
CORPUS, POOL = range(1, 5), range(5, 10)
"""Photos of the corpus show a dog, those of the pool a cat; there is a photo more than balance needs."""


def photo(number: int) -> str:
    return f"{number:012d}.png"


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Toy:
    corpora = tmp_path_factory.mktemp("corpora")
    for number in (*CORPUS, *POOL):
        shape, colour = ("circle", "square", "triangle")[number % 3], list(COLOURS)[number // 3 % 3]
        draw(corpora / "photos" / photo(number), shape, colour, 60 + 8 * number)
    rows = [
        {"id": f"{number}-{name}", "picture": photo(number), "choices": None, "answer": answer,
         "question": f"Is there a {name} in the image?"}
        for number in CORPUS for name, answer in ASKED.items()
    ]  # fmt: skip
    shown = [*((number, "dog") for number in CORPUS), *((number, "cat") for number in POOL)]
    files = [
        {"file_name": photo(number), "width": 100 + 8 * number, "height": 103 + 8 * number}
        for number in (*CORPUS, *POOL)
    ]
    coco_file(corpora / "instances.json", shown, files)
    return Toy(corpora, {"test": rows}, "photos").write()


@pytest.fixture(scope="module")
def recipe(toy: Toy, tmp_path_factory: pytest.TempPathFactory) -> Path:
    terms = {"revision": "r7", "license": "cc-by-sa-4.0", "citation": "Bo Example, Photos, 2025."}
    return toy.save(
        tmp_path_factory.mktemp("recipe") / "recipe.yaml",
        encoders={"image": "packaged:efficientnet-lite0"},
        pool=[{"format": "images", "name": "photos", "path": "photos", **terms}],
        pair={
            "partners": "any",
            "generators": [{"generator": "retrieved", "with": {"judge": "coco", "files": ["instances.json"]}}],
        },
    )


@pytest.fixture(scope="module")
def built(toy: Toy, recipe: Path) -> Built:
    return build(recipe, recipe.parent / "toy", corpora=toy.corpora, work=recipe.parent / "run", engine="serial")


SUMMARY = (
    "Retrieved partners: 8 added; 8 of 8 askable items are balanced with retrieved.coco; of all 8 that are understood "
    "8, 0 before."
)


def read(built: Built, name: str) -> str:
    return (built.folder / name).read_text(encoding="utf-8")


def test_the_report_shows_each_image_beside_its_original_and_whose_answer_it_is(built: Built) -> None:
    page = read(built, "report.html")
    section = page.partition('<section id="retrieved">')[2].partition("</section>")[0]
    text = " ".join(re.sub("<[^>]+>", " ", section).split())
    assert WHAT in text
    assert SUMMARY in text
    shown = section.split("<article>")[1:]
    assert len(shown) == 8
    for pair in shown:
        asked = re.search("Is there a (dog|cat) in the image", pair)
        assert asked is not None
        original, other = re.findall("<b>(yes|no)</b>", pair)
        assert (original, other) == {"dog": ("yes", "no"), "cat": ("no", "yes")}[asked[1]]
        assert pair.count("<img ") == 2
        # One object of 30 x 40 pixels at (10, 20) if what is asked for is there.
        assert pair.count('<i class="box"') == (other == "yes")
        assert "constructed, as it follows from annotations (coco)" in pair
        assert f"{int(other == 'yes')} x {asked[1]}" in pair
        assert "in instances.json. Image of the pool photos (licence: cc-by-sa-4.0)." in pair


def test_verify_recounts_the_gallery_and_the_counts(built: Built, toy: Toy, tmp_path: Path) -> None:
    assert [finding.check for finding in verify(built.folder, corpora=toy.corpora) if not finding.ok] == []
    copy = Path(shutil.copytree(built.folder, tmp_path / "copy"))
    page = (copy / "report.html").read_text(encoding="utf-8")
    (copy / "report.html").write_text(page.replace("0 x dog in instances", "1 x dog in instances", 1), encoding="utf-8")
    assert failed(copy, toy)["report"] == ["report.html is not what the rows and the manifest give"]
    for change, problem in (
        ({"before": 1}, "does not understand, or balance keep, as many items as is stated"),
        ({"absence": "It may be there."}, "says something else of what absence means"),
    ):
        assert built.manifest.pairs is not None
        (kind,) = built.manifest.pairs.retrieved
        pairing = built.manifest.pairs.model_copy(update={"retrieved": [kind.model_copy(update=change)]})
        (copy / "manifest.json").write_text(built.manifest.model_copy(update={"pairs": pairing}).text(), "utf-8")
        assert failed(copy, toy)["answers by annotation"] == [f"the judge of the kind retrieved.coco {problem}"]


def failed(folder: Path, toy: Toy) -> dict[str, list[str]]:
    return {found.check: found.problems for found in verify(folder, corpora=toy.corpora) if not found.ok}


def test_all_that_describes_the_folder_says_what_a_retrieved_partner_is(built: Built) -> None:
    (kind,) = built.manifest.pairs.retrieved if built.manifest.pairs else []
    assert kind.model_dump(exclude={"absence", "files"}) == {
        "kind": "retrieved.coco", "understood": 8, "before": 0, "balanced": 8, "checked": 8, "agreed": 8,
        "askable": 8, "met": 8, "spare": 2,
    }  # fmt: skip
    answers = f"retrieved.coco: the answer is constructed, as it follows from annotations (coco). {kind.absence}"
    card = read(built, "README.md")
    assert "| retrieved.coco | 8 | 0 | 8 | 8 | 8 | 8 | 8 | 8 | 2 |" in card
    assert all(said in card for said in (WHAT, LEGEND, f"* {answers}"))
    assert "Constructed items were added" not in card
    counted = (
        "Retrieved partners of kind retrieved.coco: 10 candidates were found, of which 0 were refused, "
        "8 added and 2 not needed; 8 are published. Of 8 items that are understood 8 could be checked, on 8 of which "
        "the judge agrees with the annotated answer; 8 are balanced with retrieved partners, 0 without. "
        "Of 8 askable items 8 are balanced."
    )
    sheet = read(built, "DATASHEET.md")
    assert f"* *Build:* {WHAT} 8 published items are retrieved partners.\n* *Build:* {answers}\n" in sheet
    assert f"* *Build:* {counted}\n" in sheet
    assert "0 published items were made by editing another item." in sheet
    croissant = json.loads(read(built, "croissant.json"))
    assert croissant["rai:dataAnnotationProtocol"][1:] == [WHAT, answers]
    assert counted in croissant["rai:dataPreprocessingProtocol"]
    licence = " ".join(read(built, "LICENSE").split())
    assert "Rows of a `retrieved` kind are retrieved partners: they show another real image, unchanged" in licence
    assert "They are under the terms of both sources, that of their question and that of their image" in licence


def test_the_terminal_counts_them_in_eighty_columns(
    toy: Toy, recipe: Path, built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = pairs(recipe, corpora=toy.corpora, work=recipe.parent / "run", engine="serial")
    heard = Tables.recorded(monkeypatch)
    monkeypatch.setattr(show_builds.OUT, "width", 80)
    with show_builds.OUT.capture() as out:
        show_builds.show_pairs(found)
        show_builds.show_build(built)
    assert "Retrieved partners" in heard.titles
    assert heard.broken() == {}
    lines = out.get().splitlines()
    assert [
        line for line in lines if len(line) > 80 and "Work done" not in line and str(built.folder) not in line
    ] == []
    assert [line.split()[-1] for line in lines if line.startswith(" balanced before")] == ["0"]
    told = " ".join(out.get().split())
    assert LEGEND in told
    assert SUMMARY in told
