"""`diagnose` measures without dropping, with or without pictures, and reads what a published folder says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.pipeline.conftest import Build
from tests.pipeline.toy import Toy, published
from twokeys.builder.build import Built
from twokeys.builder.diagnose import diagnose
from twokeys.core.ceilings import BLIND
from twokeys.core.errors import BadInput


@pytest.fixture
def names(tmp_path: Path) -> Toy:
    """The corpus without a single picture."""
    toy = Toy.shapes(tmp_path / "corpora")
    for path in (tmp_path / "corpora" / toy.pictures).rglob("*.*"):
        path.unlink()
    return toy


def nameless(toy: Toy) -> dict[str, object]:
    return {"corpora": [toy.corpus(images="names")]}


def test_pictures_known_by_name_cannot_be_published_and_the_message_says_what_can(
    names: Toy, make: Build, tmp_path: Path
) -> None:
    with pytest.raises(BadInput) as error:
        make(names, **nameless(names))
    assert "the images of toy are known by name alone" in str(error.value)
    assert "twokeys diagnose" in error.value.remedy
    assert not list(tmp_path.glob("*out*"))


def test_pictures_known_by_name_can_be_diagnosed(names: Toy, toy: Toy, tmp_path: Path) -> None:
    recipe = names.save(tmp_path / "names.yaml", **nameless(names))
    where = {"work": tmp_path / "work", "engine": "serial"}
    found = diagnose(recipe, tmp_path / "report", corpora=names.corpora, **where)
    assert found.items == sum(map(len, names.rows.values()))
    report = json.loads((tmp_path / "report" / "diagnosis.json").read_text(encoding="utf-8"))
    assert report == json.loads(json.dumps(found.json()))
    assert (tmp_path / "report" / "assets/blindness.png").read_bytes().startswith(b"\x89PNG")
    # Names tell pictures apart as well as pixels do, here.
    with_pictures = diagnose(
        toy.save(tmp_path / "pictures.yaml"),
        tmp_path / "other",
        corpora=toy.corpora,
        work=tmp_path / "w",
        engine="serial",
    )
    assert found.balance == with_pictures.balance
    seen = with_pictures.blindness.ceilings
    # What a picture looks like is not known by its name.
    assert found.blindness.ceilings == [one for one in seen if one.view != "question + image colour"] != seen


def test_a_rule_that_there_is_not_is_found_before_anything_is_read(toy: Toy, tmp_path: Path) -> None:
    recipe = toy.save(tmp_path / "typo.yaml", rules=["duplicate-itm"])
    with pytest.raises(BadInput, match=r"there is no rule 'duplicate-itm'.*did you mean"):
        diagnose(recipe, tmp_path / "report", corpora=toy.corpora, work=tmp_path / "work", engine="serial")
    assert not (tmp_path / "work").exists()


def test_a_diagnosis_drops_nothing_and_finds_the_ceilings_by_counting(toy: Toy, tmp_path: Path) -> None:
    found = diagnose(
        toy.save(tmp_path / "r.yaml"), tmp_path / "report", corpora=toy.corpora, work=tmp_path / "w", engine="serial"
    )
    rows = [row for rows in toy.rows.values() for row in rows]
    answers: dict[str, list[str]] = {}
    for row in rows:
        answers.setdefault(row["question"], []).append(row["answer"])
    right = sum(max(map(given.count, given)) for given in answers.values())
    ceiling = found.blindness.ceiling("question")
    assert (ceiling.right, ceiling.items, ceiling.keys) == (right, len(rows), len(answers))
    assert [part.items for part in found.balance] == [len(toy.rows["test"]), len(toy.rows["train"])]


def test_a_diagnosis_and_a_build_share_their_work(toy: Toy, make: Build, tmp_path: Path) -> None:
    work = tmp_path / "shared"
    built = make(toy, work=work)
    found = diagnose(
        tmp_path / "recipes" / "out.yaml", tmp_path / "report", corpora=toy.corpora, work=work, engine="serial"
    )
    assert not {"rows", "pictures", "items", "groups", "measure"} & set(found.executed)
    assert found.blindness == built.manifest.before


def test_a_published_folder_is_diagnosed_from_itself(built: Built) -> None:
    found = diagnose(built.folder)
    assert found.items == built.manifest.kept == len(list(published(built.folder)))
    assert found.blindness == built.manifest.after
    assert found.folder is None
    assert all(
        ceiling.share <= 0.5
        for ceiling in found.blindness.ceilings
        if ceiling.stratum == "all" and ceiling.view in BLIND
    )
    assert found.blindness.ceiling("both").share == 1


def test_a_folder_with_a_broken_manifest_is_refused(folder: Path) -> None:
    (folder / "manifest.json").write_text("{}")
    with pytest.raises(BadInput, match=r"manifest\.json was edited"):
        diagnose(folder)


def test_the_corpora_folder_may_come_from_the_environment(
    toy: Toy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = toy.save(tmp_path / "r.yaml")
    where = {"work": tmp_path / "w", "engine": "serial"}
    monkeypatch.delenv("TWOKEYS_CORPORA", raising=False)
    with pytest.raises(BadInput, match="TWOKEYS_CORPORA"):
        diagnose(recipe, tmp_path / "report", **where)
    monkeypatch.setenv("TWOKEYS_CORPORA", str(toy.corpora))
    assert diagnose(recipe, tmp_path / "report", **where).items
