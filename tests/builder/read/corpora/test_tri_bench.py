from __future__ import annotations

import pytest

from twokeys.builder.read.corpora import tri_bench
from twokeys.core.errors import BadInput

FILE = "data/tri_bench_triangles_3d.csv"


@pytest.fixture
def tiny(tiny_corpus):
    return tiny_corpus("tri-bench")


def test_each_photo_is_asked_about_its_two_shapes(tiny, tmp_path):
    tiny.write(tmp_path)
    rows = tiny.read(tmp_path)
    assert [row.source_id for row in rows] == [
        "001_P0:side_type",
        "001_P0:angle_type",
        "001_T1:side_type",
        "001_T1:angle_type",
    ]
    assert [row.answer for row in rows[:2]] == ["isosceles", "acute"]
    assert rows[0].choices == ("equilateral", "isosceles", "scalene")
    assert rows[1].choices == ("acute", "right", "obtuse")
    assert {row.answer_type for row in rows} == {"choice"}
    assert rows[0].image == "file:images/triangles_original/001_P0.jpg"


def test_the_four_measures_are_numbers(tiny, tmp_path):
    tiny.write(tmp_path)
    asks = ["ab_over_ac", "abs_b_minus_c_deg", "max_over_min_side", "angle_range_deg"]
    rows = tiny.with_(options={"questions": asks}).read(tmp_path)[:4]
    assert [row.answer for row in rows] == ["0.8736", "15.2918", "1.1781", "17.6045"]
    assert {(row.answer_type, row.choices) for row in rows} == {("number", ())}


def test_every_question_says_what_a_b_and_c_are_and_differs_from_the_others():
    assert len(set(tri_bench.QUESTIONS.values())) == 6
    for question in tri_bench.QUESTIONS.values():
        assert "A is red, B is yellow and C is blue" in question
        assert question.count("?") == 1


def test_the_options_are_named_in_the_question():
    for ask, choices in tri_bench.CHOICES.items():
        assert all(choice in tri_bench.QUESTIONS[ask] for choice in choices)


def test_photos_of_one_triangle_share_a_link_however_its_number_is_padded(tiny, tmp_path):
    tiny.write(tmp_path)
    assert {row.links for row in tiny.read(tmp_path)} == {("tri-bench:triangle:1",)}


def test_cells_may_hold_commas_and_line_breaks(tiny, tmp_path):
    tiny.holding(triangles=tiny.files[FILE].replace("cube, small", "cube,\nsmall")).write(tmp_path)
    rows = tiny.read(tmp_path)
    assert rows[2].meta == {"asks": "side_type", "camera_view": "tilted", "object_in_square": "cube,\nsmall"}
    assert rows[2].row == 2


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        (",isosceles,acute,0.8736", ",round,acute,0.8736", "the side_type is 'round'"),
        (",0.8736,", ",nan,", "ab_over_ac is 'nan'"),
        (",0.8736,", ",,", "ab_over_ac is ''"),
        (",0.8736,", ",", "the row has 9 cells, and the header 10"),
        (",0.8736,", ",0.8736,7,", "the row has 11 cells, and the header 10"),
        ("triangles_original/001_P0.jpg", "/etc/001_P0.jpg", "the image is '/etc/001_P0.jpg'"),
    ],
)
def test_a_bad_cell_is_told_by_its_row(tiny, tmp_path, old, new, found):
    content = tiny.files[FILE].replace(old, new, 1)
    tiny = tiny.holding(triangles=content).with_(options={"questions": ["side_type", "ab_over_ac"]})
    tiny.write(tmp_path)
    rows = tiny.read(tmp_path)
    problems = [row for row in rows if isinstance(row, BadInput)]
    assert {(problem.file, problem.row, problem.problem) for problem in problems} == {(FILE, 1, found)}
    assert [row.source_id for row in rows[-2:]] == ["001_T1:side_type", "001_T1:ab_over_ac"]


def test_a_header_that_repeats_a_name_is_unusable(tiny, tmp_path):
    tiny.holding(triangles=tiny.files[FILE].replace("camera_view", "triangle_id")).write(tmp_path)
    with pytest.raises(BadInput, match="names that differ"):
        tiny.read(tmp_path)


def test_an_open_quote_is_unusable(tiny, tmp_path):
    tiny.holding(triangles=tiny.files[FILE].replace('cube, small"', "cube")).write(tmp_path)
    with pytest.raises(BadInput, match="the file is no CSV"):
        tiny.read(tmp_path)


def test_an_unknown_question_is_named(tiny, tmp_path):
    tiny.write(tmp_path)
    with pytest.raises(BadInput, match=r"options\.questions\.0.*'area' does not fit"):
        tiny.with_(options={"questions": ["area"]}).read(tmp_path)
