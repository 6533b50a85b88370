"""The files that `twokeys rules new` writes: a first version of a new rule, and a test that passes."""

from __future__ import annotations

import re
import sys
from importlib.resources import files
from keyword import iskeyword
from pathlib import Path
from string import Template
from typing import NamedTuple

from twokeys.core.errors import BadInput
from twokeys.filters.registry import rules

NAME = r"[a-z][a-z0-9]*(-[a-z0-9]+)*"
PLACE = "rules new"


class NewRule(NamedTuple):
    """The written files.

    Attributes:
        rule: File of the rule.
        test: File of its test.
        name: Name of the rule in a recipe that is run from the folder above both files.
    """

    rule: Path
    test: Path
    name: str


def new_rule(name: str, folder: Path = Path()) -> NewRule:
    """Write a rule that keeps the contract, and its test; the author changes it into the rule that they want.

    Args:
        name: Id of the rule: lower-case words joined by '-'.
        folder: Folder of the two files; it is created if it is missing.

    Raises:
        BadInput: If the name is no id, its file would hide a module of Python, a rule has that id, or one of the files
            exists already; then nothing is written.
    """
    module = _module(name)
    if name in rules():
        raise BadInput(PLACE, None, f"a rule has the id {name!r} already", "", "choose another name")
    made = NewRule(folder / f"{module}.py", folder / f"test_{module}.py", f"{module}.py:{_class(name)}")
    for path in made[:2]:
        if path.exists():
            problem = "the file is there already"
            raise BadInput(path, None, problem, "", "choose another name, or another folder with --folder")
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
        right = re.fullmatch(NAME, close)
        remedy = f"correct the name: did you mean {close!r}?" if right else "choose a name such as 'low-agreement'"
        raise BadInput(PLACE, None, f"{name!r} is no id of a rule", "lower-case words joined by '-'", remedy)
    module = name.replace("-", "_")
    if iskeyword(module) or module in sys.stdlib_module_names:
        problem = f"{module}.py, the file of the rule {name!r}, would hide a module of Python"
        raise BadInput(PLACE, None, problem, "", f"add a word to the name, such as '{name}-question'")
    return module


def _class(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("-"))
