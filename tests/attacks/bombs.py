"""Small files that become large: images, tables and recipes that would take a machine's memory or an hour."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

from PIL import Image


def gif(width: int = 65535, height: int = 65535) -> bytes:
    """A GIF of a few bytes whose screen is as large as it can be."""
    head = b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\x00\x00" + b"\x00\x00\x00\xff\xff\xff"
    return head + b"," + struct.pack("<HHHH", 0, 0, 1, 1) + b"\x00\x02\x02\x44\x01\x00;"


def gif_of_many_pixels() -> bytes:
    """A GIF of a few bytes just inside the usual limit of pixels."""
    return gif(10_000, 9_999)


def png(width: int, height: int) -> bytes:
    """A PNG of one colour: a row of zeros compresses to nothing."""
    packer, row = zlib.compressobj(1), bytes(1 + (width + 7) // 8)
    rows = [packer.compress(row * 1000) for _ in range(height // 1000)]
    rows += [packer.compress(row * (height % 1000)), packer.flush()]
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", b"".join(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def text_of_png() -> bytes:
    """A PNG of one pixel whose text unpacks to 64 MB, many times."""
    text = _chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(60 * 2**20), 9))
    plain = png(1, 1)
    return plain[:33] + text * 40 + plain[33:]


def frames_of_gif() -> bytes:
    """A GIF of 50,000 frames."""
    small = gif(8, 8)
    return small[:-1] + (small[19:-1]) * 50_000 + b";"


def tiff_of_many_tiles() -> bytes:
    """A TIFF that claims more strips than it has bytes."""
    buffer = io.BytesIO()
    Image.new("1", (7_000, 7_000)).save(buffer, "TIFF", compression="tiff_deflate")
    return buffer.getvalue()


def scans_of_jpeg() -> bytes:
    """A progressive JPEG one of whose scans comes a thousand times."""
    buffer = io.BytesIO()
    Image.new("L", (7000, 7000), 9).save(buffer, "JPEG", progressive=True)
    data = buffer.getvalue()
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * 1000 + data[-2:]


BOMBS: dict[str, Callable[[], bytes]] = {
    "gif-largest": gif,
    "gif-inside": lambda: gif(8_000, 6_000),
    "gif-outside": gif_of_many_pixels,
    "png-inside": lambda: png(10_000, 4_999),
    "png-wide": lambda: png(49_000_000, 1),
    "png-high": lambda: png(1, 20_000_000),
    "png-outside": lambda: png(20_000, 20_000),
    "png-text": text_of_png,
    "gif-frames": frames_of_gif,
    "tiff-inside": tiff_of_many_tiles,
    "jpeg-scans": scans_of_jpeg,
}
