"""Outlines as COCO's files hold them: polygons or run lengths, and neither where somebody drew a box alone."""

from __future__ import annotations

from typing import Any

from twokeys.builder.pair.generators.photos.needs import needed

FORMS = "a list of polygons (x, y, x, y, ...), or run lengths (`counts`, `size`), or [] where there is only a box"
_LEAST = 6
"""Numbers of a polygon that encloses something: three points."""
_LONGEST = 60
"""Bits of a run length at most."""


def outline_in(drawn: Any, height: int, width: int) -> bytes | None:
    """Read the `segmentation` of an annotation.

    Args:
        drawn: Polygons, or run lengths, as numbers or compressed; None, [] or polygons of fewer than three points
            where nobody drew an outline, as in every file that was converted from YOLO's.
        height: Of the image.
        width: Likewise.

    Returns:
        The mask as `twokeys.builder.pair.generators.photos.things.Thing.outline`; None where there is none.

    Raises:
        ValueError: When it is none of these, or of an image of another size.
    """
    if drawn is None or drawn == []:
        return None
    coco = needed("pycocotools.mask")
    if isinstance(drawn, dict):
        runs = {"counts": _runs(drawn, height, width), "size": [height, width]}
        return _counts(coco.frPyObjects(runs, height, width))
    polygons = [polygon for polygon in _polygons(drawn, max(height, width)) if len(polygon) >= _LEAST]
    if not polygons:
        return None
    return _counts(coco.merge(coco.frPyObjects(polygons, height, width)))


def _counts(encoded: dict[str, Any]) -> bytes:
    counts: bytes = encoded["counts"]
    return counts


def _polygons(drawn: Any, side: int) -> list[list[float]]:
    """Polygons, checked: what rasterises them walks along every edge, however long."""
    if not isinstance(drawn, list) or not all(isinstance(polygon, list) for polygon in drawn):
        raise ValueError(f"the segmentation is {drawn!r:.60}, not {FORMS}")
    polygons = [[float(number) for number in polygon] for polygon in drawn]
    for polygon in polygons:
        if len(polygon) % 2 or not all(-side <= number <= 2 * side for number in polygon):
            raise ValueError(f"the polygon {polygon!r:.60} holds half a point, or one far outside of the image")
    return polygons


def _runs(drawn: dict[str, Any], height: int, width: int) -> list[int]:
    """Run lengths, checked: decoders read and write beyond the image where they do not add up to it."""
    size, counts = drawn["size"], drawn["counts"]
    if list(size) != [height, width]:
        raise ValueError(f"the run lengths are of an image of the size {size!r:.40} (height, width)")
    runs = _decompressed(counts) if isinstance(counts, str) else [int(run) for run in counts]
    if min(runs, default=-1) < 0 or sum(runs) != height * width:
        raise ValueError(f"the run lengths add up to {sum(runs)}, the image has {height * width} pixels")
    return runs


def _decompressed(counts: str) -> list[int]:
    """Run lengths from COCO's text form: six bits a character, five of them digits, differences from the third on."""
    runs: list[int] = []
    value = shift = 0
    for code in counts.encode("ascii"):
        digits = code - 48
        value |= (digits & 31) << shift
        shift += 5
        if shift > _LONGEST:
            raise ValueError("the run lengths are no compressed ones of COCO")
        if not digits & 32:
            value -= (1 << shift) if digits & 16 else 0
            runs.append(value + (runs[-2] if len(runs) > 2 else 0))
            value = shift = 0
    return runs
