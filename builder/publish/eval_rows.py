"""The configs `eval-open` and `eval-choice`: the evaluated split once more, as readers of `eval.yaml` need it.

The Hub's benchmark standard hands a task's rows to Inspect, whose reader takes an image as a data URI in a text column
and has no word for a column of images; and one task can only have one way of answering. So items with and without
options are apart, and each has its image as text. The recipe asks for it: images are then there twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from string import ascii_uppercase
from typing import TYPE_CHECKING

from twokeys.builder.publish.rows import plain_cell
from twokeys.core.columns import CHOICE, OPEN, SHOWN, columns_of
from twokeys.core.pictures.decoding import decode
from twokeys.core.pictures.limits import Images
from twokeys.core.pictures.shown import SERVED
from twokeys.core.pictures.uris import content
from twokeys.data_cards.eval_yaml import evaluated

if TYPE_CHECKING:
    import pandas as pd

    from twokeys.builder.publish.folder import Folder


def eval_rows(items: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Config -> its rows; configs without rows are omitted.

    Args:
        items: Published rows with `split`. `target` becomes the letter of the right option, or the answer.
    """
    if not len(items):
        return {}
    shown = items[items["split"] == evaluated(set(items["split"]))]
    choices = shown["choices"].map(len) > 0
    targets = [
        ascii_uppercase[list(options).index(answer)] if len(options) else answer
        for options, answer in zip(shown["choices"], shown["answer"], strict=True)
    ]
    wanted = [name for name in columns_of(OPEN) if name not in SHOWN]
    rows = shown.assign(target=targets)[[*wanted, "split"]]
    parts = {OPEN: rows[~choices], CHOICE: rows[choices]}
    return {name: part.reset_index(drop=True) for name, part in parts.items() if len(part)}


def shows(uri: str, data: bytes, limits: Images) -> bool:
    """Whether a data URI shows the image that has these bytes, pixel for pixel.

    Raises:
        BadInput: If either is no image within the limits.
    """
    try:
        body, kind = content(uri)
    except ValueError:
        return False
    if kind not in SERVED.values():
        return False
    ours, theirs = (decode(image, "an image of eval.yaml", limits) for image in (data, body))
    return ours.size == theirs.size and ours.tobytes() == theirs.tobytes()


def recounted(folder: Folder) -> Iterator[str]:
    """The configs of `eval.yaml` hold just the evaluated split, image for image."""
    tier = "balanced" if len(folder.balanced) else "audited"
    items = folder.balanced if len(folder.balanced) else folder.audited
    expected = eval_rows(items) if folder.recipe.eval else {}
    if (there := {OPEN, CHOICE} & set(folder.manifest.configs)) != expected.keys():
        yield f"the configs for eval.yaml are {sorted(there)}, the recipe and the rows ask for {sorted(expected)}"
    pictures = dict(folder.images([tier]).items()) if there else {}
    for name in sorted(there & expected.keys()):
        rows = {str(row["id"]): row for row in expected[name].to_dict("records")}
        checked: set[tuple[str, str]] = set()
        for row in folder.stream(name):
            wanted = rows.pop(row["id"], None)
            if wanted is None or any(plain_cell(wanted[key]) != row[key] for key in row if key != "image_uri"):
                yield f"{name}: {row['id']} is not the row that the config {tier} has"
            elif (seen := (row["image_key"], row["image_uri"])) not in checked:
                checked.add(seen)
                if not shows(row["image_uri"], pictures[row["image_key"]], folder.recipe.images):
                    yield f"{name}: {row['id']} shows another image"
        yield from (f"{name}: {identity} is not there" for identity in [*rows][:5])
