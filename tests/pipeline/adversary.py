"""Somebody who changes a published folder and covers the traces."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from twokeys.builder.publish.fingerprint import Fingerprint, parquet_rows
from twokeys.builder.publish.rows import dataset_info, split_of
from twokeys.builder.verify import verify
from twokeys.core.errors import BadInput
from twokeys.core.files import hashes
from twokeys.data_cards.manifest import Manifest
from twokeys.data_cards.texts import texts

Row = dict[str, Any]


class Adversary:
    """Edits a folder; `cover` makes everything fit that can be made to fit without building anew."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))

    def rows(self, config: str, change: Callable[[list[Row]], None]) -> None:
        """Change the rows of a config's test split, a list of dictionaries, in place."""
        for path in sorted((self.folder / config).glob("test-*.parquet")):
            table = pq.read_table(path)
            rows = table.to_pylist()
            change(rows)
            pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)

    def certificate(self, change: Callable[[dict[str, Any]], None]) -> None:
        """Change the certificate in place."""
        path = self.folder / "certificate.json"
        said = json.loads(path.read_text(encoding="utf-8"))
        change(said)
        path.write_text(json.dumps(said, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")

    def hide(self) -> None:
        """Write the manifest with the files' new hashes and its own new digest."""
        self.manifest.pop("digest", None)
        self.manifest["files"] = hashes(self.folder, {"manifest.json"})
        text = json.dumps(self.manifest, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        digest = hashlib.sha256(text.encode()).hexdigest()
        text = json.dumps(self.manifest | {"digest": digest}, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        (self.folder / "manifest.json").write_text(text, encoding="utf-8")

    def forge(self) -> None:
        """Give rows new fingerprints and versions too, and write a card that fits all of it."""
        for name, config in self.manifest["configs"].items():
            marks = Fingerprint()
            files = sorted((self.folder / name).glob("*.parquet"))
            for path in files:
                marks.add(parquet_rows(path), split_of(path))
            splits: dict[str, int] = {}
            for path in files:
                splits[split_of(path)] = splits.get(split_of(path), 0) + pq.read_metadata(path).num_rows
            config |= {"fingerprint": marks.value(measurements=False), "version": marks.version(), "splits": splits}
        balanced = self.manifest["configs"]["balanced"]["fingerprint"]
        self.certificate(lambda said: said.update(fingerprint=balanced))
        self.manifest.pop("digest", None)
        manifest = Manifest.model_validate(self.manifest)
        info = []
        for name in self.manifest["configs"]:
            first = min((self.folder / name).glob("*.parquet"), default=None)
            if first is None:  # no rows, no files
                continue
            info.append(dataset_info(self.folder, name, pq.read_schema(first).names))
        for name, text in texts(manifest, info, hashes(self.folder, {"manifest.json"})).items():
            (self.folder / name).write_text(text, encoding="utf-8")
        self.hide()


def failed(folder: Path) -> dict[str, list[str]]:
    """Checks that fail, with what they found."""
    try:
        return {finding.check: finding.problems for finding in verify(folder) if not finding.ok}
    except BadInput as problem:
        return {"folder": [str(problem)]}


def first(rows: list[Row], **cells: Any) -> Row:
    """The first row that has these cells."""
    return next(row for row in rows if all(row[name] == value for name, value in cells.items()))
