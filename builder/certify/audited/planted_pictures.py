"""The stage of planted pictures: what changes of each picture's details when a cue of each kind is planted in it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from twokeys.builder.certify.audited.planting import SEEN, in_picture
from twokeys.builder.measure import details
from twokeys.builder.read import locators
from twokeys.builder.run.stages import Run, Stage, write_table
from twokeys.core.pictures.limits import Images

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float32]]
PICTURES_PER_SHARD = 128


def planted_pictures(run: Run, pictures: pd.DataFrame, roots: dict[str, Path], limits: Images) -> Stage:
    """Plant a 0 and a 1 of every kind in every picture.

    Args:
        run: The build under way.
        pictures: Table with `image_key`, `source`, `image` (locator), `bytes_sha256`, one row per key.
        roots: Corpus name -> folder of its locators.
        limits: Limits before decoding.
    """
    columns = ["image_key", "source", "image", "bytes_sha256"]
    rows = list(pictures.sort_values("image_key")[columns].itertuples(index=False, name=None))
    shards = [rows[start : start + PICTURES_PER_SHARD] for start in range(0, len(rows), PICTURES_PER_SHARD)]

    def work(stage: Stage) -> dict[str, Any]:
        run.parts(stage, partial(_write, roots, limits), shards)
        return {"pictures": len(rows)}

    return run.stage("planted-pictures", work, 1, [[row[0], row[3]] for row in rows], SEEN)


def load(folder: Path, kind: str, keys: pd.Index[str]) -> Floats:
    """(n, 2, `details.WIDTH`) details of some pictures with a 0 and with a 1 of a kind."""
    found = np.zeros((len(keys), 2, details.WIDTH), dtype=np.float32)
    for part in sorted(folder.glob("part-*.parquet")):
        table = pq.read_table(part, columns=["key", kind])
        place = keys.get_indexer(pd.Index(table["key"].to_pylist()))
        cells = b"".join(table[kind].to_pylist())
        values = np.frombuffer(cells, dtype=np.float32).reshape(-1, 2, details.WIDTH)
        found[place[place >= 0]] = values[place >= 0]
    return found


def _write(roots: dict[str, Path], limits: Images, shard: list[tuple[str, str, str, str]], path: Path) -> None:
    columns: dict[str, list[Any]] = {"key": [row[0] for row in shard]} | {kind: [] for kind in SEEN}
    for _, source, locator, _ in shard:
        data = locators.read_bytes(locator, roots[source])
        picture = np.asarray(locators.decode(data, locator, limits).convert("RGB"))
        whole = {"file": details.of_file(data)} | details.of_pixels(picture)
        plain = details.replaced(np.zeros(details.WIDTH, dtype=np.float32), whole)
        for kind in SEEN:
            changed = [details.replaced(plain, groups) for groups in in_picture(kind, picture, data)]
            columns[kind].append(np.stack(changed).tobytes())
    write_table(path, pa.table(columns))
