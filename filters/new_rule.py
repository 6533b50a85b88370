"""A first file for a rule of one's own, beside a test that passes: what `twokeys rules new` writes."""

from __future__ import annotations

import re
import sys
from importlib.resources import files
from keyword import iskeyword
from pathlib import Path
from string import Template
from typing import NamedTuple

from twokeys.filters.errors import BadName, DuplicateRule
from twokeys.filters.registry import rules

NAME = r"[a-z][a-z0-9]*(-[a-z0-9]+)*"


class NewRule(NamedTuple):
    """What was written.

    Attributes:
        rule: File of the rule.
        test: File of its test.
        name: What names the rule in a recipe that is run from the folder above both.
    """

    rule: Path
    test: Path
    name: str


def new_rule(name: str, folder: Path = Path()) -> NewRule:
    """Write a rule that keeps the contract, and its test, to be changed into the rule that is wanted.

    Args:
        name: Id of the rule: lower-case words joined by '-'.
        folder: Where the two files go; made when it is not there.

    Raises:
        BadName: When the name is no id, or its file would hide a module of Python.
        DuplicateRule: When a rule of that id is there already.
        FileExistsError: When one of the files is there; nothing is written then.
    """
    module = _module(name)
    if name in rules():
        raise DuplicateRule(f"found the id {name!r}, which a rule has; allowed: one rule an id; to do: choose another")
    made = NewRule(folder / f"{module}.py", folder / f"test_{module}.py", f"{module}.py:{_class(name)}")
    for path in made[:2]:
        if path.exists():
            raise FileExistsError(f"found {path} there already; allowed: a new file; to do: choose another name")
    folder.mkdir(parents=True, exist_ok=True)
    words = {"id": name, "module": module, "class_name": _class(name)}
    for path, template in zip(made[:2], ("rule.py.txt", "test_rule.py.txt"), strict=True):
        text = files("twokeys.filters").joinpath("templates", template).read_text(encoding="utf-8")
        with path.open("x", encoding="utf-8") as file:
            file.write(Template(text).substitute(words))
    return made


def _module(name: str) -> str:
    if not re.fullmatch(NAME, name):
        close = "-".join(re.findall(r"[a-z0-9]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()))
        hint = f"did you mean {close!r}?" if re.fullmatch(NAME, close) else "choose a name such as 'low-agreement'"
        raise BadName(f"found the name {name!r}; allowed: lower-case words joined by '-'; to do: {hint}")
    module = name.replace("-", "_")
    if iskeyword(module) or module in sys.stdlib_module_names:
        allowed = f"a name whose file hides no module of Python, which {module}.py would"
        raise BadName(f"found the name {name!r}; allowed: {allowed}; to do: add a word, such as '{name}-question'")
    return module


def _class(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("-"))
