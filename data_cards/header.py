"""The YAML header of the card: the Hub shows it, and `load_dataset` obeys it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from twokeys.core.columns import TIERS
from twokeys.data_cards.licences import agreed, whole_licence
from twokeys.data_cards.yaml_text import Quoted, dump

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twokeys.data_cards.manifest import Manifest

MAIN = "balanced"
"""The config that is loaded by default."""

SIZES = (
    (10**3, "n<1K"),
    (10**4, "1K<n<10K"),
    (10**5, "10K<n<100K"),
    (10**6, "100K<n<1M"),
    (10**7, "1M<n<10M"),
)
VERSION = re.compile(r"\d+\.\d+\.\d+")


def header(manifest: Manifest, dataset_info: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Collect the header.

    Args:
        manifest: The folder's manifest.
        dataset_info: Features, splits and sizes of every config, as plain values.

    Raises:
        ValueError: If a version is malformed, or `dataset_info` describes other configs than the manifest. Without a
            separate version for each config, readers serve the rows of an older build from their cache; with
            incomplete infos they fail.
    """
    for name, config in manifest.configs.items():
        if not VERSION.fullmatch(config.version):
            raise ValueError(f"config {name!r}: version {config.version!r} is not of the form 1.0.123")
    described = [str(info.get("config_name")) for info in dataset_info]
    configs = order(manifest)
    if len(set(described)) < len(described) or not set(configs) <= set(described) <= set(manifest.configs):
        raise ValueError(f"dataset_info describes the configs {described}, the manifest has {sorted(manifest.configs)}")
    by_name = dict(zip(described, dataset_info, strict=True))
    return {
        **_license(manifest),
        **_languages(manifest),
        "pretty_name": manifest.title,
        "task_categories": ["visual-question-answering"],
        "size_categories": [size(manifest.kept)],
        "annotations_creators": ["found"],
        "language_creators": ["found"],
        "source_datasets": [f"extended|{source.name}" for source in manifest.origins],
        "tags": ["benchmark", "vqa", "multimodal", "debiasing", "counterfactual", "twokeys"],
        "configs": [*(_config(manifest, name) for name in configs), *_nothing(configs)],
        "dataset_info": [by_name[name] for name in configs],
    }


def header_text(manifest: Manifest, dataset_info: Sequence[dict[str, Any]]) -> str:
    """Write the header between its two lines of dashes."""
    return f"---\n{dump(header(manifest, dataset_info))}---\n"


def order(manifest: Manifest) -> list[str]:
    """Return the configs that hold rows: first the config that is loaded by default, then the others, sorted.

    A config without rows has no files, and a header with such a config cannot be loaded at all.
    """
    full = (name for name, config in manifest.configs.items() if config.splits)
    return sorted(full, key=lambda name: (name != MAIN, name))


def size(rows: int) -> str:
    """Return the Hub's size category.

    Example:
        >>> size(999), size(1000), size(12_138)
        ('n<1K', '1K<n<10K', '10K<n<100K')
    """
    return next((name for limit, name in SIZES if rows < limit), "n>10M")


def _config(manifest: Manifest, name: str) -> dict[str, Any]:
    config = manifest.configs[name]
    files = [{"split": split, "path": f"{name}/{split}-*.parquet"} for split in sorted(config.splits)]
    described: dict[str, Any] = {"config_name": name, "version": Quoted(config.version), "data_files": files}
    return described | ({"default": True} if name in TIERS and name == order(manifest)[0] else {})


def _nothing(configs: Sequence[str]) -> list[dict[str, Any]]:
    """Return a default config without files if no tier holds rows: loading by default must not load `removed`."""
    return [] if set(configs) & set(TIERS) else [{"config_name": MAIN, "default": True, "data_files": []}]


def _languages(manifest: Manifest) -> dict[str, list[str]]:
    """Return the languages that the recipe states; a guess would be published as a fact."""
    languages = list(manifest.recipe.get("language") or [])
    if not languages:
        return {}
    return {"language": languages, "multilinguality": ["multilingual" if len(languages) > 1 else "monolingual"]}


def _license(manifest: Manifest) -> dict[str, str]:
    """Return a single id if the recipe states it or all sources agree; else all ids and the file that explains them."""
    licence = whole_licence(manifest) if manifest.recipe.get("license") else agreed(manifest.origins)
    if licence is not None and licence != "other":
        return {"license": licence}
    names = "-".join(sorted({re.sub(r"[^a-z0-9.]+", "-", source.license.lower()) for source in manifest.origins}))
    return {"license": "other", "license_name": f"by-source-{names}", "license_link": "LICENSE"}
