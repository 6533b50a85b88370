from __future__ import annotations

import pytest

from twokeys.data_cards.manifest import FILE, Manifest


def test_what_is_written_is_read_back(manifest, tmp_path):
    (tmp_path / FILE).write_text(manifest.text(), encoding="utf-8")
    assert manifest == Manifest.load(tmp_path)


@pytest.mark.parametrize("change", [("easy-VQA", "hard-VQA"), ('"max_share"', ' "max_share"'), ("50225", "50226")])
def test_an_edited_manifest_is_refused(manifest, tmp_path, change):
    text = manifest.text()
    assert change[0] in text
    (tmp_path / FILE).write_text(text.replace(*change), encoding="utf-8")
    with pytest.raises(ValueError, match="was edited"):
        Manifest.load(tmp_path)


def test_counts_are_sums_over_sources_and_splits(manifest):
    assert (manifest.rows_read, manifest.set_aside, manifest.kept) == (50_227, 2, 20_804)


def test_gap_is_the_distance_to_the_bound(manifest, nothing_kept):
    assert [part.gap for part in manifest.balance] == [0, 11 / 4_391, 0]
    assert [part.gap for part in nothing_kept.balance] == [0, 0, 0]


def test_the_best_baseline_is_the_one_with_the_highest_accuracy(manifest):
    assert manifest.before.best().baseline == "question.tfidf"
    assert manifest.before.best(view="image").baseline == "image.probe"
    assert manifest.after.best("split=test").baseline == "question.prior"
    assert manifest.after.best(view="choices") is None


def test_a_stratum_that_was_not_counted_is_named(manifest):
    with pytest.raises(KeyError, match="'image' on 'split=val'; counted on: all, split=dev"):
        manifest.before.ceiling("image", "split=val")


def test_all_comes_first_among_the_strata(manifest):
    assert manifest.after.strata == ["all", "split=dev", "split=test", "split=train"]
