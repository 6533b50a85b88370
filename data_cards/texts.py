"""All texts of a published folder that follow from its manifest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twokeys.data_cards.card import FILE as CARD
from twokeys.data_cards.card import card
from twokeys.data_cards.citation import citation_text
from twokeys.data_cards.croissant import FILE as CROISSANT
from twokeys.data_cards.croissant import croissant_text
from twokeys.data_cards.datasheet import FILE as DATASHEET
from twokeys.data_cards.datasheet import datasheet
from twokeys.data_cards.eval_yaml import FILE as EVAL
from twokeys.data_cards.eval_yaml import eval_yaml
from twokeys.data_cards.licences import licence_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twokeys.data_cards.manifest import Manifest


def texts(manifest: Manifest, dataset_info: Sequence[dict[str, Any]], hashes: Mapping[str, str]) -> dict[str, str]:
    """Write all texts.

    Args:
        manifest: The folder's manifest; its `files` are not read, since they hash these texts.
        dataset_info: Features, splits and sizes of every config, as plain values.
        hashes: File of the folder -> SHA-256; only its Parquet files are read.

    Returns:
        File name -> text.
    """
    tasks = eval_yaml(manifest)
    return {
        CARD: card(manifest, dataset_info),
        DATASHEET: datasheet(manifest),
        "LICENSE": licence_text(manifest),
        "CITATION.cff": citation_text(manifest),
        CROISSANT: croissant_text(manifest, dataset_info, hashes),
        **({EVAL: tasks} if tasks is not None else {}),
    }
