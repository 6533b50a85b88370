"""Balance holds inside a category that the recipe names; certificate, card, report and `verify` follow."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.pipeline.conftest import Build
from tests.pipeline.seen import FILES, Seen
from tests.pipeline.test_auditing import audited, certificate, corpus
from tests.pipeline.test_pairing import PAIR, ROWS
from tests.pipeline.toy import Toy, draw, published
from twokeys.builder.build import Built, build
from twokeys.builder.certify.audited.strata import kinds, strata
from twokeys.builder.certify.balanced import certify
from twokeys.builder.pair.generators import registry
from twokeys.builder.pair.merge import with_categories
from twokeys.builder.recipe import Recipe
from twokeys.builder.verify import verify
from twokeys.core.errors import BadInput

INSIDE: dict[str, Any] = {"rules": [], "categories": ["subject"], "balance": {"within": ["split", "subject"]}}


def toy_with(place: Path, subject: dict[int, dict[str, str]]) -> Toy:
    """Three times two questions by two images, answers a b / b a; the subject is that of the place and the answer."""
    toy = Toy.balanced(place)
    for row, number in ((row, int(row["id"][0])) for rows in toy.rows.values() for row in rows):
        row["subject"] = subject[number][row["answer"]]
    return toy.write()


def with_subject(toy: Toy) -> list[dict[str, Any]]:
    return [toy.corpus(options={"meta": ["subject"]})]


@pytest.fixture(scope="module")
def parted(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Of the third place, `yes` is of one subject and `no` of another."""
    place = tmp_path_factory.mktemp("parted")
    toy = toy_with(
        place / "corpora", {0: {"yes": "a", "no": "a"}, 1: {"yes": "b", "no": "b"}, 2: {"yes": "a", "no": "b"}}
    )
    recipe = toy.save(place / "recipe.yaml", corpora=with_subject(toy), **INSIDE)
    return build(recipe, place / "out", corpora=toy.corpora, engine="serial")


def test_items_are_kept_that_have_partners_of_their_own_subject(parted: Built) -> None:
    kept = list(published(parted.folder))
    assert {row["source_id"][0] for row in kept} == {"0", "1"}
    assert len(kept) == 2 * 8
    by_id = {row["id"]: row for row in kept}
    for row in kept:
        for partner in (by_id[row["image_partner"]], by_id[row["question_partner"]]):
            assert (partner["split"], json.loads(partner["meta"])) == (row["split"], json.loads(row["meta"]))
    parts = {tuple(sorted(part.part.items())): (part.items, part.kept) for part in parted.manifest.balance}
    assert parts == {
        (("split", split), ("subject", subject)): (6, 4) for split, subject in product(("test", "train"), "ab")
    }


def test_without_the_category_all_are_kept(make: Build, tmp_path: Path) -> None:
    toy = toy_with(tmp_path / "c", {number: {"yes": "a", "no": "b"} for number in range(3)})
    everything = make(toy, corpora=with_subject(toy), **INSIDE | {"balance": {"within": ["split"]}})
    assert everything.manifest.kept == 24
    assert [one.stratum for one in everything.manifest.after.ceilings if "subject" in one.stratum] == []
    nothing = make(toy, "other", corpora=with_subject(toy), **INSIDE)
    assert nothing.manifest.kept == 0


def test_certificate_card_and_report_speak_of_it_and_verify_recounts_it(parted: Built) -> None:
    said = json.loads((parted.folder / "certificate.json").read_text(encoding="utf-8"))
    assert said["within"] == ["split", "subject"]
    assert said["ceilings"]["subject=a"]["question"] == {"right": 4, "items": 8, "keys": 2, "share": 0.5}
    card = (parted.folder / "README.md").read_text(encoding="utf-8")
    assert "inside every split and subject" in card
    assert "| subject=b | 8 | 50.0 %" in card
    assert "inside every split and subject" in (parted.folder / "report.html").read_text(encoding="utf-8")
    assert [finding for finding in verify(parted.folder) if not finding.ok] == []


def test_a_set_that_is_balanced_as_a_whole_is_not_bounded_inside_the_category() -> None:
    table = pd.DataFrame({
        "id": list("wxyz"), "question": ["q", "q", "r", "r"], "question_key": ["q", "q", "r", "r"],
        "image_key": ["i", "j", "i", "j"], "image_colour": "grey", "answer_type": "yes/no", "source": "s", "split": "t",
        "choices": [[]] * 4, "answer": ["yes", "no", "no", "yes"], "compared": ["yes", "no", "no", "yes"],
        "meta": [json.dumps({"asked": {"of": of}}) for of in (1, 2, 2, 1)],
    })  # fmt: skip
    assert certify(table, 0.5, [], "")["verdict"] == "bounded"
    said = certify(table, 0.5, ["asked.of"], "")
    assert said["verdict"] == "not bounded"
    assert "the question ceiling on asked.of=1 is 2 of 2, above 50%" in said["reasons"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"categories": []}, "`within` names 'subject'; allowed: source, split, answer_type"),
        ({"categories": ["subjects"]}, "did you mean 'subjects'?"),
        ({"balance": {"within": ["split", "split"]}}, "names a column twice"),
        ({"audited": {"together": ["answer_type"]}}, "`together` names 'answer_type'; allowed: source, split, subject"),
    ],
)
def test_a_column_that_is_no_category_is_refused(changes: dict[str, Any], words: str, tmp_path: Path) -> None:
    from twokeys.builder.recipe import load

    path = Toy(tmp_path).save(tmp_path / "r.yaml", **INSIDE | changes)
    with pytest.raises(BadInput) as error:
        load(path)
    assert words in " ".join(str(error.value).split())


def test_a_category_that_no_item_has_or_that_every_item_has_for_itself_is_refused(make: Build, tmp_path: Path) -> None:
    toy = toy_with(tmp_path / "c", {number: {"yes": "a", "no": "b"} for number in range(3)})
    for number, row in enumerate(row for rows in toy.rows.values() for row in rows):
        row["subject"] = f"s{number}"
    toy.write()
    with pytest.raises(BadInput, match=r"'subject' has 24 values for 24 items.*coarser category"):
        make(toy, corpora=with_subject(toy), **INSIDE)
    with pytest.raises(BadInput, match=r"no item has a field 'subject'.*options: {meta: \[NAME\]}"):
        make(toy, **INSIDE)


def test_constructed_partners_are_of_the_subject_of_their_original(
    make: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A repainted image says nothing of the subject; it can balance its original inside the subject alone."""
    monkeypatch.setitem(registry.BUILT_IN, "toy-repaint", "tests.pipeline.repaint:Repaint")
    toy = Toy(tmp_path / "corpora")
    for split, shapes in ROWS.items():
        toy.rows[split] = []
        for colour, number in shapes:
            name, answer = f"{split}/{number}.png", "yes" if colour == "red" else "no"
            draw(toy.corpora / toy.pictures / name, "square", colour, number)
            row = {"id": str(number), "picture": name, "question": "Is it a red shape?", "answer": answer}
            toy.rows[split].append(row | {"choices": None, "subject": "odd" if number % 2 else "even"})
    built = make(
        toy.write(),
        corpora=with_subject(toy),
        pair=PAIR,
        measure={"baselines": ["question.prior"], "folds": 2},
        **INSIDE,
    )
    rows = {row["id"]: row for row in published(built.folder)}
    made = [row for row in rows.values() if row["edit_of"]]
    assert built.manifest.kept == len(rows) == 4 * 7
    assert len(made) == 3 * 7
    for row in made:
        assert json.loads(row["meta"])["subject"] == json.loads(rows[row["edit_of"]]["meta"])["subject"]
    assert [finding for finding in verify(built.folder) if not finding.ok] == []


def test_what_an_edit_says_of_its_category_itself_stays() -> None:
    items = pd.DataFrame({"id": ["i"], "meta": ['{"a": {"b": 1, "c": 2}, "d": 3}']})
    rows = pd.DataFrame({"id": ["i~0123456789abcdef"] * 3, "meta": ["{}", '{"a": {"b": 9}}', '{"a": "text"}']})
    carried = with_categories(rows, items, ["a.b", "d", "gone"])["meta"].map(json.loads).tolist()
    assert carried == [{"a": {"b": 1}, "d": 3}, {"a": {"b": 9}, "d": 3}, {"a": "text", "d": 3}]


@pytest.mark.slow
def test_retrieved_partners_are_found_and_chosen_inside_the_category(tmp_path: Path) -> None:
    seen = Seen.random(tmp_path / "corpora", asked=10, pool=10).write()
    lines = [json.loads(line) for line in (seen.corpora / "pope/output/coco/coco_pope_adversarial.json").open()]
    rows = [line | {"image": f"val2014/{line['image']}", "of": number % 2} for number, line in enumerate(lines)]
    (seen.corpora / "pope" / "test.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    columns = {"question": "text", "answer": "label", "id": "question_id", "links": ["image"]}
    (plan,) = seen.recipe()["corpora"]
    table = {"format": "table", "columns": columns, "options": {"files": {"test": "test.jsonl"}, "meta": ["of"]}}
    changes: dict[str, Any] = {"corpora": [plan | table | {"splits": None}], "categories": ["of"]}
    recipe = Recipe.model_validate(seen.recipe(**changes, balance={"within": ["split", "of"]}))
    built = build(recipe, tmp_path / "out", corpora=seen.corpora, work=tmp_path / "run", engine="serial")
    found = {row["id"]: row for row in published(built.folder)}
    partners = [row for row in found.values() if row["edit_of"]]
    assert partners
    by_part: dict[tuple[str, int], list[str]] = {}
    for row in found.values():
        by_part.setdefault((row["question"], json.loads(row["meta"])["of"]), []).append(row["answer"])
    assert all(answers.count("yes") == answers.count("no") for answers in by_part.values())
    checks = verify(built.folder, corpora=seen.corpora)
    assert {one.check for one in checks if not one.ok} <= {"datasheet"}
    assert FILES[0] in {file for each in built.manifest.pairs.retrieved for file in each.files}  # type: ignore[union-attr]


def test_the_audited_tier_is_judged_on_every_value_of_the_category_and_chance_is_counted_inside() -> None:
    items = pd.DataFrame({
        "source": "s", "split": "t", "answer_type": "yes/no", "choices": [[]] * 60,
        "meta": [json.dumps({"subject": "abc"[number // 25]}) for number in range(60)],
    })  # fmt: skip
    apart = ["source", "split", "answer_type", "subject"]
    assert {name: int(mask.sum()) for name, mask in strata(items, apart).items()} == {"subject=a": 25, "subject=b": 25}
    assert np.unique(kinds(items, apart), return_counts=True)[1].tolist() == [25, 25, 10]
    assert strata(items) == {}


@pytest.mark.slow
def test_an_audited_build_has_the_category_among_its_parts(tmp_path: Path, make: Build) -> None:
    toy = corpus(tmp_path / "corpora")
    for number, row in enumerate(toy.rows["test"]):
        row["subject"] = "ab"[number % 2]
    part = audited(["question.prior"], ["question.looks"], controls=0)  # without controls nothing is certified
    changes = INSIDE | {"corpora": with_subject(toy.write())}
    built = make(toy, audited=part, **changes)
    judged = {part["name"] for view in certificate(built)["views"].values() for part in view["parts"]}
    assert judged == {"subject=a", "subject=b"}
    assert "subject=a" in (built.folder / "README.md").read_text(encoding="utf-8")
    said = certificate(built)["verdict"]
    (problem,) = (one for finding in verify(built.folder) for one in finding.problems)
    assert problem.startswith(said)  # that, and nothing that a recount gives otherwise
    joined = make(toy, "joined", audited=part | {"together": ["subject"]}, **changes)
    assert [part for view in certificate(joined)["views"].values() for part in view["parts"]] == []
