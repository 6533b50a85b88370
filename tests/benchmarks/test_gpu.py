"""What a GPU computes is compared number by number; without a GPU a small trial on the CPU is what can be run."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from benchmarks import gpu
from benchmarks.gpu import SMALL, TOLERANCES, Line, main, playing, shown

from .markdown import headings, tables

GOOD = Line("log-likelihood, nats", "4 answers", 0.019, 0.01, 1.0, 2.0)


def test_a_number_holds_within_its_tolerance_alone() -> None:
    text = shown([GOOD, replace(GOOD, farthest=0.021)], "cpu")
    assert headings(text) == ["GPU"]
    ((_, first, second),) = tables(text)
    assert first == ["log-likelihood, nats", "4 answers", "0.0190", "0.0100", "0.0200", "holds", "1.00", "2.00"]
    assert second[2:6] == ["0.0210", "0.0100", "0.0200", "TOO FAR"]


@pytest.mark.parametrize(("farthest", "status"), [(0.01, 0), (0.03, 1), (float("nan"), 1)])
def test_the_status_says_whether_all_numbers_hold(
    farthest: float, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for part in ("embedding", "blind", "playing", "training"):
        monkeypatch.setattr(gpu, part, lambda device, size: [replace(GOOD, farthest=farthest)])
    assert main(["--device", "cpu"]) == status
    assert capsys.readouterr().out.count("| log-likelihood, nats |") == 4


def test_without_a_gpu_it_says_so_and_what_can_be_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert main([]) == 2
    said = capsys.readouterr()
    assert "torch finds no GPU" in said.err
    assert "--device cpu" in said.err
    assert said.out == ""


def test_coalitions_and_explainers_are_compared_in_both_precisions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu, "FAMILIES", ("llava",))
    monkeypatch.setattr(gpu, "EXPLAINERS", ("rollout", "integrated-gradients"))
    lines = playing("cpu", SMALL)
    exact, exact_scores, rounded, rounded_scores = lines
    assert all(line.what in TOLERANCES and line.holds for line in lines)
    assert exact.farthest == 0
    assert exact_scores.farthest == pytest.approx(0, abs=1e-12)
    assert 0 < rounded.mean <= rounded.farthest  # 16 bits are other numbers: the comparison sees them
    assert rounded_scores.farthest > 1e-9


@pytest.mark.slow
def test_the_whole_trial_runs_on_a_cpu(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--device", "cpu"]) == 0
    assert {row[0] for row in tables(capsys.readouterr().out)[0][1:]} == set(TOLERANCES)
