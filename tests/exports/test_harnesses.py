"""Exports, run by the harnesses' own code: every item of every view scores as `twokeys evaluate` scores it.

Harnesses and twokeys need packages that exclude each other, so each runs in an environment of its own: name its Python
in the variable that the reason for skipping names.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.exports.conftest import Exporting
from tests.exports.harnesses.replies import scripted
from twokeys.audit.evaluation.evaluate import evaluate
from twokeys.audit.evaluation.result import Evaluation
from twokeys.audit.models.model import Masking, Question
from twokeys.audit.wording import worded
from twokeys.core.answers.marking import right
from twokeys.exports.source import Source

RUNS = Path(__file__).parent / "harnesses"
HARNESSES = {
    "lmms-eval": ("lmms_eval", "lmms-eval", "TWOKEYS_LMMS_EVAL"),
    "vlmevalkit": ("vlmeval", "ms-vlmeval", "TWOKEYS_VLMEVALKIT"),
    "inspect": ("inspect_ai", "inspect_ai datasets", "TWOKEYS_INSPECT"),
    "lm-eval": ("lm_eval", "lm_eval", "TWOKEYS_LM_EVAL"),
}
"""Format -> package, what installs it, and the variable that names a Python which has it."""
VIEWS = {"both": "", "image": "_image", "question": "_question", "neither": "_neither"}


class Scripted:
    """The model that runs in the harnesses, as twokeys calls models."""

    name = "scripted"

    def reply(self, questions: Sequence[Question]) -> list[str]:
        return [scripted(worded(one.question, one.choices), one.picture) for one in questions]


@pytest.fixture(scope="module")
def ours(folder: Path) -> Evaluation:
    return evaluate(folder, Scripted(), masking=Masking("mean-colour", "removed"))


def harness(to: str, export: Path, out: Path, model: str = "scripted", limit: int = 0) -> dict[str, Any]:
    """Run an export in its harness."""
    package, install, variable = HARNESSES[to]
    python = os.environ.get(variable) or (sys.executable if importlib.util.find_spec(package) else None)
    if python is None:
        pytest.skip(f"needs {package}: python -m venv E; E/bin/pip install {install}; export {variable}=E/bin/python")
    command = [python, str(RUNS / f"{package}_run.py"), str(export), str(out), model, str(limit)]
    environment = os.environ | {
        "HF_HUB_OFFLINE": "1",
        "HF_DATASETS_CACHE": str(out.parent / "cache"),
        "OMP_NUM_THREADS": "1",
    }
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return found


def rights(ours: Evaluation, view: str) -> dict[str, float]:
    """Item -> whether twokeys holds it right."""
    return dict(zip(ours.items["id"], ours.items[f"right.{view}"].astype(float), strict=True))


def test_lmms_eval_scores_every_view_pair_and_dividend_alike(
    exported: Exporting, items: Source, ours: Evaluation, tmp_path: Path
) -> None:
    found = harness("lmms-eval", exported("lmms-eval"), tmp_path / "found.json")
    task = items.facts["task"]
    dividends: dict[str, float] = dict.fromkeys(ours.items["id"], 0.0)
    for view, ending in VIEWS.items():
        own = found["items"][f"{task}{ending}"]
        assert {name: score for name, (score, _) in own.items()} == rights(ours, view)
        for name, (_, signed) in own.items():
            dividends[name] += signed
    assert dividends == dict(zip(ours.items["id"], ours.items["dividend"], strict=True))
    results = found["results"][task]
    assert results["accuracy,none"] == pytest.approx(ours.accuracy["all"].estimate)
    assert set(ours.pairs) == {"question", "image", "group"}
    for kind, own_pairs in ours.pairs.items():
        assert results[f"{kind}_accuracy,none"] == pytest.approx(own_pairs.accuracy.estimate)
    assert found["results"][f"{task}_views"]["dividend,none"] == pytest.approx(ours.dividend.estimate)
    assert found["versions"][task] == items.facts["version"]


def test_vlmevalkit_scores_every_view_and_pair_alike(exported: Exporting, ours: Evaluation, tmp_path: Path) -> None:
    found = harness("vlmevalkit", exported("vlmevalkit"), tmp_path / "found.json")
    for view in VIEWS:
        assert found["items"][view] == rights(ours, view)
    results = found["results"]["both"]
    assert results["Overall"] == pytest.approx(100 * ours.accuracy["all"].estimate)
    for kind, own in ours.pairs.items():
        assert results[f"{kind} accuracy"] == pytest.approx(100 * own.accuracy.estimate)


def test_inspect_scores_every_view_and_pair_alike(
    exported: Exporting, items: Source, ours: Evaluation, tmp_path: Path
) -> None:
    found = harness("inspect", exported("inspect"), tmp_path / "found.json")
    for view in VIEWS:
        assert found["items"][view] == rights(ours, view)
        assert found["versions"][view] == items.facts["version"]
    results = found["results"]["both"]
    assert results["accuracy"] == pytest.approx(ours.accuracy["all"].estimate)
    assert results["stderr"] > 0
    for kind, own in ours.pairs.items():
        assert results[f"{kind}_accuracy"] == pytest.approx(own.accuracy.estimate)


def test_lm_eval_scores_the_question_alone_alike(exported: Exporting, items: Source, tmp_path: Path) -> None:
    found = harness("lm-eval", exported("lm-eval"), tmp_path / "found.json")
    task = f"{items.facts['task']}_question"
    said = {row["id"]: scripted(worded(row["question"], row["choices"]), None) for row in items.rows}
    assert found["items"][task] == {
        row["id"]: float(right(said[row["id"]], row["answer_type"], row["choices"], row["answer"]))
        for row in items.rows
    }
    for kind, metric in ((task, "accuracy,none"), (f"{task}_likelihood", "acc,none")):
        assert found["results"][kind][metric] == pytest.approx(sum(found["items"][kind].values()) / len(items.rows))
        # A function of the question alone: the count that the export states bounds it.
        assert found["results"][kind][metric] <= items.facts["ceilings"]["question"]
        assert found["versions"][kind] == items.facts["version"]
