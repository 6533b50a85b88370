"""VQA v2: questions about COCO photos with ten people's answers each."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from twokeys.builder.read.corpora import coco
from twokeys.builder.read.corpora.opening import CHECK, SourceFile, field, one_of, read_json, source_file
from twokeys.builder.read.corpora.reader import Reader, Rows, each, of_split, options
from twokeys.builder.recipe import Corpus, Part
from twokeys.core.answers.majority import majority
from twokeys.core.errors import BadInput, short
from twokeys.core.items import AnswerType, Row

if TYPE_CHECKING:
    from pathlib import Path

NEEDS = (
    "the question and annotation files of visualqa.org/download.html, unzipped into one folder: v2_OpenEnded_"
    "mscoco_train2014_questions.json, v2_mscoco_train2014_annotations.json, the same for val2014, and if "
    f"wanted v2_mscoco_train2014_complementary_pairs.json; {coco.NEEDS}"
)
ANSWER_TYPES: dict[str, AnswerType] = {"yes/no": "yes/no", "number": "number", "other": "open"}


class Files(Part):
    """The files of one split, plain or gzipped, relative to the corpus root."""

    questions: str
    annotations: str
    pairs: str | None = None
    """List of complementary questions; used where it is there."""
    subset: str = "train2014"
    """COCO release that the image ids belong to."""


def _official(subset: str) -> Files:
    return Files(
        questions=f"v2_OpenEnded_mscoco_{subset}_questions.json",
        annotations=f"v2_mscoco_{subset}_annotations.json",
        pairs=f"v2_mscoco_{subset}_complementary_pairs.json",
        subset=subset,
    )


class Options(Part):
    """What the recipe may choose."""

    files: dict[str, Files] = Field({"train": _official("train2014"), "val": _official("val2014")})
    """Files of each split."""
    gold: Literal["stated", "majority"] = "stated"
    """`stated`: the gold is `multiple_choice_answer`. `majority`: what most annotators said (OK-VQA states no gold)."""


def splits(corpus: Corpus, root: Path) -> list[str]:
    """List the splits that have files."""
    return list(options(corpus, Options).files)


def files(corpus: Corpus, root: Path) -> list[Path]:
    """List question, annotation and pair files."""
    paths = []
    for split in corpus.splits or splits(corpus, root):
        names = of_split(options(corpus, Options).files, split, corpus)
        paths += [source_file(root, name, NEEDS).path for name in (names.questions, names.annotations)]
        paths += [source_file(root, names.pairs, NEEDS).path] if names.pairs and (root / names.pairs).is_file() else []
    return paths


def read(corpus: Corpus, root: Path, split: str) -> Rows:
    """Yield a row per question, then one problem for each annotation that has no question."""
    names = of_split(options(corpus, Options).files, split, corpus)
    file = source_file(root, names.questions, NEEDS)
    notes = source_file(root, names.annotations, NEEDS)
    pairs = _pairs(root, names.pairs) if names.pairs else {}
    by_majority = options(corpus, Options).gold == "majority"
    noted_of: dict[str, tuple[int, dict[str, Any]]] = {}

    def note(number: int, record: Any) -> tuple[str, int, dict[str, Any]]:
        identity = str(field(record, "question_id", notes, number))
        if identity in noted_of:
            problem = f"this is a second annotation of the question {identity}"
            raise BadInput(notes.name, number, problem, "", "download the file again")
        return identity, number, record

    for noted in each(enumerate(_list(notes, "annotations"), start=1), note):
        if isinstance(noted, BadInput):
            yield noted
        else:
            noted_of[noted[0]] = noted[1:]

    def make(number: int, record: Any) -> Row:
        identity = str(field(record, "question_id", file, number))
        if identity not in noted_of:
            problem = f"the question {identity} has no annotation"
            raise BadInput(file.name, number, problem, "questions and annotations of one split", "check the files")
        place, annotation = noted_of.pop(identity)
        image = field(record, "image_id", file, number)
        noted_image = field(annotation, "image_id", notes, place)
        if not isinstance(image, int) or image != noted_image:
            problem = f"image_id is {image!r}, and {noted_image!r} in the annotation"
            raise BadInput(file.name, number, problem, "one number", "check that both files are of one split")
        answers = field(annotation, "answers", notes, place)
        if not isinstance(answers, list) or not all(isinstance(answer, str) for answer in answers):
            problem = f"the answers are {short(answers)}"
            raise BadInput(notes.name, place, problem, "a list of objects with a text `answer`", CHECK)
        kind = one_of(field(annotation, "answer_type", notes, place), ANSWER_TYPES, "answer_type", notes, place)
        name = coco.file_name(names.subset, image)
        return Row(
            file.name,
            number,
            split,
            source_id=identity,
            image=coco.picture(corpus, name, file, number),
            question=field(record, "question", file, number),
            answer=_majority(answers, notes, place) if by_majority else _stated(annotation, notes, place),
            answers=tuple(answers),
            answer_type=ANSWER_TYPES[kind],
            links=(*coco.links(name), *pairs.get(identity, ())),
            meta={"question_type": annotation.get("question_type")},
        )

    yield from each(enumerate(_list(file, "questions"), start=1), make)
    for identity, (place, _) in noted_of.items():
        problem = f"the question {identity} of this annotation is not there"
        yield BadInput(notes.name, place, problem, "questions and annotations of one split", "check the files")


def _stated(annotation: dict[str, Any], notes: SourceFile, place: int) -> Any:
    if "multiple_choice_answer" not in annotation and "answers" in annotation:
        problem = "there is no field 'multiple_choice_answer' beside 'answers'"
        remedy = "write `options: {gold: majority}` if the corpus states no golds, else check the file"
        raise BadInput(notes.name, place, problem, "a gold, or `gold: majority` in the recipe", remedy)
    return field(annotation, "multiple_choice_answer", notes, place)


def _majority(answers: list[str], notes: SourceFile, place: int) -> str:
    if not (given := [answer for answer in answers if answer.strip()]):
        raise BadInput(notes.name, place, "no annotator answered", "one answer or more", CHECK)
    return majority(given)


def _only_text(record: dict[str, Any]) -> Any:
    """One shared text for each of the millions of answer objects: memory falls several times."""
    answer = record.get("answer")
    return sys.intern(answer) if isinstance(answer, str) else record


def _list(file: SourceFile, name: str) -> list[Any]:
    document = read_json(file, _only_text)
    records = document.get(name) if isinstance(document, dict) else None
    if not isinstance(records, list):
        raise BadInput(file.path, None, f"the file holds no list {name!r}", "", CHECK)
    return records


def _pairs(root: Path, name: str) -> dict[str, list[str]]:
    """Question id -> its links; a pair is one question about two photos that answer it differently."""
    links: dict[str, list[str]] = {}
    if not (root / name).is_file():
        return links
    document = read_json(source_file(root, name, NEEDS))
    if not isinstance(document, list):
        problem = f"the file holds {short(document)}"
        raise BadInput(root / name, None, problem, "a list of pairs of question ids", "download the file again")
    for pair in document:
        if not isinstance(pair, list) or len(pair) != 2:
            problem = f"an entry is {pair!r:.60}"
            raise BadInput(root / name, None, problem, "pairs of question ids", "download the file again")
        for identity in pair:
            links.setdefault(str(identity), []).append(f"vqa-v2:pair:{pair[0]}-{pair[1]}")
    return links


READER = Reader(
    format="vqa-v2",
    summary="VQA v2 in its official files: photos, open answers of ten people",
    official=("train", "val"),
    files=files,
    read=read,
    needs=NEEDS,
    find_splits=splits,
)
