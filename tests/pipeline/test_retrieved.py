"""Builds with retrieved partners: what is published, what is not, and what cannot be trusted."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tests.pipeline.seen import FILES, HEIGHT, THINGS, WIDTH, Seen, drawn, jpeg, name
from tests.pipeline.toy import published
from twokeys.builder.build import Built, build
from twokeys.builder.pairs import pairs
from twokeys.builder.recipe import Recipe
from twokeys.builder.verify import verify
from twokeys.core.errors import BadInput

KIND = "retrieved.coco"


def made(seen: Seen, place: Path, engine: str = "serial", **changes: Any) -> Built:
    recipe = plan(seen, **changes)
    return build(recipe, place / "out", corpora=seen.corpora, work=place / "run", engine=engine)


def plan(seen: Seen, **changes: Any) -> Recipe:
    return Recipe.model_validate(seen.recipe(**changes))


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    return Seen.random(tmp_path_factory.mktemp("seen")).write()


@pytest.fixture(scope="module")
def done(seen: Seen, tmp_path_factory: pytest.TempPathFactory) -> Built:
    return made(seen, tmp_path_factory.mktemp("done"))


def found_in(built: Built) -> list[dict[str, Any]]:
    """Published retrieved partners."""
    return [row for row in published(built.folder) if row["edit_kind"] == KIND]


def sound(built: Built, seen: Seen) -> None:
    """All that holds of any build: every check passes, answers are those of the photos, nothing is lost."""
    findings = verify(built.folder, corpora=seen.corpora)
    assert {finding.check: finding.problems for finding in findings if not finding.ok}.keys() <= {"datasheet"}
    for row in found_in(built):
        thing = row["question"].split()[3]
        number = int(next(link for link in links(row) if link.startswith("coco:"))[5:])
        assert row["answer"] == seen.told(number, thing)
    rows = [*published(built.folder), *published(built.folder, "removed")]
    ids = [row["id"] for row in rows if not row["edit_of"]]
    assert sorted(ids) == sorted({*ids})
    assert len(ids) == len(seen.questions)


def links(row: dict[str, Any]) -> list[str]:
    return json.loads(row["meta"])["image"]["links"]


def test_all_is_published_that_a_partner_was_found_for(done: Built, seen: Seen) -> None:
    sound(done, seen)
    rows = list(published(done.folder))
    kinds = Counter(row["edit_kind"] for row in rows)
    # Every question is asked with one answer alone: nothing is balanced without a retrieved partner for each item.
    assert kinds[KIND] == kinds[None] > 30
    assert done.certified


def test_the_manifest_counts_what_is_published(done: Built, seen: Seen) -> None:
    manifest = done.manifest
    rows, partners = list(published(done.folder)), found_in(done)
    assert manifest.pairs is not None
    (kind,), (edits,) = manifest.pairs.retrieved, manifest.pairs.kinds
    assert (kind.understood, kind.checked, kind.agreed) == (len(seen.questions),) * 3
    assert kind.met <= kind.askable <= kind.agreed
    assert kind.balanced == sum(not row["edit_of"] for row in rows)
    assert edits.published == len(partners) == sum(part.retrieved for part in manifest.balance)
    assert edits.made == edits.added + sum(edits.refused.values())
    (step,) = [step for step in manifest.funnel if step.name == "pair"]
    assert step.added == edits.added
    (pool,) = manifest.pools
    assert pool.published == len({row["image_key"] for row in partners if int(number_of(row)) > 1000})
    for file in ("croissant.json", "DATASHEET.md"):
        text = (done.folder / file).read_text(encoding="utf-8")
        assert re.search(rf"{len(partners)} of the kept items of .* are retrieved partners", text)


def number_of(row: dict[str, Any]) -> str:
    return next(link for link in links(row) if link.startswith("coco:"))[5:]


def test_licences_are_joined(done: Built) -> None:
    by_source = {json.loads(row["meta"])["image"]["source"]: row["license"] for row in found_in(done)}
    assert by_source == {"pool": "cc-by-4.0 and mit", "pope": "mit"}
    assert "cc-by-4.0" in (done.folder / "LICENSE").read_text(encoding="utf-8")


def test_no_image_is_in_two_groups(done: Built) -> None:
    rows = pd.DataFrame([*published(done.folder), *published(done.folder, "removed")])
    assert rows.groupby("image_key")["group"].nunique().max() == 1


def test_a_candidate_is_not_published_without_need(done: Built, seen: Seen, tmp_path: Path) -> None:
    assert done.manifest.pairs is not None
    assert done.manifest.pairs.retrieved[0].spare > 0
    rows = found_in(done)
    assert {row["edit_kind"] for row in published(done.folder, "removed")} <= {None, KIND}
    # Without any one of them an annotated item would fall.
    partners = {row["image_partner"] for row in published(done.folder) if not row["edit_of"]}
    assert partners <= {row["id"] for row in rows}


@pytest.mark.slow
def test_engines_and_the_order_of_rows_change_nothing(done: Built, seen: Seen, tmp_path: Path) -> None:
    again = made(seen, tmp_path / "process", engine="process")
    assert again.manifest.configs == done.manifest.configs
    turned = replace(seen, corpora=tmp_path / "turned", asked=dict(reversed(seen.asked.items()))).write()
    (turned.corpora / "pope/output/coco/coco_pope_adversarial.json").write_text(
        "".join(reversed((seen.corpora / "pope/output/coco/coco_pope_adversarial.json").open().readlines()))
    )
    other = made(turned, tmp_path / "other")
    (left, right) = ({row["id"] for row in published(each.folder)} for each in (done, other))
    assert left == right


def test_images_that_came_in_are_balanced_by_each_other(tmp_path: Path) -> None:
    """Both photos without an apple show an orange, and one item alone asks for oranges: a further no is needed."""
    asked = {1: frozenset({"apple"}), 2: frozenset({"apple"})}
    pool = {1001: frozenset({"orange"}), 1002: frozenset({"orange"}), 1003: frozenset({"apple", "banana"})}
    questions = [(1, "apple"), (1, "banana"), (2, "apple"), (2, "orange")]
    seen = Seen(tmp_path / "c", asked, pool, questions).write()
    built = made(seen, tmp_path)
    sound(built, seen)
    rows = {row["id"]: row for row in published(built.folder)}
    assert sum(not row["edit_of"] for row in rows.values()) == 4
    assert len(found_in(built)) == 6
    onward = [row for row in found_in(built) if rows[row["edit_of"]]["edit_of"]]
    assert [(number_of(row), row["question"].split()[3], row["answer"]) for row in onward] == [("1003", "orange", "no")]
    original = rows[onward[0]["edit_of"]]
    assert (original["question"], original["answer"]) == (onward[0]["question"], "yes")


# ------------------------------------------------------------------------------------------------------ other pools


def test_a_pool_that_only_repeats_the_corpus_adds_no_image(tmp_path: Path) -> None:
    seen = Seen.random(tmp_path / "c", pool=0)
    seen.write()
    asked = {number for number, _ in seen.questions}
    for number in asked:
        shutil.copy(seen.corpora / "coco/val2014" / name(number), seen.corpora / "pool")
    built = made(seen, tmp_path)
    sound(built, seen)
    (pool,) = built.manifest.pools
    assert (pool.read, pool.published) == (len(asked), 0)
    assert {json.loads(row["meta"])["image"]["source"] for row in found_in(built)} == {"pope"}
    bare = made(seen, tmp_path / "bare", pool=[])
    assert [row["image_key"] for row in found_in(bare)] == [row["image_key"] for row in found_in(built)]


def test_an_empty_pool_is_refused(tmp_path: Path) -> None:
    seen = Seen.random(tmp_path / "c", pool=0).write()
    with pytest.raises(BadInput, match="the folder holds no image file"):
        made(seen, tmp_path)


def test_a_pool_of_broken_images_alone_stops_nothing(tmp_path: Path) -> None:
    seen = Seen.random(tmp_path / "c", pool=0).write()
    (seen.corpora / "pool/1.jpg").write_bytes(b"no image")
    with pytest.warns(RuntimeWarning, match="leaves out 1 image"):
        built = made(seen, tmp_path)
    sound(built, seen)
    (pool,) = built.manifest.pools
    assert (pool.named, pool.read, pool.published) == (1, 0, 0)


def test_images_that_annotations_do_not_speak_of_are_left_alone(tmp_path: Path) -> None:
    seen = Seen.random(tmp_path / "c").write()
    seen.annotate(seen.asked)
    built = made(seen, tmp_path)
    sound(built, seen)
    assert all(int(number_of(row)) < 1000 for row in found_in(built))
    seen.annotate({5000: {"apple"}})
    built = made(seen, tmp_path)
    assert found_in(built) == []
    assert built.manifest.pairs is not None
    (kind,) = built.manifest.pairs.retrieved
    assert (kind.understood, kind.checked, kind.balanced, kind.askable) == (len(seen.questions), 0, 0, 0)


def test_a_near_copy_of_an_items_image_is_in_its_group_and_no_partner_of_it(tmp_path: Path) -> None:
    seen = Seen.random(tmp_path / "c", pool=0)
    # A lighter copy of each photo; the annotations say the contrary of it, so that each could be its own partner.
    copies = {1000 + number: frozenset(THINGS) - things for number, things in seen.asked.items()}
    seen = replace(seen, pool=copies, files={n: lighter(n - 1000, seen.asked[n - 1000]) for n in copies}).write()
    built = made(seen, tmp_path)
    assert verify(built.folder, corpora=seen.corpora).ok
    group = {row["image_key"]: row["group"] for row in published(built.folder)}
    origin = {row["id"]: row for row in [*published(built.folder), *published(built.folder, "removed")]}
    assert all(row["group"] != origin[row["edit_of"]]["group"] for row in found_in(built))
    assert any("nearly the same" in (row["reason"] or "") for row in published(built.folder, "removed"))
    assert len(set(group.values())) <= 24


def lighter(number: int, things: frozenset[str]) -> bytes:
    return jpeg((drawn(number, things).astype(float) * 1.02).clip(0, 255).round().astype(np.uint8), quality=88)


def test_an_image_with_the_name_of_an_items_photo_is_in_its_group(tmp_path: Path) -> None:
    """A photo of the pool that COCO's number says to be one of the corpus, however else it looks."""
    seen = Seen.random(tmp_path / "c").write()
    for number in seen.asked:
        dark = Image.fromarray(255 - drawn(number, seen.asked[number]))
        dark.save(seen.corpora / "pool" / name(number), "JPEG", quality=90)
    built = made(seen, tmp_path)
    sound(built, seen)
    rows = pd.DataFrame([*published(built.folder), *published(built.folder, "removed")])
    own = {int(row["source_id"]): row["group"] for row in rows[rows["edit_of"].isna()].to_dict("records")}
    photo = {place: number for place, (number, _) in enumerate(seen.questions, start=1)}
    group_of = {photo[place]: group for place, group in own.items()}
    for row in found_in(built):
        if (number := int(number_of(row))) in group_of:
            assert row["group"] == group_of[number]


def test_resized_images_are_not_those_that_were_annotated(tmp_path: Path) -> None:
    seen = Seen.random(tmp_path / "c")
    small = {
        number: jpeg(np.asarray(Image.fromarray(drawn(number, things)).resize((WIDTH // 2, HEIGHT // 2))))
        for number, things in seen.pool.items()
    }
    seen = replace(seen, files=small).write()
    with pytest.warns(RuntimeWarning, match="24 links have another size than the annotations state"):
        built = made(seen, tmp_path)
    sound(built, seen)
    assert all(int(number_of(row)) < 1000 for row in found_in(built))


def test_a_file_name_that_two_images_have_says_of_neither_which_it_is(tmp_path: Path) -> None:
    seen = Seen.random(tmp_path / "c").write()
    data = json.loads((seen.corpora / FILES[0]).read_text())
    for image in data["images"]:
        image["file_name"] = f"{image['id']}.jpg"
    (seen.corpora / FILES[0]).write_text(json.dumps(data))
    for number in seen.pool:
        (seen.corpora / "pool" / name(number)).rename(seen.corpora / "pool" / f"{number}.jpg")
    (seen.corpora / "pool/again").mkdir()
    first = min(seen.pool)
    (seen.corpora / f"pool/again/{first}.jpg").write_bytes(jpeg(drawn(77, frozenset(THINGS))))
    with pytest.warns(RuntimeWarning, match=f"1 links are names of two images .*file:{first}.jpg"):
        found = pairs(
            Recipe.model_validate(seen.recipe()), corpora=seen.corpora, work=tmp_path / "run", engine="serial"
        )
    assert found.retrieved[0].understood == len(seen.questions)


# --------------------------------------------------------------------------------------------------- wrong annotations


def test_other_annotations_are_other_candidates(seen: Seen, done: Built, tmp_path: Path) -> None:
    other = replace(seen, corpora=tmp_path / "c").write()
    first = made(other, tmp_path)
    assert first.manifest.configs == done.manifest.configs
    assert made(other, tmp_path).executed == {}
    other.annotate(seen.asked)
    again = made(other, tmp_path)
    assert "retrieve-retrieved" in again.executed
    assert "embed-images" not in again.executed
    assert again.manifest.configs != done.manifest.configs


def test_items_that_the_annotations_contradict_get_no_partner_and_are_counted(tmp_path: Path) -> None:
    seen = Seen.random(tmp_path / "c")
    wrong = dict.fromkeys(seen.questions[::7])
    answers = {(n, thing): "no" if seen.told(n, thing) == "yes" else "yes" for n, thing in wrong}
    seen = replace(seen, answers=answers).write()
    built = made(seen, tmp_path)
    assert built.manifest.pairs is not None
    (kind,) = built.manifest.pairs.retrieved
    assert (kind.checked, kind.checked - kind.agreed) == (len(seen.questions), len(wrong))
    originals = {row["edit_of"] for row in found_in(built)}
    assert not originals & {f"pope:adversarial:{place}" for place in range(1, len(seen.questions) + 1, 7)}


def test_what_is_disputed_about_a_photo_is_told_in_no_wording(tmp_path: Path) -> None:
    seen = Seen.random(tmp_path / "c", pool=0)
    number, thing = seen.questions[0]
    seen = replace(seen, answers={(number, thing): "no" if seen.told(number, thing) == "yes" else "yes"}).write()
    lines = (seen.corpora / "pope/output/coco/coco_pope_adversarial.json").read_text().splitlines()
    shutil.copy(next((seen.corpora / "coco/val2014").iterdir()), seen.corpora / "pool")
    for place, line in enumerate([line for line in lines if thing in line][1:], start=1000):
        row = json.loads(line)  # the same in other words, about all photos but that one
        lines.append(json.dumps(row | {"question_id": place, "text": f"Is there any {thing} in this image?"}))
    (seen.corpora / "pope/output/coco/coco_pope_adversarial.json").write_text("".join(f"{line}\n" for line in lines))
    built = made(seen, tmp_path)
    of_photo = [row for row in found_in(built) if int(number_of(row)) == number and thing in row["question"]]
    assert of_photo == []
