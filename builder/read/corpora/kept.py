"""Which rows of a table a recipe reads: those with the values that it names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from twokeys.builder.read.corpora.lists import absent
from twokeys.core.errors import BadInput, correction
from twokeys.core.templates import as_text

if TYPE_CHECKING:
    from twokeys.builder.read.corpora.record_cells import Cells
    from twokeys.builder.recipe import Columns

_SHOWN = 12


@dataclass
class Kept:
    """Row filters, and what they met.

    Attributes:
        where: Column -> the values that are wanted.
        filled: Columns that must not be empty.
        rows: Rows that were looked at.
        kept: Rows that passed.
        met: Column -> some of the values that no filter names.
    """

    where: dict[str, list[str]]
    filled: list[str]
    rows: int = 0
    kept: int = 0
    met: dict[str, dict[str, None]] = field(default_factory=dict)

    @classmethod
    def of(cls, columns: Columns, second: bool = False) -> Kept:
        """The filters of a recipe that look at the table itself, or with `second` at the files joined to it."""

        def looks_there(name: str) -> bool:
            return (name.partition(".")[0] in columns.joined) == second

        where = {name: wanted for name, wanted in columns.where.items() if looks_there(name)}
        return cls(where, [name for name in columns.filled if looks_there(name)])

    def passes(self, cells: Cells) -> bool:
        """Whether a row has a wanted value in every column of `where`, and a value in every column of `filled`.

        Raises:
            BadInput: When the row lacks a column.
        """
        self.rows += 1
        for name, wanted in self.where.items():
            value = cells.raw(name)
            members = (value or [None]) if isinstance(value, list) else [value]
            held = ["" if absent(each) else as_text(each) for each in members]
            # Truth values are spelt `True` by pandas and `true` by JSON and in recipes.
            if not any(each in wanted or (each in ("True", "False") and each.lower() in wanted) for each in held):
                met = self.met.setdefault(name, {})
                met.update(dict.fromkeys(held[: _SHOWN - len(met)]))
                return False
        if any(_empty(cells.raw(name)) for name in self.filled):
            return False
        self.kept += 1
        return True

    def check(self, where: object) -> None:
        """Refuse filters that nothing passed: a value is misspelt, or stands in another column.

        Raises:
            BadInput: When there were rows, and none passed.
        """
        if self.kept or not self.rows:
            return
        for name, met in self.met.items():
            wanted = self.where[name]
            problem = f"no row has {' or '.join(map(repr, wanted))} in the column {name!r}"
            remedy = correction(wanted[0] if wanted else "", met, "correct the value, or the column")
            raise BadInput(where, f"columns.where.{name}", problem, f"values such as {', '.join(met)}", remedy)
        problem = f"in every row a column of {', '.join(self.filled)} is empty"
        raise BadInput(where, "columns.filled", problem, "", "correct the columns")


def _empty(value: Any) -> bool:
    """Whether a cell holds nothing; of an image that lies in the table, whether it has neither bytes nor a path."""
    if isinstance(value, dict):
        return all(_empty(inner) for inner in value.values())
    return not value if isinstance(value, list | bytes) else absent(value) or as_text(value) == ""
