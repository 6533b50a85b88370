"""The layout `ImageFolder` of `datasets`: images, and a file `metadata` beside them that says what each one is about.

Its column `file_name` names an image from the file's own folder; `datasets` calls the column of images `image`, and
`first_file_name` makes a column `first`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from twokeys.builder.read.corpora.opening import Record
from twokeys.core.errors import BadInput

METADATA = ("metadata.csv", "metadata.jsonl", "metadata.parquet")
_NAME = "file_name"
_IMAGE = "image"
_ELSEWHERE = re.compile(r"\s*[A-Za-z][A-Za-z0-9+.-]*:")
"""An address, or a drive."""


def column_in_file(name: str) -> str:
    """The column of the file that `datasets` calls so.

    Example:
        >>> column_in_file("image"), column_in_file("question")
        ('file_name', 'question')
    """
    return _NAME if name == _IMAGE else name


def is_metadata(name: str) -> bool:
    """Whether a path is one of a file that describes the images beside it."""
    return PurePosixPath(name).name in METADATA


def with_paths(name: str, rows: Iterator[tuple[int, Record | BadInput]]) -> Iterator[tuple[int, Record | BadInput]]:
    """The rows with names of files as seen from the corpus's folder, under the names that `datasets` gives them.

    Args:
        name: The file's path inside the corpus's folder.
        rows: Its rows.
    """
    folder = PurePosixPath(name).parent
    for number, record in rows:
        yield number, record if isinstance(record, BadInput) else {**record, **_paths(folder, record)}


def _paths(folder: PurePosixPath, record: Mapping[str, object]) -> dict[str, object]:
    paths: dict[str, object] = {}
    for column, value in record.items():
        if column == _NAME or column.endswith(f"_{_NAME}"):
            path = _path(folder, value)
            paths[column] = path
            paths[_IMAGE if column == _NAME else column.removesuffix(f"_{_NAME}")] = path
    return paths


def _path(folder: PurePosixPath, name: object) -> object:
    """A name as seen from the corpus's folder; what is no relative path stays, and is refused as in any table."""
    if not isinstance(name, str) or not name.strip() or _ELSEWHERE.match(name):
        return name
    return str(folder / name.replace("\\", "/"))
