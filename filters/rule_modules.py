"""Modules that a rule file imports from beside it: what was read is run, and is in the rule's key.

Such a module is found for its rule file alone: two folders may hold modules of one name, and a module that was changed
is run anew. Modules of Python, of twokeys and of installed packages are never taken from beside a rule file.
"""

from __future__ import annotations

import importlib
import sys
import sysconfig
from contextlib import contextmanager
from hashlib import sha256
from importlib.abc import MetaPathFinder
from importlib.machinery import PathFinder, SourceFileLoader
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from importlib.machinery import ModuleSpec
    from types import CodeType, ModuleType

INSTALLED = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
"""Folders of installed packages."""


class RuleModules(MetaPathFinder):
    """Finds modules beside a rule file while its rules are loaded or asked.

    Args:
        folder: The folder of the rule file.

    Attributes:
        folder: Likewise.
        read: File -> its bytes, of every module that was found.
        known: The modules by name.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.read: dict[Path, bytes] = {}
        self.known: dict[str, ModuleType] = {}
        self._loading = False

    @property
    def hashes(self) -> list[str]:
        """Name in the folder and SHA-256 of every file that was read, sorted."""
        return sorted(
            f"{path.relative_to(self.folder).as_posix()} {sha256(data).hexdigest()}" for path, data in self.read.items()
        )

    @property
    def unchanged(self) -> bool:
        """Whether every file that was read still has the same bytes."""
        return all(path.is_file() and path.read_bytes() == data for path, data in self.read.items())

    @contextmanager
    def found(self, loading: bool = False) -> Iterator[None]:
        """Have the modules found in a block. Modules of the same names that were there come back after it.

        Args:
            loading: Whether files may be read that were not read before.
        """
        hidden = {name: sys.modules.pop(name) for name in list(sys.modules) if self._has(name)}
        sys.modules.update(self.known)
        self._loading = loading
        importlib.invalidate_caches()
        sys.meta_path.insert(0, self)
        try:
            yield
        finally:
            sys.meta_path.remove(self)
            self.known = {name: module for name, module in sys.modules.items() if self._has(name)}
            sys.modules.update(hidden)

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Find a module beside the rule file.

        Raises:
            ImportError: When its file was not read as the rule file was loaded, so that the rule's key knows it not.
        """
        if not self._has(name):
            return None
        spec = PathFinder.find_spec(name, [str(self.folder)] if path is None else path)
        if spec is None or spec.origin is None or not spec.has_location:
            return spec
        file = Path(spec.origin)
        if file not in self.read:
            if not self._loading:
                problem = f"{file.name} is imported while the rule decides; import it at the top of the rule file"
                raise ImportError(problem, name=name)
            self.read[file] = file.read_bytes()
        if isinstance(spec.loader, SourceFileLoader):
            spec.loader = _AsRead(name, str(file), self.read[file])
        return spec

    def _has(self, name: str) -> bool:
        top = name.partition(".")[0]
        if top in sys.stdlib_module_names or top == "twokeys":
            return False
        if not (self.folder / f"{top}.py").is_file() and not (self.folder / top).is_dir():
            return False
        return PathFinder.find_spec(top, INSTALLED) is None


class _AsRead(SourceFileLoader):
    """Runs the bytes that were read, and no compiled file beside them, which may be of an earlier text."""

    def __init__(self, name: str, path: str, data: bytes) -> None:
        super().__init__(name, path)
        self._data = data

    def get_code(self, fullname: str) -> CodeType:
        """Compile what was read."""
        code: CodeType = self.source_to_code(self._data, self.path)
        return code
