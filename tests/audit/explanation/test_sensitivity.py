"""Rankings under every mask are compared with those under the masks that leak least; a leaky mask is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from twokeys.audit.evaluation.leaks import least_leaky, measured
from twokeys.audit.explanation.explain import explain
from twokeys.audit.explanation.metrics import RANKED
from twokeys.audit.explanation.sensitivity import RESULT, named, sensitivity
from twokeys.audit.models.model import Masking
from twokeys.audit.published import read
from twokeys.audit.reference.families import untrained
from twokeys.commands.show_models import OUT, show_sensitivity

EXPLAINERS = ["input-x-gradient", "rollout"]


@pytest.mark.slow
def test_every_mask_is_tried_and_compared_with_the_least_leaky_ones(folder: Path, tmp_path: Path) -> None:
    model = untrained("llava", 0)
    found = sensitivity(folder, model, EXPLAINERS, limit=3, budget=12, out=tmp_path)
    best, *others = found.runs
    assert best == least_leaky(measured(read(folder), model))
    assert len(others) == len(set(others)) == 5  # three more image masks and two more text masks
    assert all((one.image == best.image) != (one.text == best.text) for one in others)
    assert set(found.agreement) == set(others)
    ids = {tuple(item["id"] for item in run.items) for run in found.runs.values()}
    assert len(ids) == 1
    for own in found.agreement.values():
        assert set(own) == set(RANKED)
        assert all(-1 <= one.tau <= 1 and one.explainers == 3 for one in own.values())
    written = json.loads((tmp_path / RESULT).read_text())
    assert set(written["agreement"]) == {named(one) for one in others}
    assert json.loads((tmp_path / named(best) / "result.json").read_text())["run"]["masking"]["image"] == best.image
    with OUT.capture() as said:
        show_sensitivity(found, tmp_path)
    assert "ceiling" in said.get()


@pytest.mark.slow
def test_every_mask_is_measured_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("twokeys.audit.explanation.explain.measured")  # a run that measured its masks again would fail
    found = sensitivity(folder, untrained("llava", 0), EXPLAINERS, limit=2, budget=12)
    assert len(found.leaks) == 7
    for masking, run in found.runs.items():
        assert {(one.side, one.mask) for one in run.leaks} == {("image", masking.image), ("text", masking.text)}
        assert all(any(one is known for known in found.leaks) for one in run.leaks)


def test_a_leaky_mask_is_named_in_result_and_report(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    model = untrained("llava", 0)
    plain = explain(folder, model, EXPLAINERS, limit=2, budget=12, masking=Masking())
    assert {(one.side, one.mask) for one in plain.leaks} == {("image", "mean-colour"), ("text", "removed")}
    # A model that answers everything, whatever it is shown, sees through every mask.
    monkeypatch.setattr("twokeys.audit.explanation.explain.measured", _always)
    found = explain(folder, model, EXPLAINERS, limit=2, budget=12, masking=Masking(), out=tmp_path)
    assert [one["leaky"] for one in found.json()["leaks"]] == [True]
    assert "This mask leaks" in (tmp_path / "report.html").read_text()
    assert not any(one.leaky for one in plain.leaks)  # a model with random weights cannot see through anything


def _always(published, model, seed, only, say):
    import numpy as np

    from twokeys.audit.evaluation.leaks import leak

    rows = np.arange(len(published.table))
    return [leak("image", only.image, published.table, rows, np.ones(len(rows), dtype=bool))]
