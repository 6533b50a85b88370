"""What holds for every reader, shown on a tiny corpus in each official format."""

from __future__ import annotations

import copy
import gzip
import json
import pickle
import re
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from twokeys.builder.read.corpora import reader, readers
from twokeys.core.errors import BadInput
from twokeys.core.items import Row, canonical_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def good(rows: list[Row | BadInput]) -> list[Row]:
    bad = [row for row in rows if isinstance(row, BadInput)]
    assert not bad, bad
    return [row for row in rows if isinstance(row, Row)]


def test_every_format_has_a_tiny_corpus_here(tiny_corpus):
    for name in readers():
        assert tiny_corpus(name).corpus.format == name


def test_all_rows_of_a_good_corpus_are_read(each_tiny, tmp_path):
    each_tiny.write(tmp_path)
    assert len(good(each_tiny.read(tmp_path))) == each_tiny.rows


def test_the_images_of_a_corpus_are_those_that_its_rows_name(each_tiny, tmp_path):
    root = each_tiny.write(tmp_path)
    form, corpus = reader(each_tiny.corpus.format), each_tiny.corpus
    for split in corpus.splits or form.splits(corpus, root):
        images = list(form.images(corpus, root, split))
        rows = good(list(form.read(corpus, root, split)))
        assert [image.locator for image in images] == [row.image for row in rows]
        assert [image.links for image in images] == [row.links for row in rows]
        assert all(image.name is None or image.locator.endswith((image.name, "#0", "#1")) for image in images)


def test_source_ids_are_texts_that_differ_within_a_split(each_tiny, tmp_path):
    each_tiny.write(tmp_path)
    places = [(row.split, row.source_id) for row in good(each_tiny.read(tmp_path))]
    assert len(set(places)) == len(places)
    assert all(isinstance(identity, str) and identity for _, identity in places)


def test_rows_name_a_listed_file_by_its_path_in_the_corpus(each_tiny, tmp_path):
    root = each_tiny.write(tmp_path)
    form = reader(each_tiny.corpus.format)
    listed = {path.relative_to(root).as_posix() for path in form.files(each_tiny.corpus, root)}
    assert listed == set(each_tiny.files)
    assert {row.file for row in good(each_tiny.read(tmp_path))} <= listed


def test_rows_carry_the_official_split_they_were_asked_for(each_tiny, tmp_path):
    root = each_tiny.write(tmp_path)
    form = reader(each_tiny.corpus.format)
    wanted = each_tiny.corpus.splits or form.splits(each_tiny.corpus, root)
    assert set(wanted) <= set(form.splits(each_tiny.corpus, root))
    for split in wanted:
        assert {row.split for row in good(list(form.read(each_tiny.corpus, root, split)))} == {split}


def test_only_the_files_of_wanted_splits_are_listed(each_tiny, tmp_path):
    root = each_tiny.write(tmp_path)
    form = reader(each_tiny.corpus.format)
    for split in each_tiny.corpus.splits or form.splits(each_tiny.corpus, root):
        corpus = each_tiny.corpus.model_copy(update={"splits": {split: "published"}})
        listed = {path.relative_to(root).as_posix() for path in form.files(corpus, root)}
        assert {row.file for row in good(list(form.read(corpus, root, split)))} <= listed <= set(each_tiny.files)


def test_locators_of_required_pictures_are_paths_or_table_cells(each_tiny, tmp_path):
    # The tiny corpora have no picture files at all: readers must not look for them.
    each_tiny.write(tmp_path)
    for row in good(each_tiny.read(tmp_path)):
        assert re.fullmatch(r"file:[^/].*\.(png|jpg)|parquet:[^#]+\.parquet#\w+#\d+", row.image)


def test_locators_of_named_pictures_are_their_names(each_tiny, tmp_path):
    each_tiny.write(tmp_path)
    rows = each_tiny.with_(images="names").read(tmp_path)
    named = [row for row in rows if isinstance(row, Row)]
    assert named
    assert all(re.fullmatch(r"name:\S.*\.(png|jpg)", row.image) for row in named)


def test_meta_is_json_and_links_have_a_namespace(each_tiny, tmp_path):
    each_tiny.write(tmp_path)
    for row in good(each_tiny.read(tmp_path)):
        assert json.loads(canonical_json(row.meta)) == row.meta
        assert all(re.fullmatch(r"[a-z0-9-]+:.+", link) for link in row.links)


def test_reading_twice_gives_the_same_rows(each_tiny, tmp_path):
    each_tiny.write(tmp_path)
    assert each_tiny.read(tmp_path) == each_tiny.read(tmp_path)


def test_readers_and_rows_can_be_sent_to_another_process(each_tiny, tmp_path):
    each_tiny.write(tmp_path)
    form = pickle.loads(pickle.dumps(reader(each_tiny.corpus.format)))
    rows = each_tiny.read(tmp_path)
    root = form.root(each_tiny.corpus, tmp_path)
    assert form.splits(each_tiny.corpus, root) == reader(each_tiny.corpus.format).splits(each_tiny.corpus, root)
    assert form.files(each_tiny.corpus, root) == reader(each_tiny.corpus.format).files(each_tiny.corpus, root)
    assert pickle.loads(pickle.dumps(rows)) == rows


def test_an_unknown_option_is_named(each_tiny, tmp_path):
    root = each_tiny.write(tmp_path)
    corpus = each_tiny.corpus.model_copy(update={"options": {"colour": "red"}})
    with pytest.raises(BadInput, match=r"options\.colour"):
        reader(corpus.format).files(corpus, root)


def test_a_missing_folder_says_where_the_files_come_from(each_tiny, tmp_path):
    form = reader(each_tiny.corpus.format)
    with pytest.raises(BadInput) as caught:
        form.root(each_tiny.corpus, tmp_path)
    assert caught.value.allowed == form.needs
    assert "--corpora" in caught.value.remedy
    assert "TWOKEYS_CORPORA" in caught.value.remedy


def test_no_corpora_folder_at_all_is_said(each_tiny):
    with pytest.raises(BadInput, match="TWOKEYS_CORPORA"):
        reader(each_tiny.corpus.format).root(each_tiny.corpus, None)


def test_a_missing_file_says_where_it_comes_from(text_tiny, tmp_path):
    root = text_tiny.write(tmp_path)
    form = reader(text_tiny.corpus.format)
    for name in text_tiny.files:
        if "pairs" in name:
            continue  # the one file that may be absent
        moved = (root / name).rename(tmp_path / "aside")
        if text_tiny.corpus.format == "table":
            assert len(form.files(text_tiny.corpus, root)) == len(text_tiny.files) - 1
        else:
            with pytest.raises(BadInput) as caught:
                form.files(text_tiny.corpus, root)
            assert caught.value.allowed == form.needs
            with pytest.raises(BadInput, match=re.escape(name)):
                text_tiny.read(tmp_path)
        moved.rename(root / name)


def test_a_truncated_file_never_passes_for_a_shorter_one(text_tiny, tmp_path):
    root = text_tiny.write(tmp_path)
    for name, content in text_tiny.files.items():
        for cut in (len(content) // 3, len(content) * 3 // 5, len(content) - 9):
            # A cut at the end of a row, or in the last cell of one, is the only one that cannot be seen.
            (root / name).write_text(content[:cut])
            rows = list(_rows_and_problems(text_tiny, tmp_path))
            problems = [row for row in rows if isinstance(row, BadInput)]
            assert [problem for problem in problems if problem.file.endswith(name)], (cut, rows)
        (root / name).write_text(content)


def _rows_and_problems(tiny: Any, corpora: Path) -> Iterator[Row | BadInput]:
    try:
        yield from tiny.read(corpora)
    except BadInput as problem:
        yield problem


def test_a_gzipped_file_gives_the_same_rows(text_tiny, tmp_path):
    root = text_tiny.write(tmp_path)
    before = text_tiny.read(tmp_path)
    for name, content in text_tiny.files.items():
        (root / name).write_bytes(gzip.compress(content.encode()))
    assert text_tiny.read(tmp_path) == before


def test_a_file_packed_by_zstandard_gives_the_same_rows(text_tiny, tmp_path):
    root = text_tiny.write(tmp_path)
    before = text_tiny.read(tmp_path)
    for name, content in text_tiny.files.items():
        (root / name).write_bytes(pa.compress(content.encode(), codec="zstd", asbytes=True))
    assert text_tiny.read(tmp_path) == before
    for name in text_tiny.files:
        whole = (root / name).read_bytes()
        (root / name).write_bytes(whole[:-4])
        with pytest.raises(BadInput, match="the Zstandard stream is broken"):
            text_tiny.read(tmp_path)
        (root / name).write_bytes(whole)


def test_a_truncated_gzip_stream_is_an_unusable_file(text_tiny, tmp_path):
    root = text_tiny.write(tmp_path)
    for name, content in text_tiny.files.items():
        whole = gzip.compress(content.encode())
        for cut in (len(whole) // 2, len(whole) - 4):
            (root / name).write_bytes(whole[:cut])
            with pytest.raises(BadInput, match="gzip"):
                text_tiny.read(tmp_path)
        (root / name).write_text(content)


def test_a_file_in_another_encoding_is_unusable(text_tiny, tmp_path):
    root = text_tiny.write(tmp_path)
    for name, content in text_tiny.files.items():
        for encoding in ("utf-16", "utf-16-le", "utf-32"):
            (root / name).write_bytes(content.encode(encoding))
            with pytest.raises(BadInput, match="UTF-8"):
                text_tiny.read(tmp_path)
        (root / name).write_text(content)


def test_a_byte_that_is_no_utf_8_is_told_and_spoils_no_row_but_its_own(text_tiny, tmp_path):
    root = text_tiny.write(tmp_path)
    before = text_tiny.read(tmp_path)
    for name, content in text_tiny.files.items():
        (root / name).write_bytes(content.encode()[:-4] + b"\xe9" + content.encode()[-4:])
        rows = list(_rows_and_problems(text_tiny, tmp_path))
        (bad, *more) = [row for row in rows if isinstance(row, BadInput)]
        assert "UTF-8" in bad.allowed
        assert bad.file.endswith(name)
        if bad.row is not None and not more:
            assert all(row in before for row in rows if isinstance(row, Row))
        (root / name).write_text(content)


def test_a_byte_order_mark_is_no_part_of_the_data(text_tiny, tmp_path):
    root = text_tiny.write(tmp_path)
    before = text_tiny.read(tmp_path)
    for name, content in text_tiny.files.items():
        (root / name).write_text(content, encoding="utf-8-sig")
    assert text_tiny.read(tmp_path) == before


def _places(value: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """All places inside a JSON value, except the value itself."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else []
    return [found for key, child in inner for found in [(*place, key), *_places(child, (*place, key))]]


JUNK = st.sampled_from(
    [
        None,
        True,
        0,
        -1.5,
        "",
        "NULL",
        "é\u2028",
        "../../x",
        "/etc/x",
        "a\0b",
        [],
        [[]],
        [1, [2]],
        {},
        {"a": {}},
        "x" * 300,
    ]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_a_field_holds_is_a_row_or_a_named_problem(json_tiny, tmp_path, data):
    name = data.draw(st.sampled_from(sorted(json_tiny.files)))
    content = json_tiny.files[name]
    by_line = content.count("\n") == len(content.splitlines()) and not content.startswith("{\n")
    document = [json.loads(line) for line in content.splitlines()] if by_line else json.loads(content)
    changed = copy.deepcopy(document)
    *way, last = data.draw(st.sampled_from(_places(changed)))
    holder = changed
    for step in way:
        holder = holder[step]
    if data.draw(st.booleans()):
        holder[last] = data.draw(JUNK)
    else:
        del holder[last]
    text = "".join(f"{json.dumps(line)}\n" for line in changed) if by_line else json.dumps(changed)
    json_tiny.holding(**{name: text}).write(tmp_path)
    for row in _rows_and_problems(json_tiny, tmp_path):
        if isinstance(row, Row):
            canonical_json(row.meta)
            assert isinstance(row.source_id, str)
            assert ".." not in row.image.removeprefix("file:../coco/")
            assert not row.image.startswith("file:/")
        else:
            assert row.file in json_tiny.files or row.file == str(tmp_path / "official" / name)
