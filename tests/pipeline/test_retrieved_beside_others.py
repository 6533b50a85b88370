"""Retrieved partners beside other generators' edits, from a plug-in, and in a build that is killed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest
import yaml

from tests.pipeline.seen import FILES, PAIR, Seen
from tests.pipeline.test_retrieved import KIND, made, plan, sound
from tests.pipeline.toy import ROOT, offline, published
from twokeys.builder.build import Built, build
from twokeys.builder.diagnose import diagnose
from twokeys.builder.pair.edit import Edit, Retrieval, as_candidates
from twokeys.builder.pair.generators.registry import BUILT_IN
from twokeys.builder.pair.pool import Pool
from twokeys.builder.pairs import pairs
from twokeys.builder.verify import verify
from twokeys.core.errors import BadInput


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    return Seen.random(tmp_path_factory.mktemp("seen")).write()


@pytest.fixture(scope="module")
def done(seen: Seen, tmp_path_factory: pytest.TempPathFactory) -> Built:
    return made(seen, tmp_path_factory.mktemp("done"))


@dataclass(frozen=True)
class Nearest:
    """A generator of somebody else's: any image whose red differs, and the contrary of the answer."""

    name: ClassVar[str] = "nearest"
    version: ClassVar[int] = 1
    view: ClassVar[str] = "image"
    formats: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ("pool",)
    kind: str = "retrieved.nearest"
    image: str | None = None
    of: str | None = None

    def retrieve(self, items: pd.DataFrame, pool: Pool) -> Retrieval:
        of, image = [self.of] if self.of else items["id"].tolist(), [self.image] if self.image else pool.places
        at = np.arange(len(items))
        found = as_candidates(
            of=(at % len(of), of), image=(at % len(image), image), answer=(items["answer"] == "yes", ["yes", "no"])
        )
        return Retrieval(self.kind, found, False, items["id"].tolist(), 0, 0, [])

    def as_edits(self, items: pd.DataFrame, pool: Pool, candidates: pd.DataFrame) -> Iterator[Edit]:
        for of, image, answer in candidates[["of", "image", "answer"]].astype(str).itertuples(index=False):
            yield Edit(
                kind=self.kind, of=of, view="image", answer_source="constructed", answer=answer, note="for a test",
                image=image, meta=json.dumps({"image": {"license": "mit"}}),
            )  # fmt: skip


@pytest.fixture
def nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BUILT_IN, "nearest", f"{__name__}:Nearest")


def with_nearest(**parameters: Any) -> dict[str, Any]:
    return PAIR | {"generators": [{"generator": "nearest", "with": parameters}]}


@pytest.mark.usefixtures("nearest")
@pytest.mark.parametrize(
    ("parameters", "problem"),
    [
        ({"kind": "mine"}, "does not begin with 'retrieved.'"),
        ({"image": "0" * 32}, "a candidate shows an image of the pool"),
        ({"of": "pope:adversarial:999"}, "of an item asked"),
    ],
)
def test_a_retriever_that_breaks_the_contract_is_stopped(
    parameters: dict[str, str], problem: str, seen: Seen, tmp_path: Path
) -> None:
    recipe = plan(seen, pair=with_nearest(**parameters))
    with pytest.raises(ValueError, match=problem):
        pairs(recipe, corpora=seen.corpora, work=tmp_path / "run", engine="serial")


@pytest.mark.usefixtures("nearest")
def test_two_retrievers_that_contradict_each_other_publish_neither(seen: Seen, tmp_path: Path) -> None:
    generators = [*PAIR["generators"], {"generator": "nearest"}]
    built = made(seen, tmp_path, pair=PAIR | {"generators": generators})
    assert {finding.check for finding in verify(built.folder, corpora=seen.corpora) if not finding.ok} == {"datasheet"}
    rows = pd.DataFrame(published(built.folder))
    assert rows.groupby(["question_key", "image_key"])["compared"].nunique().max() == 1
    assert {kind.kind for kind in built.manifest.pairs.retrieved} == {KIND, "retrieved.nearest"}  # type: ignore[union-attr]


def test_beside_photo_edits(seen: Seen, tmp_path: Path) -> None:
    for package in ("cv2", "jpeglib", "pycocotools.mask"):
        pytest.importorskip(package)
    outlined = replace(seen, corpora=tmp_path / "c").write()
    data = json.loads((outlined.corpora / FILES[0]).read_text())
    for note in data["annotations"]:
        x, y, w, h = note["bbox"]
        note |= {"segmentation": [[x, y, x + w, y, x + w, y + h, x, y + h]], "area": w * h}
    (outlined.corpora / FILES[0]).write_text(json.dumps(data))
    edits = {"generator": "photo-edits", "with": {"instances": FILES[0], "operations": ["remove"],
                                                  "inpainting": "telea"}}  # fmt: skip
    both = PAIR | {"generators": [edits, *PAIR["generators"]], "minimal": {"pixels": 1}}
    built = made(outlined, tmp_path, pair=both)
    sound(built, outlined)
    kinds = {kind.kind: kind for kind in built.manifest.pairs.kinds}  # type: ignore[union-attr]
    assert kinds["photo.remove"].published > 0
    others = [row for row in published(built.folder) if row["edit_kind"] != KIND]
    assert 0 < kinds[KIND].published < len(others)


# ------------------------------------------------------------------------------------------------- what cannot be had


def test_images_that_are_known_by_name_alone_have_no_near_ones(seen: Seen, tmp_path: Path) -> None:
    (corpus,) = seen.recipe()["corpora"]
    recipe = plan(seen, corpora=[corpus | {"images": "names", "image_folder": None}])
    with pytest.raises(BadInput, match="looks for images that are near to those of pope, known by name alone") as said:
        pairs(recipe, corpora=seen.corpora, work=tmp_path / "run", engine="serial")
    assert "set `images: required`, or leave the generator out" in str(said.value)
    # Without pairing such a corpus can be looked at all the same.
    assert diagnose(recipe, tmp_path / "d", corpora=seen.corpora, work=tmp_path / "run", engine="serial").items > 0


def test_a_served_model_has_no_margins_and_is_refused_before_anything_is_read(seen: Seen, tmp_path: Path) -> None:
    model = "http://127.0.0.1:1/v1#some-model"
    judged = {"generators": [{"generator": "retrieved", "with": {"judge": "models"}}], "verify": {"models": [model]}}
    with pytest.raises(BadInput, match="gives replies without probabilities, of which no margin can be made") as said:
        pairs(plan(seen, pair=judged), corpora=seen.corpora, work=tmp_path / "run", allow_host=["127.0.0.1:1"])
    assert model in str(said.value)
    assert not (tmp_path / "run").exists()


# ------------------------------------------------------------------------------------------------------------ stopping

DRIVER = """
import os, sys
from pathlib import Path
import twokeys.builder.pair.{module} as module
from twokeys.builder.build import build

work = module.{stage}.work
def killed(*given, **named):
    found = work(*given, **named)
    os.kill(os.getpid(), 9)
object.__setattr__(module.{stage}, "work", killed)
object.__setattr__(module.{stage}.named("x"), "work", killed)
build(Path(sys.argv[1]), Path(sys.argv[2]), corpora=Path(sys.argv[3]), work=Path(sys.argv[4]), engine="serial")
"""


@pytest.mark.parametrize(
    ("module", "stage"), [pytest.param("retrieve", "retrieve", marks=pytest.mark.slow), ("choose", "choose")]
)
def test_a_build_that_is_killed_ends_with_the_same_rows(
    module: str, stage: str, done: Built, seen: Seen, tmp_path: Path
) -> None:
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(yaml.safe_dump(seen.recipe()))
    script = DRIVER.replace("{module}", module).replace("{stage}", stage)
    command = [sys.executable, "-c", script, *map(str, (recipe, tmp_path / "out", seen.corpora, tmp_path / "run"))]
    ended = subprocess.run(command, env=offline(tmp_path / "cache", PYTHONPATH=str(ROOT)), capture_output=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr[-2000:]
    again = build(recipe, tmp_path / "out", corpora=seen.corpora, work=tmp_path / "run", engine="serial")
    assert {"choose"} <= again.executed.keys()
    assert "embed-images" not in again.executed
    assert again.manifest.configs == done.manifest.configs
