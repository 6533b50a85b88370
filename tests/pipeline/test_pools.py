"""A recipe with a pool: it is read for a generator that needs it, told of in the folder, and nothing measures it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
import pytest

from tests.pipeline.toy import Toy, draw
from twokeys.builder.build import Built, build
from twokeys.builder.pair.edit import Edit, Retrieval, as_candidates
from twokeys.builder.pair.generators.registry import BUILT_IN
from twokeys.builder.pair.pool import Pool
from twokeys.builder.pairs import pairs
from twokeys.builder.verify import verify
from twokeys.core.errors import BadInput

PAIR = {"generators": ["looks"], "partners": "any", "publish": False}


@dataclass(frozen=True)
class Looks:
    """A generator that needs the pool, and finds nothing in it."""

    name: ClassVar[str] = "looks"
    version: ClassVar[int] = 1
    view: ClassVar[str] = "image"
    formats: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ("pool",)

    def retrieve(self, items: pd.DataFrame, pool: Pool) -> Retrieval:
        none = as_candidates(**dict.fromkeys(("of", "image", "answer"), ([], [])))
        return Retrieval("retrieved.looks", none, False, [], 0, 0, [])

    def as_edits(self, items: pd.DataFrame, pool: Pool, candidates: pd.DataFrame) -> Iterator[Edit]:
        yield from ()


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Toy:
    """A corpus, and a pool of two further images, one of the corpus's own, and two that are none."""
    monkeypatch.setitem(BUILT_IN, "looks", f"{__name__}:Looks")
    toy = Toy.balanced(tmp_path / "corpora")
    for number, name in enumerate(("1.png", "deep/2.png")):
        draw(toy.corpora / "photos" / name, "circle", "green", 300 + number)
    own = toy.corpora / toy.pictures / toy.rows["test"][0]["picture"]
    (toy.corpora / "photos" / "own.png").write_bytes(own.read_bytes())
    for name in ("cut.png", "text.jpg"):
        (toy.corpora / "photos" / name).write_bytes(own.read_bytes()[:50])
    return toy


def pool(**fields: Any) -> list[dict[str, Any]]:
    terms = {"revision": "r7", "license": "cc-by-sa-4.0", "citation": "Bo Example, Photos, 2025."}
    return [{"format": "images", "name": "photos", "path": "photos", **terms, **fields}]


def made(toy: Toy, place: Path, **changes: Any) -> Built:
    recipe = toy.save(place / "recipe.yaml", **{"pair": PAIR, "pool": pool()} | changes)
    return build(recipe, place / "toy", corpora=toy.corpora, work=place / "run", engine="serial")


def test_a_pool_is_counted_and_verified_and_changes_nothing_else(toy: Toy, tmp_path: Path) -> None:
    with pytest.warns(RuntimeWarning, match="'photos' leaves out 2 images; the first: cut.png"):
        done = made(toy, tmp_path / "with")
    (found,) = done.manifest.pools
    assert (found.name, found.revision, found.license) == ("photos", "r7", "cc-by-sa-4.0")
    assert (found.named, found.read, sum(found.left_out.values()), found.published) == (5, 3, 2, 0)
    assert all("png" not in reason for reason in found.left_out)
    assert [finding.check for finding in verify(done.folder) if not finding.ok] == []
    assert "| photos | `r7` |" in (done.folder / "README.md").read_text(encoding="utf-8")
    plain = made(toy, tmp_path / "without", pool=[])
    assert plain.manifest.pools == []
    assert plain.manifest.after == done.manifest.after
    assert plain.manifest.configs == done.manifest.configs
    assert "pool" not in plain.executed


def test_pairs_reads_the_pool_too(toy: Toy, tmp_path: Path) -> None:
    recipe = toy.save(tmp_path / "recipe.yaml", pair=PAIR, pool=pool())
    with pytest.warns(RuntimeWarning, match="leaves out 2 images"):
        found = pairs(recipe, corpora=toy.corpora, work=tmp_path / "run", engine="serial")
    assert "pool" in found.executed


def test_what_describes_a_pool_reads_nothing_anew(toy: Toy, tmp_path: Path) -> None:
    with pytest.warns(RuntimeWarning, match="leaves out"):
        made(toy, tmp_path)
    with pytest.warns(RuntimeWarning, match="leaves out"):
        done = made(toy, tmp_path, pool=pool(citation="Other", notice="Copyright", homepage="https://example.org/a"))
    assert list(done.executed) == ["publish"]
    assert done.manifest.pools[0].notice == "Copyright"


@pytest.mark.parametrize(
    ("licence", "told"),
    [
        ("cc-by-nd-4.0", "source 'photos' is under cc-by-nd-4.0, which does not let adapted material be given on"),
        ("agpl-3.0", r"the sources 'toy' \(cc-by-4.0\) and 'photos' \(agpl-3.0\) cannot be distributed as one"),
    ],
)
def test_a_licence_that_lets_nothing_be_joined_is_refused_before_anything_is_read(
    toy: Toy, tmp_path: Path, licence: str, told: str
) -> None:
    with pytest.raises(BadInput, match=told):
        made(toy, tmp_path, pool=pool(license=licence))
    assert not (tmp_path / "run").exists()


def test_a_pool_that_is_missing_is_told_before_anything_is_read(toy: Toy, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="gone: there is no such folder"):
        made(toy, tmp_path, pool=pool(path="gone"))
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["lock"]
