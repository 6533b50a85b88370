"""One registry for all kinds: what ships is imported late, what packages add is checked, and names are unique."""

from __future__ import annotations

import sys
import warnings
from importlib import metadata
from importlib.metadata import EntryPoint
from typing import Any

import pytest

from twokeys.audit.explainers.registry import EXPLAINERS
from twokeys.builder.measure.baselines import FAMILIES
from twokeys.builder.pair.generators.registry import GENERATORS
from twokeys.builder.read.corpora import READERS
from twokeys.core.errors import BadInput
from twokeys.core.plugins import GROUPS, Registry, packages
from twokeys.exports.format import FORMATS
from twokeys.filters.registry import RULES

ALL: tuple[Registry[Any], ...] = (RULES, READERS, FAMILIES, GENERATORS, EXPLAINERS, FORMATS)
HERE = __name__


class Red:
    name = "red"


class Blue:
    name = "blue"


class Nameless:
    pass


def is_colour(candidate: Any) -> bool:
    return isinstance(candidate, type) and candidate.__module__ == HERE


COLOURS: Registry[type] = Registry(
    "colour", "twokeys.colours", {"red": f"{HERE}:Red"}, is_colour, "colour", "--colour", otherwise="name red"
)


@pytest.fixture
def entries(monkeypatch: pytest.MonkeyPatch) -> list[EntryPoint]:
    """Entry points of the group, which a test may fill."""
    installed: list[EntryPoint] = []
    monkeypatch.setattr(metadata, "entry_points", lambda group: installed if group == COLOURS.group else [])
    return installed


def adds(name: str, target: str) -> EntryPoint:
    return EntryPoint(name, f"{HERE}:{target}", COLOURS.group)


def test_what_ships_comes_first_and_what_packages_add_after_it(entries: list[EntryPoint]) -> None:
    entries.append(adds("blue", "Blue"))
    assert list(COLOURS.all().items()) == [("red", Red), ("blue", Blue)]
    assert (COLOURS.get("red"), COLOURS.get("blue")) == (Red, Blue)


def test_a_name_is_resolved_without_importing_the_others(entries: list[EntryPoint]) -> None:
    registry: Registry[type] = Registry(
        "colour",
        COLOURS.group,
        {"red": f"{HERE}:Red", "green": "no_such_module:Green"},
        is_colour,
        "colour",
        "--colour",
    )
    entries.append(EntryPoint("blue", "no_such_package:Blue", COLOURS.group))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert registry.get("red") is Red
    assert "no_such_module" not in sys.modules


def test_an_unknown_name_is_answered_with_the_closest_or_with_what_to_do(entries: list[EntryPoint]) -> None:
    entries.append(adds("blue", "Blue"))
    with pytest.raises(BadInput, match=r"--colour: there is no colour 'bleu'\. Allowed: red, blue\. .*mean 'blue'\?"):
        COLOURS.get("bleu")
    with pytest.raises(BadInput, match=r"Allowed: red, blue\. Name red\."):
        COLOURS.get("xyz")


@pytest.mark.parametrize(
    ("name", "target", "reason"),
    [
        ("green", "Green", "AttributeError"),
        ("green", "metadata", "is no colour"),
        ("green", "Blue", "has the name 'blue', which must be the name of its entry point"),
        ("green", "Nameless", "has the name None"),
    ],
)
def test_what_does_not_load_or_fit_is_left_out_with_a_warning(
    entries: list[EntryPoint], name: str, target: str, reason: str
) -> None:
    entries += [adds("blue", "Blue"), adds(name, target)]
    with pytest.warns(RuntimeWarning, match=f"twokeys.colours: '{name}' is left out, .*{target} of package .*{reason}"):
        assert list(COLOURS.all()) == ["red", "blue"]
    with pytest.warns(RuntimeWarning, match=reason), pytest.raises(BadInput, match=r"Allowed: red, blue\."):
        COLOURS.get(name)


@pytest.mark.parametrize("names", [("red",), ("blue", "blue")], ids=str)
def test_two_of_one_name_are_an_error_that_names_both(entries: list[EntryPoint], names: tuple[str, ...]) -> None:
    entries += [adds(name, target) for name, target in zip(names, ("Blue", "Red"), strict=False)]
    with pytest.raises(BadInput, match=rf"two have the name '{names[0]}': .*{HERE}:.*, and {HERE}:.*\. Uninstall"):
        COLOURS.all()
    with pytest.raises(BadInput, match="two have the name"):
        COLOURS.get("red")


def test_a_package_that_stands_on_the_path_twice_is_one(entries: list[EntryPoint]) -> None:
    entries += [adds("blue", "Blue"), adds("blue", "Blue")]
    assert list(COLOURS.all()) == ["red", "blue"]


@pytest.mark.parametrize("registry", ALL, ids=lambda registry: registry.kind)
def test_every_kind_ships_what_it_says_under_the_name_that_it_says(registry: Registry[Any]) -> None:
    assert registry.group in GROUPS
    assert list(registry.all())[: len(registry.built_in)] == list(registry.built_in)
    for name in registry.built_in:
        assert getattr(registry.get(name), registry.named_by) == name
    with pytest.raises(BadInput, match=f"there is no {registry.kind} 'nothing-of-this-name'"):
        registry.get("nothing-of-this-name")


def test_every_group_has_one_registry() -> None:
    assert sorted(registry.group for registry in ALL) == sorted(GROUPS)


def test_packages_that_add_something_are_listed_with_their_versions() -> None:
    assert all(isinstance(version, str) for version in packages().values())
