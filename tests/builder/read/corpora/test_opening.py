from __future__ import annotations

import gzip
import json
import math

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twokeys.builder.read.corpora import opening
from twokeys.builder.read.corpora.opening import (
    SourceFile,
    placed_csv,
    read_csv,
    read_json,
    read_json_lines,
    read_json_object,
    read_text,
)
from twokeys.core.errors import BadInput


@pytest.fixture
def put(tmp_path):
    def put(content: str | bytes) -> SourceFile:
        path = tmp_path / "file"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return SourceFile(path, "folder/file")

    return put


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(document=st.dictionaries(st.text(), VALUES), indent=st.sampled_from([None, 0, 4]), escaped=st.booleans())
def test_an_object_read_entry_by_entry_is_the_object(document, indent, escaped, tmp_path_factory):
    path = tmp_path_factory.mktemp("json") / "file"
    # Lone surrogates cannot be written as UTF-8, so hypothesis's texts hold none.
    path.write_text(json.dumps(document, indent=indent, ensure_ascii=escaped), encoding="utf-8")
    assert dict(read_json_object(SourceFile(path, "file"))) == document


@given(records=st.lists(st.dictionaries(st.text(), VALUES), min_size=1))
def test_json_lines_end_at_line_feeds_only(records, tmp_path_factory):
    path = tmp_path_factory.mktemp("json") / "file"
    text = "".join(f"{json.dumps(record, ensure_ascii=False)}\n" for record in records)
    path.write_text(text, encoding="utf-8", newline="")
    assert list(read_json_lines(SourceFile(path, "file"))) == list(enumerate(records, start=1))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "5",
        '{"a": 1',
        '{"a"}',
        '{"a": 1,}',
        '{"a": 1} x',
        '{"a": 1 "b": 2}',
        "{1: 2}",
        '{"a": tru}',
        "}",
    ],
)
def test_what_is_no_json_object_is_unusable(put, text):
    file = put(text)
    with pytest.raises(BadInput, match="JSON") as caught:
        list(read_json_object(file))
    assert caught.value.file == str(file.path)


def test_the_line_of_a_syntax_error_is_named(put):
    with pytest.raises(BadInput, match=r"line 3: the file is no JSON \(Expecting"):
        read_json(put("[1,\n2,\n,]"))


def test_not_a_number_is_absence(put):
    assert read_json(put('{"a": NaN, "b": -Infinity}')) == {"a": None, "b": -math.inf}
    assert list(read_json_lines(put('{"a": NaN}'))) == [(1, {"a": None})]


def test_nesting_without_end_is_told_not_raised_from_the_parser(put):
    with pytest.raises(BadInput, match="JSON"):
        read_json(put("[" * 100_000))
    (_, problem), *_ = read_json_lines(put("[" * 100_000 + "\n{}"))
    assert isinstance(problem, BadInput)


@pytest.mark.parametrize("reading", [read_json, lambda file: list(read_json_object(file))])
def test_half_a_surrogate_pair_is_told(put, reading):
    assert reading(put('{"a": "\\ud83d\\ude00"}')) in ({"a": "😀"}, [("a", "😀")])
    with pytest.raises(BadInput, match="surrogates"):
        reading(put('{"a": "\\ud83d"}'))


def test_gzip_is_known_by_content(put):
    assert read_text(put(gzip.compress(b"text")).path) == "text"


def test_a_damaged_gzip_stream_is_unusable(put):
    data = bytearray(gzip.compress(b"some text" * 100))
    data[20] ^= 0xFF
    with pytest.raises(BadInput, match="gzip"):
        read_text(put(bytes(data)).path)


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(BadInput, match="cannot be read"):
        read_text(tmp_path)


def test_the_line_that_is_not_utf_8_is_named_and_the_others_are_read(put):
    first, bad, last = read_json_lines(put(b'{"a": 1}\n{"b": "d\xe9"}\n{"c": 2}\n'))
    assert (first, last) == ((1, {"a": 1}), (3, {"c": 2}))
    assert str(bad[1]).startswith("folder/file, row 2: the byte 0xe9 at offset 8")


def test_the_csv_row_that_is_not_utf_8_is_named_also_inside_quotes(put):
    rows = list(read_csv(put(b'a,b\n1,2\n"x\r\ny\xe9",3\n4,"\xc3\xa9"\n')))
    assert [row for row in rows if isinstance(row[1], dict)] == [(1, {"a": "1", "b": "2"}), (3, {"a": "4", "b": "é"})]
    assert "the byte 0xe9 at offset 4 is no UTF-8" in rows[1][1].problem


def test_a_header_that_is_not_utf_8_is_unusable(put):
    with pytest.raises(BadInput, match="row 1: the byte 0xe9"):
        list(read_csv(put(b"a\xe9,b\n1,2\n")))


def test_csv_rows_are_numbered_without_header_and_blank_lines(put):
    rows = list(read_csv(put("a,b\r\n1,2\r\n\r\n3,4")))
    assert rows == [(1, {"a": "1", "b": "2"}), (2, {"a": "3", "b": "4"})]


def test_csv_cells_hold_any_line_break_inside_quotes_and_rare_ones_outside(put):
    rows = list(read_csv(put('a,b\n"1\r\n\n2",3\u2028\x0b4\n')))
    assert rows == [(1, {"a": "1\r\n\n2", "b": "3\u2028\x0b4"})]


@pytest.mark.parametrize("text", ["", "a,b\n", "a,a\n1,2\n"])
def test_a_table_without_rows_or_with_a_bad_header_is_unusable(put, text):
    with pytest.raises(BadInput):
        list(read_csv(put(text)))


def test_lines_that_end_in_a_carriage_return_alone_are_told(put):
    with pytest.raises(BadInput, match="carriage return alone"):
        list(read_csv(put("a,b\r1,2\r")))


@pytest.mark.parametrize("rows", [2, 3])
@pytest.mark.parametrize("column", [0, 1, 2])
def test_quotes_that_belong_to_the_text_join_no_rows_of_a_table_with_tabs(put, column, rows):
    cells = [[f"{name}{number}" for name in "abc"] for number in range(rows + 1)]
    cells[0][column] = f'"{cells[0][column]}'
    cells[rows - 1][column] += '"'
    table = "".join("\t".join(row) + "\n" for row in cells)
    (_, bad), (_, good) = read_csv(put(f"a\tb\tc\n{table}"), "\t")
    assert bad.problem == "a quote opens a cell that takes in whole rows"
    assert good["a"] == f"a{rows}"


def test_a_quoted_cell_may_hold_tabs_and_line_ends(put):
    (_, row), = read_csv(put('a\tb\tc\n"x\ty\nz"\t2\t3\n'), "\t")  # fmt: skip
    assert row["a"] == "x\ty\nz"


def test_an_empty_file_of_json_lines_is_unusable(put):
    with pytest.raises(BadInput, match="no rows"):
        list(read_json_lines(put("")))


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("a,b", ","), ("a;b", ";"), ("a\tb", "\t"), ("a|b|c", "|"), ("a", ","), ("a;b,c", ","), ("\ufeffa;b", ";"),
        ('"x,y";b', ";"), ("", ","),
    ],
)  # fmt: skip
def test_the_header_tells_what_parts_cells(put, header, told):
    assert opening.delimiter_of(put(f"{header}\n1{told}2\n" if header else "")) == told


def test_a_cell_holds_an_image_as_text(put):
    ((_, row),) = read_csv(put(f"a\tb\n1\t{'x' * 2_000_000}\n"), "\t")
    assert len(row["b"]) == 2_000_000


def test_a_cell_or_line_without_end_is_told(put, monkeypatch):
    monkeypatch.setattr(opening, "LONGEST_LINE", 1000)
    lines = "x\n" * 600
    with pytest.raises(BadInput, match="field larger than"):
        list(read_csv(put(f'a,b\n1,"{lines}"\n')))
    for packed in (bytes, gzip.compress, lambda data: pa.compress(data, codec="zstd", asbytes=True)):
        with pytest.raises(BadInput, match="row 2: the line is longer than 1,000 bytes"):
            list(read_json_lines(put(packed(b"{}\n" + b" " * 2000))))


def test_a_document_without_end_is_told(put, monkeypatch):
    monkeypatch.setattr(opening, "LONGEST_DOCUMENT", 1000)
    with pytest.raises(BadInput, match="more than 1,000 bytes"):
        read_json(put(gzip.compress(b" " * 100_000)))


def test_where_a_csv_row_begins_is_where_its_bytes_begin(put):
    content = 'a,b\r\n"é\n1",2\r\n\r\n3,4\n5,"6'.encode()
    for data in (content + b'"\n', b"\xef\xbb\xbf" + content + b'"'):
        found = {number: place for number, place, _ in placed_csv(put(data), ",")}
        assert [data[found[number] :][:2] for number in (1, 2, 3)] == [b'"\xc3', b"3,", b"5,"]


@pytest.mark.parametrize("delimiter", [",", ";", "|"])
@pytest.mark.parametrize("rows", [2, 3, 5])
def test_stray_quotes_that_may_have_joined_rows_are_warned_of(put, delimiter, rows):
    """The text of the first and of the last row begins, or ends, with a quote; without tabs it may be prose, too."""
    texts = ['"Hi', *["red"] * (rows - 2), 'there"']
    lines = [delimiter.join([str(number), text, f"{number}.png"]) for number, text in enumerate(texts)]
    text = "\n".join([delimiter.join("qai"), delimiter.join(["x", "y", "z.png"]), *lines]) + "\n"
    with pytest.warns(RuntimeWarning, match=r"1 rows \(2\).*may have joined rows"):
        found = [row for _, row in read_csv(put(text), delimiter)]
    assert len(found) == 2


@pytest.mark.parametrize(
    "text", ['q,a,i\n1,"two\nlines",a.png\n', 'q,a,i\n1,"a, b, c\nd, e, f",a.png\n', 'q\n"a\nb"\n']
)
def test_text_of_several_lines_is_not_warned_of(put, text, recwarn):
    assert len(list(read_csv(put(text)))) == 1
    assert not [one for one in recwarn if "joined rows" in str(one.message)]
