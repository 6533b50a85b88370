"""Any dataset in the layout of the Hugging Face Hub: a local folder, or a repository at one commit."""

from __future__ import annotations

import re
import tempfile
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from yaml import YAMLError

from twokeys.builder.read.corpora.columns import MoreColumns, Tables
from twokeys.builder.read.corpora.image_folder import METADATA, is_metadata
from twokeys.builder.read.corpora.joined import patterns
from twokeys.builder.read.corpora.opening import read_json, source_file
from twokeys.builder.read.corpora.reader import Reader, corpus_folder, options
from twokeys.builder.recipe import Columns, Corpus
from twokeys.core.errors import BadInput
from twokeys.core.pictures.decoding import file_endings
from twokeys.core.yaml_reading import LONGEST, parsed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twokeys.builder.read.corpora.shards import Shards

NEEDS = (
    "a dataset folder as on the Hugging Face Hub (Parquet shards, and a README.md whose `configs` name them, or shards "
    "named after their splits; an ImageFolder with metadata; what `save_to_disk` wrote), or options.repository with a "
    "commit as revision; `columns` says what stands where"
)
README = "README.md"
_HEAD = re.compile(r"\s*---[\r\n]+(.*?)[\r\n]+---(?:[\r\n]|$)", re.DOTALL)
"""YAML at the beginning of a README."""
STATE = "state.json"
"""Where `save_to_disk` lists the files of a split."""
_COMMIT = re.compile(r"[0-9a-f]{40}")


class Options(MoreColumns):
    """What the recipe may choose."""

    repository: str | None = None
    """Name on the Hub, such as `owner/name`; the corpus then needs no `path`, and a commit as `revision`."""
    config: str | list[str] | None = None
    """Config to read, or several whose splits of one name are joined; the default one when None."""


def root(corpus: Corpus, corpora: Path | None) -> Path:
    """Return the local folder, or download the repository's README and Parquet files at its commit.

    Raises:
        BadInput: When the revision is no commit, or the repository cannot be had.
    """
    repository = options(corpus, Options).repository
    if repository is None:
        return corpus_folder(corpus, corpora, NEEDS)
    if not _COMMIT.fullmatch(corpus.revision):
        remedy = "copy the commit from the repository's page: branches and tags can move"
        problem = f"{corpus.revision!r} is no commit"
        raise BadInput(corpus.name, "revision", problem, "a commit of 40 hex digits", remedy)
    from huggingface_hub import snapshot_download

    try:
        # Only these: a script in the repository is not even fetched.
        joined = (corpus.columns or Columns()).joined.values()
        wanted = [README, "*.parquet", *(pattern for second in joined for pattern in patterns(second))]
        return Path(snapshot_download(repository, repo_type="dataset", revision=corpus.revision, allow_patterns=wanted))
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        problem = f"the dataset repository {repository!r} cannot be read at {corpus.revision} ({reason})"
        remedy = "check its name, the network and your access, or download it and give `path`"
        raise BadInput(corpus.name, "options.repository", problem, "", remedy) from None


def shards_of(corpus: Corpus, root: Path) -> Shards:
    """The files of each split; splits of one name in several configs are joined, in the order of the configs.

    Raises:
        BadInput: When the folder cannot be read as a dataset, or asks nothing.
    """
    _local(root)
    config = options(corpus, Options).config
    shards: Shards = {}
    for each in config if isinstance(config, list) else [config]:
        for split, files in _of_config(corpus, root, each).items():
            shards.setdefault(split, []).extend(files)
    if not any(shards.values()):
        raise _asks_nothing(root)
    return {split: files for split, files in shards.items() if files}


def _of_config(corpus: Corpus, root: Path, config: str | None) -> Shards:
    """Let `datasets` itself say which files a config has, so that we read what `load_dataset` would."""
    from datasets import load_dataset_builder

    records = options(corpus, Options).records
    folder = root.resolve()  # `datasets` resolves the folder too, but no file in it
    with tempfile.TemporaryDirectory() as cache:
        try:
            builder = load_dataset_builder(str(folder), config, cache_dir=cache)
            features = builder.info.features.to_dict() if builder.info.features else {}
        except Exception as error:  # noqa: BLE001 - a broken README or layout surfaces as any kind of error
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            problem = f"it cannot be read ({reason})"
            raise BadInput(root, config, problem, NEEDS, "mend the folder, or name another config") from None
    shards: Shards = {}
    for split, paths in (builder.config.data_files or {}).items():
        names = [_name(str(path), folder) for path in paths]
        shards[str(split)] = [
            replace(
                source_file(root, name, NEEDS), records=records, features=features, describes_images=is_metadata(name)
            )
            for name in _tables(root, names)
        ]
    return shards


def _tables(root: Path, names: list[str]) -> list[str]:
    """The files that hold rows: of an ImageFolder its metadata, of what was saved to disk no file of a cache."""
    if described := [name for name in names if is_metadata(name)]:
        return described
    paths = [PurePosixPath(name) for name in names]
    if all(path.suffix.lower() in file_endings() for path in paths):
        return []
    saved = {folder: _saved(root, folder / STATE) for folder in {path.parent for path in paths}}
    listed = [(path, saved[path.parent]) for path in paths]
    return [path.as_posix() for path, files in listed if files is None or path.name in files]


def _saved(root: Path, state: PurePosixPath) -> set[str] | None:
    """The files that `save_to_disk` lists beside them; None if there is no such list."""
    if not (root / state).is_file():
        return None
    document = read_json(source_file(root, str(state), NEEDS))
    files = document.get("_data_files") if isinstance(document, dict) else None
    return {str(file.get("filename")) for file in files if isinstance(file, dict)} if isinstance(files, list) else None


def _asks_nothing(root: Path) -> BadInput:
    above = [name for name in METADATA if (root / name).is_file()]
    if above:
        remedy = (
            f"write `format: table`, `options: {{files: {above[0]}}}` and `columns: {{image: file_name, split: ...}}`"
        )
        problem = f"{above[0]} lies above the folders of the splits, where `datasets` does not look"
    else:
        problem, remedy = "the folder holds images, and nothing that asks about them", "put a metadata file beside them"
    return BadInput(root, None, problem, f"{' or '.join(METADATA)} in the folder of each split", remedy)


def _local(root: Path) -> None:
    """Refuse a README that names files elsewhere, before any library looks for them."""
    if not (root / README).exists():
        return
    file = source_file(root, README, NEEDS)
    with file.path.open("rb") as stream:
        head = _HEAD.match(stream.read(4 * LONGEST).decode(errors="replace"))
    try:
        stated = parsed(head[1]) if head else None
    except YAMLError as error:
        raise BadInput(root / README, None, f"its head is no YAML ({error})", NEEDS, "mend or remove it") from None
    for text in _texts(stated.get("configs") if isinstance(stated, dict) else None):
        if "://" in text or "::" in text:
            remedy = "download the files, and name them"
            problem = f"it names the address {text!r}"
            raise BadInput(root / README, "configs", problem, "files inside the folder", remedy)


def _texts(value: Any) -> Iterator[str]:
    """All texts in a nested value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


def _name(path: str, folder: Path) -> str:
    """A file's path inside the folder, as it is spelt."""
    if not Path(path).is_relative_to(folder):
        problem = f"it names the file {path!r}, which lies elsewhere"
        raise BadInput(folder / README, "configs", problem, "files inside the folder", "copy it there")
    return Path(path).relative_to(folder).as_posix()


_TABLES = Tables(shards_of, Options)
READER = Reader(
    format="hf",
    summary="a Hugging Face dataset, local or at a commit, by its columns",
    official=(),
    files=_TABLES.paths,
    read=_TABLES.read,
    needs=NEEDS,
    find_root=root,
    find_splits=_TABLES.splits,
    read_images=_TABLES.images,
)
