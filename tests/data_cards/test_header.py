from __future__ import annotations

import json
import re

import pytest
import yaml
from huggingface_hub import DatasetCard

from twokeys.core.columns import COLUMNS, column, type_name
from twokeys.data_cards.croissant import croissant_text
from twokeys.data_cards.header import header, header_text, size

LICENSES = {"apache-2.0", "cc-by-4.0", "cc0-1.0", "gpl-3.0", "mit", "odc-by", "other", "unknown"}
CREATORS = {"crowdsourced", "expert-generated", "found", "machine-generated", "no-annotation", "other"}
SIZES = {"n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "n>10M"}


def test_the_hub_reads_every_field(manifest, dataset_info):
    """`DatasetCard.validate` needs the network; this is what it checks, as far as it concerns us."""
    data = DatasetCard(header_text(manifest, dataset_info) + "\n# Text\n", ignore_metadata_errors=False).data
    assert data.license in LICENSES
    assert (data.to_dict()["license_link"], data.language) == ("LICENSE", ["en"])
    assert data.task_categories == ["visual-question-answering"]
    assert set(data.size_categories) <= SIZES
    assert set(data.annotations_creators) <= CREATORS
    assert data.pretty_name == "easy-VQA and NLVR, balanced"
    assert data.source_datasets == ["extended|easy_vqa", "extended|nlvr"]
    assert all(re.fullmatch(r"[a-z0-9-]+", tag) for tag in data.to_dict()["tags"])


def test_every_config_has_its_own_quoted_version(manifest, dataset_info):
    text = header_text(manifest, dataset_info)
    assert len(re.findall(r'^    version: "\d+\.\d+\.\d+"$', text, re.MULTILINE)) == 3
    versions = {config["config_name"]: config["version"] for config in yaml.safe_load(text[4:-4])["configs"]}
    assert {name: config.version for name, config in manifest.configs.items()} == versions


def test_balanced_comes_first_and_is_the_only_default(manifest, dataset_info):
    configs = header(manifest, dataset_info)["configs"]
    assert [c["config_name"] for c in configs] == ["balanced", "measurements", "removed"]
    assert [c.get("default") for c in configs] == [True, None, None]


def test_a_config_whose_name_sorts_before_balanced_does_not_come_before_it(manifest, dataset_info):
    configs = manifest.configs | {"audited": manifest.configs["removed"]}
    infos = [*dataset_info, dataset_info[0] | {"config_name": "audited"}]
    fields = header(manifest.model_copy(update={"configs": configs}), infos)
    for part in ("configs", "dataset_info"):
        assert [entry["config_name"] for entry in fields[part]] == ["balanced", "audited", "measurements", "removed"]


def test_data_files_name_one_split_each(manifest, dataset_info):
    files = header(manifest, dataset_info)["configs"][2]["data_files"]
    assert [{"split": split, "path": f"removed/{split}-*.parquet"} for split in ("dev", "test", "train")] == files


@pytest.mark.parametrize("version", ["1.2", "v1.0.1", "1.0.1-abc", "1.0.1\n"])
def test_a_version_that_readers_cannot_parse_is_refused(manifest, dataset_info, version):
    config = manifest.configs["balanced"].model_copy(update={"version": version})
    bad = manifest.model_copy(update={"configs": manifest.configs | {"balanced": config}})
    with pytest.raises(ValueError, match="is not of the form"):
        header(bad, dataset_info)


def test_incomplete_infos_are_refused(manifest, dataset_info):
    with pytest.raises(ValueError, match="dataset_info describes"):
        header(manifest, dataset_info[:1])


def test_a_config_without_rows_is_not_announced(nothing_kept, dataset_info):
    """It has no files; an entry without any, which comes last, keeps `load_dataset` from what was removed."""
    fields = header(nothing_kept, dataset_info)
    assert fields == header(nothing_kept, fields["dataset_info"])
    assert [config["config_name"] for config in fields["configs"]] == ["removed", "balanced"]
    assert [config.get("default") for config in fields["configs"]] == [None, True]
    assert fields["size_categories"] == ["n<1K"]


def test_one_licence_is_named_and_several_are_listed(manifest, dataset_info):
    fields = header(manifest, dataset_info)
    assert (fields["license"], fields["license_name"]) == ("other", "by-source-cc-by-4.0-mit")
    one = header(manifest.model_copy(update={"sources": manifest.sources[:1]}), dataset_info)
    assert one["license"] == "mit"
    assert "license_name" not in one
    own = manifest.sources[0].model_copy(update={"license": "other"})
    fields = header(manifest.model_copy(update={"sources": [own]}), dataset_info)
    assert tuple(fields[key] for key in ("license", "license_name", "license_link")) == (
        "other",
        "by-source-other",
        "LICENSE",
    )


def test_size_categories_meet_without_gap():
    assert [size(rows) for rows in (0, 1_000, 9_999, 10_000, 9_999_999, 10_000_000)] == [
        "n<1K",
        "1K<n<10K",
        "1K<n<10K",
        "10K<n<100K",
        "1M<n<10M",
        "n>10M",
    ]


def test_a_title_of_any_text_survives(manifest, dataset_info):
    title = 'No: "yes" --- # \\ \n---\nend'
    text = header_text(manifest.model_copy(update={"title": title}), dataset_info)
    assert title == DatasetCard(text + "\n# Text\n").data.pretty_name


def test_columns_of_the_item_table_have_a_meaning():
    assert {"id", "question", "choices", "answer", "image", "image_key", "reason"} <= set(COLUMNS)
    assert "all items read" in column("image_probe_prediction").meaning
    assert "fitted anew on the balanced set" in column("image_probe_refit_prediction").meaning
    with pytest.raises(ValueError, match="'mystery' has no meaning"):
        column("mystery")


@pytest.mark.parametrize(
    ("feature", "name"),
    [
        ({"name": "a", "dtype": "string"}, "string"),
        ({"name": "a", "list": {"dtype": "image"}}, "list of image"),
        ({"name": "a", "list": [{"name": "x", "dtype": "int32"}]}, "list of struct of x"),
        ({"name": "a", "sequence": "float32"}, "list of float32"),
        (
            {"name": "a", "struct": [{"name": "x", "dtype": "int32"}, {"name": "y", "list": "string"}]},
            "struct of x, y",
        ),
        ({"name": "a", "dtype": {"class_label": {"names": {"0": "no"}}}}, "class_label"),
    ],
)
def test_types_read_as_words(feature, name):
    assert name == type_name(feature)


@pytest.mark.parametrize(
    ("languages", "told"),
    [
        ([], {}),
        (["en"], {"language": ["en"], "multilinguality": ["monolingual"]}),
        (["de", "fr"], {"language": ["de", "fr"], "multilinguality": ["multilingual"]}),
    ],
)
def test_the_language_is_that_of_the_recipe_and_none_is_guessed(manifest, dataset_info, languages, told):
    of_recipe = manifest.model_copy(update={"recipe": manifest.recipe | {"language": languages}})
    for known in (of_recipe, *([] if languages else [manifest.model_copy(update={"recipe": {}})])):
        found = header(known, dataset_info)
        assert {name: found[name] for name in ("language", "multilinguality") if name in found} == told
        croissant = json.loads(croissant_text(known, dataset_info, {}))
        assert croissant.get("inLanguage", []) == (languages[0] if len(languages) == 1 else languages)
