from __future__ import annotations

import re

import pytest

from twokeys.data_cards import tables
from twokeys.data_cards.blindness import Blindness


def test_a_small_share_is_not_rounded_to_nothing():
    assert [tables.percent(share) for share in (0, 0.0004, 0.0005, 1, float("nan"))] == [
        "0.0 %",
        "< 0.1 %",
        "0.1 %",
        "100.0 %",
        "-",
    ]


def test_an_interval_without_ends_is_a_dash():
    assert tables.interval(float("nan"), 0.5) == "-"
    assert tables.interval(0, 1) == "[0.0, 100.0], too few to tell"


def test_the_summary_holds_the_manifests_numbers(manifest):
    rows = {row[0]: row[1:] for row in tables.summary_rows(manifest)}
    assert rows["items"] == ("50,225", "20,804")
    assert rows["question ceiling"] == ("68.1 % (34,210 of 50,225)", "50.0 % (10,402 of 20,804)")
    assert rows["image ceiling"] == ("55.8 % (28,017 of 50,225)", "50.0 % (10,402 of 20,804)")
    assert rows["best baseline that sees only the question"] == (
        "66.1 % [65.6, 66.6] by question.tfidf, chance 40.4 %",
        "46.8 % [45.9, 47.7] by question.prior, chance 39.1 %",
    )
    assert not any("choices" in label for label in rows)


def test_every_ceiling_and_baseline_has_a_row_with_its_own_numbers(manifest):
    rows = {row[1]: row for row in tables.blindness_rows(manifest.before, manifest.after)}
    for one, column in ((manifest.before, 2), (manifest.after, 4)):
        for score in (score for score in one.scores if score.stratum == "all"):
            shown = [float(number) / 100 for number in re.findall(r"[\d.]+", rows[score.baseline][column])]
            assert [score.accuracy, score.low, score.high] == pytest.approx(shown, abs=0.0005)
            assert tables.percent(score.chance) == rows[score.baseline][column + 1]
    assert len(tables.blindness_rows(manifest.before, manifest.after)) == 2 + 8


def test_the_ceiling_stands_above_its_baselines(manifest):
    names = [row[:2] for row in tables.blindness_rows(manifest.before, manifest.after)]
    assert names[0] == ("the question", "ceiling of any predictor")
    assert names[5] == ("the image", "ceiling of any predictor")


def test_without_after_a_row_has_no_cells_for_it(manifest):
    rows = tables.blindness_rows(manifest.before, None)
    assert {4} == {len(row) for row in rows}
    assert tables.BLINDNESS_HEADER[:4] == ("sees only", "predictor", "before", "chance")


def test_a_baseline_measured_on_one_set_only_still_has_a_row(manifest):
    after = Blindness(ceilings=[], scores=[score for score in manifest.after.scores if score.view == "image"])
    before = Blindness(ceilings=[], scores=[score for score in manifest.before.scores if score.view == "question"])
    rows = {row[1]: row for row in tables.blindness_rows(before, after)}
    assert "-" == rows["question.prior"][4] == rows["image.probe"][2]


def test_strata_rows_name_every_part(manifest):
    rows = tables.strata_rows(manifest.after)
    assert [row[0] for row in rows] == ["all", "split=dev", "split=test", "split=train"]
    assert rows[1][2] == "50.0 % (206 of 412)"
    assert rows[2][4] == "47.1 % [45.2, 49.0] by question.prior, chance 38.8 %"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a | b", r"a \| b"),
        ("a\n b\t c", "a b c"),
        ("*x* _y_ z_z `c` <b>", r"\*x\* \_y\_ z_z \`c\` \<b>"),
        ("[a](b)", r"[a]\(b)"),
        ("$5 &amp; R&D", r"\$5 \&amp; R&D"),
    ],
)
def test_a_cell_shows_exactly_its_text(text, shown):
    assert shown == tables.cell(text)


def test_code_with_backticks_is_fenced_by_more_of_them():
    assert tables.code("a`b") == "``a`b``"
    assert tables.code("`a`") == "`` `a` ``"
    assert tables.code("a|b") == r"`a\|b`"
    assert tables.code(" ") == ""


def test_a_markdown_table_has_as_many_bars_in_every_line():
    lines = tables.markdown(("", "x"), [("a|b", "1"), ("c", "2")]).splitlines()
    assert lines == ["|  | x |", "| --- | ---: |", r"| a\|b | 1 |", "| c | 2 |"]


def test_terminal_and_report_say_what_chance_is_in_the_words_of_the_card(golden):
    assert tables.CHANCE in " ".join(golden.read_text(encoding="utf-8").split())
