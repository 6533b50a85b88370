"""A corpus whose folder is located: its official files and their hashes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from twokeys.builder.read.corpora import reader
from twokeys.builder.read.corpora.reader import folders_of_images
from twokeys.builder.read.held import held
from twokeys.builder.recipe import Corpus
from twokeys.core.errors import BadInput
from twokeys.core.files import Stamp, as_hashed, sha256, stamp
from twokeys.core.items import canonical_json, digest

_SPLIT = re.compile(r"(?!(?i:all)$)\w+(\.\w+)*")
"""Names that `load_dataset` accepts for a split, and that are distinct as file names."""


@dataclass(frozen=True)
class Source:
    """A corpus whose folder is located.

    Attributes:
        corpus: Its part of the recipe.
        root: The folder that image locators and row files are relative to.
        splits: Official split -> published split.
        files: Its official files with their SHA-256, by path relative to `root`.
        folders: Folders inside its image folder, from which the places of images follow.
        stamps: Stamp of each official file when it was hashed.
    """

    corpus: Corpus
    root: Path
    splits: dict[str, str]
    files: dict[str, str]
    folders: tuple[str, ...] = ()
    stamps: dict[str, Stamp] = field(default_factory=dict)

    @contextmanager
    def as_hashed(self) -> Iterator[None]:
        """Make sure that the official files do not change between hashing and reading.

        Raises:
            BadInput: If a file has changed since it was hashed, or is written while the block reads it.
        """
        # Held once more: a link may have been swapped since the files were hashed.
        places = {name: held(self.root, name, "file") for name in self.files}
        hashed = {place: self.files[name] for name, place in places.items()}
        with as_hashed(hashed, {place: self.stamps[name] for name, place in places.items()}):
            yield

    @property
    def key(self) -> str:
        """Hash of everything on which the rows depend, independent of the place of the folder."""
        return digest("source", canonical_json([self.corpus.read_from, self.splits, self.files, self.folders]))


def find(corpus: Corpus, corpora: Path | None, published: bool = True) -> Source:
    """Locate a corpus's files and hash them.

    Args:
        corpus: Its part of the recipe.
        corpora: Folder that its path is relative to.
        published: Whether its splits become splits of a published folder, whose names `load_dataset` must accept.

    Raises:
        BadInput: When the folder or a file is missing, or a split is unknown.
    """
    form = reader(corpus.format)
    root = form.root(corpus, corpora)
    there = form.splits(corpus, root)
    wanted = corpus.splits if corpus.splits is not None else there
    splits = wanted if isinstance(wanted, dict) else {name: name for name in wanted}
    if not splits:
        allowed = ", ".join(there) or form.needs
        raise BadInput(corpus.name, "splits", "no split is named", allowed, "name one, in `splits` or `options.files`")
    if unknown := sorted(set(splits) - set(there)):
        problem = f"there is no split {unknown[0]!r}"
        raise BadInput(corpus.name, "splits", problem, ", ".join(there), "name one of these")
    for name in splits.values() if published and corpus.images == "required" else ():
        if not _SPLIT.fullmatch(name):
            allowed, remedy = "letters, digits and _, but not `all`", "map it in the recipe by `splits: {NAME: test}`"
            raise BadInput(corpus.name, "splits", f"load_dataset does not take {name!r}", allowed, remedy)
    names = sorted(str(path.relative_to(root)) for path in form.files(corpus, root))
    places = {name: held(root, name, "file") for name in names}
    stamps = {name: stamp(place) for name, place in places.items()}  # before: what is written meanwhile has another one
    files = {name: sha256(place) for name, place in places.items()}
    return Source(corpus, root, splits, files, folders_of_images(corpus, root), stamps)
