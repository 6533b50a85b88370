"""A tiny hand-made folder: what the card says to run really runs, and it loads as the header says."""

from __future__ import annotations

import io
import re
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import Features, Image, List, Value, load_dataset
from PIL import Image as Pictures

from twokeys.data_cards.card import card
from twokeys.data_cards.manifest import Config

# One quad in `test`; in `dev` an unbalanced rest, and one question twice with other options each time, whose golds
# about E differ in text and share the letter A: who sees E alone is right on both.
ROWS = {
    "test": [("q1", "A", "yes"), ("q1", "B", "no"), ("q2", "A", "no"), ("q2", "B", "yes")],
    "dev": [
        ("q1", "C", "yes"),
        ("q1", "D", "yes"),
        ("q2", "C", "no"),
        ("q3 x y", "E", "x"),
        ("q3 z x", "E", "z"),
    ],
}
COUNTED = """\
all question: 7 of 9 = 77.8%
all image_key: 6 of 9 = 66.7%
dev question: 5 of 5 = 100.0%
dev image_key: 4 of 5 = 80.0%
test question: 2 of 4 = 50.0%
test image_key: 2 of 4 = 50.0%
"""
TEXT = Value("string")
BALANCED = Features(
    id=TEXT,
    question=TEXT,
    choices=List(TEXT),
    answer=TEXT,
    accepted=List(TEXT),
    image_key=TEXT,
    image=Image(),
    split=TEXT,
)
REMOVED = Features(id=TEXT, question=TEXT, answer=TEXT, image_key=TEXT, reason=TEXT)


def picture(name: str) -> dict:
    buffer = io.BytesIO()
    Pictures.new("RGB", (4, 4), (ord(name), 0, 0)).save(buffer, "PNG")
    return {"bytes": buffer.getvalue(), "path": None}


def write(path, features, rows) -> None:
    path.parent.mkdir(exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=features.arrow_schema), path)


def publish(folder, manifest, version="1.0.7", answers=("yes", "no")) -> None:
    """Write a folder as the builder would: two shards in dev, so that readers must join them."""
    swap = dict(zip(("yes", "no"), answers, strict=True))
    for split, items in ROWS.items():
        rows = [
            {
                "id": f"toy:{split}:{place}",
                "question": question.split()[0],
                "choices": question.split()[1:],
                "answer": swap.get(answer, answer),
                "accepted": [swap.get(answer, answer), *(["letter A"] if " " in question else [])],
                "image_key": key,
                "image": picture(key),
                "split": split,
            }
            for place, (question, key, answer) in enumerate(items)
        ]
        cut = 2 if split == "dev" else len(rows)
        shards = [rows[:cut], rows[cut:]] if split == "dev" else [rows]
        for place, shard in enumerate(shards):
            write(folder / f"balanced/{split}-{place:05d}-of-{len(shards):05d}.parquet", BALANCED, shard)
    gone = [
        {"id": f"toy:dev:{key}", "question": "q9", "answer": "no", "image_key": key, "reason": "why"} for key in "AZ"
    ]
    write(folder / "removed/dev-00000-of-00001.parquet", REMOVED, gone)
    sizes = {"balanced": {"dev": 5, "test": 4}, "removed": {"dev": 2}}
    configs = {name: Config(version=version, fingerprint="0", splits=splits) for name, splits in sizes.items()}
    infos = [
        {
            "config_name": name,
            "features": features._to_yaml_list(),
            "splits": [{"name": split, "num_bytes": 0, "num_examples": rows} for split, rows in sizes[name].items()],
            "download_size": 0,
            "dataset_size": 0,
        }
        for name, features in (("balanced", BALANCED), ("removed", REMOVED))
    ]
    text = card(manifest.model_copy(update={"configs": configs, "name": folder.name}), infos)
    (folder / "README.md").write_text(text, encoding="utf-8")


@pytest.fixture
def folder(manifest, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    path = tmp_path / "bench"
    path.mkdir()
    publish(path, manifest)
    return path


def programs(folder) -> list[str]:
    return re.findall(r"```python\n(.*?)```", (folder / "README.md").read_text(encoding="utf-8"), re.DOTALL)


def run(program: str, folder) -> str:
    done = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_few_lines_of_pandas_recount_the_ceilings(folder):
    recount = programs(folder)[1]
    assert sum(bool(line.strip()) for line in recount.splitlines()) == 11
    assert run(recount, folder) == COUNTED


def test_removed_items_find_their_picture_where_it_is_published(folder):
    _, recount, join = programs(folder)
    show = "print([(row.image_key, isinstance(row.image, dict), row.reason) for row in removed.itertuples()])"
    assert run(recount + join + show, folder).endswith("[('A', True, 'why'), ('Z', False, 'why')]\n")


def test_it_loads_as_the_header_says(folder, tmp_path):
    cache = str(tmp_path / "cache")
    loaded = load_dataset(str(folder), cache_dir=cache)
    assert {split: len(rows) for split, rows in loaded.items()} == {"dev": 5, "test": 4}
    assert loaded["test"][0]["image"].getpixel((0, 0)) == (65, 0, 0)
    assert load_dataset(str(folder), "removed", cache_dir=cache).num_rows == {"dev": 2}


def test_the_lines_that_load_are_right(folder, manifest):
    first = programs(folder)[0]
    assert first.splitlines() == [
        "from datasets import load_dataset",
        "",
        "# The first name is this folder, or the id of its repository.",
        'balanced = load_dataset("bench", "balanced", split="test")',
        'removed = load_dataset("bench", "removed", split="dev")',
    ]


def test_a_rebuilt_folder_never_serves_the_old_rows(folder, tmp_path, manifest):
    cache = str(tmp_path / "cache")
    before = load_dataset(str(folder), split="test", cache_dir=cache)["answer"]
    publish(folder, manifest, version="1.0.8", answers=("no", "yes"))
    after = load_dataset(str(folder), split="test", cache_dir=cache)["answer"]
    assert (list(before), list(after)) == (["yes", "no", "no", "yes"], ["no", "yes", "yes", "no"])
