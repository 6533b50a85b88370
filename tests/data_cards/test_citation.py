from __future__ import annotations

import pytest
import yaml

from twokeys.data_cards.citation import bibtex, bibtex_fields, citation_text

# Keys that CFF 1.2.0 allows (its schema refuses all others), as far as a dataset could use them.
ROOT = {
    "abstract",
    "authors",
    "cff-version",
    "commit",
    "contact",
    "date-released",
    "doi",
    "identifiers",
    "keywords",
}
ROOT |= {
    "license",
    "license-url",
    "message",
    "preferred-citation",
    "references",
    "repository",
    "title",
    "type",
}
ROOT |= {"url", "version"}
REFERENCE = {
    "abstract",
    "authors",
    "doi",
    "license",
    "license-url",
    "notes",
    "title",
    "type",
    "url",
    "version",
    "year",
}
TYPES = {"article", "conference-paper", "data", "database", "generic", "software"}


def parsed(manifest):
    return yaml.safe_load(citation_text(manifest))


def test_required_keys_are_there_and_no_key_is_unknown(manifest):
    cff = parsed(manifest)
    assert {"authors", "cff-version", "message", "title"} <= set(cff) <= ROOT
    assert (cff["cff-version"], cff["type"]) == ("1.2.0", "dataset")
    for reference in cff["references"]:
        assert {"authors", "title", "type"} <= set(reference) <= REFERENCE
        assert reference["type"] in TYPES
        assert reference["authors"]


def test_versions_stay_text(manifest):
    cff = parsed(manifest)
    assert cff["version"] == "1.0.3735928559"
    assert cff["references"][0]["version"] == "1.0"


def test_a_commit_that_looks_like_a_number_is_quoted(manifest):
    """PyYAML would leave it bare, and readers of YAML 1.2 would take it for a float."""
    source = manifest.sources[0].model_copy(update={"revision": "12345e67"})
    assert 'version: "12345e67"' in citation_text(manifest.model_copy(update={"sources": [source]}))
    assert 'version: "1.0.3735928559"' in citation_text(manifest)


def test_a_name_with_a_comma_is_a_person(manifest):
    assert parsed(manifest)["authors"] == [
        {"family-names": "Roe", "given-names": "Rita"},
        {"name": "The Example Group"},
    ]


def test_bibtex_of_a_source_becomes_its_reference(manifest):
    reference = parsed(manifest)["references"][1]
    assert reference["title"] == "A Corpus of Natural Language for Visual Reasoning"
    assert [author["family-names"] for author in reference["authors"]] == ["Suhr", "Lewis", "Yeh", "Artzi"]
    assert tuple(reference[key] for key in ("year", "doi", "license")) == (
        2017,
        "10.18653/v1/P17-2034",
        "CC-BY-4.0",
    )


def test_a_plain_citation_becomes_a_note(manifest):
    reference = parsed(manifest)["references"][0]
    assert (reference["title"], reference["notes"]) == ("easy_vqa", "Victor Zhou, easy-VQA, 2019.")


def test_the_licence_stands_there_only_where_all_sources_agree(manifest):
    assert "license" not in parsed(manifest)
    one = manifest.model_copy(update={"sources": manifest.sources[:1]})
    assert parsed(one)["license"] == "MIT"


def test_nobody_named_still_gives_a_valid_file(manifest):
    bare = manifest.model_copy(update={"authors": [], "description": "", "homepage": "ask me"})
    cff = parsed(bare)
    assert cff["authors"] == [{"name": "authors of easy-VQA and NLVR, balanced"}]
    assert not {"url", "abstract"} & set(cff)


def test_an_author_is_listed_once(manifest):
    twice = manifest.model_copy(update={"authors": ["Roe, Rita", "Roe,  Rita"]})
    assert len(parsed(twice)["authors"]) == 1


@pytest.mark.parametrize("text", ["", "Lau et al. 2018", "@misc{key}", "@misc{key, title = {A", "title = {A}"])
def test_what_is_no_whole_bibtex_does_no_harm(text, manifest):
    assert set(bibtex_fields(text)) <= {"title"}
    source = manifest.sources[0].model_copy(update={"citation": text})
    reference = parsed(manifest.model_copy(update={"sources": [source]}))["references"][0]
    assert {"authors", "title", "type"} <= set(reference)


def test_bibtex_escapes_what_tex_would_read(manifest):
    text = bibtex(manifest.model_copy(update={"title": "A & B: 50 %"}))
    assert r"title = {{A \& B: 50 \%}}" in text
    assert text.count("@misc{") == 2
    assert "version 1.0.3735928559" in text
