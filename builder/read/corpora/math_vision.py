"""MATH-Vision: contest problems around a drawing, five options or an open answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from twokeys.builder.read.corpora.opening import CHECK, field, one_of, read_json_lines
from twokeys.builder.read.corpora.reader import Reader, Rows, SplitFiles, each, picture
from twokeys.builder.recipe import Corpus
from twokeys.core.errors import BadInput
from twokeys.core.items import Row

if TYPE_CHECKING:
    from pathlib import Path

NEEDS = "the files of github.com/mathllm/MATH-V: data/test.jsonl, and its images unzipped as images/<id>.jpg"

_TAG = re.compile(r"<image\d+>")


FILES = SplitFiles({"test": "data/test.jsonl"}, NEEDS)
"""`data/testmini.jsonl` is a tenth of the test file."""


def read(corpus: Corpus, root: Path, split: str) -> Rows:
    """Yield the problems of a split; a gold letter becomes the text of its option."""
    file = FILES.of(corpus, root, split)

    def make(number: int, record: Any) -> Row:
        question, choices = field(record, "question", file, number), field(record, "options", file, number)
        texts = [question, *choices] if isinstance(choices, list) else [choices]
        if not all(isinstance(text, str) for text in texts):
            problem = f"question and options are {texts!r:.80}"
            raise BadInput(file.name, number, problem, "a text and a list of texts", CHECK)
        # A single tag only marks where the image stood. Where there are more, the corpus has drawn all
        # parts into one image, captioned "<image1>:", "<image2>:", and the text must go on naming them.
        if sum(len(_TAG.findall(text)) for text in texts) == 1:
            texts = [_TAG.sub("", text) for text in texts]
        question, *choices = (" ".join(text.split()) for text in texts)
        if not _TAG.sub("", question).strip():
            raise BadInput(file.name, number, "the question has no words", "", "leave the row out")
        if len(set(choices)) < len(choices):
            raise BadInput(file.name, number, f"two of the options {choices} are the same", "", "leave the row out")
        gold = field(record, "answer", file, number)
        if choices:
            letters = "ABCDEFGHIJ"[: len(choices)]
            gold = choices[letters.index(one_of(gold, letters, "answer", file, number))]
        return Row(
            file.name,
            number,
            split,
            source_id=str(field(record, "id", file, number)),
            image=picture(corpus, field(record, "image", file, number), file, number),
            question=question,
            answer=gold,
            choices=tuple(choices),
            answer_type="choice" if choices else None,
            meta={name: record.get(name) for name in ("level", "subject")},
        )

    return each(read_json_lines(file), make)


READER = Reader(
    format="math-vision",
    summary="MATH-Vision: contest problems with a drawing, five options or open",
    official=("test",),
    files=FILES.paths,
    read=read,
    needs=NEEDS,
    find_splits=FILES.splits,
)
