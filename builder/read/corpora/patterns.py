"""Which files of a corpus's folder a recipe means, and which split a file's name tells."""

from __future__ import annotations

import re
from pathlib import Path, PurePath

from twokeys.builder.read.corpora.opening import SourceFile, source_file
from twokeys.builder.read.packed import without_packing
from twokeys.core.errors import BadInput

_SHARD = re.compile(r"-\d{5}-of-\d{5}$")


def told_split(name: str) -> str:
    """The split that a file's name tells.

    Example:
        >>> told_split("train.csv"), told_split("test-00000-of-00002.jsonl.gz")
        ('train', 'test')
    """
    return _SHARD.sub("", name[: len(without_packing(name))].rpartition(".")[0])


def matching(root: Path, patterns: str | list[str], field: str, needs: str) -> list[SourceFile]:
    """List the files that patterns name inside a corpus's folder, each once.

    Hidden files, such as `._test.csv`, which macOS puts into archives, are named by their own names alone.

    Args:
        root: The folder.
        patterns: Paths relative to it, with `*` for any text.
        field: The recipe's field that holds them, for messages.
        needs: What should be there, for messages.

    Raises:
        BadInput: When a pattern is none or leads elsewhere, or nothing is there.
    """
    files: list[SourceFile] = []
    for pattern in [patterns] if isinstance(patterns, str) else patterns:
        if not pattern.strip() or PurePath(pattern).is_absolute() or ".." in PurePath(pattern).parts:
            problem = f"{pattern!r} leads elsewhere" if pattern.strip() else f"{pattern!r} names no file"
            raise BadInput(root, field, problem, "paths inside the corpus's folder", "correct the recipe")
        paths = sorted(path for path in _glob(root, pattern, field) if path.is_file() and _meant(path, root, pattern))
        if not paths:
            raise BadInput(root / pattern, None, "there is no such file", needs, f"correct `{field}`")
        files += [source_file(root, path.relative_to(root).as_posix(), needs) for path in paths]
    if not files:
        raise BadInput(root, field, "the list of files is empty", "one file or more", "name files, or leave it out")
    return list({file.name: file for file in files}.values())


def _glob(root: Path, pattern: str, field: str) -> list[Path]:
    try:
        return list(root.glob(pattern))
    except (ValueError, IndexError, NotImplementedError, OSError) as error:
        problem, allowed = f"{pattern!r} is no pattern ({error})", "a path, with * and ? for parts of names"
        raise BadInput(root, field, problem, allowed, "correct the recipe") from None


def _meant(path: Path, root: Path, pattern: str) -> bool:
    hidden = [part for part in path.relative_to(root).parts if part.startswith(".") or part == "__MACOSX"]
    return all(part in PurePath(pattern).parts for part in hidden)
