"""What a recipe says of pools: wrong fields and folders are named, and a pool is read only if something needs it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.builder.read.test_pool import draw, plan, pool, read
from twokeys.builder import recipe as recipes
from twokeys.builder.pair.stage import pool_images
from twokeys.builder.read.pool import image_files, read_pool
from twokeys.builder.run.stages import Run
from twokeys.core.errors import BadInput


@pytest.fixture
def corpora(tmp_path: Path) -> Path:
    (tmp_path / "corpora").mkdir()
    return tmp_path / "corpora"


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        (
            {"licence": "mit"},
            r"pool\.0\.licence: there is no field 'licence'\. .*Correct the name: did you mean 'license'",
        ),
        ({"revision": None}, r"pool\.0\.revision"),
        ({"name": "a b"}, r"pool\.0\.name"),
        ({"name": "toy"}, "pool: .*pools must have other names than corpora and each other"),
        ({"splits": ["val"]}, r"pool\.0\.splits: .*a folder of images has no `splits`"),
        ({"options": {"meta": []}}, r"pool\.0\.options: .*has no `options`"),
        ({"columns": {"image": "x"}}, r"pool\.0\.columns: .*has no `columns`"),
        ({"format": "hf", "columns": {"imagee": "x"}}, r"pool\.0\.columns\.imagee: .*did you mean 'image"),
    ],
)
def test_a_wrong_field_is_named(tmp_path: Path, fields: dict[str, Any], told: str) -> None:
    body = plan().model_dump(mode="json", by_alias=True) | {"pool": [pool() | fields]}
    (tmp_path / "toy.yaml").write_text(yaml.safe_dump(body))
    with pytest.raises(BadInput, match=told):
        recipes.load(tmp_path / "toy.yaml")


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"path": "gone"}, "there is no such folder. Allowed: a folder that holds image files"),
        ({"path": None}, "path: no path is named"),
        ({"path": "text"}, "the folder holds no image file"),
        ({"format": "imagess"}, "recipe, pool.format: there is no format 'imagess'. .*did you mean 'images'"),
        ({"format": "vqa"}, "recipe, pool.format: there is no format 'vqa'. Allowed: images, .*vqa-v2"),
        ({"format": "table", "path": "text", "options": {"files": "../*"}}, "leads elsewhere"),
        ({"format": "table", "path": "text", "splits": ["val"]}, "there is no split 'val'. Allowed: images"),
        ({"format": "table", "path": "text", "columns": {"image": "photo"}}, "there is no column photo"),
    ],
)
def test_a_pool_that_cannot_be_read_is_named(corpora: Path, fields: dict[str, Any], told: str) -> None:
    (corpora / "text").mkdir()
    (corpora / "text" / "images.csv").write_text("image\n1.png\n")
    with pytest.raises(BadInput, match=told):
        read(plan(pool() | fields), corpora)


def test_a_folder_that_cannot_be_listed_is_named(corpora: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draw(corpora / "photos" / "deep" / "1.png", 1)
    listed = os.scandir

    def scandir(path: Any) -> Any:
        if str(path).endswith("deep"):
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(BadInput, match=r"deep: the folder cannot be listed \(Permission denied\)"):
        image_files(corpora / "photos")


def test_the_corpora_folder_may_be_named_by_the_environment(corpora: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draw(corpora / "photos" / "1.png", 1)
    monkeypatch.setenv("TWOKEYS_CORPORA", str(corpora))
    assert len(read_pool(Run(corpora.parent / "run"), plan(pool()), None).table) == 1


def test_a_pool_is_read_only_for_a_generator_that_needs_it(corpora: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draw(corpora / "photos" / "1.png", 1)
    run, generators = Run(corpora.parent / "run"), {"pair": {"generators": ["mirror-sides"]}}
    assert pool_images(run, plan(pool(), **generators), corpora) is None
    from twokeys.builder.pair.generators.mirror import MirrorSides

    monkeypatch.setattr(MirrorSides, "needs", ("pool",))
    found = pool_images(run, plan(pool(), **generators), corpora)
    assert found is not None
    assert len(found.table) == 1
    assert pool_images(run, plan(**generators), corpora) is None
    assert pool_images(run, plan(pool()), corpora) is None


def test_the_recipe_of_the_documentation_is_one() -> None:
    text = (Path(__file__).parents[3] / "docs" / "pairs.md").read_text(encoding="utf-8")
    named = yaml.safe_load(text.partition("## Pools")[2].partition("```yaml\n")[2].partition("```")[0])["pool"]
    assert [found.format for found in plan(*named).pool] == ["images", "hf", "pope"]
