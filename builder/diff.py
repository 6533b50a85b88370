"""`twokeys diff`: what changed between two published folders, item by item, and why."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from twokeys.core.columns import REMOVED, TIERS
from twokeys.core.errors import BadInput
from twokeys.core.items import canonical_json
from twokeys.core.notebook import notebook
from twokeys.core.progress import Say, silent, step
from twokeys.data_cards.manifest import Manifest
from twokeys.data_cards.published import PublishedFolder

UNREAD = "is no row of that build"
"""Why an item is missing where neither a config nor the list of removed rows has it."""

Row = dict[str, Any]
Fields = dict[str, tuple[Any, Any]]
"""Name -> value in the first and in the second folder; None where it is absent."""


@dataclass(frozen=True)
class Why:
    """Why one of two builds does not publish an item that the other has.

    Attributes:
        stage: Step that removed it; empty where that build never had the item.
        rule: Rule that removed it, if one did.
        reason: The reason in that build's words.
    """

    stage: str
    rule: str | None
    reason: str


@dataclass(frozen=True)
class ConfigDifference:
    """How the rows of one config differ.

    Attributes:
        before: Rows in the first folder.
        after: Rows in the second folder.
        added: Id of a row that only the second has -> why the first has not; None where the config has no such reasons.
        removed: Id of a row that only the first has -> why the second has not.
        changed: Id of a row that both have -> columns in which they differ, `split` among them.
    """

    before: int
    after: int
    added: dict[str, Why | None]
    removed: dict[str, Why | None]
    changed: dict[str, list[str]]

    @property
    def same(self) -> bool:
        """Whether both folders have the same rows."""
        return not (self.added or self.removed or self.changed)

    @property
    def columns(self) -> dict[str, int]:
        """Column -> rows that differ in it, most frequent first."""
        return dict(Counter(name for names in self.changed.values() for name in names).most_common())


@dataclass(frozen=True)
class Difference:
    """How two published folders differ.

    Attributes:
        first: Claims of the first folder; its ceilings and baselines stand there.
        second: Claims of the second folder.
        configs: Config -> how its rows differ.
        recipe: Fields of the recipe that differ, as dotted paths.
        sources: Official files and revisions that differ.
        packages: Packages whose versions differ, twokeys and python among them.
    """

    first: Manifest
    second: Manifest
    configs: dict[str, ConfigDifference]
    recipe: Fields
    sources: Fields
    packages: Fields

    @property
    def same(self) -> bool:
        """Whether all configs have the same rows; recipes and versions may differ all the same."""
        return all(config.same for config in self.configs.values())

    def to_pandas(self) -> pd.DataFrame:
        """One row for each config: `config`, `first`, `second`, `added`, `removed`, `changed`."""
        counts = [
            (name, one.before, one.after, len(one.added), len(one.removed), len(one.changed))
            for name, one in self.configs.items()
        ]
        return pd.DataFrame(counts, columns=["config", "first", "second", "added", "removed", "changed"])

    def _repr_html_(self) -> str:
        return notebook("the same rows" if self.same else "the rows differ", self)

    def json(self) -> dict[str, Any]:
        """Everything as plain values."""
        return {
            "same": self.same,
            "configs": {name: asdict(found) | {"columns": found.columns} for name, found in self.configs.items()},
            "blindness": {
                "first": {"read": self.first.before.model_dump(), "published": self.first.after.model_dump()},
                "second": {"read": self.second.before.model_dump(), "published": self.second.after.model_dump()},
            },
            "recipe": self.recipe,
            "sources": self.sources,
            "packages": self.packages,
        }


def diff(first: str | Path, second: str | Path, say: Say = silent) -> Difference:
    """Compare two published folders.

    Rows are told apart by id and compared cell by cell, without decoding images: `image_key` stands for them. A
    column that one folder lacks counts as empty there; measurements are compared by four digits, as versions are.
    Memory holds one hash per row, and the rows that differ.

    Args:
        first: The folder before.
        second: The folder after.
        say: Told of each config before it is read.

    Returns:
        How the rows of each config differ. `same` says whether they do not, `to_pandas()` gives a row for each config.

    Raises:
        BadInput: When one of them is no published folder, was edited, or cannot be read.
    """
    folders = PublishedFolder(Path(first)), PublishedFolder(Path(second))
    one, two = (folder.manifest for folder in folders)
    names = sorted({*one.configs, *two.configs})
    configs = {}
    for name in names:
        with step(say, name):
            configs[name] = _rows_differ(folders, name)
    return Difference(
        one, two, configs,
        _differ(_flat(one.recipe), _flat(two.recipe)),
        _differ(_sources(one), _sources(two)),
        _differ(one.packages | {"twokeys": one.twokeys}, two.packages | {"twokeys": two.twokeys}),
    )  # fmt: skip


# --------------------------------------------------------------------------------------------------------- rows


def _rows_differ(folders: tuple[PublishedFolder, PublishedFolder], config: str) -> ConfigDifference:
    first, second = (_hashes(folder, config) for folder in folders)
    both = first.keys() & second.keys()
    changed = {identity for identity in both if first[identity] != second[identity]}
    old, new = (_chosen(folder, config, changed) for folder in folders)
    reasons = config in TIERS
    return ConfigDifference(
        len(first),
        len(second),
        _whys(folders[0], second.keys() - both, reasons),
        _whys(folders[1], first.keys() - both, reasons),
        {identity: _columns(old[identity], new[identity]) for identity in sorted(changed)},
    )


def _whys(folder: PublishedFolder, missing: set[str], reasons: bool) -> dict[str, Why | None]:
    """Why a folder has not these items, from its list of removed rows."""
    if not reasons:
        return dict.fromkeys(sorted(missing))
    listed = _chosen(folder, REMOVED, missing)
    return {
        identity: Why(row["stage"], row.get("rule"), row["reason"])
        if (row := listed.get(identity))
        else Why("", None, UNREAD)
        for identity in sorted(missing)
    }


def _columns(old: Row, new: Row) -> list[str]:
    return sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))


def _hashes(folder: PublishedFolder, config: str) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for row in _rows(folder, config):
        if row["id"] in found:
            raise BadInput(
                folder.path / config, row["id"], "the id comes twice", "", f"run `twokeys verify {folder.path}`"
            )
        found[row["id"]] = hashlib.sha256(canonical_json(row).encode()).digest()[:16]
    return found


def _chosen(folder: PublishedFolder, config: str, wanted: set[str]) -> dict[str, Row]:
    return {row["id"]: row for row in _rows(folder, config) if row["id"] in wanted} if wanted else {}


def _rows(folder: PublishedFolder, config: str) -> Iterator[Row]:
    """Rows of a config without images and empty cells, with their split."""
    for row in folder.stream(config):
        cells = {name: _rounded(value) for name, value in row.items()}
        yield {name: value for name, value in cells.items() if value is not None}


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return None if value != value else round(value, 4)
    return value


# ------------------------------------------------------------------------------------------------------- claims


def _sources(manifest: Manifest) -> dict[str, Any]:
    return {
        f"{source.name}.{name}": value
        for source in (*manifest.sources, *manifest.pools)
        for name, value in {"revision": source.revision, **source.files}.items()
    }


def _differ(first: Mapping[str, Any], second: Mapping[str, Any]) -> Fields:
    names = sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))
    return {name: (first.get(name), second.get(name)) for name in names}


def _flat(value: Any, path: str = "") -> dict[str, Any]:
    """Leaves by dotted path; members of a list go by their name or rule, so that one more does not shift the rest."""
    if isinstance(value, dict) and value:
        inside = {f"{path}.{name}" if path else str(name): member for name, member in value.items()}
    elif isinstance(value, list) and value and all(isinstance(member, dict) for member in value):
        inside, seen = {}, Counter[str]()
        for number, member in enumerate(value):
            name = str(member.get("rule") or member.get("generator") or member.get("name") or number)
            seen[name] += 1
            inside[f"{path}[{name}]" if seen[name] == 1 else f"{path}[{name} ({seen[name]})]"] = member
    else:
        return {path: value}
    return {leaf: found for place, member in inside.items() for leaf, found in _flat(member, place).items()}
