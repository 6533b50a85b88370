"""Views: the parts of an item that a predictor sees, and the names of views in published claims."""

from __future__ import annotations

from typing import Literal

View = Literal["question", "choices", "image"]
"""The parts of an item that a blind predictor sees; `choices` are the options alone."""
VIEWS: tuple[View, ...] = ("question", "choices", "image")

Bounded = Literal["question", "image", "both", "image + question type", "question + image colour"]
"""Views whose ceilings are counted: each side, both sides together, and one side with a little of the other."""


COARSE: dict[Bounded, str] = {
    "image + question type": "the image and the question's first two words",
    "question + image colour": "the question and the image's mean colour",
}
"""Coarse joint views, in words. Balance in each view does not bound their ceilings."""
