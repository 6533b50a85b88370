"""An evaluation counts what the model said, goes on where it stopped, and refuses what it cannot use."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from tests.audit.conftest import Says, looks
from tests.data_cards.conftest import make
from twokeys.audit.evaluation.evaluate import ANSWERS, RESULT, evaluate
from twokeys.audit.models.model import Masking, Question
from twokeys.audit.published import decode, fingerprints, read
from twokeys.audit.reference.families import untrained
from twokeys.core.errors import BadInput
from twokeys.data_cards.manifest import Config


def test_who_looks_and_reads_is_right_and_owes_it_to_both(folder: Path) -> None:
    """v(both) = 1; blind it says no, which is right half of the time: dividends 1 - 0 - 0 + 0 and 1 - 1 - 1 + 1."""
    found = evaluate(folder, Says(looks), masking=Masking())
    assert found.run["config"] == "balanced"
    assert found.run["value"] == "right or wrong"
    assert found.accuracy["all"].estimate == found.accuracy["yes/no"].estimate == 1
    assert [found.blind[view].estimate for view in ("image", "question", "neither")] == [0.5, 0.5, 0.5]
    assert {kind: (pair.accuracy.estimate, pair.chance) for kind, pair in found.pairs.items()} == {
        "question": (1, 0.25), "image": (1, 0.25), "group": (1, 0.0625),
    }  # fmt: skip
    assert sorted(found.items["dividend"]) == [0, 0, 0, 0, 1, 1, 1, 1]
    assert found.dividend.estimate == 0.5
    assert found.chance == 0.5


def test_who_reads_alone_gains_nothing_from_the_picture(folder: Path) -> None:
    found = evaluate(folder, Says(lambda question: "yes" if "red" in question.question else "no"), masking=Masking())
    assert found.accuracy["all"].estimate == 0.5
    assert found.pairs["question"].accuracy.estimate == 0
    assert found.pairs["group"].accuracy.estimate == 0
    assert found.values["both"] == found.values["question"]
    assert (found.items["dividend"] == 0).all()


def test_everything_that_was_read_is_a_config_too(folder: Path) -> None:
    found = evaluate(folder, Says(looks), config="all")
    assert (found.run["items"], found.run["without_picture"]) == (11, 1)  # a removed item's picture is another's
    assert found.pairs["group"].accuracy.n == 2
    assert found.accuracy["all"].estimate == 1
    with pytest.raises(BadInput, match="the items have no images"):
        evaluate(folder, Says(looks), config="removed")


def test_a_stopped_evaluation_goes_on(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    whole = evaluate(folder, Says(looks), masking=Masking(), out=out)
    lines = (out / ANSWERS).read_bytes().splitlines(keepends=True)
    (out / ANSWERS).write_bytes(b"".join(lines[:5]) + lines[5][:10])  # killed while it wrote the sixth
    (out / RESULT).unlink()
    again = Says(looks)
    assert evaluate(folder, again, masking=Masking(), out=out).json() == whole.json()
    assert again.asked == 3 * 4  # three items, four views
    assert json.loads((out / RESULT).read_text()) == whole.json()
    with pytest.raises(BadInput, match="a run whose config is 'balanced', not"):
        evaluate(folder, Says(looks), config="all", masking=Masking(), out=out)


def claim(folder: Path, fingerprints: dict[str, str]) -> None:
    """Write a manifest that names fingerprints of configs."""
    configs = {
        name: Config(version="1.0.1", fingerprint=fingerprint, splits={}) for name, fingerprint in fingerprints.items()
    }
    text = make().model_copy(update={"configs": configs}).text()
    (folder / "manifest.json").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("manifest", [False, True])
def test_rebuilt_rows_under_the_same_name_are_another_run(folder: Path, tmp_path: Path, manifest: bool) -> None:
    """What is known is the folder's name and the fingerprints of its rows: of its manifest, else of its files."""

    def published(fingerprint: str) -> None:
        if manifest:
            claim(folder, dict.fromkeys(("balanced", "removed"), fingerprint))

    published("aaaa")
    out, path = tmp_path / "run", folder / "balanced" / "test-00000-of-00001.parquet"
    found = evaluate(folder, Says(looks), masking=Masking(), out=out)
    assert list(found.run["fingerprint"]) == ["balanced"]
    table = pd.read_parquet(path)
    table.assign(answer="no").to_parquet(path)
    published("bbbb")
    (old,), (new,) = found.run["fingerprint"].values(), fingerprints(read(folder)).values()
    assert (old, new) == ("aaaa", "bbbb") or not manifest
    with pytest.raises(BadInput, match=f"a run whose fingerprint is .*{old}.*{new}.*--out"):
        evaluate(folder, Says(looks), masking=Masking(), out=out)
    assert set(fingerprints(read(folder, "all"))) == {"balanced", "removed"}


def test_a_manifest_without_fingerprints_is_named(folder: Path) -> None:
    claim(folder, {})
    with pytest.raises(BadInput, match="names no fingerprint of balanced"):
        evaluate(folder, Says(looks), masking=Masking())


def test_a_limit_takes_whole_groups(folder: Path) -> None:
    found = evaluate(folder, Says(looks), config="all", limit=3)
    assert len({name[:2] for name in found.items["id"]}) == 1


def test_another_items_image_is_another_image_and_the_same_after_a_stop(folder: Path, tmp_path: Path) -> None:
    shown: dict[str, list[bytes]] = {}

    def remember(question: Question) -> str:
        shown.setdefault(question.question, []).append(question.picture.tobytes())
        return "no"

    masking = Masking("other-image")
    whole = evaluate(folder, Says(remember), masking=masking, out=tmp_path / "run")
    both, question = shown["is the square red?"][:4], shown["is the square red?"][4:8]
    assert all(one != two for one, two in zip(both, question, strict=True))
    lines = (tmp_path / "run" / ANSWERS).read_text().splitlines(keepends=True)
    (tmp_path / "run" / ANSWERS).write_text("".join(lines[:3]))
    assert evaluate(folder, Says(remember), masking=masking, out=tmp_path / "run").json() == whole.json()


@pytest.mark.parametrize("family", ["llava", "qwen"])
def test_a_game_has_probabilities(folder: Path, family: str) -> None:
    model = untrained(family, 0)
    found = evaluate(folder, model, masking=Masking())
    assert found.run["value"] == "probability"
    item = read(folder).table.iloc[3]
    prepared = model.prepare(
        Question(dict(read(folder).pictures(np.array([3])))[3][0], item["question"], kind="yes/no"), item["answer"]
    )
    corners = np.array([True, True, False, False]), np.array([True, False, True, False])
    v = model.score(prepared, *(np.repeat(own[:, None], n, 1) for own, n in zip(corners, (16, 5), strict=True)))
    assert prepared.tokens == 5
    assert found.items["dividend"][3] == pytest.approx(v[0] - v[1] - v[2] + v[3], abs=1e-6)


def test_bad_folders_are_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no published items"):
        evaluate(tmp_path / "nothing", Says(looks))
    with pytest.raises(BadInput, match=r"config.*'pairs'.*balanced, removed, all"):
        evaluate(folder, Says(looks), config="pairs")
    with pytest.raises(BadInput, match="split"):
        evaluate(folder, Says(looks), split="val")
    with pytest.raises(BadInput, match="--limit"):
        evaluate(folder, Says(looks), limit=0)
    path = folder / "balanced" / "test-00000-of-00001.parquet"
    pd.read_parquet(path).drop(columns="answer").to_parquet(path)
    with pytest.raises(BadInput, match="no column 'answer'"):
        evaluate(folder, Says(looks))


@pytest.mark.parametrize("data", [b"no picture", b""])
def test_what_is_no_picture_is_named(data: bytes) -> None:
    with pytest.raises(BadInput, match="folder, image 7"):
        decode(data, "folder, image 7")


def test_the_device_and_the_weights_are_those_that_are_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = evaluate(folder, "reference:llava-balanced", device="cpu", dtype="bfloat16", masking="mean-colour,removed")
    assert found.run["dtype"] == "bfloat16"
    plain = evaluate(folder, "reference:llava-balanced", device="cpu", masking="mean-colour,removed")
    assert "dtype" not in plain.run
    assert (found.items["v.both"] != plain.items["v.both"]).any()
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(BadInput, match="torch finds no GPU"):
        evaluate(folder, "reference:llava-balanced", device="cuda")
