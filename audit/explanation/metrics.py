"""All metrics of one explanation of one item, under one game and one target token."""

from __future__ import annotations

from twokeys.audit.explanation.insertion import image_insertion, text_insertion
from twokeys.audit.explanation.localisation import localise
from twokeys.audit.explanation.truth import Truth
from twokeys.audit.games.estimator import estimate
from twokeys.audit.games.exact import Split
from twokeys.audit.games.game import Game
from twokeys.audit.games.synergy import Scores, synergy, tops

RANKED = {
    "f_syn": "F_syn as published",
    "f_syn.raw": "F_syn, not clipped, in probability",
    "improved.raw": "Interaction, improved estimate, in probability",
    "image.srg": "Image SRG",
    "text.srg": "Text SRG",
}
"""Metrics by which explainers are ranked, with their titles; higher is better.

Without clipping nothing is divided by |v(all) - v(none)|: where that is near 0, a few items would decide the means."""
SHORT = {
    "f_syn": "F_syn",
    "f_syn.raw": "F_syn, not clipped",
    "improved.raw": "improved",
    "image.srg": "image SRG",
    "text.srg": "text SRG",
}
"""Their names in a narrow table."""
FOUND = {
    "image.pointing": "Pointing game, image",
    "image.energy": "Energy, image",
    "text.pointing": "Pointing game, words",
    "text.energy": "Energy, words",
}
"""Metrics against difference masks; each has a chance level under its name and `.chance`."""


def metrics(game: Game, scores: Scores, background: Split, budget: int, seed: int, truth: Truth) -> dict[str, float]:
    """Evaluate one explanation.

    Args:
        game: The game of the item; coalitions that another explainer has asked for are not asked for again.
        scores: The explanation.
        background: How players outside V_k and T_k are grouped for the improved estimate.
        budget: Its forward passes.
        seed: Of ties and draws, the same for all explainers of the item.
        truth: The difference mask, as far as it is known.

    Returns:
        Metric -> value. Localisation is left out where the truth is not known.
    """
    top = tops(scores, seed)
    found, published = estimate(game, top, background, budget, seed), synergy(game, top)
    image, text = image_insertion(game, top), text_insertion(game, top)
    values = {
        "f_syn": published.published,
        "f_syn.unclipped": published.normalised,
        "f_syn.raw": published.unclipped,
        "improved": found.value / published.scale,
        "improved.raw": found.value,
        "improved.error": found.standard_error,
        "image.srg": image.srg,
        "text.srg": text.srg,
        "image.raw": image.unclipped,
        "text.raw": text.unclipped,
    }
    for modality, own, known in (("image", scores.image, truth.image), ("text", scores.text, truth.text)):
        if known is not None:
            place = localise(own, known)
            values[f"{modality}.pointing"] = place.pointing
            values[f"{modality}.pointing.chance"] = place.pointing_chance
            values[f"{modality}.energy"] = place.energy
            values[f"{modality}.energy.chance"] = place.energy_chance
    return values
