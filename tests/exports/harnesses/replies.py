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

ODD = ("I cannot see the image.", "", "A or B", "null", "square\nbecause it has corners", "7.50")
"""Refusals, silence, and texts that spreadsheets lose or change."""
FORMS = {
    "Is": ("Yes", "no.", "The answer is no.", "Yes, it is.", "True", "It isn't."),
    "How": ("three", "4", "None", "0, I think", "There are 3.0 of them.", "zero"),
    "What": ("red", "Blue.", "The answer is green.", "It is red", "green", "a blue"),
    "Which": ("The answer is (B).", "A", "(C)", "b", "option C", "It is a circle."),
}
"""First word of a question -> replies of every kind that the parser knows; right now and then."""


def scripted(text: str, picture: Image.Image | None) -> str:
    """A reply that follows from every letter of the text and every pixel of the picture."""
    seen = b"" if picture is None else f"{picture.mode}{picture.size}".encode() + picture.tobytes()
    forms = FORMS.get(text.partition(" ")[0], tuple(form for own in FORMS.values() for form in own)) * 4 + ODD
    return forms[int.from_bytes(hashlib.sha256(text.encode() + b"\0" + seen).digest()[:4], "big") % len(forms)]


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
