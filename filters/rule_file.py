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
    return rule_in(rule_file(path), class_name)


def rule_in(file: RuleFile, class_name: str) -> type[Rule]:
    """Return the rule class `class_name` of a file that was run.

    Raises:
        BadInput: If it does not define the rule.
    """
    found = getattr(file.module, class_name, None)
    if is_rule(found):
        return found
    names = ", ".join(name for name, member in vars(file.module).items() if is_rule(member))
    problem = f"there is no rule {class_name!r} in it"
    raise BadInput(file.path, None, problem, names, "name a subclass of Rule that it defines")


@dataclass(frozen=True)
class RuleCode:
    """The code of a rule file.

    Attributes:
        path: The file.
        text: What is run.
        modules: The modules that it imports from beside it.
    """

    path: Path
    text: bytes
    modules: RuleModules

    @property
    def code(self) -> list[str]:
        """All code of the file's rules: its text, and the hashes of the modules that it imports from beside it."""
        return [self.text.decode("utf-8", "backslashreplace"), *self.modules.hashes]

    @property
    def unchanged(self) -> bool:
        """Whether running the file again would run the same."""
        return self.path.is_file() and self.path.read_bytes() == self.text and self.modules.unchanged


@dataclass(frozen=True)
class RuleFile(RuleCode):
    """A rule file that was run.

    Attributes:
        module: The module that it became.
    """

    module: ModuleType


_RUN: dict[Path, RuleFile] = {}
"""Rule files that were run. One is run once, so equal rules are equal and can be pickled, and again if it changes."""


def rule_file(path: Path) -> RuleFile:
    """Run a rule file.

    Raises:
        BadInput: When there is no such file, or it cannot be run.
    """
    if path not in _RUN or not _RUN[path].unchanged:
        _RUN[path] = run_code(read_code(path))
    return _RUN[path]


def read_code(path: Path) -> RuleCode:
    """Read a rule file, and run nothing of it: which modules it imports is not known yet.

    Raises:
        BadInput: When there is no such file.
    """
    if not path.is_file():
        raise BadInput(path, None, "there is no such file", "FILE.py:CLASS", "correct the path")
    return RuleCode(path, path.read_bytes(), RuleModules(path.parent))


def rule_file_of(name: str) -> RuleFile | None:
    """The rule file that is named in the name of a rule, run before or now; None for the id of a rule."""
    path = path_of(name)
    return None if path is None else rule_file(path)


def path_of(name: str) -> Path | None:
    """The path of the file that is named in the name of a rule; None for the id of a rule."""
    path, _, _ = name.rpartition(":")
    return Path(path).expanduser().resolve() if path.endswith(".py") else None


def run_code(code: RuleCode) -> RuleFile:
    """Run the code of a rule file as it was read, whatever the file holds now.

    Raises:
        BadInput: When it cannot be run.
    """
    path, text, modules = code.path, code.text, code.modules
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
    return RuleFile(path, text, modules, module)


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
