"""Where a corpus keeps its images changes nothing: from files, cells and archives the same rows are published."""

from __future__ import annotations

import base64
import csv
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.pipeline.toy import Toy
from twokeys.builder.build import build
from twokeys.builder.verify import verify

FIELDS = ["id", "question", "choices", "answer", "picture"]


def in_cells(toy: Toy) -> dict[str, Any]:
    """As MMBench's TSV holds them."""
    for split, rows in toy.rows.items():
        toy.table(split).unlink()
        with toy.table(split).with_suffix(".tsv").open("w", newline="") as file:
            writer = csv.DictWriter(file, FIELDS, delimiter="\t")
            writer.writeheader()
            for row in rows:
                data = (toy.corpora / toy.pictures / row["picture"]).read_bytes()
                writer.writerow({name: row[name] for name in FIELDS} | {"picture": base64.b64encode(data).decode()})
    return {"image_folder": None}


def in_a_zip(toy: Toy) -> dict[str, Any]:
    with zipfile.ZipFile(toy.corpora / "toy" / "all.zip", "w") as archive:
        for path in (toy.corpora / toy.pictures).rglob("*.png"):
            archive.write(path, f"deep/{path.relative_to(toy.corpora / toy.pictures)}")
    return {"image_folder": "toy/all.zip"}


def in_a_packed_tar(toy: Toy) -> dict[str, Any]:
    with tarfile.open(toy.corpora / "toy" / "all.tar.gz", "w:gz") as archive:
        archive.add(toy.corpora / toy.pictures, "images")
    return {"image_folder": "toy/all.tar.gz"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("moved", "engine"),
    [(in_cells, "serial"), (in_a_zip, "serial"), (in_a_packed_tar, "serial"), (in_cells, "process")],
)
def test_the_same_rows_are_published(tmp_path: Path, moved: Callable[[Toy], dict[str, Any]], engine: str) -> None:
    toy = Toy.balanced(tmp_path / "corpora")

    def made(name: str, **changes: Any) -> Any:
        recipe = toy.save(tmp_path / f"{name}.yaml", corpora=[toy.corpus(**changes)])
        return build(recipe, tmp_path / name, corpora=toy.corpora, work=tmp_path / f"{name}.run", engine=engine)

    plain = made("plain")
    changes = moved(toy)
    for path in sorted((toy.corpora / toy.pictures).rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    other = made("other", **changes)
    for split in ("train", "test"):
        before, after = (
            pq.read_table(next(folder.glob(f"balanced/{split}*.parquet"))) for folder in (plain.folder, other.folder)
        )
        assert after.num_rows > 0
        assert after.column("id").to_pylist() == before.column("id").to_pylist()
        images = [[cell["bytes"] for cell in table.column("image").to_pylist()] for table in (before, after)]
        assert images[0] == images[1]
    assert verify(other.folder).ok
