"""Citations of the dataset, its sources and twokeys: CITATION.cff and BibTeX."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from twokeys.data_cards.header import MAIN
from twokeys.data_cards.licences import LICENCES, agreed, link, whole_licence
from twokeys.data_cards.yaml_text import Quoted, dump

if TYPE_CHECKING:
    from twokeys.data_cards.manifest import Manifest, Origin

TWOKEYS = "twokeys: visual-question-answering benchmarks with a proven bound on what one of the two keys opens"
_URL = re.compile(r"(https?|s?ftp)://\S+")
_DOI = re.compile(r"10\.\d{4,9}(\.\d+)?/[A-Za-z0-9:/_;\-.()\[\]\\]+")


def citation_text(manifest: Manifest) -> str:
    """Write CITATION.cff (format 1.2.0) for the dataset, with its sources and twokeys as references."""
    licence = whole_licence(manifest) if manifest.recipe.get("license") else agreed(manifest.origins)
    spdx = LICENCES[licence].spdx if licence in LICENCES else None
    fields: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": "If you use this dataset, please cite it, and the sources that it was selected from.",
        "type": "dataset",
        "title": manifest.title,
        "abstract": manifest.description.strip(),
        "authors": _authors(manifest.authors) or [{"name": f"authors of {manifest.title}"}],
        "version": Quoted(version(manifest)),
        "url": manifest.homepage if _URL.fullmatch(manifest.homepage) else "",
        "license": spdx or "",
        "keywords": ["visual question answering", "benchmark", "debiasing", "multimodal"],
        "references": [*map(_reference, manifest.origins), _twokeys(manifest)],
    }
    return dump({name: value for name, value in fields.items() if value})


def bibtex(manifest: Manifest) -> str:
    """Write one BibTeX entry for the dataset and one for twokeys, without a year: a build has no date."""
    key = re.sub(r"[^a-z0-9]+", "", manifest.name.lower())
    entries = [
        _entry(key, manifest.title, manifest.authors, f"Dataset, version {version(manifest)}", manifest.homepage)
    ]
    if key != "twokeys":
        entries.append(_entry("twokeys", TWOKEYS, [], f"Software, version {manifest.twokeys}", ""))
    return "\n\n".join(entries)


def version(manifest: Manifest) -> str:
    """Return the version of the dataset, which is the version of the config loaded by default."""
    main = manifest.configs.get(MAIN)
    return main.version if main else "0.0.0"


def bibtex_fields(entry: str) -> dict[str, str]:
    r"""Read the fields of a BibTeX entry; empty if the text is no BibTeX.

    Example:
        >>> bibtex_fields("@article{k, title={A {B} c}, year = 2018, author = \"Lau, J. and Roe, R.\"}")
        {'title': 'A B c', 'year': '2018', 'author': 'Lau, J. and Roe, R.'}
    """
    head = re.match(r"\s*@\w+\s*\{[^,]*,", entry)
    fields: dict[str, str] = {}
    place = head.end() if head else len(entry)
    while field := re.compile(r"\s*(\w+)\s*=\s*").match(entry, place):
        value, place = _value(entry, field.end())
        fields[field[1].lower()] = " ".join(re.sub(r"[{}]", "", value).split())
    return fields


def _value(entry: str, start: int) -> tuple[str, int]:
    """Return the value that begins at `start`, and the position after its comma."""
    depth, quoted, place = 0, False, start
    while place < len(entry):
        mark = entry[place]
        if mark == '"' and depth == 0:
            quoted = not quoted
        depth += (mark == "{") - (mark == "}")
        if depth < 0 or (mark == "," and depth == 0 and not quoted):
            break
        place += 1
    return entry[start:place].strip().strip('"'), place + 1


def _authors(names: list[str]) -> list[dict[str, str]]:
    """List a person for each name with a comma, such as "Lau, Jason", else an entity; duplicates are dropped."""
    authors: list[dict[str, str]] = []
    for name in (" ".join(name.split()) for name in names):
        family, comma, given = (part.strip() for part in name.partition(","))
        person = {"family-names": family, "given-names": given} if comma and given else {"name": name.strip(", ")}
        if person.get("name", "x") and person not in authors:
            authors.append(person)
    return authors


def _reference(source: Origin) -> dict[str, Any]:
    fields = bibtex_fields(source.citation)
    licence = LICENCES.get(source.license.lower())
    year = fields.get("year", "")
    place = link(source)
    reference: dict[str, Any] = {
        "type": "data",
        "title": fields.get("title") or source.name,
        "authors": _authors(re.split(r"\s+and\s+", fields.get("author", "")))
        or [{"name": f"authors of {source.name}"}],
        "year": int(year) if year.isdigit() else None,
        "doi": doi if _DOI.fullmatch(doi := fields.get("doi", "")) else "",
        "version": Quoted(source.revision) if source.revision else "",
        "url": source.homepage if _URL.fullmatch(source.homepage) else "",
        "license": licence.spdx if licence else "",
        "license-url": place if not licence and _URL.fullmatch(place) else "",
        "notes": f"read as {source.name}" if fields else " ".join(source.citation.split()),
    }
    return {name: value for name, value in reference.items() if value}


def _twokeys(manifest: Manifest) -> dict[str, Any]:
    authors = [{"name": "twokeys contributors"}]
    return {"type": "software", "title": TWOKEYS, "authors": authors, "version": Quoted(manifest.twokeys)}


def _entry(key: str, title: str, authors: list[str], note: str, url: str) -> str:
    fields = {"author": " and ".join(authors), "title": f"{{{title}}}", "note": note, "url": url}
    lines = [f"  {name} = {{{_latex(value) if name != 'url' else value}}}" for name, value in fields.items() if value]
    return f"@misc{{{key},\n" + ",\n".join(lines) + "\n}"


def _latex(text: str) -> str:
    return re.sub(r"(?<!\\)([&%$#_])", r"\\\1", text)
