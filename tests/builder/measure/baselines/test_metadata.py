"""What files and rows say of themselves is found by who reads it, and by nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import planted


def test_a_file_s_size_is_found_by_who_reads_metadata_only(tmp_path: Path) -> None:
    problem = planted.file_size()
    assert planted.score(problem, "image.metadata", tmp_path).low > 0.9
    assert planted.score(problem, "image.probe", tmp_path).low < 0.53


@pytest.mark.parametrize(("baseline", "finds"), [("metadata", True), ("described", True), ("tfidf", False)])
def test_a_published_field_is_found(baseline: str, finds: bool, tmp_path: Path) -> None:
    found = planted.score(planted.published_field(600), f"question.{baseline}", tmp_path)
    assert found.low > 0.9 if finds else found.low < 0.53


@pytest.mark.parametrize(("baseline", "finds"), [("described", True), ("metadata", False), ("forest", False)])
def test_a_field_that_turns_words_round_needs_both(baseline: str, finds: bool, tmp_path: Path) -> None:
    found = planted.score(planted.turned_field(900), f"question.{baseline}", tmp_path)
    assert found.low > 0.9 if finds else found.low < 0.53
