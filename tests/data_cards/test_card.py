"""The card. After a wanted change: `TWOKEYS_GOLDEN=1 pytest tests/data_cards/test_card.py`, read the diff."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

from twokeys.data_cards.blindness import Ceiling
from twokeys.data_cards.card import breaches, card, furthest
from twokeys.data_cards.manifest import Manifest


def with_ceiling(manifest, **fields):
    bad = Ceiling(**{"view": "question", "stratum": "split=dev", "right": 207, "items": 412, "keys": 90} | fields)
    kept = [c for c in manifest.after.ceilings if (c.view, c.stratum) != (bad.view, bad.stratum)]
    return manifest.model_copy(update={"after": manifest.after.model_copy(update={"ceilings": [*kept, bad]})})


def test_the_card_is_the_golden_card(manifest, dataset_info, golden):
    text = card(manifest, dataset_info)
    if os.environ.get("TWOKEYS_GOLDEN"):
        golden.write_text(text, encoding="utf-8")
    assert golden.read_text(encoding="utf-8") == text


def test_the_published_manifest_gives_the_same_bytes(manifest, dataset_info):
    """A manifest read back has its mappings in another order, and lists the card among its files."""
    parts = [part.model_copy(update={"part": {"split": "x", "source": "y"}}) for part in manifest.balance]
    manifest = manifest.model_copy(update={"balance": parts})
    body = json.loads(manifest.text())
    del body["digest"]
    body["files"] = {"README.md": "1" * 64, "LICENSE": "2" * 64}
    assert list(body["configs"]) != list(manifest.configs)
    assert card(manifest, dataset_info) == card(Manifest.model_validate(body), dataset_info)


def test_every_table_line_has_as_many_cells_as_its_head(manifest, dataset_info):
    lines = card(manifest, dataset_info).splitlines()
    width, tables = 0, 0
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if not line.startswith("|"):
            width = 0
            continue
        cells = len(re.findall(r"(?<!\\)\|", line)) - 1
        if not width:
            width, tables = cells, tables + 1
            assert set(following) <= set("|-: "), f"no rule below {line}"
        assert width == cells, line
    assert tables == 13


def test_text_from_the_sources_cannot_break_a_table(manifest, dataset_info):
    rule = manifest.rules[1]
    evil = rule.examples[0].model_copy(update={"question": "a | b\n| c |\n\n# d", "reason": "<b>|</b>"})
    rules = [rule.model_copy(update={"examples": [evil]})]
    text = card(manifest.model_copy(update={"rules": rules}), dataset_info)
    assert r"| a \| b \| c \| # d | no | \<b>\|\</b> |" in text


def test_a_ceiling_above_the_promise_is_not_called_bounded(manifest, dataset_info):
    bad = with_ceiling(manifest)
    assert breaches(bad) == ["question ceiling of 50.2 % (207 of 412) on split=dev"]
    text = card(bad, dataset_info)
    assert "**This set is not bounded as promised.**" in text
    assert "50.2 % (207 of 412) on split=dev" in text
    assert "no predictor that sees only the question can" not in text


def test_contradictions_are_not_called_bounded(manifest, dataset_info):
    bad = with_ceiling(manifest, view="both", stratum="all", right=20_800, items=20_804)
    several = "the same question about the same image has several answers"
    assert breaches(bad) == [f"a ceiling of both sides together of 100.0 % (20,800 of 20,804): {several}"]
    assert "**This set is not bounded as promised.**" in card(bad, dataset_info)


def test_joint_views_may_have_any_ceiling(manifest):
    assert (
        breaches(with_ceiling(manifest, view="image + question type", stratum="all", right=20_804, items=20_804)) == []
    )


def test_exactly_the_promise_is_bounded(manifest, dataset_info):
    assert breaches(with_ceiling(manifest, right=206)) == []
    assert "not bounded" not in card(manifest, dataset_info)


def test_the_promise_holds_where_balance_was_asked_for(manifest):
    """Balanced within splits, the set promises nothing within answer types."""
    assert breaches(with_ceiling(manifest, stratum="answer_type=yes/no")) == []
    whole = [part.model_copy(update={"part": {}}) for part in manifest.balance[:1]]
    bad = with_ceiling(manifest).model_copy(update={"balance": whole})
    assert breaches(bad) == []
    assert len(breaches(with_ceiling(bad, stratum="all"))) == 1


def test_a_build_that_kept_nothing_says_so(nothing_kept, dataset_info):
    text = card(nothing_kept, dataset_info)
    assert "**No balanced set could be selected" in text
    assert "nan" not in text
    assert "no predictor that sees only the question can" not in text
    assert "load_dataset(" not in text.replace('load_dataset("easy-nlvr-balanced", "removed"', "")
    assert "pandas" not in text.split("## Configs")[0]


def test_the_least_that_a_manifest_may_hold_gives_a_card(manifest, dataset_info):
    update = {"rules": [], "groups": [], "encoders": {}, "balance": [], "description": "", "packages": {}}
    text = card(manifest.model_copy(update=update), dataset_info)
    assert "**Rules**" not in text
    assert "**Groups.**" not in text
    assert "**Balance.**" in text


def test_a_weighted_balance_shows_its_weights(manifest, dataset_info):
    part = manifest.balance[0].model_copy(update={"weight": 77_777, "bound": 80_000})
    text = card(manifest.model_copy(update={"balance": [part]}), dataset_info)
    assert "| part | items | kept | weight | bound | gap | solved by |" in text
    assert "| 77,777 | 80,000 | 2.8 % |" in text


def test_the_effect_shown_is_the_one_furthest_from_its_control(manifest):
    rule = next(rule for rule in manifest.rules if rule.id == "solved-by-k")
    assert furthest(rule).baseline == "question.prior"
    assert furthest(manifest.rules[0]) is None


def test_a_column_that_nobody_explains_is_refused(manifest, dataset_info):
    dataset_info[0]["features"].append({"name": "mystery", "dtype": "string"})
    with pytest.raises(ValueError, match="'mystery' has no meaning"):
        card(manifest, dataset_info)


def test_columns_of_all_baselines_are_one_row_each(manifest, dataset_info):
    names = [f"{name}_{ending}" for name in ("image_probe", "question_prior") for ending in ("p_gold", "refit_p_gold")]
    for info in dataset_info:
        info["features"] += [{"name": name, "dtype": "float32"} for name in names]
    text = card(manifest, dataset_info)
    assert (text.count("| `BASELINE_p_gold` |"), text.count("| `BASELINE_refit_p_gold` |")) == (1, 1)
    assert "stands for `image.probe`, `question.prior`, `question.tfidf`, with `_` instead of the dot." in text


def test_a_part_that_balance_was_not_asked_for_is_pointed_out(manifest, dataset_info):
    warning = "The recipe asks for balance inside every split. Other parts can have higher ceilings"
    assert warning not in card(manifest, dataset_info)
    assert warning in card(with_ceiling(manifest, stratum="answer_type=open"), dataset_info)


def test_licences_that_cannot_be_combined_give_no_card(manifest, dataset_info):
    first, second = manifest.sources
    sources = [
        first.model_copy(update={"license": "gpl-3.0"}),
        second.model_copy(update={"license": "other"}),
    ]
    with pytest.raises(ValueError, match="cannot be distributed as one"):
        card(manifest.model_copy(update={"sources": sources}), dataset_info)


@pytest.mark.parametrize(
    ("imports", "never"),
    [
        (
            "twokeys.data_cards, twokeys.data_cards.manifest",
            ["matplotlib", "jinja2", "datasets", "pandas", "torch", "twokeys.builder"],
        ),
        (
            "twokeys.data_cards.card, twokeys.data_cards.plots",
            ["matplotlib.pyplot", "torch", "twokeys.builder", "twokeys.filters", "twokeys.audit"],
        ),
    ],
)
def test_the_package_is_light_and_stands_on_nothing_of_ours(imports, never):
    program = f"import sys, {imports}; print([name for name in {never} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_golds_by_majority_are_named_with_their_rule(manifest, dataset_info):
    assert "Golds of several people" not in card(manifest, dataset_info)
    corpora = [
        {"name": "vizwiz", "columns": {"answer": None, "answers": "answers"}},
        {"name": "ok-vqa", "columns": None, "options": {"gold": "majority"}},
        {"name": "vqa-v2", "columns": None, "options": {"gold": "stated"}},
        {"name": "mine", "columns": {"answer": "answer"}, "options": {}},
    ]
    several = manifest.model_copy(update={"recipe": manifest.recipe | {"corpora": corpora}})
    (told,) = [line for line in card(several, dataset_info).splitlines() if "Golds of several people" in line]
    assert "no gold: `vizwiz`, `ok-vqa`. Their gold is the answer that most annotators gave" in told
    assert "comes first in the source's list" in told
