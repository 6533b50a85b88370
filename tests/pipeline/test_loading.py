"""What `datasets.load_dataset` makes of a published folder, offline, as its users will call it."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from datasets import DatasetDict, Image, get_dataset_config_names, load_dataset
from PIL import Image as Pictures
from PIL.Image import Image as Picture

from tests.pipeline.conftest import Build
from tests.pipeline.toy import ROOT, Row, Toy, offline, rule_file
from twokeys.builder.build import Built
from twokeys.builder.publish.fingerprint import fingerprint
from twokeys.builder.verify import verify


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def load(folder: Path, cache: Path, config: str = "balanced", **more: Any) -> DatasetDict:
    return load_dataset(str(folder), config, cache_dir=str(cache), **more)


def rows(loaded: DatasetDict) -> Iterator[Row]:
    """All rows with their split, pictures as original bytes."""
    for split, part in loaded.items():
        plain = part.cast_column("image", Image(decode=False)) if "image" in part.features else part
        for row in plain:
            yield row | {"split": split}


def said(built: Built, config: str = "balanced") -> str:
    return built.manifest.configs[config].fingerprint


@pytest.mark.parametrize("streaming", [False, True], ids=["downloaded", "streamed"])
def test_every_config_loads_with_its_splits_and_its_fingerprint(built: Built, cache: Path, streaming: bool) -> None:
    assert sorted(get_dataset_config_names(str(built.folder), cache_dir=str(cache))) == [
        "balanced",
        "measurements",
        "removed",
    ]
    for name, config in built.manifest.configs.items():
        loaded = load(built.folder, cache, name, streaming=streaming)
        found = list(rows(loaded))
        counts = {split: sum(row["split"] == split for row in found) for split in loaded}
        assert counts == config.splits
        assert fingerprint(found) == config.fingerprint


def test_the_balanced_config_is_the_one_without_a_name(built: Built, cache: Path) -> None:
    assert fingerprint(rows(load_dataset(str(built.folder), cache_dir=str(cache)))) == said(built)


def test_measurements_are_a_config_of_their_own_that_joins_by_id(built: Built, cache: Path) -> None:
    loaded = load_dataset(str(built.folder), cache_dir=str(cache))
    measurements = load_dataset(str(built.folder), "measurements", cache_dir=str(cache))
    for split in ("train", "test"):
        items = loaded[split].remove_columns("image").to_pandas()
        joined = items.merge(measurements[split].to_pandas(), on="id", validate="one_to_one")
        assert len(joined) == len(items) == len(measurements[split])
        assert joined["id"].tolist() == measurements[split]["id"], "one tier, one order"
        assert joined["question_prior_p_gold"].between(0, 1).all()
        assert set(measurements[split].column_names) & set(items) == {"id"}
    assert {name for name in loaded["test"].column_names if not name.isidentifier()} == set()


def test_the_default_config_holds_the_benchmark_and_nothing_else(built: Built, cache: Path) -> None:
    assert load(built.folder, cache)["test"].column_names == [
        "id", "image", "question", "choices", "answer", "compared", "accepted", "answers", "answer_type",
        "image_partner", "question_partner", "quad", "answer_source", "source", "source_revision", "source_id", "row",
        "license", "image_key", "image_width", "image_height", "image_colour", "question_key", "group", "meta",
    ]  # fmt: skip


def test_the_lines_of_the_card_join_measurements(built: Built, cache: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", (built.folder / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    (lines,) = [block for block in blocks if "merge(measurements" in block]
    code = f"{lines}\nprint(len(joined), 'question_prior_p_gold' in joined)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=built.folder.parent, env=offline(cache), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == [str(built.manifest.configs["balanced"].splits["test"]), "True"]


def test_streaming_gives_the_same_rows_in_the_same_order(built: Built, cache: Path) -> None:
    whole, streamed = load(built.folder, cache), load(built.folder, cache, streaming=True)
    assert list(rows(whole)) == list(rows(streamed))


def test_a_wrong_config_and_a_wrong_split_name_those_that_exist(built: Built, cache: Path) -> None:
    with pytest.raises(ValueError, match=r"'nope' not found. Available: \['balanced', 'measurements', 'removed'\]"):
        load(built.folder, cache, "nope")
    with pytest.raises(ValueError, match=r'Unknown split "dev"\. Should be one of \[.*train.*\]'):
        load(built.folder, cache, split="dev")


def test_pictures_decode_as_a_user_sees_them(built: Built, cache: Path) -> None:
    for row in load(built.folder, cache)["test"]:
        assert isinstance(row["image"], Picture)
        assert row["image"].size == (row["image_width"], row["image_height"])


def test_pictures_are_the_bytes_of_the_source_files(built: Built, toy: Toy, cache: Path) -> None:
    source = {(split, row["id"]): row["picture"] for split, rows in toy.rows.items() for row in rows}
    kinds = set()
    for row in rows(load(built.folder, cache)):
        name = source[row["split"], row["source_id"]]
        original = (toy.corpora / toy.pictures / name).read_bytes()
        assert hashlib.sha256(row["image"]["bytes"]).digest() == hashlib.sha256(original).digest()
        assert row["image"]["path"] is None
        kinds.add((Path(name).suffix, original[:3]))
    assert kinds == {(".png", b"\x89PN"), (".jpg", b"\xff\xd8\xff")}, "both kinds are kept, not converted"


KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "png": ("P", {"transparency": 0}),
    "PNG": ("I;16", {}),
    "la.png": ("LA", {}),
    "rgba.png": ("RGBA", {}),
    "1.png": ("1", {}),
    "jpg": ("CMYK", {}),
    "jpeg": ("L", {"quality": 30}),
    "gif": ("P", {}),
    "webp": ("RGB", {"lossless": False}),
    "bmp": ("RGB", {}),
    "tiff": ("RGB", {}),
    "tif": ("F", {}),
}
"""File name ending -> mode of the pixels, and how they are saved."""


def test_pictures_of_every_kind_keep_their_bytes(tmp_path: Path, make: Build, cache: Path) -> None:
    toy = Toy.balanced(tmp_path / "corpora")
    folder = toy.corpora / toy.pictures
    names = sorted({row["picture"] for rows in toy.rows.values() for row in rows})
    renamed = {}
    for name, (ending, (mode, options)) in zip(names, KINDS.items(), strict=True):
        renamed[name] = f"{name.removesuffix('.png')}.{ending}"
        drawn = Pictures.open(folder / name)
        drawn = drawn.convert("L").convert(mode) if mode == "I;16" else drawn.convert(mode)
        drawn.save(folder / renamed[name], **options)
    for row in (row for rows in toy.rows.values() for row in rows):
        row["picture"] = renamed[row["picture"]]
    built = make(toy.write())
    assert built.manifest.kept == built.manifest.rows_read
    assert all(finding.ok for finding in verify(built.folder))
    originals = {
        path.read_bytes() for path in folder.rglob("*.*") if path.relative_to(folder).as_posix() in renamed.values()
    }
    assert {row["image"]["bytes"] for row in rows(load(built.folder, cache))} == originals
    for part in load(built.folder, cache).values():
        assert all(row["image"].size == (row["image_width"], row["image_height"]) for row in part)


TEXTS = [
    "a|b `c` *d* [/bold]",
    "<script>alert(1)</script>",
    "{{ m.title }}{% raw %}",
    "two\nlines",
    "nul\0and\ttab",
    "\U0001f600 e\u0301 \u202ertl \u2028",
    "'\"\\",
    "---\nname: x\n---",
    "x" * 5000,
]


def test_texts_of_every_kind_are_published_as_they_are_seen(tmp_path: Path, make: Build, cache: Path) -> None:
    toy = Toy.balanced(tmp_path / "corpora")
    for row in (row for rows in toy.rows.values() for row in rows):
        kind = TEXTS[sum(map(ord, row["question"])) % len(TEXTS)]
        row["question"] = f"{row['question']} {kind}"
        row["answer"] = f"{row['answer']} \U0001f600|{{{{"
    built = make(
        toy.write(),
        title="A | *title* `x` {{ 7 * 7 }}: # 'q' \"d\"",
        description="colons: and\n---\nlines",
        authors=['A "B" <c@d>', "O'Neil: X"],
        corpora=[toy.corpus(revision="a|b`c\n- x: 1", license="of: its <own>", citation="@misc{a, title={b}}\n```")],
    )
    assert built.manifest.kept == built.manifest.rows_read
    assert all(finding.ok for finding in verify(built.folder))
    loaded = list(rows(load(built.folder, cache)))
    unseen = str.maketrans("", "", "\0\u202e")  # what nobody sees is not published
    expected = {
        " ".join(unicodedata.normalize("NFC", row["question"].translate(unseen)).split())
        for part in toy.rows.values()
        for row in part
    }
    assert {row["question"] for row in loaded} == expected
    assert fingerprint(loaded) == said(built)


def test_no_column_that_is_always_there_is_ever_missing(built: Built, cache: Path) -> None:
    always = {
        "id", "image", "question", "choices", "answer", "answers", "answer_type", "answer_source", "source",
        "source_revision", "source_id", "row", "license", "image_key", "question_key", "group", "meta",
    }  # fmt: skip
    for row in rows(load(built.folder, cache)):
        assert not {name for name in always if row[name] is None}
        assert row["id"] == f"toy:{row['split']}:{row['source_id']}"


def test_rebuilt_in_place_the_same_process_gets_the_new_rows(toy: Toy, make: Build, cache: Path) -> None:
    first = make(toy)
    assert fingerprint(rows(load(first.folder, cache))) == said(first)
    # As many rows of as many bytes as before: only the letters' case differs.
    second = make(toy, text={"lowercase": True})
    assert second.folder == first.folder
    assert second.manifest.configs["balanced"].splits == first.manifest.configs["balanced"].splits
    assert said(second) != said(first)
    assert fingerprint(rows(load(second.folder, cache))) == said(second)
    assert fingerprint(rows(load(second.folder, cache, "removed"))) == said(second, "removed")


def test_rebuilt_in_place_a_fresh_process_gets_the_new_rows(toy: Toy, make: Build, cache: Path) -> None:
    script = (
        "import sys; from datasets import Image, load_dataset; from twokeys import fingerprint\n"
        "loaded = load_dataset(sys.argv[1]).cast_column('image', Image(decode=False))\n"
        "print(fingerprint(row | {'split': split} for split in loaded for row in loaded[split]))"
    )

    def in_a_fresh_process(built: Built) -> str:
        command = [sys.executable, "-c", script, str(built.folder)]
        done = subprocess.run(command, cwd=ROOT, env=offline(cache), capture_output=True, text=True, check=True)
        return done.stdout.split()[-1]

    first = make(toy)
    assert in_a_fresh_process(first) == said(first)
    second = make(toy, text={"lowercase": True})
    assert in_a_fresh_process(second) == said(second) != said(first)


def test_a_rebuild_that_changes_only_reasons_is_seen(toy: Toy, make: Build, cache: Path, tmp_path: Path) -> None:
    first = make(toy)
    assert fingerprint(rows(load(first.folder, cache, "removed"))) == said(first, "removed")
    second = make(toy, rules=[*toy.recipe()["rules"], f"{rule_file(tmp_path)}:Nice"])
    assert said(second) == said(first), "what could not be balanced now falls to a rule"
    assert said(second, "removed") != said(first, "removed")
    assert fingerprint(rows(load(second.folder, cache, "removed"))) == said(second, "removed")


def test_folders_of_the_same_name_do_not_collide(toy: Toy, make: Build, cache: Path) -> None:
    one = make(toy, "a/bench")
    other = make(toy, "b/bench", text={"lowercase": True})
    assert said(one) != said(other)
    for built in (one, other, one):
        assert fingerprint(rows(load(built.folder, cache))) == said(built)


def test_many_shards_hold_the_same_rows(
    toy: Toy, built: Built, make: Build, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("twokeys.builder.publish.rows.SHARD_BYTES", 1500)
    monkeypatch.setattr("twokeys.builder.publish.rows.GROUP_BYTES", 1500)
    cut = make(toy)
    assert len(list((cut.folder / "balanced").glob("train-*.parquet"))) > 2
    assert fingerprint(rows(load(cut.folder, cache))) == said(cut) == said(built)
    assert load(cut.folder, cache, streaming=True)["train"].num_shards > 2


def test_a_moved_folder_still_loads(folder: Path, built: Built, cache: Path, tmp_path: Path) -> None:
    assert fingerprint(rows(load(folder.rename(tmp_path / "elsewhere"), cache))) == said(built)


def test_a_picture_is_stored_once_however_many_questions_it_has(built: Built, toy: Toy) -> None:
    pictures = sum(path.stat().st_size for path in (toy.corpora / toy.pictures).rglob("*.*"))
    rows = sum(1 for path in (built.folder / "balanced").glob("*.parquet") for _ in pd.read_parquet(path)["id"])
    assert rows > 70, "some five questions a picture"
    assert built.manifest.unique_image_bytes <= pictures


def test_the_card_counts_what_the_certificate_says(built: Built, cache: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", (built.folder / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    counting = [block for block in blocks if "load_dataset" not in block]
    assert len(counting) == 2
    command = [sys.executable, "-c", "\n".join(counting) + "\nprint('removed', len(removed))"]
    done = subprocess.run(
        command, cwd=built.folder, env=offline(cache), capture_output=True, text=True, check=True
    ).stdout
    certificate = json.loads((built.folder / "certificate.json").read_text(encoding="utf-8"))
    for split in ("all", "test", "train"):
        for view in ("question", "image"):
            found = certificate["ceilings"]["all" if split == "all" else f"split={split}"][view]
            key = "image_key" if view == "image" else view
            assert f"{split} {key}: {found['right']} of {found['items']} = " in done
    assert f"removed {sum(built.manifest.configs['removed'].splits.values())}" in done
