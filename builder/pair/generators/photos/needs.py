"""The libraries that edits of photographs need, loaded when an edit is made and not before."""

from __future__ import annotations

import importlib
from typing import Any

from twokeys.core.errors import MissingPackage

COMMANDS = {
    "cv2": ("opencv-python-headless", 'pip install "twokeys[photos]"'),
    "jpeglib": ("jpeglib", 'pip install "twokeys[photos]"'),
    "pycocotools.mask": ("pycocotools", 'pip install "twokeys[photos]"'),
    "ai_edge_litert.interpreter": ("ai-edge-litert", 'pip install "twokeys[photos]"'),
    "diffusers": ("diffusers", 'pip install "twokeys[diffusion]"'),
}
"""Module -> distribution and the command that installs it."""


def needed(module: str) -> Any:
    """Import a library of an extra.

    Raises:
        MissingPackage: When it is not installed; names the command.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError:
        distribution, command = COMMANDS[module]
        raise MissingPackage("the editing of photographs", distribution, command) from None
