"""A run explains, goes on where it stopped, and reports in one file; difference masks are found."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tests.audit.conftest import Heard
from twokeys.audit.evaluation.leaks import Leak
from twokeys.audit.explanation.explain import LINES, REPORT, RESULT, explain
from twokeys.audit.explanation.metrics import RANKED
from twokeys.audit.explanation.report import choose, p_value, report, shades
from twokeys.audit.explanation.truth import truth
from twokeys.audit.journal import Journal
from twokeys.audit.models.model import Masking, Question
from twokeys.audit.published import read
from twokeys.audit.reference.families import untrained
from twokeys.core.errors import BadInput, MissingPackage
from twokeys.core.intervals.means import Interval

EXPLAINERS = ["occlusion", "input-x-gradient", "rollout"]


@pytest.fixture(scope="module")
def model():
    return untrained("llava", 0)


def test_a_run_and_its_report(folder: Path, tmp_path: Path, model) -> None:
    out, heard = tmp_path / "run", Heard()
    names = [*EXPLAINERS, "oracle", "anti-oracle"]
    found = explain(folder, model, names, limit=4, masking=Masking(), out=out, seed=1, say=heard)
    assert heard.notes[-1].startswith("explaining 4 items by 6 methods: some ")
    assert [(done, total) for stage, done, total in heard.stages if stage == "explaining"][-1] == (4, 4)
    assert found.summary.items == len(found.items) == 4
    assert found.run["explainers"] == [*EXPLAINERS, "oracle", "anti-oracle", "random"]
    assert found.run["masking"] == {"image": "mean-colour", "text": "removed"}
    assert found.summary.agreement.explainers == 4  # the controls that know the truth take no part
    assert (found.summary.localisation.loc["oracle", ["image.pointing", "text.pointing"]] == 1).all()
    assert found.summary.localisation.loc["chance", "text.pointing"] < 0.5
    result = json.loads((out / RESULT).read_text())
    assert set(result["rankings"]["improved.raw"]) == set(found.run["explainers"])
    page = (out / REPORT).read_text()
    assert not re.search(r'(src|href)="(?!data:image/(png|svg\+xml);base64,|#)', page)
    assert "<script" not in page
    assert "is the square" in page
    assert page.count("Friedman's test of no difference: 4 items are too few to tell") == len(RANKED)
    assert not re.search(r"<td>(< )?\.\d{4}</td>|p = ", page), "No p value is shown, in no table"
    leaky = Leak("image", "blur", Interval(0.9, 0.8, 1, 12, 6), 0.5)
    pictures = {item["id"]: (Image.new("RGB", (16, 16)),) for item in found.items}
    told = " ".join(report(replace(found, leaks=[leaky]), pictures).split())
    assert "masked by blur the answer is still given in 90.0 % of 12 items;" in told


def test_a_missing_package_is_told_before_anything_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "statsmodels", None)
    with pytest.raises(MissingPackage, match=r'pip install "twokeys\[audit\]"'):
        explain(tmp_path / "no folder", "no model", EXPLAINERS)


def test_a_stopped_run_goes_on_to_the_same_end(folder: Path, tmp_path: Path, model) -> None:
    out = tmp_path / "run"
    whole = explain(folder, model, EXPLAINERS, limit=4, masking=Masking(), out=out)
    lines = (out / LINES).read_bytes().splitlines(keepends=True)
    (out / LINES).write_bytes(lines[0] + lines[1][:40])  # killed while it wrote the second
    again = explain(folder, model, EXPLAINERS, limit=4, masking=Masking(), out=out)
    assert [item["id"] for item in again.items] == [item["id"] for item in whole.items]
    for one, other in zip(whole.items, again.items, strict=True):
        for name, own in one["explainers"].items():
            assert other["explainers"][name]["metrics"] == pytest.approx(own["metrics"], abs=1e-6, nan_ok=True)
    with pytest.raises(BadInput, match="a run whose seed is 0"):
        explain(folder, model, EXPLAINERS, limit=4, masking=Masking(), out=out, seed=5)
    path = folder / "balanced" / "test-00000-of-00001.parquet"  # the same name, rebuilt rows
    pd.read_parquet(path).iloc[::-1].to_parquet(path)
    with pytest.raises(BadInput, match=r"a run whose fingerprint is .*balanced.*balanced.*--out"):
        explain(folder, model, EXPLAINERS, limit=4, masking=Masking(), out=out)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"explainers": ["rollouts"]}, "did you mean 'rollout'"),
        ({"explainers": ["occlusion"]}, "3 or more"),
        ({"limit": 1}, "intervals are over items"),
        ({"config": "pairs"}, "config"),
    ],
)
def test_bad_input_says_what_to_do(folder: Path, model, options, message) -> None:
    with pytest.raises(BadInput, match=message):
        explain(folder, model, **{"explainers": EXPLAINERS, "limit": 2, "masking": Masking(), **options})


def test_another_items_picture_can_be_the_mask(folder: Path, model) -> None:
    found = [
        explain(folder, model, EXPLAINERS, limit=3, masking=Masking(image)).items
        for image in ("other-image", "mean-colour")
    ]
    assert [item["id"] for item in found[0]] == [item["id"] for item in found[1]]
    assert [item["values"]["both"] for item in found[0]] == [item["values"]["both"] for item in found[1]]
    assert [item["values"]["question"] for item in found[0]] != [item["values"]["question"] for item in found[1]]


def test_without_a_mask_the_least_leaky_ones_are_taken(folder: Path, model) -> None:
    from twokeys.audit.evaluation.leaks import least_leaky, measured
    from twokeys.audit.published import read

    found = explain(folder, model, EXPLAINERS, limit=2)
    assert Masking(**found.run["masking"]) == least_leaky(measured(read(folder), model))


def test_the_difference_mask_of_an_item(folder: Path, model) -> None:
    published = read(folder)
    pictures = {place: image for place, (image,) in published.pictures(np.arange(2))}
    item, partner = published.table.iloc[0], published.table.iloc[1]
    prepared = model.prepare(Question(pictures[0], item["question"], kind="yes/no"), "yes")
    found = truth(prepared, item["question"], (pictures[0],), "is the square blue?", (pictures[1],))
    assert partner["id"] == item["image_partner"]
    # 16 pixels, four patches a side: the square of the middle eight is the four patches in the middle.
    assert np.flatnonzero(found.image == 1).tolist() == [5, 6, 9, 10]
    assert [word.strip() for word, share in zip(prepared.words.strings, found.text, strict=True) if share] == ["red"]
    marked = truth(prepared, item["question"], (pictures[0],), None, (pictures[1],), [(0, 0, 4, 4)])
    assert np.flatnonzero(marked.image).tolist() == [0]
    assert marked.text is None
    assert truth(prepared, item["question"], (pictures[0],), None, None).scores is None


def test_the_boxes_of_an_edit_hold_for_both_members(folder: Path, model) -> None:
    path = folder / "balanced" / "test-00000-of-00001.parquet"
    table = pd.read_parquet(path)
    table["edit_of"] = ["q0i1" if name == "q0i0" else None for name in table["id"]]
    table["edit_boxes"] = [[[0, 0, 4, 4]] if name == "q0i0" else None for name in table["id"]]
    table.to_parquet(path)
    items = {item["id"]: item for item in explain(folder, model, EXPLAINERS, limit=8, masking=Masking()).items}
    for name, patches in (("q0i0", [0]), ("q0i1", [0]), ("q0i2", [5, 6, 9, 10])):
        assert np.flatnonzero(items[name]["truth"]["image"]).tolist() == patches


def test_items_to_look_at() -> None:
    def item(name, value, image, text):
        metrics = [{"improved.raw": value, "image.srg": a, "text.srg": b} for a, b in zip(image, text, strict=True)]
        return {"id": name, "explainers": {str(at): {"metrics": one} for at, one in enumerate(metrics)}}

    items = [item(str(at), at, [1, 2, 3], [3, 2, 1] if at == 3 else [1, 2, 3]) for at in range(6)]
    assert [(why.split()[0], one["id"]) for why, one in choose(items)] == [
        ("Most", "5"), ("Most", "4"), ("Least", "0"), ("Least", "1"), ("Image", "3")
    ]  # fmt: skip


def test_words_and_p_values_as_they_are_read() -> None:
    assert shades([2.0, -1.0, 0.0])[:2] == ["rgba(230, 97, 1, 0.60)", "rgba(94, 60, 153, 0.30)"]
    assert shades([0.0]) == ["rgba(94, 60, 153, 0.00)"]
    assert [p_value(p) for p in (0.00001, 0.0123, 1.0, float("nan"))] == ["< .0001", ".0123", "1", ""]


def test_a_journal_without_a_folder_keeps_lines_in_memory() -> None:
    journal = Journal(None, LINES, {}, ())
    journal.add({"id": "a"})
    assert "a" in journal.lines
