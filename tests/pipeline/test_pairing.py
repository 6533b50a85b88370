"""The stage `pair`: constructed partners become items beside their originals, or are refused with a reason."""

from __future__ import annotations

import importlib.util
import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.pipeline.conftest import Build
from tests.pipeline.toy import Toy, published
from twokeys.builder.build import Built
from twokeys.builder.pair import generate
from twokeys.builder.pair.generators import registry
from twokeys.builder.run.engines import ENGINES
from twokeys.builder.verify import verify

PAIR: dict[str, Any] = {"generators": ["toy-repaint"], "partners": "any"}
ROWS = {
    "train": [("red", 0), ("red", 1), ("blue", 2), ("blue", 3)],
    "test": [("red", 4), ("blue", 5), ("blue", 6)],
}


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.BUILT_IN, "toy-repaint", "tests.pipeline.repaint:Repaint")


@pytest.fixture
def colours(tmp_path: Path) -> Toy:
    """Every picture is asked one question: no balanced set can hold any item."""
    from tests.pipeline.toy import draw

    toy = Toy(tmp_path / "corpora")
    for split, shapes in ROWS.items():
        toy.rows[split] = []
        for colour, number in shapes:
            draw(toy.corpora / toy.pictures / f"{split}/{number}.png", "square", colour, number)
            answer = "yes" if colour == "red" else "no"
            row = {"id": str(number), "picture": f"{split}/{number}.png", "question": "Is it a red shape?"}
            toy.rows[split].append(row | {"answer": answer, "choices": None})
    return toy.write()


def make_colours(make: Build, colours: Toy, **changes: Any) -> Built:
    settings = {"pair": PAIR, "rules": [], "measure": {"baselines": ["question.prior"], "folds": 2}}
    return make(colours, **(settings | changes))


def test_nothing_is_balanced_without_pairs(make: Build, colours: Toy) -> None:
    assert make_colours(make, colours, pair={"partners": "any"}).manifest.kept == 0


def test_constructed_partners_balance_every_item(make: Build, colours: Toy) -> None:
    built = make_colours(make, colours)
    rows = list(published(built.folder))
    # Seven items, each with a repainted picture, another question, and both.
    assert Counter(row["answer_source"] for row in rows) == {"annotated": 7, "constructed": 21}
    assert Counter(row["edit_kind"] for row in rows) == {None: 7, "repaint": 7, "ask": 14}
    assert built.certified
    assert all(row["image_partner"] and row["question_partner"] for row in rows)
    assert built.manifest.partners.quads == 7
    assert [finding for finding in verify(built.folder) if not finding.ok] == []


def test_rows_say_how_they_were_made(make: Build, colours: Toy) -> None:
    rows = {row["id"]: row for row in published(make_colours(make, colours).folder)}
    made = [row for row in rows.values() if row["edit_of"]]
    for row in made:
        base = rows[row["edit_of"]]
        assert (row["source"], row["split"], row["license"], row["group"]) == (
            base["source"], base["split"], base["license"], base["group"]
        )  # fmt: skip
        assert row["answer"] != base["answer"]
        assert row["edit_note"]
        if row["edit_kind"] == "repaint":
            assert row["question"] == base["question"]
            (box,) = row["edit_boxes"]
            new, old = (Image.open(io.BytesIO(side["image"]["bytes"])).convert("RGB") for side in (row, base))
            margin = (0, 0, box[0], new.height)
            assert new.crop(margin).tobytes() == old.crop(margin).tobytes()
            assert new.crop(tuple(box)).tobytes() != old.crop(tuple(box)).tobytes()
        else:
            assert row["image_key"] == base["image_key"]
            ((start, end),) = row["edit_words"]
            assert row["question"][start:end] == "blue"


@pytest.mark.parametrize(
    ("flaw", "reason"),
    [
        ("same answer", "the answer does not flip"),
        ("wrong box", "pixels change outside the marked boxes"),
        ("cut short", "the new picture is not whole"),
    ],
)
def test_unsound_edits_are_refused_and_listed(make: Build, colours: Toy, flaw: str, reason: str) -> None:
    use = {"generator": "toy-repaint", "with": {"flaw": flaw}}
    built = make_colours(make, colours, pair=PAIR | {"generators": [use]})
    refused = [row for row in published(built.folder, "removed") if row["stage"] == "pair"]
    reasons = Counter((row["edit_kind"], row["reason"].partition(":")[0]) for row in refused)
    assert reasons["repaint", reason] == 7
    assert reasons["ask", "the edit that it was made from is refused"] == 7
    assert built.manifest.pairs is not None
    counted = {kind.kind: (kind.made, kind.added, sum(kind.refused.values())) for kind in built.manifest.pairs.kinds}
    assert counted == {"ask": (14, 7, 7), "repaint": (7, 0, 7)}
    assert [finding for finding in verify(built.folder) if not finding.ok and finding.check != "certificate"] == []


@pytest.mark.parametrize(
    ("flaw", "colours", "refused"),
    [
        # All pictures are red, so whoever can tell a repainted one knows that its answer is no.
        ("one side", ("red",), True),
        # The other question gives either picture both answers, and yet a repainted one is blue, whatever is asked.
        ("", ("red",), True),
        ("", ("red", "blue"), False),
    ],
)
def test_kinds_that_give_themselves_and_answers_away_are_refused(
    make: Build, tmp_path: Path, flaw: str, colours: tuple[str, ...], refused: bool
) -> None:
    from tests.pipeline.toy import draw

    toy = Toy(tmp_path / "corpora", {"test": []})
    for number in range(24):
        colour = colours[number % len(colours)]
        draw(toy.corpora / toy.pictures / f"{number}.png", "square", colour, number)
        row = {"id": str(number), "picture": f"{number}.png", "question": "Is it a red shape?", "choices": None}
        toy.rows["test"].append(row | {"answer": "yes" if colour == "red" else "no"})
    use = {"generator": "toy-repaint", "with": {"flaw": flaw}}
    built = make_colours(make, toy.write(), pair=PAIR | {"generators": [use], "artefacts": 24})
    reasons = Counter(row["edit_kind"] for row in published(built.folder, "removed") if row["stage"] == "pair")
    assert reasons["repaint"] == (24 if refused else 0)
    assert built.manifest.pairs is not None
    assert {kind.kind: kind.added for kind in built.manifest.pairs.kinds}["repaint"] == (0 if refused else 24)
    assert [finding for finding in verify(built.folder) if not finding.ok and finding.check != "certificate"] == []


def test_an_edit_that_repeats_an_item_is_refused(make: Build, colours: Toy) -> None:
    asked = [
        row | {"id": f"{row['id']}b", "question": "Is it a blue shape?", "answer": answer}
        for row, answer in zip(colours.rows["test"], ("no", "yes", "no"), strict=True)
    ]
    colours.rows["test"] += asked
    built = make_colours(make, colours.write())
    reasons = [row["reason"] for row in published(built.folder, "removed") if row["stage"] == "pair"]
    # Pictures 5 and 6 are blue, and a person answered otherwise about picture 6.
    assert sum("is there with the same answer" in reason for reason in reasons) == 2
    assert sum("is there with another answer (no)" in reason for reason in reasons) == 1


@pytest.mark.slow
def test_any_engine_and_shards_of_any_size_give_the_same_rows(
    make: Build, colours: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = make_colours(make, colours, out="one")
    monkeypatch.setattr(generate, "ITEMS_PER_SHARD", 2)
    two = make_colours(make, colours, out="two")
    three = make_colours(make, colours, out="three", engine="process")
    assert one.manifest == two.manifest == three.manifest


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="needs the package ray")
def test_mined_and_constructed_partners_are_the_same_on_a_ray_cluster(
    make: Build, colours: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    for rows in colours.rows.values():
        rows += [
            row | {"id": f"{row['id']}b", "question": f"{('Is', 'is')[number % 2]} shape 1 a square?"}
            for number, row in enumerate(rows)
        ]
    colours.write()
    pair = PAIR | {"mined": ["paraphrases"]}
    monkeypatch.setattr(generate, "ITEMS_PER_SHARD", 3)
    found = [make_colours(make, colours, pair=pair, out=engine, engine=engine) for engine in ENGINES]
    assert found[0].manifest == found[1].manifest == found[2].manifest
    assert found[0].manifest.pairs is not None
    assert found[0].manifest.pairs.reworded > 0
    assert sum(kind.added for kind in found[0].manifest.pairs.kinds) == 21
    assert len({built.manifest.configs["balanced"].fingerprint for built in found}) == 1
    __import__("ray").shutdown()


def test_a_stopped_build_goes_on(make: Build, colours: Toy, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    whole = make_colours(make, colours, out="whole")
    monkeypatch.setattr(generate, "ITEMS_PER_SHARD", 2)

    from tests.pipeline import repaint

    calls = 0
    paint = repaint.painted

    def dies(data: bytes, colour: str) -> Any:
        nonlocal calls
        calls += 1
        if calls == 4:
            raise KeyboardInterrupt
        return paint(data, colour)

    monkeypatch.setattr(repaint, "painted", dies)
    with pytest.raises(KeyboardInterrupt):
        make_colours(make, colours, out="stopped")
    assert len(list(tmp_path.glob(".stopped.run/edits-*/part-*.parquet"))) == 1
    monkeypatch.setattr(repaint, "painted", paint)
    again = make_colours(make, colours, out="stopped")
    assert again.manifest == whole.manifest


def test_budget_and_unknown_generators(make: Build, colours: Toy) -> None:
    use = {"generator": "toy-repaint", "budget": 1}
    built = make_colours(make, colours, pair=PAIR | {"generators": [use]})
    assert built.manifest.pairs is not None
    assert {kind.kind: kind.made for kind in built.manifest.pairs.kinds} == {"repaint": 7}
    with pytest.raises(ValueError, match="no generator 'toy-repain'"):
        make_colours(make, colours, out="bad", pair={"generators": ["toy-repain"], "partners": "any"})


def test_the_card_tells_of_pairs(make: Build, colours: Toy) -> None:
    built = make_colours(make, colours)
    assert "Modified material: rows with `edit_of`" in (built.folder / "LICENSE").read_text(encoding="utf-8")
    assert "repaint" in (built.folder / "README.md").read_text(encoding="utf-8")
    assert json.loads((built.folder / "manifest.json").read_text(encoding="utf-8"))["pairs"]["kinds"]


def test_pairs_load_with_both_pictures(make: Build, colours: Toy, tmp_path: Path) -> None:
    from datasets import load_dataset

    built = make_colours(make, colours)
    items = {row["id"]: row for row in published(built.folder)}
    pairs = load_dataset(str(built.folder), "pairs", split="train", cache_dir=str(tmp_path / "cache"))
    # Four quads of four items: two pairs of each view a quad.
    assert Counter(pairs["view"]) == {"image": 8, "question": 8}
    for pair in pairs:
        first, second = items[pair["first"]], items[pair["second"]]
        assert (first["image_partner"], first["question_partner"])[pair["view"] == "question"] == second["id"]
        assert (pair["answer"], pair["partner_answer"]) == (first["answer"], second["answer"])
        for column, member in (("image", first), ("partner_image", second)):
            picture = Image.open(io.BytesIO(member["image"]["bytes"])).convert("RGB")
            assert pair[column].convert("RGB").tobytes() == picture.tobytes()
        if pair["view"] == "question":
            assert pair["image_key"] == pair["partner_image_key"]
            marked = [pair[f"{side}question"][a:b] for side in ("", "partner_") for a, b in pair[f"{side}words"]]
            assert sorted(marked) == ["blue", "red"]
        elif pair["kind"] == "repaint":
            (box,) = pair["boxes"]
            new, old = (pair[name].convert("RGB") for name in ("partner_image", "image"))
            for picture in (new, old):
                picture.paste((0, 0, 0), tuple(box))
            assert new.tobytes() == old.tobytes()


def test_a_forged_pair_is_found(make: Build, colours: Toy) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    built = make_colours(make, colours)
    path = next((built.folder / "pairs").glob("train-*.parquet"))
    table = pq.read_table(path)
    answers = ["maybe", *table["partner_answer"].to_pylist()[1:]]
    at = table.schema.get_field_index("partner_answer")
    pq.write_table(table.set_column(at, table.schema.field(at), pa.array(answers)), path)
    problems = {finding.check: finding.problems for finding in verify(built.folder)}
    assert len(problems["rows of pairs"]) == 1


def test_pairs_alone_count_what_becomes_balanceable(make: Build, colours: Toy, tmp_path: Path) -> None:
    from twokeys.builder.pairs import pairs

    work = tmp_path / "shared.run"
    recipe = colours.save(
        tmp_path / "r.yaml", pair=PAIR, rules=[], measure={"baselines": ["question.prior"], "folds": 2}
    )
    found = pairs(recipe, corpora=colours.corpora, work=work, engine="serial")
    assert [(step.name, step.items, step.kept, step.annotated, step.quads) for step in found.steps] == [
        ("nothing", 7, 0, 0, 0),
        ("mined", 7, 0, 0, 0),
        ("constructed", 28, 28, 7, 7),
    ]
    # One question, four blue of seven, each picture asked once; then every question and picture has both answers.
    assert (found.steps[0].question_ceiling, found.steps[0].image_ceiling) == (4 / 7, 1.0)
    assert (found.steps[2].question_ceiling, found.steps[2].image_ceiling) == (0.5, 0.5)
    assert {kind.kind: kind.published for kind in found.kinds} == {"ask": 14, "repaint": 7}
    built = make_colours(make, colours, work=work)
    assert not {"edits-toy-repaint", "pair", "filter"} & set(built.executed)
    assert built.manifest.kept == 28


def test_paraphrases_are_published_in_one_wording(make: Build, tmp_path: Path) -> None:
    toy = Toy.balanced(tmp_path / "corpora")
    for rows in toy.rows.values():
        for row in rows:
            # Half of the pictures are asked in other words, so that each wording has one answer alone.
            if "square" in row["picture"]:
                row["question"] = row["question"].replace("Is shape", "is shape")
    apart = make(toy.write(), out="apart", rules=[])
    assert apart.manifest.kept == 0
    joined = make(toy, out="joined", rules=[], pair={"mined": ["paraphrases"], "partners": "any"})
    assert joined.manifest.kept == 24
    assert joined.manifest.pairs is not None
    assert joined.manifest.pairs.reworded == 12
    rows = list(published(joined.folder))
    asked = {row["question_asked"]: row["question"] for row in rows if row["question_asked"]}
    for text, new in asked.items():
        assert text != new
        assert text.lower() == new.lower()
    assert len(asked) == 4
    for row in rows:
        assert (row["answer_source"] == "constructed") == (row["question_asked"] is not None)
    assert [finding for finding in verify(joined.folder) if not finding.ok] == []


def test_edits_that_are_few_are_not_called_clean(make: Build, colours: Toy, tmp_path: Path) -> None:
    from twokeys.builder.pairs import pairs

    recipe = colours.save(
        tmp_path / "r.yaml", pair=PAIR, rules=[], measure={"baselines": ["question.prior"], "folds": 2}
    )
    found = pairs(recipe, corpora=colours.corpora, work=tmp_path / "run", engine="serial", artefacts=5)
    (repaint,) = (kind for kind in found.artefacts if kind.kind == "repaint")
    assert repaint.pairs == 5
    assert {told.classifier for told in repaint.told} == {"pixels", "vectors"}
    assert repaint.cue.alone.share == 0
    assert repaint.verdict == "undecided"


def test_partners_that_are_far_by_embedding_are_refused(make: Build, colours: Toy) -> None:
    built = make_colours(make, colours, pair=PAIR | {"minimal": {"similarity": 0.9999}})
    assert built.manifest.pairs is not None
    assert all(kind.added == 0 and sum(kind.refused.values()) == kind.made > 0 for kind in built.manifest.pairs.kinds)
    reasons = {reason for kind in built.manifest.pairs.kinds for reason in kind.refused}
    assert reasons == {
        "its image has the similarity , less than",
        "its question has the similarity , less than",
    }


@pytest.mark.parametrize(
    ("column", "value", "problem"),
    [
        ("compared", "yes", "in one view and in the answer"),
        ("group", "elsewhere", "its group is not that of"),
        ("answer_source", "verified", "its scores do not fit"),
        ("edit_words", [[0, 2]], "changes outside its difference mask"),
        ("edit_of", "toy:test:nowhere", "is not there"),
    ],
)
def test_forged_constructed_rows_are_found(column: str, value: object, problem: str) -> None:
    import pandas as pd

    from twokeys.builder.checks.pairs import edited
    from twokeys.builder.recipe import Pair

    shared = {"source": "toy", "source_revision": "1", "split": "test", "license": "mit", "group": "g", "stage": None}
    shared |= {"answer_type": "yes/no", "image_key": "i", "image_width": 9, "image_height": 9, "edit_scores": None}
    base = shared | {"id": "toy:test:1", "question": "Is it red?", "question_key": "a", "answer": "yes"}
    base |= {"compared": "yes"}
    base |= {"answer_source": "annotated", "edit_of": None, "edit_kind": None, "edit_note": None}
    base |= {"edit_words": None, "edit_boxes": None, "question_asked": None}
    made = base | {"id": f"toy:test:1~{'0' * 16}", "question": "Is it blue?", "question_key": "b", "answer": "no"}
    made |= {
        "compared": "no",
        "answer_source": "constructed",
        "edit_of": "toy:test:1",
        "edit_kind": "swap",
        "edit_note": "it is red",
    }
    made |= {"edit_words": [[6, 10]], "edit_boxes": []}
    assert list(edited(pd.DataFrame([base, made]), Pair())) == []
    assert any(problem in found for found in edited(pd.DataFrame([base, made | {column: value}]), Pair()))
