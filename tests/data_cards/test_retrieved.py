"""Retrieved partners in card, licence and datasheet. After a wanted change: `TWOKEYS_GOLDEN=1 pytest` this file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from twokeys.builder.pair.judges.precision import interval
from twokeys.data_cards import verified
from twokeys.data_cards.card import card
from twokeys.data_cards.datasheet_facts import facts
from twokeys.data_cards.licences import licence_text
from twokeys.data_cards.manifest import Manifest
from twokeys.data_cards.pairing import Pairing, PairKind, Precision, RetrievedKind
from twokeys.data_cards.responsible import annotation, selection
from twokeys.data_cards.retrieved import answers, summary

GOLDEN = Path(__file__).with_name("golden_retrieved.md")
ABSENCE = "An object that is not annotated is absent."


def kind(name: str, absence: str = "") -> RetrievedKind:
    counts = {
        "understood": 1_400,
        "before": 310,
        "balanced": 1_021,
        "askable": 1_250,
        "met": 1_004,
        "checked": 1_380,
        "agreed": 1_302,
        "spare": 5_648,
    }
    return RetrievedKind(kind=name, absence=absence, **counts)


def edit(name: str, **refused: int) -> PairKind:
    gone = sum(refused.values())
    return PairKind(kind=name, made=700 + gone, refused=refused, added=700, published=650)


def right(margin: float, passed: int, so: int, used: bool = False) -> Precision:
    low, high = interval(so, passed)
    counts = {"items": 1_000, "claims": 2_000, "passed": passed, "right": so}
    return Precision(source="toy", margin=margin, used=used, low=low, high=high, **counts)


@pytest.fixture
def with_pairs(manifest: Manifest) -> Manifest:
    """With retrieved partners by annotations, by models of which balance needed none, and with edits."""
    pairing = Pairing(
        reworded=0,
        merged=0,
        kinds=[edit("nlvr.add"), edit("retrieved.coco", **{"the answer does not flip": 4})],
        retrieved=[kind("retrieved.coco", ABSENCE), kind("retrieved.models")],
        precision=[right(0.5, 990, 981), right(1.0, 975, 975, used=True), right(4.0, 0, 0)],
        before=manifest.before,
        after=manifest.after,
    )
    return manifest.model_copy(update={"pairs": pairing})


def test_the_part_on_pairs_is_the_golden_one(with_pairs, dataset_info):
    text = card(with_pairs, dataset_info)
    part = text[text.index("**Pairs.**") : text.index("Do the added items open a shortcut?")]
    if os.environ.get("TWOKEYS_GOLDEN"):
        GOLDEN.write_text(part, encoding="utf-8")
    assert GOLDEN.read_text(encoding="utf-8") == part


def test_without_edits_the_card_speaks_of_none(with_pairs, dataset_info):
    found = with_pairs.pairs.model_copy(update={"kinds": [edit("retrieved.coco")]})
    text = card(with_pairs.model_copy(update={"pairs": found}), dataset_info)
    assert "**Pairs.** Retrieved partners were added, and no edits." in text
    none = found.model_copy(update={"kinds": [], "retrieved": [], "precision": []})
    assert "etrieved" not in card(with_pairs.model_copy(update={"pairs": none}), dataset_info)


def test_answers_say_whose_they_are_and_what_absence_means(with_pairs):
    assert answers(with_pairs.pairs.retrieved) == [
        f"retrieved.coco: the answer is constructed, as it follows from annotations (coco). {ABSENCE}",
        "retrieved.models: the answer is verified by models that agree.",
    ]
    assert annotation(with_pairs)[2:] == answers(with_pairs.pairs.retrieved)


def test_how_often_models_are_right_stands_by_margin_and_says_what_it_does_not_tell(with_pairs):
    assert [" | ".join(row) for row in verified.rows(with_pairs.pairs.precision)] == [
        "toy | 0.5 | 2,000 | 990 | 981 | 99.1 % [98.3, 99.5]",
        "toy | 1 (used) | 2,000 | 975 | 975 | 100.0 % [99.6, 100.0]",
        "toy | 4 | 2,000 | 0 | 0 | -",
    ]
    assert "takes something for granted" in verified.LEGEND


def test_one_sentence_sums_up_all_kinds(with_pairs):
    assert summary(with_pairs.pairs) == (
        "Retrieved partners: 700 added; 1,004 of 1,250 askable items are balanced with retrieved.coco; of all "
        "1,400 that are understood 1,021, 310 before; 1,004 of 1,250 askable items are balanced with retrieved.models; "
        "of all 1,400 that are understood 1,021, 310 before."
    )
    assert summary(with_pairs.pairs.model_copy(update={"retrieved": []})) == ""


def test_a_kind_that_was_found_is_not_said_to_be_made(with_pairs):
    said = [line for line in selection(with_pairs) if "of kind" in line]
    assert [line.partition(":")[0] for line in said] == [
        "Partners of kind nlvr.add",
        "Retrieved partners of kind retrieved.coco",
        "Retrieved partners of kind retrieved.models",
    ]
    assert "6,352 candidates were found, of which 4 were refused, 700 added and 5,648 not needed; 650 are" in said[1]
    assert "5,648 candidates were found, of which 0 were refused, 0 added and 5,648 not needed; 0 are" in said[2]


def test_the_datasheet_counts_edits_and_retrieved_partners_apart(with_pairs):
    label = facts(with_pairs)["composition.label"]
    assert "650 published items were made by editing another item." in label[0]
    assert label[1].endswith("has another answer. 650 published items are retrieved partners.")
    assert label[2:] == answers(with_pairs.pairs.retrieved)


def test_rows_of_a_retrieved_kind_are_under_the_terms_of_both(with_pairs):
    both = "They are under the terms of both sources"
    assert both in licence_text(with_pairs)
    edits = with_pairs.pairs.model_copy(update={"kinds": [edit("nlvr.add")]})
    text = licence_text(with_pairs.model_copy(update={"pairs": edits}))
    assert both not in text
    assert "Modified material" in text
