from __future__ import annotations

import pytest
import yaml

from data_cards.citation import bibtex, bibtex_fields, citation_text

# Keys that CFF 1.2.0 allows (its schema refuses all others), as far as a dataset could use them.
ROOT = {"abstract", "authors", "cff-version", "commit", "contact", "date-released", "doi", "identifiers", "keywords"}
ROOT |= {"license", "license-url", "message", "preferred-citation", "references", "repository", "title", "type"}
ROOT |= {"url", "version"}
REFERENCE = {"abstract", "authors", "doi", "license", "license-url", "notes", "title", "type", "url", "version", "year"}
TYPES = {"article", "conference-paper", "data", "database", "generic", "software"}


def parsed(manifest):
    return yaml.safe_load(citation_text(manifest))


def test_required_keys_are_there_and_no_key_is_unknown(manifest):
    cff = parsed(manifest)
    assert {"authors", "cff-version", "message", "title"} <= set(cff) <= ROOT
    assert ("1.2.0", "dataset") == (cff["cff-version"], cff["type"])
    for reference in cff["references"]:
        assert {"authors", "title", "type"} <= set(reference) <= REFERENCE
        assert reference["type"] in TYPES
        assert reference["authors"]


def test_versions_stay_text(manifest):
    cff = parsed(manifest)
    assert "1.0.3735928559" == cff["version"]
    assert "1.0" == cff["references"][0]["version"]


def test_a_name_with_a_comma_is_a_person(manifest):
    assert [
        {"family-names": "Roe", "given-names": "Rita"},
        {"name": "The Example Group"},
    ] == parsed(manifest)["authors"]


def test_bibtex_of_a_source_becomes_its_reference(manifest):
    reference = parsed(manifest)["references"][1]
    assert "A Corpus of Natural Language for Visual Reasoning" == reference["title"]
    assert ["Suhr", "Lewis", "Yeh", "Artzi"] == [author["family-names"] for author in reference["authors"]]
    assert (2017, "10.18653/v1/P17-2034", "CC-BY-4.0") == tuple(reference[key] for key in ("year", "doi", "license"))


def test_a_plain_citation_becomes_a_note(manifest):
    reference = parsed(manifest)["references"][0]
    assert ("easy_vqa", "Victor Zhou, easy-VQA, 2019.") == (reference["title"], reference["notes"])


def test_the_licence_stands_there_only_where_all_sources_agree(manifest):
    assert "license" not in parsed(manifest)
    one = manifest.model_copy(update={"sources": manifest.sources[:1]})
    assert "MIT" == parsed(one)["license"]


def test_nobody_named_still_gives_a_valid_file(manifest):
    bare = manifest.model_copy(update={"authors": [], "description": "", "homepage": "ask me"})
    cff = parsed(bare)
    assert [{"name": "authors of easy-VQA and NLVR, balanced"}] == cff["authors"]
    assert not {"url", "abstract"} & set(cff)


def test_an_author_is_listed_once(manifest):
    twice = manifest.model_copy(update={"authors": ["Roe, Rita", "Roe,  Rita"]})
    assert 1 == len(parsed(twice)["authors"])


@pytest.mark.parametrize("text", ["", "Lau et al. 2018", "@misc{key}", "@misc{key, title = {A", "title = {A}"])
def test_what_is_no_whole_bibtex_does_no_harm(text, manifest):
    assert set(bibtex_fields(text)) <= {"title"}
    source = manifest.sources[0].model_copy(update={"citation": text})
    reference = parsed(manifest.model_copy(update={"sources": [source]}))["references"][0]
    assert {"authors", "title", "type"} <= set(reference)


def test_bibtex_escapes_what_tex_would_read(manifest):
    text = bibtex(manifest.model_copy(update={"title": "A & B: 50 %"}))
    assert r"title = {{A \& B: 50 \%}}" in text
    assert 2 == text.count("@misc{")
    assert "version 1.0.3735928559" in text
