"""Rules in a `.py` file of the user, which is run like any module."""

from __future__ import annotations

import importlib.util
import inspect
import sys
import traceback
import warnings
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from twokeys.core.errors import BadInput
from twokeys.filters.rule import Rule

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType
    from typing import TypeGuard


def is_rule(member: Any) -> TypeGuard[type[Rule]]:
    """Return whether `member` is a subclass of `Rule` that implements all its methods."""
    return inspect.isclass(member) and issubclass(member, Rule) and not inspect.isabstract(member)


def load_rule(path: Path, class_name: str) -> type[Rule]:
    """Return the rule class `class_name` of a Python file.

    Raises:
        BadInput: If there is no such file, it cannot be run, or it does not define the rule.
    """
    if not path.is_file():
        raise BadInput(path, None, "there is no such file", "FILE.py:CLASS", "correct the path")
    module = _module(path)
    rule = getattr(module, class_name, None)
    if is_rule(rule):
        return rule
    names = ", ".join(name for name, member in vars(module).items() if is_rule(member))
    problem = f"there is no rule {class_name!r} in it"
    raise BadInput(path, None, problem, names, "name a subclass of Rule that it defines")


def _module(path: Path) -> ModuleType:
    # The name depends on the content: loading the file again gives the same classes, so that equal rules are equal
    # and can be pickled.
    name = f"{path.stem}_{sha256(str(path).encode() + path.read_bytes()).hexdigest()[:12]}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None, "a path that ends in .py has a loader"
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        warnings.warn(
            f"the rule file {path} is code, and is run with all that you may do", RuntimeWarning, stacklevel=4
        )
        sys.modules[name] = module  # dataclasses look up their module while it is being run
        try:
            spec.loader.exec_module(module)
        except BaseException as error:
            del sys.modules[name]
            if not isinstance(error, Exception | SystemExit):
                raise
            line = getattr(error, "lineno", None) if isinstance(error, SyntaxError) else _line(error, path)
            problem = f"the file cannot be run ({type(error).__name__}: {getattr(error, 'msg', None) or error})"
            raise BadInput(path, line, problem, "", "correct the file") from error
    return sys.modules[name]


def _line(error: BaseException, path: Path) -> int | None:
    """Return the last line of the file in the traceback of an error."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return lines[-1] if lines else None
