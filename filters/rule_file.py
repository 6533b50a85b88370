"""Rules in a `.py` file of the user, which is run like any module."""

from __future__ import annotations

import inspect
import sys
import traceback
import warnings
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from twokeys.core.errors import BadInput
from twokeys.filters.rule import Rule
from twokeys.filters.rule_modules import RuleModules

if TYPE_CHECKING:
    from typing import TypeGuard


def is_rule(member: Any) -> TypeGuard[type[Rule]]:
    """Return whether `member` is a subclass of `Rule` that implements all its methods."""
    return inspect.isclass(member) and issubclass(member, Rule) and not inspect.isabstract(member)


def load_rule(path: Path, class_name: str) -> type[Rule]:
    """Return the rule class `class_name` of a Python file.

    Raises:
        BadInput: If there is no such file, it cannot be run, or it does not define the rule.
    """
    module = rule_file(path).module
    found = getattr(module, class_name, None)
    if is_rule(found):
        return found
    names = ", ".join(name for name, member in vars(module).items() if is_rule(member))
    problem = f"there is no rule {class_name!r} in it"
    raise BadInput(path, None, problem, names, "name a subclass of Rule that it defines")


@dataclass(frozen=True)
class RuleFile:
    """A rule file that was run.

    Attributes:
        path: The file.
        text: What was run.
        module: The module that it became.
        modules: The modules that it imports from beside it.
    """

    path: Path
    text: bytes
    module: ModuleType
    modules: RuleModules

    @property
    def code(self) -> list[str]:
        """All code of the file's rules: its text, and the hashes of the modules that it imports from beside it."""
        return [self.text.decode("utf-8", "backslashreplace"), *self.modules.hashes]

    @property
    def unchanged(self) -> bool:
        """Whether running the file again would run the same."""
        return self.path.is_file() and self.path.read_bytes() == self.text and self.modules.unchanged


_RUN: dict[Path, RuleFile] = {}
"""Rule files that were run. One is run once, so equal rules are equal and can be pickled, and again if it changes."""


def rule_file(path: Path) -> RuleFile:
    """Run a rule file.

    Raises:
        BadInput: When there is no such file, or it cannot be run.
    """
    if not path.is_file():
        raise BadInput(path, None, "there is no such file", "FILE.py:CLASS", "correct the path")
    if path not in _RUN or not _RUN[path].unchanged:
        _RUN[path] = _run(path)
    return _RUN[path]


def rule_file_of(name: str) -> RuleFile | None:
    """The rule file that is named in the name of a rule, run before or now; None for the id of a rule."""
    path, _, _ = name.rpartition(":")
    return rule_file(Path(path).expanduser().resolve()) if path.endswith(".py") else None


def _run(path: Path) -> RuleFile:
    text, modules = path.read_bytes(), RuleModules(path.parent)
    name = f"{path.stem}_{sha256(str(path).encode() + text).hexdigest()[:12]}"
    module = ModuleType(name)
    module.__file__ = str(path)
    warnings.warn(f"the rule file {path} is code, and is run with all that you may do", RuntimeWarning, stacklevel=3)
    sys.modules[name] = module  # dataclasses look their own module up while it is being run
    try:
        with modules.found(loading=True):
            exec(compile(text, str(path), "exec", dont_inherit=True), vars(module))  # noqa: S102 - named by the user
    except BaseException as error:
        del sys.modules[name]
        if isinstance(error, KeyboardInterrupt):
            raise
        raise _unrunnable(error, path) from error
    return RuleFile(path, text, module, modules)


def _unrunnable(error: BaseException, path: Path) -> BadInput:
    """What to say of a rule file that ends with an error; the error may be of a module beside it."""
    place: Path = path
    if isinstance(error, SyntaxError) and error.filename is not None:
        place, line = Path(error.filename), error.lineno
    else:
        line = line_of(error, path)
    problem = f"the file cannot be run ({type(error).__name__}: {getattr(error, 'msg', None) or error})"
    return BadInput(place, line, problem, "", "correct the file")


def line_of(error: BaseException, path: Path) -> int | None:
    """The last line of a file at which an error passed."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return lines[-1] if lines else None
