"""Models that run in any harness: one that says what follows from text and pixels alone, and a folder of transformers.

No twokeys here: these files run in the environment of a harness.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

Reply = Callable[[str, "Image.Image | None"], str]

FORMS = (
    "Yes", "no.", "The answer is (B).", "three", "A", "(C) triangle", "I cannot see the image.", "red", "Blue.", "",
    "It is a circle.", "4", "None", "3.0", "null", "A or B", "The answer is no.", "square\nbecause it has corners",
    "green", "zero",
)  # fmt: skip
"""Replies of every kind that the parser knows, and texts that spreadsheets lose."""


def scripted(text: str, picture: Image.Image | None) -> str:
    """A reply that follows from every letter of the text and every pixel of the picture."""
    seen = b"" if picture is None else f"{picture.mode}{picture.size}".encode() + picture.tobytes()
    return FORMS[hashlib.sha256(text.encode() + b"\0" + seen).digest()[0] % len(FORMS)]


def transformed(folder: str) -> Reply:
    """A model of transformers' class for image-text-to-text, greedily."""
    import torch
    import transformers

    library: Any = transformers
    processor = library.AutoProcessor.from_pretrained(folder)
    model = library.AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32).eval()

    def reply(text: str, picture: Image.Image | None) -> str:
        turn = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": text}]}]
        said = processor.apply_chat_template(turn, add_generation_prompt=True)
        inputs = processor(images=[picture], text=said, return_tensors="pt")
        with torch.inference_mode():
            found = model.generate(**inputs, do_sample=False)
        return str(processor.decode(found[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True)).strip()

    return reply


def asked() -> tuple[Path, Path, Reply, int | None]:
    """The command line: an export, a file to write, `scripted` or a model's folder, and how many items."""
    export, out, model, limit = sys.argv[1:5]
    return Path(export), Path(out), scripted if model == "scripted" else transformed(model), int(limit) or None


def write(out: Path, found: dict[str, Any]) -> None:
    """Write what a harness found."""
    out.write_text(json.dumps(found), encoding="utf-8")
