"""The data at a path: a file, a folder of tables, a dataset folder, or a dataset of the Hub in the local cache."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from twokeys.builder.read.archives import is_archive, member_names
from twokeys.builder.read.corpora import hf, table
from twokeys.builder.read.corpora.hf import README
from twokeys.builder.read.corpora.image_folder import is_metadata
from twokeys.builder.read.corpora.opening import SourceFile
from twokeys.builder.read.corpora.shards import TABLES
from twokeys.builder.read.packed import without_packing
from twokeys.builder.recipe import Corpus
from twokeys.core.errors import BadInput
from twokeys.core.pictures.decoding import file_endings

_HUB = re.compile(r"[\w.-]+/[\w.-]+")
_COMMIT = re.compile(r"/snapshots/([0-9a-f]{40})")
_MOST_FILES = 200_000
"""Largest number of files of a folder that are listed."""
_NEEDS = f"a file ending in {', '.join(TABLES)}, a folder that holds such, or a dataset of the Hub in the local cache"


@dataclass(frozen=True)
class Place:
    """Tables at hand.

    Attributes:
        root: The folder that all paths are relative to.
        format: `table` or `hf`.
        options: Options of the reader.
        repository: Name on the Hub, if it was named so.
        commit: Commit of a repository in the local cache.
        files: Split -> its files.
        others: Further tables of the folder, which hold no items by themselves.
        card: The YAML header of the folder's README.
    """

    root: Path
    format: str
    files: dict[str, list[SourceFile]]
    options: dict[str, Any] = field(default_factory=dict)
    repository: str | None = None
    commit: str | None = None
    others: list[str] = field(default_factory=list)
    card: dict[str, Any] = field(default_factory=dict)


def place(name: str | Path) -> Place:
    """Find the tables that a path or a Hub name leads to, without the network.

    Raises:
        BadInput: If the path does not exist, or there is no table.
    """
    path = Path(name).expanduser()
    if path.is_file():
        if not _is_table(path):
            raise BadInput(path, None, f"the file ends in {path.suffix!r}", _NEEDS, "name a table")
        return _of_table(path.parent.resolve(), {"files": path.name})
    if path.is_dir():
        return of_folder(path.resolve())
    if _HUB.fullmatch(str(name)):
        return _of_hub(str(name))
    raise BadInput(name, None, "there is no such file or folder", _NEEDS, "correct the path")


def of_folder(root: Path) -> Place:
    """Find the tables of a folder.

    Raises:
        BadInput: If there is no dataset, or it cannot be read.
    """
    if _is_dataset(root):
        corpus = _corpus("hf", root, {})
        return Place(root, "hf", _shards(corpus, root), commit=_commit(root), card=_card(root))
    at_top = [path for path in _tables(root) if path.parent == root]
    below = [path.relative_to(root).as_posix() for path in _tables(root) if path.parent != root]
    if at_top:
        return _of_table(root, {}, below)
    if below:
        return _of_table(root, {"files": below[0] if len(below) == 1 else _by_split(below)})
    raise BadInput(root, None, "the folder holds no table", _NEEDS, "name the folder that holds the tables")


def _of_table(root: Path, options: dict[str, Any], others: list[str] | None = None) -> Place:
    return Place(root, "table", _shards(_corpus("table", root, options), root), options, others=others or [])


def _of_hub(name: str) -> Place:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        root = Path(snapshot_download(name, repo_type="dataset", local_files_only=True))
    except (LocalEntryNotFoundError, OSError, ValueError):
        remedy = f"fetch it first: hf download --repo-type dataset {name} --local-dir DIR, then name DIR"
        problem = f"the dataset {name!r} is neither a path nor in the local cache, and nothing is downloaded here"
        raise BadInput(name, None, problem, _NEEDS, remedy) from None
    place = of_folder(root)
    return Place(
        place.root, place.format, place.files, place.options, name, _commit(root), place.others, _card(root)
    )  # fmt: skip


def _corpus(form: str, root: Path, options: dict[str, Any]) -> Corpus:
    return Corpus(format=form, name="x", path=str(root), revision="x", license="other", options=options)


def _shards(corpus: Corpus, root: Path) -> dict[str, list[SourceFile]]:
    """The files of each split, as the reader of the format finds them."""
    find = {"hf": hf.shards_of, "table": table.shards_of}[corpus.format]
    return find(corpus, root)


def _is_dataset(root: Path) -> bool:
    """Whether `datasets` reads a folder: shards of Parquet below it, an ImageFolder, a card that names files."""
    if "configs" in _card(root) or "dataset_info" in _card(root):
        return True
    if any((root / name).is_file() for name in ("dataset_dict.json", hf.STATE)):
        return True
    tables = _tables(root)
    if any(is_metadata(path.name) for path in tables):
        return True
    return bool(tables) and all(path.suffix == ".parquet" for path in tables) and tables[0].parent != root


def _card(root: Path) -> dict[str, Any]:
    if not (root / README).is_file():
        return {}
    from huggingface_hub import metadata_load
    from yaml import YAMLError

    try:
        return dict(metadata_load(root / README) or {})
    except (ValueError, OSError, YAMLError):
        return {}


def _commit(root: Path) -> str | None:
    match = _COMMIT.search(root.as_posix())
    return match[1] if match else None


def listing(root: Path) -> list[Path]:
    """Files of a folder and its subfolders, sorted; hidden files and links to folders are skipped."""
    files: list[Path] = []
    for inside, folders, names in os.walk(root):
        folder = Path(inside)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        files += [folder / name for name in sorted(names) if not name.startswith(".")]
        if len(files) > _MOST_FILES:
            break
    return files


def images_below(root: Path) -> list[PurePosixPath]:
    """Image files of a folder and of the folders and archives in it, as rows name them: `photos.zip/1.png`.

    An unreadable archive counts as empty: the reader of the corpus reports its problem.
    """
    images: list[PurePosixPath] = []
    for path in listing(root):
        name = PurePosixPath(path.relative_to(root))
        inside = [name]
        if is_archive(name.name):
            try:
                inside = [name / member for member in member_names(root, name.as_posix())]
            except BadInput:
                inside = []
        images += [each for each in inside if each.suffix.lower() in file_endings()]
    return images


def _tables(root: Path) -> list[Path]:
    return [path for path in listing(root) if _is_table(path)]


def _is_table(path: Path) -> bool:
    state_files = ("dataset_info.json", "dataset_infos.json", hf.STATE)
    return without_packing(path.name).endswith(TABLES) and path.name not in state_files


def _by_split(names: list[str]) -> dict[str, str | list[str]]:
    """The files of each split, by their paths."""
    by_split: dict[str, list[str]] = {}
    for name in names:
        by_split.setdefault(_split(name), []).append(name)
    return {split: files[0] if len(files) == 1 else files for split, files in by_split.items()}


def _split(name: str) -> str:
    """The split in a path: in the name of its folder, or of the file."""
    path = Path(name)
    stem = path.name.partition(".")[0]
    return stem if path.parent.name in ("", ".", "data") else f"{path.parent.name}_{stem}"
