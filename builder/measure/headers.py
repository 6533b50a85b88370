"""What an image's file says beside its pixels: time of capture, resolution, camera, programme and comments, as numbers.

Texts become numbers by a checksum, so a text that repeats has one number. Times are read as numbers, with the parity
of day, minute and second. A tag that cannot be read says nothing.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.float32]

_CAPTURED = (36867, 36868, 306)
"""EXIF tags of times, the time of capture first."""
_TEXTS = {"make": 271, "model": 272, "software": 305, "description": 270, "author": 315, "rights": 33432}
_ORIENTATION, _DETAILS = 274, 0x8769
_TIME = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)")
HEADER = (
    "dots across", "dots down", "orientation", *_TEXTS, "other tags", "texts", "colour profile", "comment",
    "year", "month", "day", "hour", "minute", "second", "odd day", "odd minute", "odd second",
)  # fmt: skip


def of_header(image: Image.Image) -> Floats:
    """(len(`HEADER`),) features of an open image's file."""
    info, tags = image.info, _tags(image)
    dots = info.get("dpi") or (0, 0)
    texts = sorted((str(name), text) for name, text in info.items() if isinstance(text, str))
    named = {*_CAPTURED, *_TEXTS.values(), _ORIENTATION, _DETAILS}
    others = sorted((tag, str(value)) for tag, value in tags.items() if tag not in named)
    orientation = tags.get(_ORIENTATION)
    numbers = (
        *(float(number) for number in dots[:2]), float(orientation) if isinstance(orientation, int) else 0.0,
        *(_checksum(tags.get(tag)) for tag in _TEXTS.values()), _checksum(others), _checksum(texts),
        _checksum(info.get("icc_profile")), _checksum(info.get("comment")), *_time(tags),
    )  # fmt: skip
    return np.nan_to_num(np.array(numbers, dtype=np.float32))


def _tags(image: Image.Image) -> dict[int, Any]:
    """Return the EXIF tags of a file, the camera's own included."""
    exif = image.getexif()
    try:
        return {**exif, **exif.get_ifd(_DETAILS)}
    except (OSError, ValueError, KeyError, TypeError, SyntaxError, struct.error):
        return dict(exif)


def _time(tags: Mapping[int, Any]) -> tuple[float, ...]:
    """Return the first time that the tags tell, and the parity of its day, minute and second; zeros without one."""
    for tag in _CAPTURED:
        if found := _TIME.match(str(tags.get(tag, ""))):
            numbers = [int(number) for number in found.groups()]
            return (*map(float, numbers), *(float(numbers[place] % 2) for place in (2, 4, 5)))
    return (0.0,) * 9


def _checksum(value: object) -> float:
    """Return a number below one that tells a value from most others; 0 if there is none."""
    return zlib.crc32(repr(value).encode()) / 2**32 if value else 0.0
