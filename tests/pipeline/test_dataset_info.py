"""The card's header says all that `dataset_info` can say, in the words of `datasets` itself, for every config."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from datasets import Features, get_dataset_split_names
from datasets.info import DatasetInfosDict
from huggingface_hub import DatasetCard, DatasetCardData

from tests.pipeline.conftest import Build
from tests.pipeline.toy import Toy
from twokeys.builder.build import Built


@pytest.fixture
def everything(toy: Toy, make: Build) -> Built:
    """A build with every config that costs no judging."""
    return make(toy, eval=True, pair={"partners": "any", "publish": True})


def test_datasets_reads_complete_infos_of_every_config(everything: Built) -> None:
    infos = DatasetInfosDict.from_directory(str(everything.folder))
    assert set(infos) == set(everything.manifest.configs) >= {"balanced", "removed", "pairs", "eval-open"}
    for name, info in infos.items():
        files = sorted((everything.folder / name).glob("*.parquet"))
        assert info.features == Features.from_arrow_schema(pq.read_schema(files[0]))
        assert {split: part.num_examples for split, part in info.splits.items()} == (
            everything.manifest.configs[name].splits
        )
        assert info.download_size == sum(file.stat().st_size for file in files)
        assert info.dataset_size == sum(part.num_bytes for part in info.splits.values())
        for split, part in info.splits.items():
            groups = [pq.read_metadata(file) for file in files if file.name.startswith(f"{split}-")]
            sizes = [data.row_group(index).total_byte_size for data in groups for index in range(data.num_row_groups)]
            assert part.num_bytes == sum(sizes) > 0


def test_every_config_names_its_splits(everything: Built, tmp_path: Path) -> None:
    for name, config in everything.manifest.configs.items():
        found = get_dataset_split_names(str(everything.folder), name, cache_dir=str(tmp_path))
        assert sorted(found) == sorted(config.splits)


def test_the_hubs_card_class_reads_the_header_and_loses_nothing(everything: Built) -> None:
    card = DatasetCard.load(everything.folder / "README.md")
    assert isinstance(card.data, DatasetCardData)
    said = card.data.to_dict()
    again = DatasetCard(f"---\n{card.data.to_yaml()}\n---\n# Text\n").data.to_dict()
    assert again == said
    assert {part["config_name"] for part in said["configs"]} == {part["config_name"] for part in said["dataset_info"]}
    assert all(
        part.keys() == {"config_name", "features", "splits", "download_size", "dataset_size"}
        for part in said["dataset_info"]
    )
