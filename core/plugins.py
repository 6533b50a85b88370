"""What installed packages add: an entry point in one of the groups `twokeys.rules`, `twokeys.corpora`, ...

The same for all kinds: an entry point `name = "module:object"`, where the object says the same name of itself. What
cannot be loaded or does not fit is left out with a warning that names its package; two of one name are an error.
"""

from __future__ import annotations

import warnings
from importlib import metadata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


GROUPS = ("twokeys.rules", "twokeys.corpora", "twokeys.baselines", "twokeys.generators", "twokeys.explainers")
"""All entry-point groups."""


def packages() -> dict[str, str]:
    """Return installed packages that add anything, with their versions: what a build may depend on beside twokeys."""
    entries = (entry for group in GROUPS for entry in metadata.entry_points(group=group))
    return {entry.dist.name: entry.dist.version for entry in entries if entry.dist}


def plugins(
    group: str,
    built_in: Mapping[str, str],
    fits: Callable[[Any], str],
    clash: Callable[[str, str, str], Exception],
) -> dict[str, Any]:
    """Load what installed packages add to one group, by name.

    Args:
        group: Entry-point group, such as `twokeys.rules`.
        built_in: Names that are taken, and where they are.
        fits: Returns the name that an object gives itself; raises TypeError when it is not of the kind.
        clash: Makes the error for two of one name, of what was found, what is allowed and what to do.

    Returns:
        Name -> object, in alphabetical order.

    Raises:
        Exception: What `clash` makes, when two have one name.
    """
    origins = {name: f"{target} of twokeys" for name, target in built_in.items()}
    found: dict[str, Any] = {}
    for entry in sorted(metadata.entry_points(group=group), key=lambda entry: (entry.name, entry.value)):
        origin = f"{entry.value} of package {entry.dist.name if entry.dist else 'unknown'}"
        other = origins.setdefault(entry.name, origin)
        if other != origin:
            remedy = "uninstall one of the packages, or ask for another name"
            raise clash(f"two of the name {entry.name!r}: {other}, and {origin}", "one a name", remedy)
        try:
            loaded = entry.load()
            name = fits(loaded)
            if name != entry.name:
                raise ValueError(f"{entry.value} has the name {name!r}, which must be the name of its entry point")
        except Exception as error:  # noqa: BLE001 - one broken package must not stop the others
            warnings.warn(f"{group}: {entry.name!r} is left out, {origin}: {error!r}", RuntimeWarning, stacklevel=3)
        else:
            found[entry.name] = loaded
    return found
