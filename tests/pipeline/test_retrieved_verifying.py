"""Answers by annotation are told again by `verify`: by the files that the manifest names, and no others."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.adversary import Adversary, Row
from tests.pipeline.seen import FILES, PAIR, Seen, name
from tests.pipeline.toy import run
from twokeys.builder.build import Built, build
from twokeys.builder.checks.finding import Finding
from twokeys.builder.checks.told import TOLD
from twokeys.builder.recipe import Recipe
from twokeys.builder.verify import verify

CONFIG = "balanced"


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    return Seen.random(tmp_path_factory.mktemp("seen")).write()


@pytest.fixture(scope="module")
def done(seen: Seen, tmp_path_factory: pytest.TempPathFactory) -> Built:
    place = tmp_path_factory.mktemp("done") / "out"
    return build(Recipe.model_validate(seen.recipe()), place, corpora=seen.corpora, engine="serial")


@pytest.fixture
def copy(done: Built, tmp_path: Path) -> Path:
    return Path(shutil.copytree(done.folder, tmp_path / "copy"))


def told(folder: Path, corpora: Path) -> Finding:
    (found,) = [finding for finding in verify(folder, corpora=corpora) if finding.check == TOLD]
    return found


def changed(folder: Path, change: Any) -> None:
    """Change the first retrieved row of the set, which has no split `test`."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = min((folder / CONFIG).glob("*.parquet"))
    table = pq.read_table(path)
    rows: list[Row] = table.to_pylist()
    change(next(row for row in rows if row["edit_kind"] == "retrieved.coco"))
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)
    Adversary(folder).hide()


def test_every_answer_is_told_again(done: Built, seen: Seen) -> None:
    assert done.manifest.pairs is not None
    (kind,) = done.manifest.pairs.retrieved
    assert list(kind.files) == FILES
    assert kind.balanced > 0
    findings = verify(done.folder, corpora=seen.corpora)
    assert {finding.check for finding in findings if not finding.ok} == {"datasheet"}


def test_without_the_files_the_check_is_not_made(done: Built, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.delenv("TWOKEYS_CORPORA", raising=False)
    for corpora in (None, tmp_path):
        (found,) = [one for one in verify(done.folder, corpora=corpora) if one.check == TOLD]
        assert (found.ok, found.failed, found.problems) == (False, False, [])
        assert FILES[0] in found.not_made
        assert "--corpora" in found.not_made
    said = run("verify", done.folder, "--corpora", tmp_path).stdout
    assert f"{TOLD}" in said
    assert "not made" in said
    assert said.count(FILES[0]) == 1


def test_json_says_that_a_check_was_not_made(done: Built, seen: Seen, tmp_path: Path) -> None:
    for corpora, ok in ((tmp_path, False), (seen.corpora, True)):
        found = json.loads(run("verify", done.folder, "--corpora", corpora, "--json").stdout)
        (one,) = [finding for finding in found if finding["check"] == TOLD]
        assert (one["ok"], bool(one["not_made"]), one["problems"]) == (ok, not ok, [])


def test_another_file_is_none_of_the_build(copy: Path, seen: Seen, tmp_path: Path) -> None:
    other = Seen(tmp_path / "other", seen.asked, seen.pool, seen.questions).write()
    assert told(copy, other.corpora).ok
    other.annotate({number: {"apple"} for number in seen.photos})
    assert told(copy, other.corpora).problems == [f"{FILES[0]} is not the file that the manifest states by its hash"]


def test_a_forged_hash_does_not_hide_other_annotations(copy: Path, seen: Seen, tmp_path: Path) -> None:
    from twokeys.core.files import sha256

    other = Seen(tmp_path / "other", seen.asked, seen.pool, seen.questions).write()
    other.annotate({number: set() for number in seen.photos})
    forger = Adversary(copy)
    forger.manifest["pairs"]["retrieved"][0]["files"] = {FILES[0]: sha256(other.corpora / FILES[0])}
    forger.hide()
    found = told(copy, other.corpora)
    assert any("the annotations tell the answer 'no', it has 'yes'" in problem for problem in found.problems)
    assert all("~" in problem for problem in found.problems)


def test_files_that_the_manifest_leaves_out_are_missed(copy: Path, seen: Seen) -> None:
    forger = Adversary(copy)
    forger.manifest["pairs"]["retrieved"][0]["files"] = {}
    forger.hide()
    assert told(copy, seen.corpora).problems == [
        "the manifest does not state the files from which answers of the kind retrieved.coco follow"
    ]


FORGERIES: dict[str, Any] = {
    "note": (lambda row: row.update(edit_note="1 x apple (ids 1) in instances.json"), "its note"),
    "boxes": (lambda row: row.update(edit_boxes=[[0, 0, 5, 5]]), "its boxes are not those of the annotations"),
    "answer": (
        lambda row: row.update(dict.fromkeys(("answer", "compared"), "no" if row["answer"] == "yes" else "yes")),
        "the annotations tell the answer",
    ),
    "unknown image": (
        lambda row: row.update(meta=json.dumps({"image": {"links": ["coco:5000", "file:5000.jpg"]}})),
        "the annotations do not speak of its image",
    ),
    "size": (lambda row: row.update(image_width=50), "its image has another size than the annotations state"),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_row_is_named(forgery: str, copy: Path, seen: Seen) -> None:
    change, message = FORGERIES[forgery]
    changed(copy, change)
    found = told(copy, seen.corpora)
    assert found.failed
    assert len(found.problems) == 1
    assert message in found.problems[0]
    assert "~" in found.problems[0].partition(" ")[0]


def test_links_of_another_image_are_found_if_its_answer_differs(copy: Path, seen: Seen) -> None:
    def other(row: Row) -> None:
        thing = row["question"].split()[3]
        number = next(n for n in seen.photos if seen.told(n, thing) != row["answer"])
        row["meta"] = json.dumps({"image": {"links": [f"coco:{number}", f"file:{name(number)}"]}})

    changed(copy, other)
    assert "the annotations tell the answer" in told(copy, seen.corpora).problems[0]


def test_counts_of_what_is_understood_are_recounted(copy: Path, seen: Seen) -> None:
    forger = Adversary(copy)
    forger.manifest["pairs"]["retrieved"][0]["understood"] += 1
    forger.hide()
    assert told(copy, seen.corpora).problems == [
        "the judge of the kind retrieved.coco does not understand, or balance keep, as many items as is stated"
    ]


def test_two_generators_with_one_judge_are_refused(seen: Seen, tmp_path: Path) -> None:
    twice = PAIR | {"generators": PAIR["generators"] * 2}
    with pytest.raises(ValueError, match="two generators `retrieved` have the judge 'coco'"):
        build(Recipe.model_validate(seen.recipe(pair=twice)), tmp_path / "out", corpora=seen.corpora, engine="serial")
    assert not (tmp_path / ".out.run").exists()
