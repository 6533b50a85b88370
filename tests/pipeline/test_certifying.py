"""The certificate holds what was promised, and says so when nothing can be promised."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest
from datasets import load_dataset

from tests.pipeline.conftest import Build
from tests.pipeline.toy import Row, Toy, draw, measured, published, rule_file
from twokeys.builder.build import Built
from twokeys.builder.verify import verify
from twokeys.data_cards import plain


def certificate(built: Built) -> dict[str, Any]:
    return json.loads((built.folder / "certificate.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def most_frequent(rows: list[Row], key: str) -> dict[str, tuple[int, int]]:
    """How often the best reply to each key is right, and its items: an option, or a token that is accepted."""
    replies: dict[str, Counter[str]] = defaultdict(Counter)
    items: Counter[str] = Counter()
    for row in rows:
        items[row[key]] += 1
        # At an image options are unseen, and `no` and `0` are one token: a reply of one is right on both.
        seen = row["choices"] and key == "question_key"
        replies[row[key]].update([row["answer"]] if seen else row["accepted"])
    return {name: (max(found.values()), items[name]) for name, found in replies.items()}


def largest_shares(rows: list[Row], key: str) -> list[float]:
    """Largest share of one reply at each key."""
    return [right / items for right, items in most_frequent(rows, key).values()]


def test_the_certificate_counts_what_is_published(built: Built) -> None:
    said, rows = certificate(built), list(published(built.folder))
    assert built.certified
    assert said["verdict"] == "bounded"
    assert said["reasons"] == []
    assert said["fingerprint"] == built.manifest.configs["balanced"].fingerprint
    for split in ("train", "test"):
        part = [row for row in rows if row["split"] == split]
        for view, key in (("question", "question_key"), ("image", "image_key")):
            best = most_frequent(part, key)
            right = sum(found for found, _ in best.values())
            counted = said["ceilings"][f"split={split}"][view]
            assert (counted["right"], counted["items"], counted["keys"]) == (right, len(part), len(best))
            assert right <= len(part) / 2
        assert said["ceilings"][f"split={split}"]["both"]["right"] == len(part)


def test_every_question_and_image_is_balanced_and_every_item_has_both_partners(built: Built) -> None:
    rows = list(published(built.folder))
    for split in ("train", "test"):
        part = [row for row in rows if row["split"] == split]
        for key in ("question_key", "image_key"):
            assert max(largest_shares(part, key)) <= 0.5
    assert all(row["image_partner"] and row["question_partner"] for row in rows)
    assert built.manifest.partners.quads > 0


@pytest.mark.parametrize(
    "within", [[], ["answer_type"], ["source", "split", "answer_type"]], ids=lambda names: "+".join(names) or "nothing"
)
def test_balance_holds_inside_every_part_that_was_asked_for(toy: Toy, make: Build, within: list[str]) -> None:
    built = make(toy, balance={"within": within})
    rows = list(published(built.folder))
    parts: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        parts[tuple(row[name] for name in within)].append(row)
    assert parts
    for part in parts.values():
        for key in ("question_key", "image_key"):
            assert max(largest_shares(part, key)) <= 0.5
    by_id = {row["id"]: row for row in rows}
    for row in rows:
        for name in ("image_partner", "question_partner"):
            assert all(by_id[row[name]][column] == row[column] for column in within)
    assert not [finding for finding in verify(built.folder) if not finding.ok]


def test_a_third_bounds_every_question_and_image_by_a_third(toy: Toy, make: Build) -> None:
    built = make(toy, balance={"max_share": 1 / 3, "within": ["split"]})
    rows = list(published(built.folder))
    assert rows
    for split in {row["split"] for row in rows}:
        for key in ("question_key", "image_key"):
            assert max(largest_shares([row for row in rows if row["split"] == split], key)) <= 1 / 3 + 1e-9
    assert "33.3 %" in (built.folder / "README.md").read_text(encoding="utf-8")
    assert not [finding for finding in verify(built.folder) if not finding.ok]


def test_a_looser_share_keeps_more(toy: Toy, built: Built, make: Build) -> None:
    assert make(toy, balance={"max_share": 0.75, "within": ["split"]}).manifest.kept > built.manifest.kept


def assert_honest_about_nothing(built: Built, cache: Path) -> None:
    """An empty set is not bounded: certificate, card and `verify` say so, and `removed` loads."""
    assert not built.certified
    assert certificate(built)["verdict"] == "not bounded"
    assert certificate(built)["reasons"] == ["no item was kept: there is nothing to bound"]
    failing = [finding for finding in verify(built.folder) if not finding.ok]
    assert [finding.check for finding in failing] == ["certificate"]
    assert failing[0].problems == ["not bounded: no item was kept: there is nothing to bound"]
    assert "No balanced set could be selected" in (built.folder / "README.md").read_text(encoding="utf-8")
    removed = load_dataset(str(built.folder), "removed", cache_dir=str(cache))
    assert {split: len(part) for split, part in removed.items()} == built.manifest.configs["removed"].splits
    for name in (None, "balanced"):  # what was removed is no default
        with pytest.raises(ValueError, match="At least one valid data file must be specified"):
            load_dataset(str(built.folder), name, cache_dir=str(cache))
    assert plain.empty(built.manifest) in (built.folder / "README.md").read_text(encoding="utf-8")


def test_questions_that_are_asked_once_cannot_be_bounded(tmp_path: Path, make: Build) -> None:
    toy = Toy.shapes(tmp_path / "corpora")
    for rows in toy.rows.values():
        for number, row in enumerate(rows):
            row["question"] = f"{row['question']} ({number})"
    built = make(toy.write(), rules=[])
    assert_honest_about_nothing(built, tmp_path / "cache")
    reasons = {row["reason"] for row in published(built.folder, "removed")}
    assert reasons == {"its question has no item with another answer: the question alone gives the answer"}


def test_a_rule_that_drops_everything_leaves_nothing_to_certify(toy: Toy, make: Build, tmp_path: Path) -> None:
    built = make(toy, rules=[{"rule": f"{rule_file(tmp_path)}:Nice", "with": {"word": "."}}])
    assert_honest_about_nothing(built, tmp_path / "cache")


def test_what_is_not_bounded_can_be_built_again_and_become_so(toy: Toy, make: Build, tmp_path: Path) -> None:
    nothing = make(toy, rules=[{"rule": f"{rule_file(tmp_path)}:Nice", "with": {"word": "."}}])
    assert not nothing.certified
    assert make(toy).certified


def test_what_is_balanced_by_construction_is_kept_whole(tmp_path: Path, make: Build) -> None:
    built = make(Toy.balanced(tmp_path / "corpora"))
    assert built.manifest.kept == built.manifest.rows_read == 24
    assert built.manifest.configs["removed"].splits == {}
    assert built.manifest.partners.quads == 6
    assert all(part.gap == 0 and part.solved == {"circulation": 2} for part in built.manifest.balance)
    assert not [finding for finding in verify(built.folder) if not finding.ok]
    loaded = load_dataset(str(built.folder), cache_dir=str(tmp_path / "cache"))
    assert {split: len(part) for split, part in loaded.items()} == {"train": 12, "test": 12}


def test_a_weight_prefers_heavy_items(tmp_path: Path, make: Build) -> None:
    toy = Toy.balanced(tmp_path / "corpora")
    # One more picture that one question calls a circle: which of the four "yes" stays is a matter of weight alone.
    for split in toy.rows:
        draw(tmp_path / "corpora" / toy.pictures / f"{split}/more.png", "circle", "red", 40 + len(split))
        for asked, answer in (("circle", "yes"), ("square", "no")):
            question = f"Is shape 0 a {asked}?"
            row = {"id": f"more{asked}", "picture": f"{split}/more.png", "question": question, "answer": answer}
            toy.rows[split].append(row | {"choices": None})
    toy.write()
    plain = make(toy, "plain")
    heavy = make(toy, "heavy", balance={"weight": "image.majority.p_gold", "within": ["split"]})
    assert plain.manifest.kept == heavy.manifest.kept == 24
    for split in ("train", "test"):
        part = next(part for part in heavy.manifest.balance if part.part == {"split": split})
        assert part.weight > part.kept
        assert part.gap == 0

    def weight(built: Built) -> float:
        return sum(row["image_majority_p_gold"] for row in measured(built.folder))

    assert weight(heavy) >= weight(plain)
    assert not [finding for finding in verify(heavy.folder) if not finding.ok]


@pytest.mark.parametrize("weight", ["question.nope.p_gold", "answer", "question.prior.prediction"])
def test_a_weight_that_is_no_number_names_those_that_are(toy: Toy, make: Build, weight: str) -> None:
    with pytest.raises(ValueError, match=r"balance\.weight.*image\.majority\.p_gold, question\.prior\.p_gold"):
        make(toy, balance={"weight": weight})


def test_a_weight_that_some_items_lack_names_one_of_them(toy: Toy, make: Build) -> None:
    with pytest.raises(ValueError, match=r"of the item toy:.* is no number of 0 or more"):
        make(toy, measure={"baselines": ["choices.prior"], "folds": 3}, balance={"weight": "choices.prior.p_gold"})
