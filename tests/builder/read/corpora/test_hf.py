from __future__ import annotations

import huggingface_hub
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from twokeys.builder.read.corpora import reader
from twokeys.builder.read.pictures import read_bytes
from twokeys.builder.recipe import Columns, Corpus
from twokeys.core.errors import BadInput

COMMIT = "0123456789abcdef0123456789abcdef01234567"
CARD = """---
license: mit
configs:
- config_name: default
  version: 1.0.7
  data_files:
  - split: validation
    path: data/val-*
- config_name: removed
  data_files:
  - split: test
    path: removed/*.parquet
---
# A card
"""


def content(first: str) -> pa.Table:
    pictures = [{"bytes": f"{first} {n}".encode(), "path": f"{n}.png"} for n in range(3)]
    return pa.table({"question": ["a", "b", "c"], "answer": [first] * 3, "image": pictures})


@pytest.fixture
def folder(tmp_path):
    for name in ("data/val-00000-of-00002", "data/val-00001-of-00002", "removed/part"):
        path = tmp_path / "bench" / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(content(name), path)
    (tmp_path / "bench/README.md").write_text(CARD)
    return tmp_path / "bench"


def corpus(**fields) -> Corpus:
    usual = {"path": "bench", "revision": COMMIT, "columns": Columns()}
    return Corpus(format="hf", name="mine", license="mit", **(usual | fields))


def read(corpus, corpora):
    form = reader("hf")
    root = form.root(corpus, corpora)
    return {split: list(form.read(corpus, root, split)) for split in form.splits(corpus, root)}


def test_the_card_says_which_files_are_which_split(folder, tmp_path):
    rows = read(corpus(), tmp_path)
    assert list(rows) == ["validation"]
    assert [row.answer for row in rows["validation"]] == ["data/val-00000-of-00002"] * 3 + [
        "data/val-00001-of-00002"
    ] * 3
    assert [row.source_id for row in rows["validation"]] == ["1", "2", "3", "4", "5", "6"]


def test_another_config_is_chosen_by_name(folder, tmp_path):
    rows = read(corpus(options={"config": "removed"}), tmp_path)
    assert [(split, row.file) for split, found in rows.items() for row in found] == [
        ("test", "removed/part.parquet")
    ] * 3


def test_an_unknown_config_is_told_with_those_that_are_there(folder, tmp_path):
    with pytest.raises(BadInput, match="removed"):
        read(corpus(options={"config": "nope"}), tmp_path)


def test_without_a_card_splits_are_told_by_the_names_of_the_shards(folder, tmp_path):
    (folder / "README.md").unlink()
    (folder / "removed/part.parquet").rename(folder / "data/test-00000-of-00001.parquet")
    (folder / "removed").rmdir()
    assert set(read(corpus(), tmp_path)) == {"val", "test"}


def test_picture_bytes_stay_in_the_shards_and_are_found_there(folder, tmp_path):
    row = read(corpus(), tmp_path)["validation"][4]
    assert row.image == "parquet:data/val-00001-of-00002.parquet#image#1"
    assert read_bytes(row.image, folder) == b"data/val-00001-of-00002 1"


def test_a_folder_behind_a_link_is_read_like_any_other(folder, tmp_path):
    before = read(corpus(), tmp_path)
    (tmp_path / "link").symlink_to(folder)
    assert read(corpus(path="link"), tmp_path) == before


def test_a_snapshot_of_the_hub_s_cache_is_read_like_any_other(folder, tmp_path):
    before = read(corpus(), tmp_path)
    cache = tmp_path / "datasets--owner--name"
    (cache / "blobs").mkdir(parents=True)
    (cache / "snapshots").mkdir()
    snapshot = folder.rename(cache / "snapshots" / "0123abc")
    blob = (snapshot / "data/val-00000-of-00002.parquet").rename(cache / "blobs" / "deadbeef")
    (snapshot / "data/val-00000-of-00002.parquet").symlink_to("../../../blobs/deadbeef")
    assert blob.is_file()
    assert read(corpus(path="datasets--owner--name/snapshots/0123abc"), tmp_path) == before


def test_files_are_those_of_the_wanted_splits(folder, tmp_path):
    form = reader("hf")
    root = form.root(corpus(), tmp_path)
    files = [path.relative_to(root).as_posix() for path in form.files(corpus(), root)]
    assert files == ["data/val-00000-of-00002.parquet", "data/val-00001-of-00002.parquet"]


def test_a_script_in_the_folder_is_never_run(folder, tmp_path):
    (folder / "bench.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    with pytest.raises(BadInput, match="scripts are no longer supported"):
        read(corpus(), tmp_path)
    assert not (tmp_path / "ran").exists()


def test_an_empty_folder_is_unusable(tmp_path):
    (tmp_path / "bench").mkdir()
    with pytest.raises(BadInput, match="Parquet shards"):
        read(corpus(), tmp_path)


def test_a_repository_is_fetched_at_its_commit_without_scripts(folder, monkeypatch):
    asked = {}

    def snapshot_download(repository, **options):
        asked.update(options, repository=repository)
        return str(folder)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
    rows = read(corpus(path=None, options={"repository": "owner/bench"}), None)
    assert len(rows["validation"]) == 6
    assert asked == {
        "repository": "owner/bench",
        "repo_type": "dataset",
        "revision": COMMIT,
        "allow_patterns": ["README.md", "*.parquet"],
    }


@pytest.mark.parametrize("revision", ["main", "v1.0", COMMIT[:7], COMMIT.upper()])
def test_a_repository_needs_a_whole_commit(revision):
    with pytest.raises(BadInput, match="a commit of 40 hex digits"):
        reader("hf").root(corpus(path=None, revision=revision, options={"repository": "owner/bench"}), None)


def test_a_repository_that_cannot_be_had_is_told(monkeypatch):
    def snapshot_download(repository, **options):
        raise huggingface_hub.errors.LocalEntryNotFoundError("offline and not in the cache")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
    with pytest.raises(BadInput, match=r"'owner/bench' cannot be read.*offline and not in the cache"):
        reader("hf").root(corpus(path=None, options={"repository": "owner/bench"}), None)
