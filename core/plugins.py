"""Plug-ins that recipes and commands can name: one `Registry` for each kind, with built-in and installed objects.

A package adds an object by an entry point `name = "module:object"` in the group of its kind; the object has the same
name in an attribute. An object that cannot be loaded or does not fit is ignored with a warning that names its package.
Two objects with the same name are an error.
"""

from __future__ import annotations

import pkgutil
import sys
import warnings
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from twokeys.core.errors import BadInput, correction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from importlib.metadata import EntryPoint

T = TypeVar("T")
GROUPS = (
    "twokeys.rules",
    "twokeys.corpora",
    "twokeys.baselines",
    "twokeys.generators",
    "twokeys.explainers",
    "twokeys.formats",
)
"""All entry-point groups."""


def packages() -> dict[str, str]:
    """Return installed packages that add plug-ins, with their versions: a build may depend on them."""
    entries = (entry for group in GROUPS for entry in entry_points(group))
    return {entry.dist.name: entry.dist.version for entry in entries if entry.dist}


def entry_points(group: str) -> tuple[EntryPoint, ...]:
    """Entry points of one group. Installed packages are read again only if a folder of `sys.path` has changed."""
    places = tuple((place, _changed(place)) for place in sys.path)
    return _read(metadata.entry_points, group, places)


@lru_cache(maxsize=64)
def _read(reader: Callable[..., Iterable[EntryPoint]], group: str, places: object) -> tuple[EntryPoint, ...]:
    return tuple(reader(group=group))


def _changed(place: str) -> int:
    """When a package was last put into a folder or taken out, in nanoseconds; 0 if there is no such folder."""
    try:
        return Path(place).stat().st_mtime_ns
    except OSError:
        return 0


@dataclass(frozen=True)
class Registry(Generic[T]):
    """All objects of one kind by name. A module is imported only if its object is needed.

    Attributes:
        kind: Name of the kind, such as `rule`.
        group: Entry-point group in which other packages add objects, one of `GROUPS`.
        built_in: Name -> `module:object` of objects that ship with twokeys.
        fits: Function that tests whether an object is of the kind.
        must: Description of an object of the kind; it follows "is no" in messages.
        place: Where users name an object; messages begin with it.
        named_by: The attribute that holds an object's name.
        otherwise: Remedy for a name that is close to no other.
    """

    kind: str
    group: str
    built_in: Mapping[str, str]
    fits: Callable[[Any], bool]
    must: str
    place: str
    named_by: str = "name"
    otherwise: str = "name one of these"

    def all(self) -> dict[str, T]:
        """Return all objects by name: built-in objects, then objects of installed packages in alphabetical order.

        Raises:
            BadInput: When two objects have the same name.
        """
        added = self._added()
        return {name: self._checked(name, pkgutil.resolve_name(self.built_in[name])) for name in self.built_in} | (
            self._loaded(added.values())
        )

    def get(self, name: str) -> T:
        """Return the object with a name.

        Raises:
            BadInput: When no object has the name, or when two have it; the error suggests the closest name.
        """
        added = self._added()
        if name in self.built_in:
            return self._checked(name, pkgutil.resolve_name(self.built_in[name]))
        loaded = self._loaded([added[name]]) if name in added else {}
        if name not in loaded:
            raise self.unknown(name, [*self.built_in, *(other for other in added if other != name)])
        return loaded[name]

    def adds(self, name: str) -> bool:
        """Whether an installed package adds an object with a name; nothing of the package is loaded.

        Raises:
            BadInput: When two objects have the same name.
        """
        return name in self._added()

    def unknown(self, name: str, names: Iterable[str]) -> BadInput:
        """Make the error for a name that is not among `names`."""
        remedy = correction(name, names, self.otherwise)
        return BadInput(self.place, None, f"there is no {self.kind} {name!r}", ", ".join(names), remedy)

    def _added(self) -> dict[str, EntryPoint]:
        """Return the entry points of installed packages, not yet loaded."""
        origins = {name: f"{target} of twokeys" for name, target in self.built_in.items()}
        added: dict[str, EntryPoint] = {}
        for entry in sorted(entry_points(self.group), key=lambda entry: (entry.name, entry.value)):
            other = origins.setdefault(entry.name, _origin(entry))
            if other != _origin(entry):
                problem = f"two have the name {entry.name!r}: {other}, and {_origin(entry)}"
                raise BadInput(self.group, None, problem, "", "uninstall one of the packages, or rename its object")
            added[entry.name] = entry
        return added

    def _loaded(self, entries: Iterable[EntryPoint]) -> dict[str, T]:
        loaded: dict[str, T] = {}
        for entry in entries:
            try:
                loaded[entry.name] = self._checked(entry.name, entry.load())
            except Exception as error:  # noqa: BLE001 - one broken package must not stop the others
                message = f"{self.group}: {entry.name!r} is left out, {_origin(entry)}: {error!r}"
                warnings.warn(message, RuntimeWarning, stacklevel=4)
        return loaded

    def _checked(self, name: str, candidate: Any) -> T:
        if not self.fits(candidate):
            raise TypeError(f"{candidate!r} is no {self.must}")
        if (stated := getattr(candidate, self.named_by, None)) != name:
            raise ValueError(f"{candidate!r} has the name {stated!r}, which must be the name of its entry point")
        checked: T = candidate
        return checked


def _origin(entry: EntryPoint) -> str:
    return f"{entry.value} of package {entry.dist.name if entry.dist else 'unknown'}"
