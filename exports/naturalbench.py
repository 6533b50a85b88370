"""NaturalBench: a row for each quad, two images and two questions with their four answers.

The official scores expect one answer (`yes`) on image 0 to question 0 and on image 1 to question 1, the other one
elsewhere; the quads of a folder are turned so. Source of the form: Li et al. 2024 (arXiv 2410.14669).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from twokeys.audit.evaluation.pairs import named
from twokeys.core.errors import BadInput
from twokeys.exports.format import Format
from twokeys.exports.source import Source

Row = dict[str, Any]


def write(source: Source, out: Path) -> None:
    """Write one Parquet file.

    Raises:
        BadInput: When the folder has no quads.
    """
    from datasets import Features, Image, Value

    text = Value("string")
    features = Features(
        {"Index": Value("int64"), "Image_0": Image(), "Image_1": Image(), "Question_0": text, "Question_1": text}
        | {f"Image_{image}_Question_{question}": text for question in (0, 1) for image in (0, 1)}
        | {"Question_Type": text, "Source": text, "Quad": text}
        | {f"Id_Image_{image}_Question_{question}": text for question in (0, 1) for image in (0, 1)}
    )
    rows = list(quads(source))
    if not rows:
        folder, config = source.published.folder, source.facts["config"]
        remedy = "export another config or split, or build with `pair`"
        raise BadInput(folder, config, "there are no quads", "", remedy)
    pictures = dict(source.pictures())
    schema = features.arrow_schema.with_metadata(
        {**features.arrow_schema.metadata, b"twokeys": repr(source.facts).encode()}
    )
    with pq.ParquetWriter(out / f"{source.facts['split']}-00000-of-00001.parquet", schema, compression="zstd") as file:
        for start in range(0, len(rows), 256):
            block = [
                row | {f"Image_{i}": {"bytes": pictures[row[f"Image_{i}"]], "path": None} for i in (0, 1)}
                for row in rows[start : start + 256]
            ]
            file.write_table(pa.Table.from_pylist(block, schema=schema))


def quads(source: Source) -> Iterator[Row]:
    """Rows of the export, images by their keys."""
    items = source.rows
    for number, places in enumerate(named(source.table)["group"]):
        own = sorted((items[place] for place in places), key=lambda row: (row["question_key"], row["image_key"]))
        first = _first(own)
        q0, i0 = first["question_key"], first["image_key"]
        cell = {(row["image_key"] != i0, row["question_key"] != q0): row for row in own}
        row: Row = {
            "Index": number,
            "Image_0": i0,
            "Image_1": cell[True, False]["image_key"],
            "Question_0": first["question"],
            "Question_1": cell[False, True]["question"],
            "Question_Type": kind(own),
            "Source": first["source"],
            "Quad": first["quad"],
        }
        for question in (0, 1):
            for image in (0, 1):
                item = cell[bool(image), bool(question)]
                row[f"Image_{image}_Question_{question}"] = said(item)
                row[f"Id_Image_{image}_Question_{question}"] = item["id"]
        yield row


def kind(items: list[Row]) -> str:
    """`yes_no`, which the official scores read; `open`, which they do not."""
    return "yes_no" if all(row["compared"] in ("yes", "no") and not row["choices"] for row in items) else "open"


def said(row: Row) -> str:
    """An answer as the official files write it: `Yes` and `No`; others as they are."""
    return {"yes": "Yes", "no": "No"}.get(str(row["compared"]), str(row["answer"]))


def _first(items: list[Row]) -> Row:
    """The item that is image 0, question 0: of a yes/no quad one that is answered yes."""
    return next((row for row in items if row["compared"] == "yes"), items[0])


def _use(source: Source) -> str:
    yes = sum(row["Question_Type"] == "yes_no" for row in quads(source))
    return f"""
```python
from datasets import load_dataset

quads = load_dataset("parquet", data_files="{source.facts["split"]}-00000-of-00001.parquet")["train"]
```

The columns are those of `BaiqiL/NaturalBench`, with `Quad` and the items' ids beside them. {yes:,} quads are `yes_no`,
and the official question, image and group scores can be computed on them; the others are `open`: their answers are
texts, and a program for NaturalBench has to be told what to do with them. Options of an item are not shown: use another
format for items with options.
"""


FORMAT = Format("naturalbench", "NaturalBench rows: two images, two questions, four answers", write, _use)
