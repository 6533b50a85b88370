"""A published folder as every verb reads it: its manifest, its rows under twokeys's own names, its images by key."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.audit.conftest import Says, looks
from tests.pipeline.adversary import Adversary
from tests.pipeline.toy import published
from twokeys.audit.evaluation.evaluate import evaluate
from twokeys.audit.published import read
from twokeys.builder.build import Built
from twokeys.builder.diagnose import diagnose
from twokeys.builder.diff import diff
from twokeys.builder.publish.folder import Folder
from twokeys.builder.verify import verify
from twokeys.core.columns import columns_of, is_measurement
from twokeys.core.errors import BadInput
from twokeys.data_cards.published import PublishedFolder
from twokeys.exports.export import export


def test_rows_are_read_without_images_and_under_the_names_inside_twokeys(built: Built) -> None:
    folder = PublishedFolder(built.folder)
    assert folder.manifest == built.manifest
    assert folder.configs == ["balanced", "measurements", "removed"]
    items, measurements = folder.rows_of("balanced"), folder.rows_of("measurements")
    assert [*items] == [*(name for name in columns_of("balanced") if name != "image"), "split"]
    assert {"question.prior.refit.p_gold", "image.majority.prediction"} < {*measurements}
    assert all(is_measurement(name) for name in measurements if name not in ("id", "split"))
    assert items["id"].tolist() == measurements["id"].tolist() == [row["id"] for row in published(built.folder)]
    assert [*folder.rows_of("balanced", ["answer", "partner_image"], "test")] == ["answer", "split"]
    assert folder.splits("balanced") == ["test", "train"]


def test_a_config_without_rows_is_an_empty_table(built: Built) -> None:
    table = PublishedFolder(built.folder).rows_of("audited")
    assert len(table) == 0
    assert {"id", "question", "quad", "split"} <= {*table}


def test_images_are_read_once_by_key(built: Built) -> None:
    images = PublishedFolder(built.folder).images(["balanced"])
    shown = {row["image_key"]: row["image"]["bytes"] for row in published(built.folder)}
    assert dict(images.items()) == shown
    assert images.hashes() == {key: hashlib.sha256(data).hexdigest() for key, data in shown.items()}
    key = sorted(shown)[-1]
    assert (images.get(key), images.get("nothing"), key in images, "nothing" in images) == (
        (shown[key],), (), True, False,
    )  # fmt: skip
    assert [name for name, _ in images.items([key, "nothing"])] == [key]


def test_an_image_that_is_missing_has_no_bytes(folder: Path) -> None:
    missing: list[str] = []

    def change(rows: list[dict[str, Any]]) -> None:
        rows[0]["image"] = None
        missing.append(rows[0]["image_key"])

    Adversary(folder).rows("balanced", change)
    images = PublishedFolder(folder).images(["balanced"])
    assert images.get(missing[0]) == ()
    assert dict(images.items(missing)) == {missing[0]: b""}


def test_tiers_have_their_measurements_beside_them(built: Built) -> None:
    known = Folder.read(built.folder, built.manifest)
    assert known.balanced["question.prior.refit.prediction"].notna().all()
    assert not [name for name in known.balanced if ".audited." in name or name.startswith("adversaries.")]
    assert len(known.rows) == len(known.balanced) + (known.removed["stage"] != "read").sum()


USES: dict[str, Callable[[Path], object]] = {
    "evaluate": partial(evaluate, model=Says(looks)),
    "read": read,
    "diff": lambda folder: diff(folder, folder),
    "export": partial(export, to="lm-eval"),
    "diagnose": diagnose,
}


@pytest.mark.parametrize("name", USES)
def test_a_folder_that_an_older_version_wrote_must_be_built_again(folder: Path, name: str) -> None:
    adversary = Adversary(folder)
    adversary.manifest["format"] = 1
    adversary.hide()
    with pytest.raises(BadInput, match="format 1, this version of twokeys reads 2: build the folder again"):
        USES[name](folder)


def test_verify_says_that_an_older_folder_must_be_built_again(folder: Path) -> None:
    adversary = Adversary(folder)
    adversary.manifest["format"] = 1
    adversary.hide()
    finding, *_ = verify(folder)
    assert (finding.check, "build the folder again" in finding.problems[0]) == ("manifest", True)


def test_a_folder_without_a_manifest_is_no_published_folder(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"no manifest\.json"):
        diff(tmp_path, tmp_path)
