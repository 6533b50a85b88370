"""Users' rules in a build: their code runs in separate processes, so that none can end the build or keep it waiting.

A rule of a file or of an installed package describes itself in one process and decides in another. Each process answers
in JSON, which is checked like any input from outside.
"""

from __future__ import annotations

import math
import os
import pickle  # written here and read by the process that is started here; what comes back is JSON
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, ValidationError

from twokeys.core.errors import BadInput
from twokeys.filters.asking import Asked, facts, faulty
from twokeys.filters.child import ENDED, ending
from twokeys.filters.contract.trial import complaints
from twokeys.filters.rule_file import RuleCode, path_of, read_code

if TYPE_CHECKING:
    import pandas as pd

    from twokeys.filters.rule import Drops, Rule

SECONDS = 1800.0
"""How long a user's rule may take to be loaded, and to decide."""
VARIABLE = "TWOKEYS_RULE_SECONDS"
LARGEST = 2**31
"""Bytes of an answer that are read at most."""


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Description(_Strict):
    """What a rule says of itself: see `twokeys.filters.rule.Rule`.

    Attributes:
        id: Its id.
        version: Its version.
        summary: Why an item is dropped.
        bias: What it addresses.
        citation: Where it was published.
        parameters: Its fields.
        reads: The columns that it reads.
        modules: File -> SHA-256 of every module that its file imports from beside it, relative to its folder.
        scope: Whether a decision depends on other rows.
        uses_gold: Whether it depends on the label.
        cost: What it costs.
        text: The rule with its parameters.
        doc: Its docstring.
    """

    id: str
    version: int
    summary: str
    bias: str
    citation: str
    parameters: dict[str, Any]
    reads: list[str]
    modules: dict[str, str]
    scope: str
    uses_gold: bool
    cost: str
    text: str
    doc: str


class Answer(_Strict):
    """What the process of a rule gives back.

    Attributes:
        warnings: Warnings for the user of the build.
        bad: The fields of a `BadInput`.
        rule: What the rule says of itself.
        drops: What it decides.
    """

    warnings: list[str] = []
    bad: tuple[str, str | int | None, str, str, str] | None = None
    rule: Description | None = None
    drops: dict[str, str] | None = None


@dataclass(frozen=True)
class RuleApart:
    """A user's rule, which decides in a separate process.

    Attributes:
        located: Id of the rule, or `path/to/file.py:ClassName`.
        given: Its parameters, as a recipe states them.
        said: What it says of itself.
        code: The code of its file; None for a rule of an installed package.
    """

    located: str
    given: Mapping[str, Any]
    said: Description
    code: RuleCode | None

    id = property(lambda self: self.said.id)
    version = property(lambda self: self.said.version)
    summary = property(lambda self: self.said.summary)
    bias = property(lambda self: self.said.bias)
    citation = property(lambda self: self.said.citation)

    def reads(self) -> tuple[str, ...]:
        """The columns that it reads besides `id`."""
        return tuple(self.said.reads)

    def decided(self, name: str, table: pd.DataFrame, rows: Sequence[str]) -> Drops:
        """What the rule decides of a table.

        Args:
            name: How the user names the rule.
            table: What it reads.
            rows: For each row of the table, the row of the source.

        Raises:
            BadInput: When it raises, ends its process, takes too long, or answers something else than which of these
                items it drops and why.
        """
        code = None if self.code is None else (self.code.text, self.code.modules.read)
        drops = _answer(Asked(self.located, self.given, name, code, table, rows)).drops
        if drops is None:
            raise faulty(name, None, "its process gives back no decision")
        for problem in complaints(drops, table):
            raise faulty(name, None, problem)
        return drops


def description(rule: Rule | RuleApart) -> Description:
    """What a rule says of itself."""
    return rule.said if isinstance(rule, RuleApart) else Description(**facts(rule), modules={})


_DESCRIBED: dict[tuple[str, str], RuleApart] = {}
"""Rules that were described, by place and parameters: one is described once, and again if its code changes."""


def rule_apart(name: str, parameters: Mapping[str, Any]) -> RuleApart:
    """Have a user's rule describe itself.

    Args:
        name: Id of the rule of a package, or `path/to/file.py:ClassName`.
        parameters: Its parameters, as a recipe states them.

    Raises:
        BadInput: As `twokeys.filters.make`; also when it ends its process, or takes too long.
    """
    path = path_of(name)
    located = name if path is None else f"{path}:{name.rpartition(':')[2]}"
    key = (located, repr(sorted(parameters.items())))
    made = _DESCRIBED.get(key)
    if made is None or not (made.code is None or made.code.unchanged):
        made = _DESCRIBED[key] = _described(name, located, None if path is None else read_code(path), parameters)
    return made


def _described(name: str, located: str, code: RuleCode | None, parameters: Mapping[str, Any]) -> RuleApart:
    asked = Asked(located, dict(parameters), name, None if code is None else (code.text, {}))
    said = _answer(asked).rule
    if said is None:
        raise faulty(name, None, "its process gives back no description")
    if code is not None:
        for module, expected in said.modules.items():
            file = code.path.parent / module
            data = file.read_bytes() if file.is_file() and ".." not in file.parts else b""
            if sha256(data).hexdigest() != expected:
                raise BadInput(f"rule {name}", None, "its file was written while it was read", "", "build again")
            code.modules.read[file] = data
    return RuleApart(located, asked.parameters, said, code)


def _answer(asked: Asked) -> Answer:
    """Ask a rule in a process of its own.

    Raises:
        BadInput: When that process says so, ends in another way than by answering, or takes too long.
    """
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as answer:
        pickle.dump(asked, given, protocol=5)
        given.seek(0)
        seconds = _seconds()
        words = [str(os.getpid()), str(answer.fileno()), str(seconds)]
        how = ending("twokeys.filters.rule_process", words, seconds, given, [answer.fileno()])
        size = os.fstat(answer.fileno()).st_size
        if how or not size:
            longer = f"; if it needs longer, set {VARIABLE}" if "within" in how else ""
            raise faulty(asked.name, None, how or ENDED, longer)
        if size > LARGEST:
            raise faulty(asked.name, None, f"its process gives back more than {LARGEST:,} bytes")
        answer.seek(0)
        text = answer.read(size)
    try:
        found = Answer.model_validate_json(text)
    except ValidationError as error:
        raise faulty(asked.name, None, "what its process gives back is no answer") from error
    for warning in found.warnings:
        warnings.warn(warning, RuntimeWarning, stacklevel=5)
    if found.bad is not None:
        raise BadInput(*found.bad)
    return found


def _seconds() -> float:
    given = os.environ.get(VARIABLE, str(SECONDS))
    try:
        seconds = float(given)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise BadInput(VARIABLE, None, f"{given!r} is no time", "a number of seconds, such as 1800", "correct it")
    return seconds
