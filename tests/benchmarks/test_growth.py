"""Growth by stage: what is counted for which stage, what is kept in the file, and texts that differ."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks import growth
from benchmarks.vqa_sized import different


def test_a_stage_inside_another_has_its_own_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = iter([1, 3, 7, 8, 10])
    monkeypatch.setattr(growth, "spent", lambda: float(next(taken)))
    meter = growth.Meter()
    for call in [("measure", 0, 0), ("embed", 0, 0), ("embed", 1, 5), ("embed", 5, 5), ("measure", 2, 2)]:
        meter(*call)
    meter.close()
    assert meter.seconds == {growth.BETWEEN: 1 + 2, "measure": 2 + 1, "embed": 4}


def test_rows_of_a_size_are_replaced_and_others_stay(tmp_path: Path) -> None:
    path = tmp_path / "growth.csv"
    for label, size, seconds in (("a", 10, "10.0"), ("a", 100, "90.0"), ("b", 10, "50.0"), ("a", 10, "20.0")):
        growth.save(path, label, size, [{"stage": growth.ALL, "seconds": seconds, "peak_mib": "7"}])
    rows = growth.read(path)
    assert [(row["label"], row["items"], row["seconds"]) for row in rows] == [
        ("a", "100", "90.0"),
        ("b", "10", "50.0"),
        ("a", "10", "20.0"),
    ]
    assert "| all | 20.0 | 90.0 | 0.65 | 7.00 |" in str(growth.table(rows, "a"))  # log10(90 / 20)
    growth.plot(rows, tmp_path / "growth.svg")
    assert "items" in (tmp_path / "growth.svg").read_text()


def test_memory_and_seconds_are_those_of_this_process_at_least() -> None:
    assert growth.memory() > 20
    assert growth.spent() > 0


def test_texts_are_different_and_real_ones_come_first() -> None:
    real = ["is it a red dog?", "is this a big dog?", "is it a red dog?", "was it this red car?", "Why?"]
    texts, origin = different(real, 8, np.random.default_rng(0))
    assert texts[:4] == [real[0], real[1], real[3], real[4]]
    assert len(set(texts)) == len(texts) == 8
    assert origin[:4] == [0, 1, 3, 4]
    words = {word for text in real for word in text.rstrip("?").split()}
    assert {word for text in texts for word in text.rstrip("?").split()} <= words
    assert set(origin) <= set(range(len(real)))
    with pytest.raises(ValueError, match=r"1 questions give 1 different texts, not 2"):
        different(["Why?"], 2, np.random.default_rng(0))
