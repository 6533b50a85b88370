"""A gold `true` or `false` is right where it is replied.

Claim: a reply that gives the gold answer is marked right, in twokeys and in every export.
Attack: golds `true` and `false`. Replies were read as yes or no and compared with the gold's text, so no reply was ever
right: neither `true` nor `yes`.
Before (ba22272): 0 % of all 1,979 items of NLVR for a model that replies the gold.
Now: 100 %; reply and gold are read by one table.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.exports.loading import loaded
from twokeys.core.answers.marking import right
from twokeys.exports.bundle import bundled

GOLDS = {"true": "yes", "True": "yes", "TRUE.": "yes", "false": "no", "False": "no", "yes": "yes", "No": "no"}
REPLIES = {
    "yes": ("true", "True.", "yes", "Yes, it is.", "The answer is true.", "**True**", "That is correct."),
    "no": ("false", "False.", "no", "No, it is not.", "Answer: false", "There is no tower.", "It isn't."),
}


@pytest.mark.parametrize(("gold", "means"), GOLDS.items())
def test_gold_and_reply_are_read_by_one_table(gold: str, means: str) -> None:
    for kind in ("yes/no", "open"):
        assert right(gold, kind, [], gold)
    for said, replies in REPLIES.items():
        for reply in replies:
            assert right(reply, "yes/no", [], gold) == (said == means), reply


@pytest.mark.parametrize("module", ["lmms_eval_utils", "lm_eval_utils"])
def test_exports_mark_alike(module: str, tmp_path: Path) -> None:
    facts = {"instruction": None, "pairs": {}, "scores": [], "annotated": False, "answers": {}}
    path = tmp_path / f"{module}.py"
    path.write_text(bundled(f"twokeys.exports.harness.{module}", "Frozen.", {"FACTS": facts}), encoding="utf-8")
    assert loaded(path).right("true", "yes/no", [], "true")
    assert not loaded(path).right("false", "yes/no", [], "true")


def test_every_item_of_nlvr_is_right_where_its_gold_is_replied() -> None:
    from tests.attacks.corpora import golds

    found = golds("nlvr")
    assert sum(found.values()) == 1979
    assert all(right(answer, *gold[:2], answer) for gold in found if (answer := gold[2]))
