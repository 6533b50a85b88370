"""A folder that was really built, and a run on it: what the page tells is what the tables hold."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.toy import Toy
from twokeys.audit.evaluation.evaluate import evaluate
from twokeys.audit.models.model import Masking, Question
from twokeys.browsing.html import about_html, item_html, list_html
from twokeys.browsing.items import partners, read
from twokeys.browsing.library import SIZE, Library, opened
from twokeys.browsing.query import Query
from twokeys.builder.build import build
from twokeys.builder.publish.folder import Folder
from twokeys.core.measured import P_GOLD
from twokeys.data_cards.published import PublishedFolder


class Yes:
    """Answers yes."""

    name = "yes"

    def reply(self, questions: Sequence[Question]) -> list[str]:
        return ["yes"] * len(questions)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("built")
    toy = Toy.shapes(place / "corpora")
    build(toy.save(place / "recipe.yaml"), place / "toy", corpora=toy.corpora, engine="serial")
    return place / "toy"


@pytest.fixture(scope="module")
def tables(built: Path) -> Folder:
    return Folder.read(built, PublishedFolder(built).manifest)


@pytest.fixture(scope="module")
def library(built: Path) -> Library:
    evaluate(built, Yes(), config="balanced", masking=Masking(), out=built.parent / "run")
    return opened(built, [built.parent / "run"])


def test_every_row_is_listed_once(library: Library, tables: Folder) -> None:
    rows = [
        row for number in range(1, 1 + library.page(Query(), 1).pages) for row in library.page(Query(), number).rows
    ]
    listed = sorted(item.id for item in read(library.index, rows))
    assert listed == sorted([*tables.balanced["id"], *tables.removed["id"]])
    assert len(rows) > SIZE


def test_every_item_can_be_looked_at(library: Library) -> None:
    for row in range(len(library.index)):
        assert item_html(library, row, Query())
        assert about_html(library, row)
    assert list_html(library, Query((("set", "removed"),)), 1)


def test_reasons_rules_and_splits_are_those_of_the_tables(library: Library, tables: Folder) -> None:
    assert dict(library.index.facets["rule"].counts()) == tables.removed["rule"].value_counts().to_dict()
    both = [*tables.balanced["split"], *tables.removed["split"]]
    assert dict(library.index.facets["split"].counts()) == {split: both.count(split) for split in set(both)}


def test_partners_are_those_of_the_tables(library: Library, tables: Folder) -> None:
    assert len(tables.balanced)
    for row in tables.balanced.to_dict("records"):
        place = library.index.of(str(row["id"]))
        assert place is not None
        found = partners(library.index, library.pairs, read(library.index, [place])[0])
        named = {side.item.id for side in found}
        assert {row["image_partner"], row["question_partner"]} - {None} <= named
        assert all(side.item.answer != row["answer"] for side in found if "partner" in side.relation)


def test_adversaries_are_as_sure_as_the_tables_say(library: Library, tables: Folder) -> None:
    for table in (tables.balanced, tables.removed[tables.removed["stage"] != "read"]):
        row: dict[Any, Any] = table.to_dict("records")[0]
        place = library.index.of(str(row["id"]))
        assert place is not None
        said = library.adversaries.of(read(library.index, [place])[0])
        sure = sorted(value for name, value in row.items() if str(name).endswith(P_GOLD) and value == value)
        assert sorted(one.sure for one in said if one.sure is not None) == pytest.approx(sure)
        assert said


def test_a_run_on_the_folder_fits_it(library: Library, tables: Folder) -> None:
    test = tables.balanced[tables.balanced["split"] == "test"]
    right = library.find(Query(mark="yes right"))
    assert sorted(item.id for item in read(library.index, right.tolist())) == sorted(
        test["id"][test["compared"] == "yes"]
    )
