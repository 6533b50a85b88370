from __future__ import annotations

from itertools import combinations, product

import pytest

from twokeys.data_cards.card import card
from twokeys.data_cards.citation import citation_text
from twokeys.data_cards.header import header
from twokeys.data_cards.licences import LICENCES, WHOLE, folder_licence, licence_text


@pytest.fixture
def under(manifest):
    """Make sources under the licences given."""

    def make(*ids: str):
        source = manifest.sources[0]
        return [
            source.model_copy(update={"name": f"s{place}", "license": name, "license_link": None})
            for place, name in enumerate(ids)
        ]

    return make


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        (["mit"], "mit"),
        (["MIT", "mit"], "mit"),
        (["cc0-1.0"], "cc0-1.0"),
        (["unknown"], "unknown"),
        (["mit", "cc-by-4.0"], "cc-by-4.0"),
        (["cc0-1.0", "apache-2.0", "odc-by"], "cc-by-4.0"),
        (["mit", "cc-by-sa-4.0"], "cc-by-sa-4.0"),
        (["cc-by-sa-3.0", "cc-by-sa-4.0"], "cc-by-sa-4.0"),
        (["cc-by-4.0", "cc-by-nc-4.0"], "cc-by-nc-4.0"),
        (["cc-by-nc-4.0", "cc-by-nc-sa-4.0"], "cc-by-nc-sa-4.0"),
        (["cc-by-sa-4.0", "gpl-3.0"], "gpl-3.0"),
        (["apache-2.0", "gpl-3.0"], "gpl-3.0"),
        (["mit", "other"], "other"),
        (["cc-by-nc-4.0", "some-new-licence"], "other"),
    ],
)
def test_the_freest_licence_that_suits_all_is_taken(under, ids, expected):
    assert expected == folder_licence(under(*ids))
    assert expected == folder_licence(under(*reversed(ids)))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("cc-by-sa-4.0", "cc-by-nc-4.0"),
        ("cc-by-sa-4.0", "cc-by-nc-sa-4.0"),
        ("gpl-3.0", "cc-by-nc-4.0"),
        ("gpl-3.0", "odc-by"),
        ("odbl", "cc-by-4.0"),
        ("cc-by-sa-4.0", "other"),
        ("gpl-3.0", "unknown"),
        ("cc-by-nc-sa-4.0", "other"),
    ],
)
def test_two_that_cannot_be_combined_are_both_named(under, first, second):
    with pytest.raises(ValueError, match="cannot be distributed as one") as error:
        folder_licence(under("mit", first, second))
    assert f"'s1' ({first})" in str(error.value)
    assert f"'s2' ({second})" in str(error.value)
    assert "'s0'" not in str(error.value)


@pytest.mark.parametrize("ids", [["cc-by-nd-4.0"], ["mit", "cc-by-nc-nd-4.0"]])
def test_a_source_that_forbids_adaptations_is_refused(under, ids):
    with pytest.raises(ValueError, match="does not let adapted material be given on"):
        folder_licence(under(*ids))


def test_where_all_pairs_can_be_combined_all_three_can(under):
    """So naming two sources always explains a failure."""

    def works(*ids: str) -> bool:
        try:
            folder_licence(under(*ids))
        except ValueError:
            return False
        return True

    ids = [*LICENCES, "other"]
    pairs = {pair: works(*pair) for pair in product(ids, repeat=2)}
    for three in combinations(ids, 3):
        if all(pairs[pair] for pair in combinations(three, 2)):
            assert works(*three), three


def test_every_licence_for_a_whole_may_hold_itself():
    for licence in set(WHOLE) - {"other"}:
        assert licence in LICENCES[licence].whole


def test_the_licence_file_says_what_falls_under_which(manifest):
    text = licence_text(manifest)
    assert "under CC-BY-4.0: https://creativecommons.org/licenses/by/4.0/" in text
    assert "easy_vqa: mit\n  Terms:    https://github.com/vzhou842/easy-VQA/blob/master/LICENSE" in text
    assert "nlvr: cc-by-4.0\n  Terms:    https://creativecommons.org/licenses/by/4.0/" in text
    assert "its 48,248 items, as far as its terms reach" in text
    assert "its 1,977 items" in text


def test_the_licence_file_of_unknown_terms_grants_nothing(manifest, under):
    text = licence_text(manifest.model_copy(update={"sources": under("other", "mit")}))
    assert "grants nothing beyond the terms of the sources" in text
    assert "none were stated with the source" in text


@pytest.mark.parametrize(
    ("ids", "wanted", "expected"),
    [
        (["mit"], None, "mit"),
        (["mit"], "mit", "mit"),
        (["mit"], "CC-BY-SA-4.0", "cc-by-sa-4.0"),
        (["mit", "cc-by-4.0"], "cc-by-nc-sa-4.0", "cc-by-nc-sa-4.0"),
        (["cc-by-nc-4.0"], "cc-by-nc-4.0", "cc-by-nc-4.0"),
        (["cc-by-sa-3.0"], "cc-by-sa-4.0", "cc-by-sa-4.0"),
    ],
)
def test_the_licence_that_is_wanted_is_taken_where_every_source_lets_it(under, ids, wanted, expected):
    assert expected == folder_licence(under(*ids), wanted)


@pytest.mark.parametrize(
    ("ids", "wanted", "why"),
    [
        (["mit", "cc-by-nc-4.0"], "cc-by-4.0", "'s1' is under cc-by-nc-4.0, which forbids commercial use"),
        (["cc-by-nc-sa-4.0"], "mit", "forbids commercial use, which mit would allow"),
        (["cc-by-sa-4.0"], "cc-by-4.0", "may only be distributed under cc-by-sa-4.0 or gpl-3.0"),
        (["cc-by-sa-4.0"], "cc-by-nc-sa-4.0", "may only be distributed under cc-by-sa-4.0"),
        (["odbl"], "cc-by-4.0", "may only be distributed under odbl"),
        (["agpl-3.0"], "gpl-3.0", "may only be distributed under agpl-3.0"),
        (["other"], "cc-by-4.0", "keeps terms of its own"),
        (["cc-by-nd-3.0"], "cc-by-nd-3.0", "does not let adapted material be given on"),
        (["mit"], "my-licence", "'my-licence' is no licence that twokeys has"),
    ],
)
def test_a_wanted_licence_that_a_source_forbids_is_refused_with_the_reason(under, ids, wanted, why):
    with pytest.raises(ValueError, match=why):
        folder_licence(under(*ids), wanted)


def test_a_wanted_licence_is_that_of_every_text(manifest, dataset_info):
    wanted = manifest.model_copy(update={"recipe": manifest.recipe | {"license": "cc-by-sa-4.0"}})
    assert header(wanted, dataset_info)["license"] == "cc-by-sa-4.0"
    assert "under CC-BY-SA-4.0: " in licence_text(wanted)
    assert "license: CC-BY-SA-4.0" in citation_text(wanted)
    assert "distributed under\n`cc-by-sa-4.0`" in card(wanted, dataset_info)


def test_notices_and_citations_of_sources_are_kept(manifest):
    notice = "MIT License\n\nCopyright (c) 2019 Victor Zhou"
    sources = [manifest.sources[0].model_copy(update={"notice": notice}), manifest.sources[1]]
    text = licence_text(manifest.model_copy(update={"sources": sources}))
    assert "  Notice:\n\n    MIT License\n\n    Copyright (c) 2019 Victor Zhou\n" in text
    assert "  Cite:     Victor Zhou, easy-VQA, 2019." in text
