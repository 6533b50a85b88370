"""100,000 items page without delay: counted in cells that are decoded, not in seconds, which differ by machine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from twokeys.browsing.cells import ROWS, ROWS_WITH_IMAGES
from twokeys.browsing.images import SMALL
from twokeys.browsing.index import SHARED
from twokeys.browsing.items import BRIEF, evidence, partners, read
from twokeys.browsing.library import SIZE, Library, opened
from twokeys.browsing.query import Query

from .folders import png

PUBLISHED, REMOVED, GROUP = 60_000, 40_000, 10_000
IMAGES = 20_000
WANTED = (("set", "balanced"),)


def table(first: int, rows: int) -> pa.Table:
    """Rows as a build writes them: five questions about each image, neighbours by image."""
    number = np.arange(first, first + rows)
    image, asked = number % IMAGES, number % 997
    data = pa.array([{"bytes": png("red", 16 + side), "path": None} for side in range(4)])
    return pa.table({
        "id": pa.array([f"big:test:{n}" for n in number]),
        "image": data.take(pa.array(image % 4)),
        "question": pa.array([f"is there a thing of kind {kind}?" for kind in asked]),
        "choices": pa.array([[]] * rows, type=pa.list_(pa.string())),
        "answer": pa.array(["yes", "no"]).take(pa.array(number % 2)),
        "answer_type": pa.array(["yes/no"] * rows), "source": pa.array(["big"] * rows),
        "question_key": pa.array([f"q{kind}" for kind in asked]), "image_key": pa.array([f"i{at}" for at in image]),
        "group": pa.array([f"g{at}" for at in image]), "image_partner": pa.array([f"big:test:{n ^ 1}" for n in number]),
    })  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("big")
    gone = table(PUBLISHED, REMOVED).drop_columns(["image", "image_partner"])
    reason = pa.array(["more items share its answer than there are partners for"] * REMOVED)
    gone = gone.append_column("reason", reason).append_column("stage", pa.array(["balance"] * REMOVED))
    for config, rows in (("balanced", table(0, PUBLISHED)), ("removed", gone)):
        (place / config).mkdir()
        pq.write_table(rows, place / config / "test-00000-of-00001.parquet", row_group_size=GROUP)
    return place


@pytest.fixture(scope="module")
def library(folder: Path) -> Library:
    return opened(folder)


def decoded(library: Library) -> dict[str, int]:
    """Cells that were decoded since the last call, by column."""
    tally = dict(library.index.cells.tally)
    library.index.cells.tally.clear()
    return tally


def test_opening_reads_small_columns_alone_and_keeps_a_hundred_bytes_an_item(folder: Path) -> None:
    library = opened(folder)
    tally = decoded(library)
    assert set(tally) <= {*SHARED, "answer_type", "source", "rule", "reason", "stage"}
    assert max(tally.values()) == PUBLISHED + REMOVED == len(library.index)
    index = library.index
    kept = sum(own.nbytes for own in index.shared.values()) + sum(own.code.nbytes for own in index.facets.values())
    kept += sum(order.nbytes + ordered.nbytes for order, ordered in index._order.values())
    assert (kept + index.pictured.nbytes + index.twin.nbytes) / len(index) <= 130


@pytest.mark.parametrize("number", [1, 700, 2_500])
def test_a_page_decodes_a_part_of_one_row_group(library: Library, number: int) -> None:
    library.find(Query(WANTED))
    decoded(library)
    page = library.page(Query(WANTED), number)
    assert decoded(library) == {}
    assert [one.id for one in read(library.index, page.rows, BRIEF)] == [f"big:test:{row}" for row in page.rows]
    assert len(page.rows) == SIZE
    last = max(page.rows) % GROUP + 1
    assert max(decoded(library).values()) <= last + ROWS <= GROUP + ROWS
    shown = library.thumbnails.of(page.rows, SMALL)
    assert all(shown.values())
    assert decoded(library)["image"] <= last + ROWS_WITH_IMAGES
    library.thumbnails.of(page.rows, SMALL)
    assert decoded(library) == {}


def test_a_search_reads_three_columns_once_and_no_image(library: Library) -> None:
    decoded(library)
    found = library.find(Query((), '"kind 17?" yes'))
    assert len(found) == sum(n % 997 == 17 and n % 2 == 0 for n in range(PUBLISHED + REMOVED))
    assert decoded(library) == dict.fromkeys(("question", "answer", "id"), PUBLISHED + REMOVED)
    library.page(Query((), '"kind 17?" yes'), 2)
    assert decoded(library) == {}


def test_an_item_reads_some_row_groups_and_every_question_once(library: Library) -> None:
    library.index.same("id", np.uint64(1))
    decoded(library)
    (item,) = read(library.index, [70_001])
    first = evidence(library.index, library.wordings, item)
    assert len(first.images) == 4
    assert sum(count for _, count in first.asked) == sum(n % 997 == 70_001 % 997 for n in range(100_000)) - 1
    tally = decoded(library)
    assert "image" not in tally
    assert tally["question"] <= 2 * (PUBLISHED + REMOVED)
    evidence(library.index, library.wordings, item)
    partners(library.index, library.pairs, item)
    assert decoded(library)["question"] <= PUBLISHED + REMOVED
