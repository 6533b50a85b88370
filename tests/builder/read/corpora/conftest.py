"""Tiny corpora in the official formats, and the real ones where they are at hand."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from twokeys.builder.read.corpora import reader
from twokeys.builder.recipe import Columns, Corpus
from twokeys.core.errors import BadInput
from twokeys.core.items import Row

FOLDER = "official"
COLUMNS = {"question": "q", "answer": "a", "image": "img"}
"""Of the tables that `table` writes."""


@dataclass(frozen=True)
class Tiny:
    """A corpus of a few rows: its files as text (or Parquet), and what reading it takes."""

    corpus: Corpus
    files: dict[str, str | pa.Table]
    rows: int

    def write(self, corpora: Path) -> Path:
        for name, content in self.files.items():
            path = corpora / FOLDER / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, str):
                path.write_text(content, encoding="utf-8")
            else:
                pq.write_table(content, path)
        return corpora / FOLDER

    def read(self, corpora: Path) -> list[Row | BadInput]:
        return read_all(self.corpus, corpora)

    def with_(self, **fields: Any) -> Tiny:
        return replace(self, corpus=self.corpus.model_copy(update=fields))

    def holding(self, **files: str | pa.Table) -> Tiny:
        """The same corpus with one file, or all files whose name contains the key, replaced."""
        changed = dict(self.files)
        for part, content in files.items():
            hits = [name for name in changed if part in name]
            assert hits, part
            changed |= dict.fromkeys(hits, content)
        return replace(self, files=changed)


def read_all(corpus: Corpus, corpora: Path | None) -> list[Row | BadInput]:
    form = reader(corpus.format)
    root = form.root(corpus, corpora)
    return [row for split in corpus.splits or form.splits(corpus, root) for row in form.read(corpus, root, split)]


def make(form: str, **fields: Any) -> Corpus:
    return Corpus(format=form, name=form, path=FOLDER, revision="r", license="mit").model_copy(update=fields)


def lines(*records: Any) -> str:
    return "".join(f"{json.dumps(record)}\n" for record in records)


def _note(question: int, image: int, answer: str, kind: str) -> dict[str, Any]:
    answers = [{"answer": answer, "answer_confidence": "yes", "answer_id": n} for n in range(1, 11)]
    return {
        "question_type": "is there a",
        "multiple_choice_answer": answer,
        "answers": answers,
        "image_id": image,
        "answer_type": kind,
        "question_id": question,
    }


def _vqa_v2() -> Tiny:
    questions = [
        {"image_id": 9, "question": "Is there a bell?", "question_id": 9000},
        {"image_id": 25, "question": "How many trees?", "question_id": 25001},
        {"image_id": 25, "question": "What is it?", "question_id": 25002},
    ]
    notes = [
        _note(9000, 9, "yes", "yes/no"),
        _note(25001, 25, "2", "number"),
        _note(25002, 25, "bell", "other"),
    ]
    return Tiny(
        make("vqa-v2", splits=["train"], image_folder="coco"),
        {
            "v2_OpenEnded_mscoco_train2014_questions.json": json.dumps({"info": {}, "questions": questions}),
            "v2_mscoco_train2014_annotations.json": json.dumps({"info": {}, "annotations": notes}),
            "v2_mscoco_train2014_complementary_pairs.json": json.dumps([[9000, 25001]]),
        },
        3,
    )


def _pope() -> Tiny:
    name = "COCO_val2014_000000310196.jpg"
    rows = [
        {"question_id": 1, "image": name, "text": "Is there a snowboard in the image?", "label": "yes"},
        {"question_id": 2, "image": name, "text": "Is there a chair in the image?", "label": "no"},
    ]
    kinds = ("random", "popular", "adversarial")
    return Tiny(
        make("pope", image_folder="coco"),
        {f"output/coco/coco_pope_{kind}.json": lines(*rows) for kind in kinds},
        6,
    )


def _vqa_rad() -> Tiny:
    common = {
        "qid_linked_id": "03f4-ca",
        "image_case_url": "https://medpix.nlm.nih.gov/case?id=48",
        "image_organ": "HEAD",
        "evaluation": "not evaluated",
        "question_rephrase": "NULL",
        "question_relation": "NULL",
        "question_frame": "NULL",
        "question_type": "POS, PRES",
        "answer_type": "CLOSED ",
    }
    rows: list[dict[str, Any]] = [
        {"qid": "0", "phrase_type": "freeform", "image_name": "a.jpg", "question": "Is it?", "answer": "Yes"} | common,
        {"qid": 1, "phrase_type": "test_para", "image_name": "a.jpg", "question": "How many?", "answer": 4} | common,
        {"qid": 2, "phrase_type": "para", "image_name": "b.jpg", "question": "Where?", "answer": "left"} | common,
    ]
    rows[2]["qid_linked_id"] = "NULL"
    del rows[2]["question_rephrase"]
    return Tiny(make("vqa-rad"), {"VQA_RAD Dataset Public.json": json.dumps(rows)}, 3)


def _nlvr() -> Tiny:
    def row(identifier: str, sentence: str, label: str) -> dict[str, Any]:
        scene = [[{"y_loc": 80, "type": "square", "color": "#0099ff", "x_loc": 40, "size": 20}], [], []]
        return {
            "sentence": sentence,
            "label": label,
            "identifier": identifier,
            "directory": "2",
            "evals": {"r0": label},
            "structured_rep": scene,
        }

    dev = lines(row("15-0", "There is a  Tower", "true"), row("15-1", "there is a tower", "false"))
    return Tiny(
        make("nlvr", splits=["dev", "test"]),
        {"dev/dev.json": dev, "test/test.json": lines(row("15-0", "It is blue", "true"))},
        3,
    )


def _tri_bench() -> Tiny:
    header = (
        "img_original,triangle_id,camera_view,object_in_square,side_type,angle_type,"
        "ab_over_ac,abs_b_minus_c_deg,max_over_min_side,angle_range_deg\n"
    )
    rows = (
        "triangles_original/001_P0.jpg,1,planar,none,isosceles,acute,0.8736,15.2918,1.1781,17.6045\n"
        'triangles_original/001_T1.jpg,001,tilted,"cube, small",isosceles,acute,0.8736,15.2918,'
        "1.1781,17.6045\n"
    )
    return Tiny(make("tri-bench"), {"data/tri_bench_triangles_3d.csv": header + rows}, 4)


def _math_vision() -> Tiny:
    def row(number: str, question: str, options: list[str], answer: str) -> dict[str, Any]:
        rest = {"solution": None, "level": 2, "subject": "logic", "image": f"images/{number}.jpg"}
        return {"id": number, "question": question, "options": options, "answer": answer} | rest

    return Tiny(
        make("math-vision"),
        {
            "data/test.jsonl": lines(
                row("1", "Which number?\n<image1>", [], "60"),
                row("2", "Which bike?\n<image1>", ["A", "B", "C", "D", "E"], "A"),
                row("3", "What goes\n<image1>\ninto\n<image2>?", ["$1$", "$2$", "$3$", "$4$", "$5$"], "D"),
                row("4", "Which graph?\n<image1>", ["<image2>", "<image3>"], "B"),
            )
        },
        4,
    )


def _gqa() -> Tiny:
    def row(question: str, answer: str, **links: list[str]) -> dict[str, Any]:
        types = {"structural": "query", "semantic": "rel", "detailed": "categoryRelS"}
        return {
            "question": question,
            "answer": answer,
            "imageId": "n54424",
            "types": types,
            "groups": {"global": "furniture", "local": "15-wall"},
            "fullAnswer": "It is a couch.",
            "semantic": [{"operation": "select", "argument": "couch (17)", "dependencies": []}],
            **links,
        }

    head = {
        "201": row("What is it?", "couch", entailed=["202"], equivalent=["201"]),
        "202": row("Is it a couch?", "yes", entailed=[], equivalent=["202"]),
    }
    return Tiny(
        make("gqa", options={"files": {"head": "data/head.json", "tail": "data/tail.json"}}),
        {
            "data/head.json": json.dumps(head, indent=4),
            "data/tail.json": json.dumps({"7": row("Why?", "fun")}),
        },
        3,
    )


def _sugarcrepe() -> Tiny:
    kinds = ("add_att", "add_obj", "replace_att", "replace_obj", "replace_rel", "swap_att", "swap_obj")
    pair = {
        "filename": "000000085329.jpg",
        "caption": "A drawing. ",
        "negative_caption": "A tattooed drawing.",
    }
    content = json.dumps({"0": pair, "2": pair | {"caption": "One."}}, indent=4)
    return Tiny(make("sugarcrepe", image_folder="coco"), {f"data/{kind}.json": content for kind in kinds}, 14)


def _easy_vqa() -> Tiny:
    train = [["is there a circle?", "yes", 0], ["what color is it?", "red", 0]]
    files = {
        "train/questions.json": json.dumps(train),
        "test/questions.json": json.dumps([["is it?", "no", 3]]),
    }
    return Tiny(make("easy-vqa"), files, 3)


def _table() -> Tiny:
    rows = [
        "Is the ball that lies on the table red?,yes,a.png,yes/no",
        "What is that beside it?,a cat,b.png,other",
    ]
    text = "".join(f"{row}\n" for row in ["q,a,picture,kind", *rows])
    columns = Columns(question="q", answer="a", image="picture", answer_type="kind")
    return Tiny(make("table", columns=columns), {"train.csv": text, "test.csv": text}, 4)


def _hf() -> Tiny:
    pictures = [{"bytes": b"first", "path": "1.png"}, {"bytes": b"second", "path": None}]
    table = pa.table({"question": ["Is it?", "Why?"], "answer": ["yes", "fun"], "image": pictures})
    name = "data/{}-00000-of-00001.parquet"
    return Tiny(make("hf"), {name.format("train"): table, name.format("test"): table}, 4)


def _clevr() -> Tiny:
    def row(number: int, image: int, question: str, answer: str, split: str) -> dict[str, Any]:
        steps = [("scene", [], []), ("filter_color", ["red"], [0]), ("count", [], [1])]
        return {
            "question_index": number,
            "question_family_index": 44,
            "image_index": image,
            "image_filename": f"CLEVR_{split}_{image:06d}.png",
            "split": split,
            "question": question,
            "answer": answer,
            "program": [{"function": name, "value_inputs": words, "inputs": inputs} for name, words, inputs in steps],
        }

    def document(split: str, *rows: tuple[int, str, str]) -> str:
        every = [row(number, *each, split) for number, each in enumerate(rows)]
        return json.dumps({"info": {"license": "Creative Commons Attribution (CC BY 4.0)"}, "questions": every})

    train = document("train", (0, "How many red things are there?", "3"), (0, "Is it a cube?", "no"))
    val = document("val", (12, "What color is it?", "red"))
    return Tiny(
        make("clevr"), {"questions/CLEVR_train_questions.json": train, "questions/CLEVR_val_questions.json": val}, 3
    )


TINY: dict[str, Callable[[], Tiny]] = {
    "clevr": _clevr,
    "easy-vqa": _easy_vqa,
    "gqa": _gqa,
    "hf": _hf,
    "math-vision": _math_vision,
    "nlvr": _nlvr,
    "pope": _pope,
    "sugarcrepe": _sugarcrepe,
    "table": _table,
    "tri-bench": _tri_bench,
    "vqa-rad": _vqa_rad,
    "vqa-v2": _vqa_v2,
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`each_tiny` runs over all formats, `text_tiny` and `json_tiny` over those with text or JSON files."""
    if "each_tiny" in metafunc.fixturenames:
        metafunc.parametrize("each_tiny", [make() for make in TINY.values()], ids=list(TINY))
    if "text_tiny" in metafunc.fixturenames:
        texts = [name for name in TINY if name != "hf"]
        metafunc.parametrize("text_tiny", [TINY[name]() for name in texts], ids=texts)
    if "json_tiny" in metafunc.fixturenames:
        documents = [name for name in TINY if name not in ("hf", "table", "tri-bench")]
        metafunc.parametrize("json_tiny", [TINY[name]() for name in documents], ids=documents)


@pytest.fixture
def tiny_corpus() -> Callable[[str], Tiny]:
    """The tiny corpus of a format."""
    return lambda name: TINY[name]()


@pytest.fixture
def read() -> Callable[[Corpus, Path | None], list[Row | BadInput]]:
    """Read all splits of a corpus."""
    return read_all


@pytest.fixture
def jsonl() -> Callable[..., str]:
    """Records as JSON Lines."""
    return lines


@pytest.fixture
def official() -> Callable[[str], Path]:
    """The folder of the real corpora, for a test that needs one of them."""

    def find(name: str) -> Path:
        folder = os.environ.get("TWOKEYS_CORPORA", "")
        if not folder or not (Path(folder) / name).is_dir():
            pytest.skip(f"TWOKEYS_CORPORA names no folder with {name!r}")
        return Path(folder)

    return find


def lay_out(path, content):
    """Write a file: a table of Arrow as Parquet, anything else as text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, pa.Table):
        pq.write_table(content, path, row_group_size=2)
    else:
        path.write_text(content, encoding="utf-8")


@pytest.fixture
def table(tmp_path):
    """Write files, read all rows."""

    def read(files, columns=None, **fields):
        for name, content in files.items():
            lay_out(tmp_path / "t" / name, content)
        columns = Columns(**(COLUMNS | (columns or {})))
        corpus = Corpus(format="table", name="mine", path="t", revision="r", license="mit", columns=columns, **fields)
        form = reader("table")
        root = form.root(corpus, tmp_path)
        read.splits = form.splits(corpus, root)
        read.files = [path.relative_to(root).as_posix() for path in form.files(corpus, root)]
        return [row for split in corpus.splits or read.splits for row in form.read(corpus, root, split)]

    return read
