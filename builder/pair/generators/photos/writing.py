"""Writing an edited picture as its original was written: same size, and for JPEG same tables, same chroma, same header.

A JPEG is edited block by block. Blocks in which nothing changed keep their coefficients bit by bit, so they are neither
compressed again nor distinguishable from the original's; changed blocks are quantised once, with the original's own
tables. Everything else is written losslessly as PNG.
"""

from __future__ import annotations

import io
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from twokeys.builder.pair.generators.photos.needs import needed
from twokeys.core.pictures.decoding import decode
from twokeys.core.pictures.limits import Images

Pixels = NDArray[np.uint8]
"""(height, width, 3), as a reader sees the picture: EXIF orientation applied."""
Mask = NDArray[np.bool_]
"""(height, width)."""
BLOCK = 8
SAMPLINGS: dict[tuple[int, int], int] = {(1, 1): 0, (2, 1): 1, (2, 2): 2}
"""Sampling factors (horizontal, vertical) of the luma -> Pillow's number for them."""
_BACK = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}  # fmt: skip
"""EXIF orientation -> what turns the picture as it is seen into the picture as it is stored."""
_ORIENTATION = 0x0112


@dataclass(frozen=True)
class Written:
    """An edited picture as it will be published.

    Attributes:
        data: File bytes.
        changed: Where its pixels, decoded again, differ from the original's: the difference mask.
    """

    data: bytes
    changed: Mask


def pixels_of(data: bytes, where: str, limits: Images) -> Pixels:
    """Decode a picture as a reader sees it, in RGB.

    Raises:
        BadInput: When it is beyond the limits, or no picture.
    """
    return np.array(decode(data, where, limits))


def write(original: bytes, new: Pixels, where: str, limits: Images) -> Written | None:
    """Write new pixels in the original's format.

    Args:
        original: The original's bytes.
        new: Pixels of the original's size.
        where: For messages.
        limits: Limits before decoding.

    Returns:
        None where the original's format cannot be kept: CMYK, unusual chroma sampling, or a transparent picture.

    Raises:
        ValueError: When the sizes differ.
        MissingPackage: When a JPEG is to be written and `jpeglib` is not installed.
    """
    old = pixels_of(original, where, limits)
    if old.shape != new.shape:
        raise ValueError(f"{where}: the new picture has the shape {new.shape}, the original {old.shape}")
    with Image.open(io.BytesIO(original)) as opened:
        is_jpeg, mode = opened.format == "JPEG", opened.mode
        if "A" in mode or "transparency" in opened.info:
            return None
    data = _jpeg(original, old, new) if is_jpeg else _png(new, mode)
    return None if data is None else Written(data, (pixels_of(data, where, limits) != old).any(axis=2))


def _png(new: Pixels, mode: str) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(new).convert("L" if mode in ("L", "1") else "RGB").save(stream, format="PNG")
    return stream.getvalue()


def _jpeg(original: bytes, old: Pixels, new: Pixels) -> bytes | None:
    jpeglib = needed("jpeglib")
    with Image.open(io.BytesIO(original)) as opened:
        turn = _BACK.get(opened.getexif().get(_ORIENTATION, 1))
        mode, tables = opened.mode, opened.quantization  # type: ignore[attr-defined]
    if mode not in ("RGB", "L"):
        return None
    stored, before = (Image.fromarray(side) for side in (new, old))
    if turn is not None:
        stored, before = stored.transpose(turn), before.transpose(turn)
    touched = (np.asarray(stored) != np.asarray(before)).any(axis=2)
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in ("original.jpg", "new.jpg", "spliced.jpg")]
        paths[0].write_bytes(original)
        kept = jpeglib.read_dct(str(paths[0]))
        factors = [tuple(map(int, pair)) for pair in kept.samp_factor]
        # jpeglib states factors as (vertical, horizontal).
        luma = (factors[0][1], factors[0][0])
        if mode == "RGB" and (luma not in SAMPLINGS or any(pair != (1, 1) for pair in factors[1:])):
            return None
        sampling = SAMPLINGS[luma] if mode == "RGB" else -1
        stored.convert(mode).save(paths[1], format="JPEG", qtables=tables, subsampling=sampling)
        fresh = jpeglib.read_dct(str(paths[1]))
        if not _splice(kept, fresh, touched, luma if mode == "RGB" else (1, 1)):
            return None
        kept.write_dct(str(paths[2]))
        return _one_jfif(paths[2].read_bytes())


def _splice(kept: Any, fresh: Any, touched: Mask, luma: tuple[int, int]) -> bool:
    """Put the new coefficients of touched units into the original; False where the two are laid out differently."""
    unit = tuple(BLOCK * factor for factor in luma[::-1])
    rows, columns = (-(-side // step) for side, step in zip(touched.shape, unit, strict=True))
    padded = np.zeros((rows * unit[0], columns * unit[1]), dtype=bool)
    padded[: touched.shape[0], : touched.shape[1]] = touched
    units = padded.reshape(rows, unit[0], columns, unit[1]).any(axis=(1, 3))
    for name, factor in (("Y", luma), ("Cb", (1, 1)), ("Cr", (1, 1))):
        ours, theirs = getattr(kept, name), getattr(fresh, name)
        if (ours is None) != (theirs is None):
            return False
        if ours is None:
            continue
        if ours.shape != theirs.shape:
            return False
        blocks = np.repeat(np.repeat(units, factor[1], axis=0), factor[0], axis=1)[: ours.shape[0], : ours.shape[1]]
        ours[blocks] = theirs[blocks]
    return True


def _one_jfif(data: bytes) -> bytes:
    """Drop the JFIF header that is written before the one copied from the original."""
    length = int.from_bytes(data[4:6], "big")
    head, rest = data[2 : 4 + length], data[4 + length :]
    return data[:2] + rest if head[:2] == b"\xff\xe0" and rest[:2] == b"\xff\xe0" else data
