"""Croissant: a description of the folder for machines, written from the manifest as JSON-LD.

The format is 1.0 with its Responsible AI vocabulary, http://mlcommons.org/croissant/1.0. File names are relative to
the folder, so that a copy of the folder can be read in any place.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from twokeys.core.columns import column
from twokeys.data_cards.citation import bibtex, version
from twokeys.data_cards.header import order
from twokeys.data_cards.licences import LICENCES, link
from twokeys.data_cards.responsible import responsible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twokeys.data_cards.manifest import Manifest

FILE = "croissant.json"
CONFORMS_TO = "http://mlcommons.org/croissant/1.0"
PARQUET = "application/x-parquet"
SPLIT = r"(?:.*/)?([^/]+?)-\d+-of-\d+\.parquet"
"""Pattern of a shard's path; its group is the split."""
TYPES = {"string": "sc:Text", "int32": "sc:Integer", "float32": "sc:Float", "image": "sc:ImageObject"}
"""Type in `dataset_info` -> type in Croissant."""
_OURS = (
    "citeAs", "column", "equivalentProperty", "extract", "field", "fileObject", "fileProperty", "fileSet", "format",
    "includes", "isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet", "references", "regex",
    "repeated", "replace", "samplingRate", "separator", "source", "subField", "transform",
)  # fmt: skip
CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    **{name: f"cr:{name}" for name in _OURS},
}
"""The terms of the format."""


def croissant_text(manifest: Manifest, dataset_info: Sequence[dict[str, Any]], hashes: Mapping[str, str]) -> str:
    """Write croissant.json.

    Args:
        manifest: The folder's manifest; its `files` are not read.
        dataset_info: Features of every config, as for the card.
        hashes: File of the folder -> SHA-256; only its Parquet files are read.

    Raises:
        ValueError: If a published column has no meaning, or a type for which Croissant has no word.
    """
    features = {info["config_name"]: info["features"] for info in dataset_info}
    configs = order(manifest)
    body: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "name": manifest.name,
        "alternateName": manifest.title,
        "description": " ".join(manifest.description.split()) or manifest.title,
        "version": version(manifest),
        "license": _licences(manifest),
        "url": manifest.homepage,
        "creator": [{"@type": "sc:Person", "name": name} for name in manifest.authors],
        "keywords": ["visual question answering", "benchmark", "debiasing", "multimodal"],
        "inLanguage": _languages(manifest),
        "citeAs": bibtex(manifest),
        "isBasedOn": [_source(source.name, source.homepage, source.citation) for source in manifest.origins],
        **responsible(manifest),
        "distribution": [node for name in configs for node in _files(name, hashes)],
        "recordSet": [_records(manifest, name, features[name]) for name in configs],
    }
    filled = {name: value for name, value in body.items() if value}
    return json.dumps(filled, indent=1, ensure_ascii=False) + "\n"


def _languages(manifest: Manifest) -> str | list[str]:
    """Return the language or languages that the recipe states; empty if it states none."""
    languages = list(manifest.recipe.get("language") or [])
    return languages[0] if len(languages) == 1 else languages


def _licences(manifest: Manifest) -> list[str]:
    """Return the address of the terms of each source, or the id of its licence if no address is stated."""
    terms = []
    for source in manifest.origins:
        licence = LICENCES.get(source.license.lower())
        terms.append(licence.link if licence else link(source) or source.license)
    return list(dict.fromkeys(terms))


def _source(name: str, homepage: str, citation: str) -> dict[str, str]:
    fields = {"@type": "sc:Dataset", "name": name, "url": homepage, "citation": " ".join(citation.split())}
    return {key: value for key, value in fields.items() if value}


def _files(config: str, hashes: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the Parquet files of a config with their hashes, and the set of all these files."""
    names = sorted(name for name in hashes if name.startswith(f"{config}/") and name.endswith(".parquet"))
    files = [
        {
            "@type": "cr:FileObject",
            "@id": name,
            "name": name,
            "contentUrl": name,
            "encodingFormat": PARQUET,
            "sha256": hashes[name],
        }
        for name in names
    ]
    every = {
        "@type": "cr:FileSet",
        "@id": _set(config),
        "name": _set(config),
        "encodingFormat": PARQUET,
        "includes": f"{config}/*.parquet",
    }
    return [*files, every]


def _set(config: str) -> str:
    return f"parquet-of-{config}"


def _records(manifest: Manifest, config: str, features: Sequence[dict[str, Any]]) -> dict[str, Any]:
    splits = manifest.configs[config].splits
    sizes = ", ".join(f"{split} {splits[split]:,}" for split in sorted(splits))
    place = {"fileSet": {"@id": _set(config)}, "extract": {"fileProperty": "fullpath"}, "transform": {"regex": SPLIT}}
    split = {
        "@type": "cr:Field",
        "@id": f"{config}/split",
        "name": "split",
        "description": column("split").meaning,
        "dataType": "sc:Text",
        "source": place,
    }
    return {
        "@type": "cr:RecordSet",
        "@id": config,
        "name": config,
        "description": f"Rows of the config {config}: {sizes}.",
        "key": {"@id": f"{config}/id"},
        "field": [split, *(_field(config, feature) for feature in features)],
    }


def _field(config: str, feature: dict[str, Any]) -> dict[str, Any]:
    name = feature["name"]
    source: dict[str, Any] = {"fileSet": {"@id": _set(config)}, "extract": {"column": name}}
    inner, depth = feature, 0
    while "list" in inner:
        inner = inner["list"] if isinstance(inner["list"], dict) else {"dtype": inner["list"]}
        depth += 1
    if (kind := inner.get("dtype")) not in TYPES:
        raise ValueError(
            f"published column {name!r} is of type {kind!r}; Croissant has no word for it, only for {', '.join(TYPES)}"
        )
    if kind == "image":
        source["transform"] = {"jsonPath": "bytes"}
    field = {
        "@type": "cr:Field",
        "@id": f"{config}/{name}",
        "name": name,
        "description": column(name).meaning.replace("`", ""),
        "dataType": TYPES[kind],
        "source": source,
    }
    return field | ({"repeated": True} if depth else {})
