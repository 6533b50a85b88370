"""Check and decode the bytes of an image: builds, checks, evaluations and pages all accept the same images."""

from __future__ import annotations

import io
import warnings
from functools import cache

import numpy as np
from PIL import Image, UnidentifiedImageError

from twokeys.core.errors import BadInput
from twokeys.core.pictures.limits import MAX_PIXELS, WIDEST, Images
from twokeys.core.pictures.shown import DEEP, FORMATS, cut, opened, upright

FEWEST = 8
"""Grey levels that a deep image must keep in 8 bits, if it has at least as many values."""
SCANS = 200
"""Most scans of a JPEG, those of its thumbnails included. Progressive JPEGs have about ten scans of equal length."""
_JPEG, _SCAN = b"\xff\xd8", b"\xff\xda"


@cache
def file_endings() -> frozenset[str]:
    """File-name endings, in small letters, of the accepted image formats.

    Example:
        >>> ".jpeg" in file_endings(), ".heic" in file_endings()
        (True, False)
    """
    return frozenset(ending for ending, form in Image.registered_extensions().items() if form in FORMATS)


def decode(data: bytes, where: object, limits: Images = WIDEST) -> Image.Image:
    """Check the size of an image, then decode it in the one way that all of twokeys uses.

    Args:
        data: Bytes of the image.
        where: File or row of the image, for messages.
        limits: Most bytes and most pixels; a recipe may set them.

    Returns:
        The image in RGB, as `twokeys.core.pictures.shown.upright` converts it.

    Raises:
        BadInput: When the bytes are no image of an accepted format, are cut short, claim more pixels than allowed, or
            hold more bits than RGB can show without losing what the image shows.
    """
    if data.startswith(_JPEG) and (scans := data.count(_SCAN)) > SCANS:
        problem = f"the image is a JPEG of {scans:,} scans, each of which is decoded over the whole image"
        raise BadInput(where, None, problem, f"at most {SCANS} scans", "save the image again")
    max_pixels = limits.max_pixels
    if len(data) > limits.max_bytes:
        allowed, remedy = f"at most {limits.max_bytes:,} bytes", "shrink the image, or raise `images.max_bytes`"
        raise BadInput(where, None, f"the image has {len(data):,} bytes", allowed, remedy)
    try:
        with warnings.catch_warnings():
            # Pillow warns from 89 million pixels on; `limits` is the limit here.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = opened(data)
            if image.width * image.height > max_pixels:
                problem = f"the image has {image.width} x {image.height} pixels"
                remedy = "shrink the image"
                remedy += ", or raise `images.max_pixels`" if max_pixels < MAX_PIXELS else ""
                raise BadInput(where, None, problem, f"at most {max_pixels:,} pixels", remedy)
            halved = cut(image)  # the decoded image no longer shows it
            shown = upright(image)
            _check_depth(image, shown, halved, where)
            return shown
    except BadInput:
        raise
    except Image.DecompressionBombError as error:
        problem = f"the image has too many pixels ({error})"
        raise BadInput(where, None, problem, f"at most {max_pixels:,} pixels", "shrink the image") from None
    except UnidentifiedImageError:
        raise _unknown(data, where) from None  # Pillow's own message holds an address in memory
    except Exception as error:
        problem = f"the bytes do not decode ({type(error).__name__}: {error})"
        raise BadInput(where, None, problem, "a whole image that Pillow reads", "replace the file") from error


def _unknown(data: bytes, where: object) -> BadInput:
    """Make the error for bytes in no accepted format; it names the format if Pillow knows it."""
    allowed = f"an image in one of the formats {', '.join(FORMATS)}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            named = Image.open(io.BytesIO(data)).format  # reads the header alone: nothing is decoded or run
    except Exception:  # noqa: BLE001 - these bytes are refused in any case
        problem = "the bytes do not decode: they are of no image format that Pillow has"
        return BadInput(where, None, problem, allowed, "replace the file, or convert it to PNG")
    remedy = "convert it, with Pillow: Image.open(FILE).convert('RGB').save('NAME.png')"
    return BadInput(where, None, f"the image has the format {named}, which not every reader opens", allowed, remedy)


def _check_depth(image: Image.Image, shown: Image.Image, halved: bool, where: object) -> None:
    """Refuse an image if 8 bits show nothing of it, or next to nothing, although its file holds more.

    Args:
        image: The image as opened.
        shown: The image in RGB.
        halved: Whether decoding dropped the lower 8 of 16 bits.
        where: File or row of the image, for messages.
    """
    if halved and all(low == high for low, high in shown.getextrema()):  # type: ignore[misc]
        problem = "the image has 16 bits a channel; in the upper 8, all that readers decode, it has one colour"
    elif image.mode in DEEP and (levels := sum(count > 0 for count in shown.histogram()[:256])) < FEWEST:
        values = len(np.unique(np.asarray(image)))
        if levels >= min(values, FEWEST):
            return
        problem = f"the image has {values:,} values of more than 8 bits, of which a scale of 8 bits leaves {levels}"
    else:
        return
    allowed = "an image that shows in 8 bits what it holds"
    remedy = "choose a window: scale the values that matter to 0..255, and save 8 bits as PNG"
    raise BadInput(where, None, problem, allowed, remedy)
