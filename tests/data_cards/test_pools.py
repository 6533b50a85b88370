"""Pools in what is written about a dataset: all are counted, and those of which an image is published are origins."""

from __future__ import annotations

import json

import pytest
import yaml

from twokeys.data_cards.card import card
from twokeys.data_cards.citation import citation_text
from twokeys.data_cards.croissant import croissant_text
from twokeys.data_cards.datasheet_facts import facts
from twokeys.data_cards.header import header
from twokeys.data_cards.licences import licence_text, whole_licence
from twokeys.data_cards.manifest import PoolSource


def pool(name: str, licence: str, published: int) -> PoolSource:
    return PoolSource(
        name=name,
        format="images",
        revision="2017",
        license=licence,
        license_link="https://example.org/terms" if licence == "other" else None,
        citation="Ada Example, Many photos, 2017.",
        homepage=f"https://example.org/{name}",
        notice="Copyright Ada Example",
        files={},
        named=1_240,
        read=1_234,
        left_out={"the image has ... x ... pixels": 2, "the bytes do not decode": 3},
        published=published,
    )


@pytest.fixture
def shown(manifest):
    """With one pool of which images are published, and one of which none is."""
    pools = [pool("photos", "cc-by-sa-4.0", 12), pool("drawings", "agpl-3.0", 0)]
    return manifest.model_copy(update={"pools": pools})


def test_the_whole_is_given_on_as_all_allow_whose_images_are_published(manifest, shown):
    assert (whole_licence(manifest), whole_licence(shown)) == ("cc-by-4.0", "cc-by-sa-4.0")
    other = manifest.model_copy(update={"pools": [pool("photos", "agpl-3.0", 1)]})
    with pytest.raises(ValueError, match=r"'easy_vqa' \(mit\) and 'photos' \(agpl-3.0\) cannot be distributed as one"):
        whole_licence(other)
    forbids = manifest.model_copy(update={"pools": [pool("photos", "cc-by-nd-4.0", 1)]})
    with pytest.raises(ValueError, match=r"'photos' is under cc-by-nd-4\.0, which does not let adapted material"):
        whole_licence(forbids)


def test_the_licence_file_keeps_the_terms_of_pools_that_are_shown(shown):
    text = licence_text(shown)
    assert "photos: cc-by-sa-4.0\n  Terms:    https://creativecommons.org/licenses/by-sa/4.0/\n" in text
    assert "  Covers:   its 12 images, of retrieved partners, as far as its terms reach\n" in text
    assert text.endswith("  Cite:     Ada Example, Many photos, 2017.\n  Notice:\n\n    Copyright Ada Example\n")
    assert "drawings" not in text


def test_the_card_counts_every_pool_and_cites_those_that_are_shown(manifest, shown, dataset_info):
    text = card(shown, dataset_info)
    terms = "[cc-by-sa-4.0](https://creativecommons.org/licenses/by-sa/4.0/)"
    assert f"\n| [photos](https://example.org/photos) | `2017` | {terms} | 1,234 | 5 | 12 |\n" in text
    assert "\n| [drawings](https://example.org/drawings) | `2017` | [agpl-3.0]" in text
    assert text.count("Ada Example, Many photos, 2017.") == 1
    assert "distributed under\n`cc-by-sa-4.0`" in text
    assert "Pools" not in card(manifest, dataset_info)


def test_the_header_names_pools_that_are_shown(shown, dataset_info):
    found = header(shown, dataset_info)
    assert found["source_datasets"] == ["extended|easy_vqa", "extended|nlvr", "extended|photos"]
    assert "cc-by-sa-4.0" in json.dumps(found)


def test_citations_and_croissant_name_pools_that_are_shown(shown, dataset_info):
    references = yaml.safe_load(citation_text(shown))["references"]
    assert [reference["title"] for reference in references[:-1]][-1] == "photos"
    assert references[2]["notes"] == "Ada Example, Many photos, 2017."
    hashes = {f"{info['config_name']}/test-00000-of-00001.parquet": "0" * 64 for info in dataset_info}
    body = json.loads(croissant_text(shown, dataset_info, hashes))
    assert [source["name"] for source in body["isBasedOn"]] == ["easy_vqa", "nlvr", "photos"]
    assert body["license"][-1] == "https://creativecommons.org/licenses/by-sa/4.0/"
    looked = "revision 2017: partners were looked for among its 1,234 images; 5 could not be used"
    assert body["rai:dataCollection"][2:] == [
        f"photos, {looked}, 12 are published",
        f"drawings, {looked}, 0 are published",
    ]


def test_the_datasheet_says_what_was_looked_through(shown):
    said = facts(shown)
    assert said["collection.acquired"][2] == (
        "photos, revision 2017: partners were looked for among its 1,234 images, of which 12 are published. "
        "Left out were 3: the bytes do not decode; 2: the image has ... x ... pixels. "
        "https://example.org/photos `Ada Example, Many photos, 2017.`"
    )
    assert [line.partition(":")[0] for line in said["distribution.licence"][:3]] == ["easy_vqa", "nlvr", "photos"]


def test_a_manifest_with_pools_is_read_back(shown, tmp_path):
    (tmp_path / "manifest.json").write_text(shown.text(), encoding="utf-8")
    assert type(shown).load(tmp_path) == shown
