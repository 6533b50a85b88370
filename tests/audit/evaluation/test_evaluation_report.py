"""The page of an evaluation says what was counted, shows items that are worth it, and escapes what others wrote."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.audit.conftest import Says, looks
from twokeys.audit.evaluation.evaluate import REPORT, evaluate
from twokeys.audit.evaluation.rates import Rate, rates
from twokeys.audit.evaluation.report import choose
from twokeys.audit.models.model import Masking
from twokeys.commands.show_models import OUT, show_evaluation
from twokeys.core.intervals.means import Interval


class Page(HTMLParser):
    """Headings, table cells, pictures and addresses of a page; tags must close in order."""

    VOID = ("meta", "img", "br")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[str] = []
        self.rows: list[list[str]] = []
        self.images: list[dict[str, str | None]] = []
        self.addresses: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.addresses += [str(found[name]) for name in ("src", "href") if name in found]
        if tag == "img":
            self.images.append(found)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        if tag in ("h1", "h2", "h3"):
            self.headings.append("")
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("td", "th"):
            self.rows[-1][-1] += data
        if self.open and self.open[-1] in ("h1", "h2", "h3"):
            self.headings[-1] += data


@pytest.fixture
def page(folder: Path, tmp_path: Path) -> Page:
    evaluate(folder, Says(looks), masking=Masking(), out=tmp_path / "run")
    return Page((tmp_path / "run" / REPORT).read_text(encoding="utf-8"))


def test_the_table_says_what_was_counted(page: Page) -> None:
    """Who looks and reads is always right; blind it says no, which is right half of the time (see test_evaluate)."""
    table = {row[0]: row[1:] for row in page.rows}
    assert table["accuracy, exact match"][0] == "100.0%"
    assert table["accuracy, exact match"][2:] == ["50.0%", "8"]
    assert table["blind: image masked"][0] == table["blind: question masked"][0] == "50.0%"
    assert [row[3] for name, row in table.items() if " accuracy: " in name] == ["4", "4", "2"]
    assert [row[2] for name, row in table.items() if " accuracy: " in name] == ["25.0%", "25.0%", "6.2%"]


def test_the_page_stands_alone_and_shows_each_item_once(page: Page) -> None:
    assert page.headings[0] == "says on published"
    kinds = [one.partition(":")[0] for one in page.headings if "dividend" in one]
    assert kinds == ["Highest dividend", "Lowest dividend"]  # nothing was answered wrongly
    shown = [str(image["alt"]) for image in page.images if "item" in str(image["alt"])]
    assert len(shown) == len(set(shown)) == 6
    assert all(re.match(r"data:image/(png|svg\+xml);base64,|#", address) for address in page.addresses)


def test_what_others_wrote_is_text(folder: Path, tmp_path: Path) -> None:
    path = folder / "balanced" / "test-00000-of-00001.parquet"
    table = pd.read_parquet(path)
    table["question"] = "<script>question</script> " + table["question"]
    table["choices"] = [["yes & no", "<b>no</b>"]] * len(table)
    table.to_parquet(path)
    evaluate(folder, Says(lambda question: "<img src=x onerror=say()>"), masking=Masking(), out=tmp_path / "run")
    text = (tmp_path / "run" / REPORT).read_text(encoding="utf-8")
    found = Page(text)
    assert "<script" not in text
    assert "&lt;script&gt;question&lt;/script&gt;" in text
    assert "&lt;b&gt;no&lt;/b&gt;" in text
    assert all(str(image["src"]).startswith("data:image/") for image in found.images)
    assert found.headings[3] == "Items to look at"
    assert found.headings[4] == "Answered wrongly"


def test_items_to_look_at() -> None:
    """Twelve items on six pictures, a to f; a1, a2 and b1 are wrong, a2 surest; of a kind a picture comes once."""
    names = [f"{picture}{number}" for picture in "abcdef" for number in (1, 2)]
    value = dict.fromkeys(names, 0.9) | {"a1": 0.2, "a2": 0.1, "b1": 0.3}
    dividend = np.linspace(-1, 1, 12)
    items = pd.DataFrame({
        "id": names, "right.both": [value[name] > 0.5 for name in names], "v.both": list(value.values()),
        "dividend": dividend,
    })  # fmt: skip
    table = pd.DataFrame({"id": names[::-1], "image_key": [name[0] for name in names[::-1]]})  # in another order
    found = {why.partition(":")[0]: [row["id"] for row in part] for why, part in choose(items, table).items()}
    assert found == {
        "Answered wrongly": ["a2", "b1"],
        "Highest dividend": ["f2", "e2", "d2"],
        "Lowest dividend": ["a1", "b2", "c1"],
    }
    assert "Answered wrongly" not in choose(items[3:], table)


def test_parts_stand_in_from_what_they_are_parts_of(folder: Path, tmp_path: Path, page: Page) -> None:
    text = (tmp_path / "run" / REPORT).read_text(encoding="utf-8")
    parts = re.findall(r'<tr class="within"><td>([^<]*)</td>', text)
    found = evaluate(folder, Says(looks), masking=Masking())
    assert parts == [kind for kind in found.accuracy if kind != "all"]
    assert parts
    rows = rates(found)
    assert [row.name for row in rows if row.part] == parts
    assert [row.name for row in rows if row.counted] == ["question accuracy", "image accuracy", "group accuracy"]
    assert [row.title for row in rows][-3] == "question accuracy: one question, two images, both right"


def test_a_rate_without_an_interval_has_none() -> None:
    nothing = float("nan")
    assert Rate("", Interval(0.5, nothing, nothing, 1, 1), None).interval == ""
    assert Rate("", Interval(0.5, 0.25, 0.75, 1, 1), None).interval == "25.0% to 75.0%"


def test_the_terminal_says_the_same_and_where_the_page_is(
    folder: Path, tmp_path: Path, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OUT, "width", 80)
    found = evaluate(folder, Says(looks), masking=Masking())
    with OUT.capture() as said:
        show_evaluation(found, tmp_path / "run")
    lines = said.get().splitlines()
    for title, *cells in page.rows[1:]:
        if ":" not in title:  # longer ones are broken into lines, as intervals are
            (line,) = [own for own in lines if own.strip().startswith(f"{title} ")]
            told = [cell.strip() for cell in line.split("│")[1:]]
            assert (told[0], told[2], told[3]) == (cells[0], cells[2], cells[3])
    assert "".join(lines).endswith("report.html")
