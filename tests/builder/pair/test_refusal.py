"""Kinds that are refused take what was made from them along, however far."""

from __future__ import annotations

import pandas as pd

from twokeys.builder.pair.artefacts.artefacts import Accuracy, Artefacts, Verdict
from twokeys.builder.pair.artefacts.refusal import refused_edits


def kind(name: str, verdict: Verdict) -> Artefacts:
    told = Accuracy("pixels", 0.93, 0.9, 0.95, 1e-9, 1.0, 0.05)
    return Artefacts(name, 200, 200, (told,), 0.4, 0.05, verdict)


def test_edits_of_refused_kinds_leave_and_so_does_what_was_made_of_them() -> None:
    rows = [
        ("a", None, None),
        ("a/paste", "a", "paste"),
        ("a/paste/ask", "a/paste", "ask"),
        ("a/paste/ask/ask", "a/paste/ask", "ask"),
        ("a/ask", "a", "ask"),
        ("a/mirror", "a", "mirror"),
    ]
    items = pd.DataFrame(rows, columns=["id", "edit_of", "edit_kind"])
    gone = refused_edits(items, [kind("paste", "refused"), kind("ask", "clean"), kind("mirror", "balanced")])
    assert list(gone) == ["a/paste", "a/paste/ask", "a/paste/ask/ask"]
    assert gone["a/paste"].startswith("edits of the kind paste can be told from originals (pixels is right on 93.0 %")
    assert gone["a/paste/ask/ask"] == "the edit that it was made from is refused"


def test_where_no_kind_is_refused_nothing_leaves() -> None:
    items = pd.DataFrame([("a", None, None), ("a/ask", "a", "ask")], columns=["id", "edit_of", "edit_kind"])
    assert refused_edits(items, [kind("ask", "undecided")]) == {}
