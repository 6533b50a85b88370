"""`recipe init` with the name of a dataset on the Hub: what lies in the local cache is read, and nothing is fetched."""

from __future__ import annotations

import json

import pytest
from PIL import Image

from twokeys.builder.guess.draft import drafted
from twokeys.builder.guess.place import place
from twokeys.core.errors import BadInput


def test_a_hub_name_that_is_not_at_hand_is_told_how_to_get_it(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(BadInput, match="hf download --repo-type dataset nobody/nothing-at-all --local-dir DIR"):
        place("nobody/nothing-at-all")


def test_a_hub_name_in_the_local_cache_is_read_at_its_commit(tmp_path, monkeypatch):
    import huggingface_hub

    commit = "0123456789abcdef0123456789abcdef01234567"
    folder = tmp_path / f"datasets--o--n/snapshots/{commit}"
    folder.mkdir(parents=True)
    row = json.dumps({"question": "Q?", "answer": "a", "image": "1.png"})
    (folder / "test.jsonl").write_text(f"{row}\n{row}\n")
    Image.new("RGB", (16, 16)).save(folder / "1.png")
    asked = {}

    def snapshot_download(name, **options):
        asked.update(options)
        return str(folder)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
    assert place("o/n").commit == commit
    assert asked["local_files_only"] is True
    assert f"revision: {commit}" in drafted("n", place("o/n")).text()
