"""SugarCrepe: which of two captions describes the photo, before and after its adversarial refinement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from twokeys.builder.read.corpora import coco
from twokeys.builder.read.corpora.opening import field, read_json_object, source_file
from twokeys.builder.read.corpora.reader import Reader, Rows, each, options
from twokeys.builder.recipe import Corpus, Part
from twokeys.core.errors import BadInput
from twokeys.core.items import Row

if TYPE_CHECKING:
    from pathlib import Path

NEEDS = (
    "the folder `data` or `data_unrefined` of github.com/RAIVNLab/sugar-crepe with its seven files, such as "
    f"add_att.json; {coco.NEEDS}"
)
KINDS = ("add_att", "add_obj", "replace_att", "replace_obj", "replace_rel", "swap_att", "swap_obj")
QUESTION = "Which caption describes the image?"


class Options(Part):
    """What the recipe may choose."""

    folder: Literal["data", "data_unrefined"] = "data"
    """Refined, or as it was before; every refined pair is also in the unrefined file of its name."""
    by_kind: bool = False
    """Whether each of the seven files is a split; else they are one, `test`."""


def splits(corpus: Corpus, root: Path) -> list[str]:
    """List the splits."""
    return list(KINDS if options(corpus, Options).by_kind else READER.official)


def files(corpus: Corpus, root: Path) -> list[Path]:
    """List the caption files."""
    chosen = options(corpus, Options)
    kinds = (corpus.splits or KINDS) if chosen.by_kind else KINDS
    return [source_file(root, f"{chosen.folder}/{kind}.json", NEEDS).path for kind in kinds]


def read(corpus: Corpus, root: Path, split: str) -> Rows:
    """Yield the pairs of a split, file by file."""
    chosen = options(corpus, Options)
    for kind in (split,) if chosen.by_kind else KINDS:
        yield from _read_kind(corpus, root, split, chosen.folder, kind)


def _read_kind(corpus: Corpus, root: Path, split: str, folder: str, kind: str) -> Rows:
    file = source_file(root, f"{folder}/{kind}.json", NEEDS)

    def make(key: str, record: Any) -> Row:
        image = field(record, "filename", file, key)
        right, wrong = field(record, "caption", file, key), field(record, "negative_caption", file, key)
        if right == wrong:
            raise BadInput(file.name, key, f"both captions are {right!r}", "", "leave the row out")
        return Row(
            file.name,
            key,
            split,
            source_id=f"{kind}:{key}",
            image=coco.picture(corpus, image, file, key, "val2017"),
            question=QUESTION,
            answer=right,
            choices=(right, wrong),
            answer_type="choice",
            links=coco.links(image),
            meta={"kind": kind},
        )

    return each(read_json_object(file), make)


READER = Reader(
    format="sugarcrepe",
    summary="SugarCrepe: two captions of a COCO photo, one of them false",
    official=("test",),
    files=files,
    read=read,
    needs=NEEDS,
    find_splits=splits,
)
