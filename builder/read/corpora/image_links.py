"""Links that say which image an item is about, beside those that say which items belong together."""

from __future__ import annotations

IMAGE_LINK = r"coco:|clevr:|gqa:(?!question:)"
"""How links to images begin, as a pattern: questions about one image share it, and are no pair or quad for that."""
