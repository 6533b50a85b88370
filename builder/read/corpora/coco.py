"""COCO's image names, which several corpora use: where the images lie, and which are the same photo."""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from twokeys.builder.read.corpora.reader import image_folder
from twokeys.builder.read.corpora.reader import picture as locate

if TYPE_CHECKING:
    from twokeys.builder.read.corpora.opening import SourceFile
    from twokeys.builder.recipe import Corpus

NEEDS = "for images, COCO's folders train2014, val2014, val2017 (cocodataset.org) inside `image_folder`"

PHOTO = "coco:"
"""How links begin that say which photo an item is about."""
_NAME = re.compile(r"(?:COCO_(?P<subset>[a-z]+20\d\d)_)?(?P<id>\d{12})\.jpg")


def file_name(subset: str, image_id: int) -> str:
    """Return the name of an image of a 2014 or 2015 release.

    Example:
        >>> file_name("train2014", 9)
        'COCO_train2014_000000000009.jpg'
    """
    return f"COCO_{subset}_{image_id:012d}.jpg"


def links(name: Any) -> tuple[str, ...]:
    """Return the link that joins the items about one photo: a COCO id means the same in every release.

    Example:
        >>> links("COCO_val2014_000000310196.jpg") == links("000000310196.jpg") == ("coco:310196",)
        True
    """
    match = _NAME.fullmatch(name) if isinstance(name, str) else None
    return (f"{PHOTO}{int(match['id'])}",) if match else ()


def picture(corpus: Corpus, name: Any, file: SourceFile, row: int | str, subset: str | None = None) -> str:
    """Return the locator of a COCO image: inside the folder of its subset, or by its bare name.

    Images that lie side by side, without COCO's folders, are taken as they lie: the folder counts if it is there.

    Raises:
        BadInput: As `twokeys.builder.read.corpora.reader.picture`.
    """
    match = _NAME.fullmatch(name) if isinstance(name, str) else None
    folder = subset or (match["subset"] if match else None)
    inside = corpus.images == "required" and isinstance(name, str) and folder and not _flat(corpus, file, folder, name)
    return locate(corpus, f"{folder}/{name}" if inside else name, file, row)


def _flat(corpus: Corpus, file: SourceFile, folder: str, name: str) -> bool:
    """Whether an image lies in the image folder itself, and there is no folder of its subset."""
    if corpus.image_folder is None:
        return False
    root = file.path.parents[len(PurePosixPath(file.name).parts) - 1]
    images = Path(os.path.normpath(root / image_folder(corpus)))
    return not (images / folder).is_dir() and (images / name).is_file()
