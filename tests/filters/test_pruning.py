"""Known answers of the pruning loop, with scores given by hand."""

from __future__ import annotations

from twokeys.filters.pruning import prune

NAN = float("nan")


def test_removes_from_the_top_and_breaks_ties_by_id() -> None:
    scores = {"d": 0.9, "c": 0.5, "b": 0.9, "a": 0.1}
    pruning = prune(dict.fromkeys(scores, "t"), lambda ids: [scores[i] for i in ids], budget=3, batch=2, floor=0)
    assert [(removal.id, removal.score, removal.round) for removal in pruning.removed] == [
        ("b", 0.9, 1),
        ("d", 0.9, 1),
        ("c", 0.5, 2),
    ]
    assert pruning.stop == "budget"


def test_differences_beyond_twelve_digits_are_ties() -> None:
    scores = {"a": 0.5, "b": 0.5 + 1e-14}
    pruning = prune(dict.fromkeys(scores, "t"), lambda ids: [scores[i] for i in ids], budget=1, batch=1, floor=0)
    assert [removal.id for removal in pruning.removed] == ["a"]


def test_scores_again_after_each_batch_and_only_what_changed() -> None:
    asked: list[list[str]] = []

    def score(ids: list[str]) -> list[float]:
        asked.append(ids)
        return [{"a": 0.9, "b": 0.2, "x": 0.1}[item] for item in ids]

    prune({"a": "t", "b": "t", "x": "u"}, score, budget=2, batch=1, floor=0)
    assert sorted(asked[:2]) == [["a", "b"], ["x"]]
    assert asked[2:] == [["b"]]


def test_stops_early_when_no_score_is_above_tau() -> None:
    scores = {"a": 0.9, "b": 0.6, "c": 0.6}
    pruning = prune(
        dict.fromkeys(scores, "t"), lambda ids: [scores[i] for i in ids], budget=3, batch=1, floor=0, tau=0.6
    )
    assert ([removal.id for removal in pruning.removed], pruning.stop) == (["a"], "early_stop")


def test_floor_holds_a_type_back_and_the_walk_goes_on() -> None:
    scores = {"a": 0.9, "b": 0.8, "x": 0.2, "y": 0.1, "z": 0.0}
    types = {item: "t" if item in "ab" else "u" for item in scores}
    pruning = prune(types, lambda ids: [scores[i] for i in ids], budget=5, batch=5, floor=1)
    assert [removal.id for removal in pruning.removed] == ["a", "x", "y"]
    assert pruning.stop == "no_candidates"


def test_what_cannot_be_scored_is_never_removed() -> None:
    pruning = prune({"a": "t", "b": "t"}, lambda ids: [NAN] * len(ids), budget=2, batch=1, floor=0, tau=0.5)
    assert (pruning.removed, pruning.stop) == ((), "no_candidates")
