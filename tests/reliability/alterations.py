"""Altered published folders, all traces covered: `verify` finds the alteration, or lists what was altered as stated."""

from __future__ import annotations

import json
import random
import re
import shutil
from pathlib import Path
from typing import Any

from PIL import Image

from tests.pipeline.adversary import Adversary
from tests.pipeline.toy import Toy
from tests.reliability.running import Counted
from twokeys.builder.build import build
from twokeys.builder.verify import verify

ONLY_STATED = re.compile(
    r"(twokeys|packages|build_key|encoders|groups|asked|sources\.\d+\.files|pools\.\d+\.(files|named|read|left_out)"
    r"|recipe\.(corpora|pool|text|images|encoders|measure|pair\.minimal)|measurements:"
    r"|removed: (image_(key|keys|width|height|colour)|\w+_(p_gold|prediction)))"
    r"(?!\w).*"
)
"""Fields of the manifest, and columns, that `verify` lists as stated."""
CONFIGS = ("balanced", "removed", "measurements")


def experiment(folder: Path, many: int, seed: int = 0) -> Counted:
    """Alter a folder in many ways and verify it each time."""
    found, draw = Counted("alterations of a published folder, traces covered: found, or listed as stated"), _drawn(seed)
    toy = Toy.shapes(folder / "corpora")
    built = build(toy.save(folder / "recipe.yaml"), folder / "built", corpora=toy.corpora, engine="serial").folder
    for number in range(many):
        copy = folder / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(built, copy)
        what = altered(copy, draw)
        found.tried += 1
        findings = verify(copy, corpora=None)
        if not findings.ok:
            found.note("found")
        elif ONLY_STATED.fullmatch(what) and any(one.stated for one in findings):
            found.note("listed as stated")
        else:
            found.odd.append(f"{number}: {what}")
    return found


def _drawn(seed: int) -> random.Random:
    return random.Random(seed)


def altered(copy: Path, draw: random.Random) -> str:
    """Alter a folder in one of many ways and cover the traces; returns what was altered."""
    adversary = Adversary(copy)
    kind = draw.choice(("manifest", "manifest", "manifest", "cell", "cell", "cell", "extra", "paint", "certificate"))
    if kind == "manifest":
        return _covered(adversary, _leaf(adversary.manifest, draw))
    if kind == "cell":
        return _covered(adversary, _cell(adversary, draw))
    if kind == "certificate":
        said = json.loads((copy / "certificate.json").read_text(encoding="utf-8"))
        what = f"certificate.{_leaf(said, draw)}"
        (copy / "certificate.json").write_text(json.dumps(said, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    elif kind == "extra":
        name = draw.choice(("notes.txt", "assets/more.png", "balanced/more-00000-of-00001.parquet", "loading.py", "x/y",
                            "balanced/test-00001-of-00001.parquet", "eval.yaml", ".hidden"))  # fmt: skip
        (copy / name).parent.mkdir(exist_ok=True)
        (copy / name).write_bytes(b"what was never built")
        what = f"the file {name}"
    else:
        name = draw.choice(("assets/funnel.png", "assets/blindness.png"))
        with Image.open(copy / name) as plot:
            painted = plot.convert("RGB")
        left, top = draw.randrange(painted.width - 40), draw.randrange(painted.height - 40)
        painted.paste(draw.choice(((220, 20, 20), (20, 90, 200), (0, 0, 0))), (left, top, left + 40, top + 40))
        painted.save(copy / name)
        what = f"painted {name}"
    adversary.hide()
    return what


def _covered(adversary: Adversary, what: str) -> str:
    """Write all that follows anew; a manifest that is none any more gives nothing, and is hashed alone."""
    try:
        adversary.forge()
    except Exception:  # noqa: BLE001 - whatever keeps the forger from forging
        adversary.hide()
    return what


def _leaf(document: dict[str, Any], draw: random.Random) -> str:
    """Change one value of a nested document in place; returns its place."""
    leaves: list[tuple[Any, Any, str]] = []

    def collect(node: Any, place: str) -> None:
        items = node.items() if isinstance(node, dict) else enumerate(node)
        for key, value in items:
            here = f"{place}.{key}".lstrip(".")
            if here.split(".")[0] in ("files", "digest", "format", "configs"):
                continue  # they follow from the files, and are covered
            if isinstance(value, dict | list):
                collect(value, here)
            else:
                leaves.append((node, key, here))

    collect(document, "")
    node, key, place = draw.choice(leaves)
    value = node[key]
    if isinstance(value, bool) or value is None:
        node[key] = not value
    elif isinstance(value, int):
        node[key] = value + draw.choice((-1, 1, 10))
    elif isinstance(value, float):
        node[key] = value * 0.9 + 0.001
    else:
        node[key] = draw.choice((f"{value}x", value[:-1] or "y", value.swapcase() or "z"))
    return place


def _cell(adversary: Adversary, draw: random.Random) -> str:
    config = draw.choice(CONFIGS)
    changed = ""

    def change(rows: list[dict[str, Any]]) -> None:
        nonlocal changed
        row = draw.choice(rows)
        names = [name for name, value in row.items() if isinstance(value, str | int | float)]
        name = draw.choice(names)
        value = row[name]
        row[name] = (not value) if isinstance(value, bool) else (
            f"{value}x" if isinstance(value, str) else value + 1 if isinstance(value, int) else value * 0.9 + 0.01
        )  # fmt: skip
        changed = f"{config}: {name}"

    adversary.rows(config, change)
    return changed
