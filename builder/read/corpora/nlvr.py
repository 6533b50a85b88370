"""NLVR (2017): statements about drawn scenes of three boxes, true or false."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from twokeys.builder.read.corpora.opening import SourceFile, field, one_of, read_json_lines, source_file
from twokeys.builder.read.corpora.reader import Reader, Rows, each, options, picture
from twokeys.builder.recipe import Corpus, Part
from twokeys.core.items import Row

if TYPE_CHECKING:
    from pathlib import Path

NEEDS = (
    "the folder `nlvr` of github.com/lil-lab/nlvr: <split>/<split>.json and "
    "<split>/images/<directory>/<split>-<identifier>-<k>.png for the splits train, dev and test"
)


class Options(Part):
    """What the recipe may choose."""

    k: Annotated[int, Field(ge=0, le=5)] = 0
    """Which of the six orders of the boxes is drawn; the statement holds for all or for none."""


def files(corpus: Corpus, root: Path) -> list[Path]:
    """List the statement files, which are JSON Lines whatever their ending says."""
    options(corpus, Options)
    return [_file(root, split).path for split in corpus.splits or READER.official]


def read(corpus: Corpus, root: Path, split: str) -> Rows:
    """Yield the statements of a split."""
    file = _file(root, split)
    k = options(corpus, Options).k

    def make(number: int, record: Any) -> Row:
        identifier = str(field(record, "identifier", file, number))
        statement = field(record, "sentence", file, number)
        name = f"{split}/images/{field(record, 'directory', file, number)}/{split}-{identifier}-{k}.png"
        # Statements were written for a presentation of four scenes, and labels contrast inside it.
        presentation = f"nlvr:presentation:{split}:{identifier.rpartition('-')[0]}"
        return Row(
            file.name,
            number,
            split,
            source_id=identifier,
            image=picture(corpus, name, file, number),
            question=statement,
            answer=one_of(field(record, "label", file, number), ("true", "false"), "label", file, number),
            answer_type="yes/no",
            links=(presentation, f"nlvr:statement:{' '.join(str(statement).split()).casefold()}"),
            meta={name: record[name] for name in ("directory", "structured_rep", "evals") if name in record},
        )

    return each(read_json_lines(file), make)


def _file(root: Path, split: str) -> SourceFile:
    return source_file(root, f"{split}/{split}.json", NEEDS)


READER = Reader(
    format="nlvr",
    summary="NLVR: statements about drawn scenes, true or false",
    official=("train", "dev", "test"),
    files=files,
    read=read,
    needs=NEEDS,
)
