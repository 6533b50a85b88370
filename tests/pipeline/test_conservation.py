"""Every source row is published or removed with a reason, once; a bad row stops the build or is set aside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.pipeline.conftest import Build
from tests.pipeline.toy import Row, Toy, draw, published
from twokeys.builder.build import Built
from twokeys.builder.read.stage import BadRows
from twokeys.builder.verify import verify


def assert_conserved(toy: Toy, built: Built, broken_lines: int = 0) -> None:
    """Each row of the source is in one config, once; those of broken lines have no id of their own."""
    kept, removed = list(published(built.folder)), list(published(built.folder, "removed"))
    ids = Counter(row["id"] for row in kept + removed)
    assert set(ids.values()) == {1}
    assert len(ids) == sum(map(len, toy.rows.values())) + broken_lines
    assert all(row["reason"] for row in removed)
    assert {row["stage"] for row in removed} <= {"read", "filter", "balance"}
    assert all(bool(row["rule"]) == (row["stage"] == "filter") for row in removed)
    assert not [finding for finding in verify(built.folder) if not finding.ok]


def test_every_row_is_published_or_removed_once(toy: Toy, built: Built) -> None:
    assert_conserved(toy, built)
    ids = {f"toy:{split}:{row['id']}" for split, rows in toy.rows.items() for row in rows}
    found = {row["id"] for config in ("balanced", "removed") for row in published(built.folder, config)}
    assert found == ids


def test_the_funnel_ends_at_what_is_published(built: Built) -> None:
    manifest = built.manifest
    left = manifest.rows_read
    for step in manifest.funnel:
        left -= step.removed
        assert step.left == left
    assert left == manifest.kept == len(list(published(built.folder)))


@dataclass(frozen=True)
class Spoilt:
    """A way in which a row is bad: how it is made so, and what is said of it."""

    spoil: Callable[[Row, Toy], Row]
    says: str


def picture(name: str) -> Callable[[Row, Toy], Row]:
    return lambda row, toy: row | {"picture": name}


def _broken(row: Row, toy: Toy) -> Row:
    whole = (toy.corpora / toy.pictures / "train" / "1.png").read_bytes()
    (toy.corpora / toy.pictures / "broken.png").write_bytes(whole[: len(whole) // 2])
    return row | {"picture": "broken.png"}


def _no_picture(row: Row, toy: Toy) -> Row:
    (toy.corpora / toy.pictures / "page.png").write_text("<html>404</html>")
    return row | {"picture": "page.png"}


def _huge(row: Row, toy: Toy) -> Row:
    draw(toy.corpora / toy.pictures / "huge.png", "circle", "red", 300)
    return row | {"picture": "huge.png"}


SPOILT = {
    "missing image": Spoilt(picture("nowhere.png"), "nowhere.png' cannot be read"),
    "image outside": Spoilt(picture("../../secret.png"), "a path inside the image folder"),
    "no image": Spoilt(lambda row, toy: row | {"picture": None}, "the image is None"),
    "broken image": Spoilt(_broken, "the bytes do not decode"),
    "page for an image": Spoilt(_no_picture, "the bytes do not decode"),
    "huge image": Spoilt(_huge, "340 x 343 pixels"),
    "duplicate id": Spoilt(lambda row, toy: row | {"id": "0-0"}, "the id '0-0' comes twice"),
    "no id": Spoilt(lambda row, toy: row | {"id": ""}, "no id"),
    "options beyond the alphabet": Spoilt(
        lambda row, toy: row | {"choices": [str(row["answer"]), *(f"option {n}" for n in range(26))]}, "27 options"
    ),
    "gold not in choices": Spoilt(lambda row, toy: row | {"choices": ["dog", "cat"]}, "the gold answer is"),
    "same option twice": Spoilt(lambda row, toy: row | {"choices": ["yes", "yes"]}, "options"),
    "one option": Spoilt(lambda row, toy: row | {"choices": [row["answer"]]}, "options"),
    "wrong type": Spoilt(lambda row, toy: row | {"answer": {"a": 1}}, "of type dict"),
    "question of a wrong type": Spoilt(lambda row, toy: row | {"question": ["Is it", "red?"]}, "of type list"),
    "empty question": Spoilt(lambda row, toy: row | {"question": " \t"}, "the question is empty"),
    "empty answer": Spoilt(lambda row, toy: row | {"answer": ""}, "the answer is missing"),
    "missing field": Spoilt(lambda row, toy: {k: v for k, v in row.items() if k != "answer"}, "no field 'answer'"),
}
TRUNCATED = '{"id": "cut", "picture": "train/0.png", "quest\n'
LIMITS = {"max_pixels": 60_000}


@pytest.fixture
def spoilt(tmp_path: Path) -> Toy:
    """A corpus with every kind of bad row, and a line that ends too soon, among good rows."""
    toy = Toy.shapes(tmp_path / "corpora")
    for place, (name, how) in enumerate(SPOILT.items()):
        good = {"id": name, "picture": "train/1.png", "question": "Is it red?", "answer": "no", "choices": None}
        toy.rows["train"].insert(3 * place + 1, how.spoil(good, toy))
    toy.write()
    lines = toy.table("train").read_text(encoding="utf-8").splitlines(keepends=True)
    toy.table("train").write_text("".join([*lines[:10], TRUNCATED, *lines[10:]]), encoding="utf-8")
    return toy


def test_bad_rows_are_set_aside_each_with_what_is_wrong(spoilt: Toy, make: Build) -> None:
    built = make(spoilt, bad_rows="set aside", images=LIMITS)
    assert_conserved(spoilt, built, broken_lines=1)
    aside = [row for row in published(built.folder, "removed") if row["stage"] == "read"]
    assert len(aside) == len(SPOILT) + 1
    for name, how in SPOILT.items():
        found = [row["reason"] for row in aside if how.says in row["reason"]]
        assert found, name
        assert all("{" not in reason.partition(":")[0] and reason.endswith(".") for reason in found)
    assert built.manifest.set_aside == len(SPOILT) + 1
    assert built.certified


def test_good_rows_are_treated_as_if_the_bad_ones_were_not_there(spoilt: Toy, built: Built, make: Build) -> None:
    cleaned = make(spoilt, bad_rows="set aside", images=LIMITS)
    assert cleaned.manifest.configs["balanced"].fingerprint == built.manifest.configs["balanced"].fingerprint


def test_bad_rows_stop_the_build_with_file_and_row_of_each(spoilt: Toy, make: Build, tmp_path: Path) -> None:
    with pytest.raises(BadRows) as stopped:
        make(spoilt, images=LIMITS)
    assert len(stopped.value.problems) == len(SPOILT) + 1
    for problem in stopped.value.problems:
        assert all(problem[name] for name in ("file", "row", "problem", "remedy")), problem
    lines = spoilt.table("train").read_text(encoding="utf-8").splitlines()
    for name in ("empty question", "wrong type", "gold not in choices"):
        line = next(number for number, text in enumerate(lines, start=1) if f'"{name}"' in text)
        assert any(problem["row"] == line for problem in stopped.value.problems), name
    text = str(stopped.value)
    assert text.startswith("18 bad rows:\n")
    assert "more kinds" in text or text.count(" row: ") + text.count(" rows: ") > 5
    assert "bad_rows: set aside" in text
    assert len(text.splitlines()) < 15
    assert not (tmp_path / "out").exists()


def test_a_mended_source_goes_on(spoilt: Toy, make: Build) -> None:
    with pytest.raises(BadRows):
        make(spoilt, images=LIMITS)
    for split in spoilt.rows:
        spoilt.rows[split] = [row for row in spoilt.rows[split] if row.get("id") not in SPOILT and len(row) == 5]
    spoilt.rows["train"] = [row for row in spoilt.rows["train"] if row["picture"] and row["id"]]
    spoilt.rows["train"] = list({row["id"]: row for row in reversed(spoilt.rows["train"])}.values())
    assert_conserved(spoilt.write(), make(spoilt))


def test_rows_of_two_official_splits_in_one_keep_their_ids_apart(tmp_path: Path, make: Build) -> None:
    toy = Toy.shapes(tmp_path / "corpora")
    merged = toy.corpus(splits={"train": "test", "test": "test"})
    built = make(toy, corpora=[merged], bad_rows="set aside")
    assert_conserved(toy, built)
    assert built.manifest.configs["balanced"].splits.keys() == {"test"}
    aside = [row for row in published(built.folder, "removed") if row["stage"] == "read"]
    assert len(aside) == len(toy.rows["test"]), "these have the ids of rows that came before"


def test_two_corpora_are_kept_apart(tmp_path: Path, make: Build) -> None:
    toy = Toy.shapes(tmp_path / "corpora")
    built = make(toy, corpora=[toy.corpus(), toy.corpus(name="again", license="mit", columns={
        "image": "picture", "id": "id", "choices": "choices", "links": ["picture"]})])  # fmt: skip
    assert not [finding for finding in verify(built.folder) if not finding.ok]
    rows = [row for config in ("balanced", "removed") for row in published(built.folder, config)]
    assert len(rows) == 2 * sum(map(len, toy.rows.values()))
    assert {(row["source"], row["license"]) for row in rows} == {("toy", "cc-by-4.0"), ("again", "mit")}


def test_a_corpus_of_bad_rows_only_says_so(tmp_path: Path, make: Build) -> None:
    toy = Toy(
        tmp_path / "corpora", {"test": [{"id": "a", "picture": "no.png", "question": "", "answer": "", "choices": []}]}
    )
    with pytest.raises(ValueError, match="1 bad row:") as stopped:
        make(toy.write(), bad_rows="set aside", corpora=[toy.corpus(image_folder="toy")])
    assert "bad_rows: set aside" not in str(stopped.value)  # it is followed already
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["test-dev", "all", "ALL", "a/b", "te st", ""])
def test_a_split_that_load_dataset_would_not_take_is_refused_before_any_work(
    toy: Toy, make: Build, tmp_path: Path, name: str
) -> None:
    with pytest.raises(ValueError, match="load_dataset does not take"):
        make(toy, corpora=[toy.corpus(splits={"train": "train", "test": name})])
    assert not list((tmp_path / ".out.run").glob("*-*")), "no stage has begun"
