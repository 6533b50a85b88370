"""What an encoder is: texts or images to unit vectors."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Vectors = NDArray[np.float32]


class TextEncoder(Protocol):
    """Encodes texts."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return (n, d) unit vectors."""
        ...


class ImageEncoder(Protocol):
    """Encodes images."""

    def encode(self, pictures: Sequence[Image.Image]) -> Vectors:
        """Return (n, d) unit vectors of RGB images."""
        ...


def keep_freed_memory() -> None:
    """Tell glibc to keep the memory of freed feature maps instead of giving it back after each layer.

    A convolution network frees and takes megabytes at every layer; giving each back to the kernel and having it
    zeroed again costs a third of the time on a CPU (`benchmarks/embedding.py`). Other C libraries are left alone.
    """
    trim_threshold, mmap_threshold, limit = -1, -3, 2**30
    try:
        libc = ctypes.CDLL("libc.so.6")
        libc.mallopt(trim_threshold, limit)
        libc.mallopt(mmap_threshold, limit)
    except (OSError, AttributeError):
        return


def unit(vectors: Vectors) -> Vectors:
    """Scale rows to length 1; a zero row stays zero."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Vectors = (vectors / np.maximum(length, 1e-12)).astype(np.float32)
    return scaled
