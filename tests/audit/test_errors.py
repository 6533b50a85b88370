"""A bad input says where, what, what is allowed and what to do, also after it has crossed a process border."""

from __future__ import annotations

import pickle

import pytest

from twokeys.builder.read.stage import BadRows
from twokeys.core.errors import BadInput, MissingPackage

PROBLEM = {"file": "a.json", "row": 7, "found": "an empty question", "allowed": "text", "remedy": "fill it in"}


def test_the_message_names_file_row_found_allowed_and_remedy() -> None:
    assert str(BadInput(**PROBLEM)) == "a.json, row 7: found an empty question; allowed: text; to do: fill it in"


def test_a_bad_file_as_a_whole_names_no_row() -> None:
    assert str(BadInput("a.json", None, "nothing", "JSON", "mend it")).startswith("a.json: found nothing;")


def test_a_missing_package_names_feature_package_and_command() -> None:
    error = MissingPackage("engine ray", "ray", "pip install ray")
    assert isinstance(error, BadInput)
    assert str(error) == (
        "engine ray: found no package 'ray'; allowed: the package installed; to do: run: pip install ray"
    )


@pytest.mark.parametrize(
    "error",
    [
        BadInput(**PROBLEM),
        MissingPackage("engine ray", "ray", "pip install ray"),
        BadRows([PROBLEM, PROBLEM | {"row": None}]),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_pickle_whole(error: BadInput) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert vars(again) == vars(error)
    assert str(again) == str(error)


def test_bad_rows_lists_ten_and_counts_the_rest() -> None:
    message = str(BadRows([PROBLEM | {"row": row} for row in range(12)]))
    assert "12 bad rows" in message
    assert "row 9:" in message
    assert "row 10:" not in message
    assert "and 2 more" in message
