"""Tables in documents, of which a run of some recipes replaces the rows of these alone."""

from __future__ import annotations

from pathlib import Path

from benchmarks.rows import earlier, replace

HEAD = "# Ways\n\nSome words | with a bar.\n\n"
COLUMNS = ("recipe", "way", "items")


def test_other_rows_stay_and_rows_go_by_recipe(tmp_path: Path) -> None:
    document = tmp_path / "ways.md"
    document.write_text(HEAD, encoding="utf-8")
    replace(document, HEAD, COLUMNS, "nlvr", [("nlvr", "ours", "1,979"), ("nlvr", "random", "-")])
    replace(document, HEAD, COLUMNS, "easy-vqa", [("easy-vqa", "ours", "48,248")])
    replace(document, HEAD, COLUMNS, "nlvr", [("nlvr", "ours", "2")])
    assert earlier(document) == {"easy-vqa": [("easy-vqa", "ours", "48,248")], "nlvr": [("nlvr", "ours", "2")]}
    assert document.read_text(encoding="utf-8").startswith(HEAD + "| recipe | way | items |")


def test_the_documents_that_benchmarks_write_are_read_back_as_they_stand() -> None:
    for name in ("results.md", "selection.md"):
        document = Path(__file__).parents[2] / "docs" / name
        table = earlier(document)
        assert len(table) > 3
        assert all(len(cells) == len(rows[0]) for rows in table.values() for cells in rows)
