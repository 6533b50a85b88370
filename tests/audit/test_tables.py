"""Tables of evaluations and of explainers break no name, at 80 columns and at 40, where names are long."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.printed import Tables
from twokeys.audit.evaluation.evaluate import evaluate
from twokeys.audit.explanation.explain import explain
from twokeys.audit.explanation.sensitivity import sensitivity
from twokeys.audit.models.model import Masking
from twokeys.audit.reference.families import untrained
from twokeys.commands.show_models import OUT, show_evaluation, show_explained, show_sensitivity

from .conftest import Says, looks

LONG = "a-model-with-a-long-name-of-somebody-who-gives-long-names-to-models"


class Named(Says):
    name = LONG


@pytest.mark.parametrize("width", [pytest.param(40, marks=pytest.mark.slow), 80])
def test_no_table_breaks_a_name(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setattr(OUT, "width", width)
    heard = Tables.recorded(monkeypatch)
    model, out = untrained("llava", 0), tmp_path / LONG
    show_evaluation(evaluate(folder, Named(looks), masking=Masking()), out)
    with OUT.capture() as said:
        show_explained(explain(folder, model, ["occlusion", "rollout"], limit=3, masking=Masking(), out=out), out)
        show_sensitivity(sensitivity(folder, model, ["rollout", "occlusion"], limit=2, budget=12, out=out), out)
    assert len(heard.printed) == 5
    assert heard.broken() == {}
    assert f"Report: {out}/report.html" in said.get()
    assert f"{out}/MASKS/report.html; {out}/sensitivity.json" in said.get()
