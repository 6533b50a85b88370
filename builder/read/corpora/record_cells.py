"""The cells of one record, as the columns of a recipe name them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from twokeys.builder.read.corpora.lists import absent, as_list
from twokeys.builder.read.corpora.opening import Record, SourceFile
from twokeys.builder.read.corpora.shards import CORRECT
from twokeys.core.errors import BadInput, correction, short
from twokeys.core.templates import as_text, filled, is_template, names_in

if TYPE_CHECKING:
    from twokeys.builder.recipe import Columns

_MAP = "list it in `columns.values`, or leave such rows out with `columns.where`"


@dataclass(frozen=True)
class Cells:
    """One record of a table.

    Attributes:
        record: Its columns, by name.
        columns: What stands where, what values mean, and how lists are written.
        file: The file, for messages.
        row: The row, for messages.
    """

    record: Record
    columns: Columns
    file: SourceFile
    row: int

    def get(self, text: str) -> Any:
        """The value of a column in the meaning that the recipe gives it; of a template its text, None if it is empty.

        Raises:
            BadInput: When the column is missing, or its value is one that the recipe does not list.
        """
        return self.text(text) if is_template(text) else self.column(text)

    def column(self, name: str) -> Any:
        """The value of a column, whatever its name, in the meaning that the recipe gives it.

        Raises:
            BadInput: When the column is missing, or its value is one that the recipe does not list.
        """
        return self._meant(name, self.raw(name))

    def text(self, text: str, hole: bool = False) -> str | None:
        """The text of a column or a template; None if a column of it is empty, with `hole` if all of them are.

        Raises:
            BadInput: When a column is missing, holds no single value, or one that the recipe does not list.
        """
        if not is_template(text):
            return self._single(text) or None
        cells = {name: self._single(name) for name in names_in(text)}
        empty = [name for name, value in cells.items() if not value]
        if (len(empty) == len(cells) > 0) if hole else empty:
            return None
        return filled(text, cells.__getitem__).strip() or None

    def question(self) -> Any:
        """The question: the value of a column, or the text of templates without those of which all is empty."""
        stated = self.columns.question
        if isinstance(stated, str) and not is_template(stated):
            return self.get(stated)
        texts = [self.text(text, hole=True) for text in ([stated] if isinstance(stated, str) else stated)]
        return "\n".join(filter(None, texts))

    def members(self, name: str) -> list[Any]:
        """A list in the meaning that the recipe gives its members; absent cells are empty lists.

        Raises:
            BadInput: When the column is missing, or its text begins like a list and is none.
        """
        value = self._parted(name, self.raw(name))
        return [self._meant(name, member) for member in as_list(value, name, self.file, self.row)]

    def _parted(self, name: str, value: Any) -> Any:
        """The list that a text stands for, if the recipe says what stands between the members of its column."""
        between = self.columns.separators.get(name)
        if between is None or not isinstance(value, str):
            return value
        return [member.strip() for member in value.split(between)] if value.strip() else []

    def raw(self, name: str) -> Any:
        """The cell as the file holds it; dots go into nested fields, and into members of lists.

        Raises:
            BadInput: When there is no such cell.
        """
        if name in self.record:
            return self.record[name]
        top = next((column for column in self.columns.separators if name.startswith(f"{column}.")), None)
        try:
            if top is not None:
                return _inside(self._parted(top, self.raw(top)), name[len(top) + 1 :].split("."))
            return _inside(self.record, name.split("."))
        except LookupError:
            names = ", ".join(sorted(self.record)[:12])
            remedy = correction(name, self.record, f"{CORRECT}, or the row")
            raise BadInput(self.file.name, self.row, f"there is no field {name!r} beside {names}", "", remedy) from None

    def _single(self, name: str) -> str:
        value = self._meant(name, self.raw(name))
        if isinstance(value, list | dict):
            problem = f"the column {name!r} holds {short(value)}"
            remedy = "name a member of it, such as `turns.0.value`"
            raise BadInput(self.file.name, self.row, problem, "text or a number", remedy)
        return "" if absent(value) else as_text(value)

    def _meant(self, name: str, value: Any) -> Any:
        """What a value means to the recipe; the members of a list one by one."""
        meanings = self.columns.values.get(name)
        if meanings is None or isinstance(value, dict):
            return value
        if isinstance(value, list):
            return [self._meant(name, member) for member in value]
        text = "" if absent(value) else as_text(value)
        if text not in meanings and text.lower() in ("true", "false"):
            text = text.lower()  # as pandas and JSON spell them
        if text in meanings:
            return meanings[text]
        if not text:
            return value
        problem, allowed = f"the column {name!r} holds {short(text)}", " | ".join(list(meanings)[:12])
        raise BadInput(self.file.name, self.row, problem, allowed, _MAP)


def _inside(value: Any, parts: list[str]) -> Any:
    """What lies at the end of a path; nothing if it leads into an empty cell.

    Raises:
        LookupError: When there is nothing.
    """
    for place, part in enumerate(parts):
        if isinstance(value, list) and part == "*":
            return [_inside(member, parts[place + 1 :]) for member in value]
        if isinstance(value, list) and part.isdecimal():
            value = value[int(part)]
        elif isinstance(value, list):
            return [_inside(member, parts[place:]) for member in value]
        elif isinstance(value, dict):
            value = value[part]
        elif value is None:
            return None
        else:
            raise LookupError(part)
    return value


def flat(members: list[Any]) -> list[Any]:
    """All members of a list and of the lists in it.

    Example:
        >>> flat([["yes"], ["yes", ["no"]], "yes"])
        ['yes', 'yes', 'no', 'yes']
    """
    return [each for member in members for each in (flat(member) if isinstance(member, list) else [member])]
