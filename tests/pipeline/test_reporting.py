"""`report.html` of a build and of a diagnosis: sound HTML that fetches nothing, and says what the manifest says."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.pipeline.toy import Toy, published
from twokeys.builder.build import Built
from twokeys.builder.diagnose import diagnose
from twokeys.builder.publish.report.compose import folder_report
from twokeys.builder.verify import verify
from twokeys.core.files import hashes
from twokeys.data_cards.manifest import FILE as MANIFEST
from twokeys.data_cards.manifest import Manifest
from twokeys.data_cards.report import report_text
from twokeys.data_cards.tables import count, percent

VOID = {"meta", "img", "br", "link", "input"}


class Page(HTMLParser):
    """Reads a page; what is not closed in order is an error."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.headings: list[int] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not self.open or self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module")
def page(built: Built) -> Page:
    return Page((built.folder / "report.html").read_text(encoding="utf-8"))


def test_it_is_sound_and_fetches_nothing(built: Built, page: Page):
    text = (built.folder / "report.html").read_text(encoding="utf-8")
    assert not re.search(r"https?:|//[a-z]|@import|url\(|<script", text)
    for tag, attributes in page.tags:
        assert tag not in ("script", "link", "iframe", "object")
        assert not any(name.startswith("on") for name in attributes)
        if "src" in attributes:
            assert str(attributes["src"]).startswith("data:image/")
        if tag == "a":
            address = str(attributes["href"])  # a figure beside the page is opened by a click alone
            assert address.startswith("#") or address in built.manifest.files
    pictures = [attributes for tag, attributes in page.tags if tag == "img"]
    assert pictures
    assert all(attributes["alt"] for attributes in pictures)


def test_headings_are_in_order_and_links_lead_somewhere(page: Page):
    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in zip(page.headings, page.headings[1:], strict=False))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    addresses = {str(attributes["href"]) for tag, attributes in page.tags if tag == "a"}
    assert {address[1:] for address in addresses if address.startswith("#")} <= set(ids)
    assert dict(page.tags)["html"] == {"lang": "en"}


def test_numbers_are_those_of_the_manifest(built: Built, page: Page):
    manifest = built.manifest
    for step in manifest.funnel:
        gone = f"-{count(step.removed)}" if step.removed else "0"
        assert f"{step.name} {gone} {count(step.left)}" in page.text
    for view in ("question", "image"):
        for found in (manifest.before, manifest.after):
            assert percent(found.ceiling(view).share) in page.text
    for score in (*manifest.before.scores, *manifest.after.scores):
        if score.stratum == "all":
            assert percent(score.accuracy) in page.text
    bound = max(manifest.after.ceiling(view).share for view in ("question", "image"))
    assert f"The balanced tier is bounded by {percent(bound)}: no predictor" in page.text
    assert manifest.build_key in page.text


def test_answers_and_counterfactuals_are_those_of_the_rows(built: Built, page: Page):
    rows = list(published(built.folder))
    yes = [row for row in rows if row["answer_type"] == "yes/no"]
    assert f"balanced: {len(yes)} items" in page.text
    asked = {(row["question"], row["answer"]) for row in rows}
    shown = re.findall(r"(Is it [^?]*\?) ?(yes|no)", page.text)
    assert set(shown) & asked


def test_removed_items_are_shown_with_reason_and_neighbours(page: Page):
    assert "rule duplicate-item: 2" in page.text
    assert "rule contradicting-golds: 4" in page.text
    assert "The same question is asked" in page.text
    assert "same image:" in page.text
    assert "worded alike:" in page.text


def test_it_is_in_the_manifest_and_written_again_byte_for_byte(built: Built):
    assert built.manifest.files["report.html"] == hashes(built.folder, {MANIFEST})["report.html"]
    again = report_text(folder_report(built.folder, Manifest.load(built.folder)))
    assert again == (built.folder / "report.html").read_text(encoding="utf-8")


def forge(folder: Path, old: str, new: str) -> None:
    """Edit the report and bring the manifest's hashes into line, as somebody would who wants to deceive."""
    path = folder / "report.html"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    manifest = Manifest.load(folder)
    whole = manifest.model_copy(update={"files": hashes(folder, {MANIFEST})})
    (folder / MANIFEST).write_text(whole.text(), encoding="utf-8")


def findings(folder: Path) -> dict[str, list[str]]:
    return {found.check: found.problems for found in verify(folder) if not found.ok}


def test_verify_finds_an_edited_word(folder: Path):
    forge(folder, "The balanced tier is bounded", "The balanced tier is perfect")
    assert findings(folder) == {"report": ["report.html is not what the rows and the manifest give"]}


def test_verify_finds_another_picture(folder: Path):
    text = (folder / "report.html").read_text(encoding="utf-8")
    pictures = re.findall(r'src="([^"]*)"', text)
    other = next(picture for picture in pictures if picture != pictures[0])
    forge(folder, pictures[0], other)
    assert findings(folder) == {"report": ["report.html: picture 1 is no thumbnail of the published one"]}


def test_what_questions_say_is_text(toy: Toy, tmp_path: Path):
    wild = Toy(tmp_path / "corpora", {split: [dict(row) for row in rows] for split, rows in toy.rows.items()})
    (tmp_path / "corpora" / "toy").mkdir(parents=True)
    (tmp_path / "corpora" / wild.pictures).symlink_to(toy.corpora / toy.pictures)
    for rows in wild.rows.values():
        for row in rows:
            row["question"] = row["question"].replace(
                "nice", '<img src="https://example.org/x" onerror=alert(1)> & "nice"'
            )
    wild.write()
    found = diagnose(
        wild.save(tmp_path / "r.yaml"), tmp_path / "d", corpora=wild.corpora, work=tmp_path / "w", engine="serial"
    )
    assert found.folder is not None
    page = Page((found.folder / "report.html").read_text(encoding="utf-8"))
    assert not any("onerror" in attributes for _, attributes in page.tags)
    assert all(str(attributes.get("src", "data:")).startswith("data:") for _, attributes in page.tags)
    assert "onerror=alert(1)" in page.text


def test_a_diagnosis_writes_one_too(toy: Toy, tmp_path: Path):
    recipe = toy.save(tmp_path / "recipe.yaml")
    found = diagnose(recipe, tmp_path / "d", corpora=toy.corpora, work=tmp_path / "work", engine="serial")
    text = (tmp_path / "d" / "report.html").read_text(encoding="utf-8")
    page = Page(text)
    kept = sum(part.kept for part in found.balance)
    assert f"largest balanced subset {count(kept)}" in page.text
    assert any(tag == "img" for tag, _ in page.tags)
    assert str(tmp_path) not in text
    said = json.loads((tmp_path / "d" / "diagnosis.json").read_text(encoding="utf-8"))
    assert isinstance(said["shortcuts"], list)
    again = diagnose(recipe, tmp_path / "d2", corpora=toy.corpora, work=tmp_path / "work", engine="serial")
    assert again.folder is not None
    assert (again.folder / "report.html").read_text(encoding="utf-8") == text


def test_names_without_pictures_are_diagnosed_without_pictures(toy: Toy, tmp_path: Path):
    recipe = toy.save(tmp_path / "recipe.yaml", corpora=[toy.corpus(images="names")])
    diagnose(recipe, tmp_path / "d", corpora=toy.corpora, work=tmp_path / "work", engine="serial")
    page = Page((tmp_path / "d" / "report.html").read_text(encoding="utf-8"))
    assert not any(tag == "img" for tag, _ in page.tags)
