"""`twokeys export`: a published folder as files that run in another harness."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twokeys.core.errors import BadInput
from twokeys.core.files import hashes
from twokeys.core.notebook import notebook
from twokeys.core.place import Kind, check_place
from twokeys.core.swap import alone_at, whole_folder
from twokeys.exports.format import FORMATS
from twokeys.exports.source import source

if TYPE_CHECKING:
    import pandas as pd

RECORD = "export.json"
"""What an export says of itself: the facts of its source, and the SHA-256 of its files."""
EXPORTED = Kind(RECORD, "facts", "export", modules=True)
"""Folders of exports. What Python leaves beside a module that a harness imported is no file of anybody."""


@dataclass(frozen=True)
class Exported:
    """An export on disk.

    Attributes:
        folder: Where it is.
        format: Its format.
        facts: Of the items in it.
        files: Its files, by relative path, and their SHA-256.
    """

    folder: Path
    format: str
    facts: dict[str, Any]
    files: dict[str, str]

    def to_pandas(self) -> pd.DataFrame:
        """One row for each file: `file`, `sha256`."""
        import pandas as pd

        return pd.DataFrame(list(self.files.items()), columns=["file", "sha256"])

    def _repr_html_(self) -> str:
        return notebook(f"{self.format}: {self.facts['items']:,} items, in {self.folder}", self)

    def json(self) -> dict[str, Any]:
        """Everything, as JSON knows it."""
        return {"folder": str(self.folder), "format": self.format, "facts": self.facts, "files": self.files}


def export(
    folder: Path | str,
    to: str,
    *,
    out: Path | None = None,
    config: str | None = None,
    split: str | None = None,
    dataset: str | None = None,
    instruction: str | None = None,
) -> Exported:
    """Write a config and split of a published folder in the format of another harness.

    Args:
        folder: The published folder.
        to: Name of the format: one of `twokeys.exports.format.FORMATS`.
        out: Folder to write; `out/NAME-FORMAT` when None. An earlier export there is replaced, anything else is not.
        config: Config of the folder; its benchmark when None.
        split: Its split; `test` where there is one when None.
        dataset: What harnesses that use `load_dataset` load: the name of the folder's repository on the hub; the folder
            where it is now when None.
        instruction: How to answer, put after every question; empty for nothing, the usual line when None.

    Returns:
        The folder, and the hashes of its files.

    Raises:
        BadInput: When format, folder or place cannot be used, or the folder holds nothing of the kind.
    """
    form = FORMATS.get(to)
    place = Path("out") / f"{Path(folder).resolve().name}-{to}" if out is None else Path(out).resolve()
    if Path(folder).resolve() in (place.resolve(), *place.resolve().parents):
        remedy = "name another folder with --out"
        raise BadInput("--out", None, f"{place} lies inside the published folder", "a folder beside it", remedy)
    check_place(place, EXPORTED)
    found = source(Path(folder), config, split, dataset, instruction)
    if found.published.several and not form.several:
        problem = f"items have several images, and the format {to} carries one image an item"
        allowed = ", ".join(name for name, one in FORMATS.all().items() if one.several)
        raise BadInput("--to", None, problem, allowed, "name one of these")
    with alone_at(place, EXPORTED) as output, whole_folder(output) as fresh:
        form.write(found, fresh)
        (fresh / "README.md").write_text(_readme(found.heading(form.summary), form.use(found)), encoding="utf-8")
        files = hashes(fresh)
        record = {"format": to, "facts": found.facts, "files": files}
        (fresh / RECORD).write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return Exported(place, to, found.facts, files)


def _readme(heading: str, use: str) -> str:
    first, _, rest = heading.partition("\n")
    return f"# {first}\n{rest}\n\n{use.strip()}\n"
