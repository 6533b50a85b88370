"""Edits whose answer no logic gives: named vision-language models say whether it is the one that is expected.

Each model must answer the original as it is annotated and the edit as expected, by a margin. That alone is not enough:
of two answers a model that guesses gives both right one time in four. So a model is first asked a sample of the
corpus's own items; where it cannot be shown to answer these, it has no say. How often all of them together are right
is measured on other items of the corpus, and stated.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from twokeys.audit.games.margins import Margin
from twokeys.builder.pair.judges.asking import Claim, ask
from twokeys.builder.pair.judges.claims import Claims
from twokeys.builder.pair.judges.precision import Tried, best_shown, smallest_margin, stated
from twokeys.builder.read.pictures import Pictures
from twokeys.builder.recipe import Verify
from twokeys.builder.run.keys import NamedModel
from twokeys.builder.run.stages import Run
from twokeys.core.intervals.accuracy import wilson
from twokeys.core.item_images import several
from twokeys.core.items import digest
from twokeys.data_cards.pairing import Precision

CONTROL = 200
"""Annotated items of each corpus that a model must answer to have a say."""
SAMPLE = 1000
"""Further annotated items of each corpus, on which the precision of all models together is measured."""
UNNAMED = "its answer does not follow from the annotated one: name models that see the picture in pair.verify.models"
UNSEEN = "there is no annotated item of its kind on which models could show that they can answer"
SEVERAL = "models verify answers about one image, and the item has several"
Drawn = Mapping[str, Sequence[str]]
"""Corpus -> ids of annotated items."""


@dataclass(frozen=True)
class Judged:
    """What models say of one edit.

    Attributes:
        problem: Why it is refused; None where all models agree.
        margins: By model, those of the original and of the edit, in nats; that of the original alone if it fails.
    """

    problem: str | None
    margins: dict[str, dict[str, float]]


@dataclass(frozen=True)
class Verified:
    """What models say of edits, and how often they are right.

    Attributes:
        edits: By id of the edit.
        precision: By corpus and margin, of the corpora about which all models have a say.
    """

    edits: dict[str, Judged]
    precision: list[Precision]


@dataclass(frozen=True)
class Expected:
    """An edit that models are to judge: its id, that of what it was made from, and the corpus."""

    edit: str
    original: str
    source: str


@dataclass(frozen=True)
class Panel:
    """The models and what they may be asked.

    Attributes:
        run: The build under way.
        models: The models, all of which must agree.
        claims: What is claimed of items and edits.
        pictures: Images of the items.
    """

    run: Run
    models: Sequence[NamedModel]
    claims: Claims
    pictures: Pictures

    def ask(self, model: NamedModel, claims: Iterable[Claim]) -> dict[Claim, Margin]:
        """By how much a model prefers what is claimed; equal claims once."""
        return ask(self.run, model, list(dict.fromkeys(claims)), self.pictures)


def verified(
    run: Run,
    models: Sequence[NamedModel],
    settings: Verify | None,
    items: pd.DataFrame,
    edits: pd.DataFrame,
    pictures: Pictures,
) -> Verified:
    """Judge all sound edits that are expected.

    A model that cannot answer a corpus's annotated items is asked nothing else about the corpus, nor is any other
    model. Of an edit nothing is asked if a model does not answer the original as annotated.

    Args:
        run: The build under way.
        models: The models, all of which must agree.
        settings: How sure they must be; None if the recipe names no model.
        items: Annotated items.
        edits: Rows of `twokeys.builder.pair.generate.EDITS`.
        pictures: Images of the items.

    Returns:
        What they say of each edit. An edit that a model cannot be asked about is refused.
    """
    open_ = edits[(edits["answer_source"] == "expected") & edits["problem"].isna()]
    if settings is None or not len(open_):
        return Verified({str(edit): Judged(UNNAMED, {}) for edit in open_["id"]}, [])
    lists = several(items)
    of_lists = open_["root"].isin(set(items["id"][lists]))
    unseen = {str(edit): Judged(SEVERAL, {}) for edit in open_["id"][of_lists]}
    items, open_ = items[~lists], open_[~of_lists]
    if not len(open_):
        return Verified(unseen, [])
    source = dict(zip(items["id"].astype(str), items["source"].astype(str), strict=True))
    expected = [
        Expected(str(edit), str(base), source[str(root)])
        for edit, base, root in open_[["id", "edit_of", "root"]].to_numpy()
    ]
    drawn = _drawn(items, {str(item) for item in open_["root"]})
    panel = Panel(run, models, Claims(items, edits), pictures)
    first = {name: part[:CONTROL] for name, part in drawn.items()}
    held_out = {name: part[CONTROL:] for name, part in drawn.items()}
    _announce(panel, first, held_out, expected)
    refusals = {each.source: UNSEEN for each in expected if each.source not in drawn}
    refusals |= _unfit(panel, first, settings.accuracy)
    margins, precision = {}, list[Precision]()
    for name, tried in _tried(panel, {name: part for name, part in held_out.items() if name not in refusals}).items():
        margin = settings.margin if settings.precision is None else smallest_margin(name, tried, settings.precision)
        precision += stated(name, tried, margin)
        if margin is None:
            refusals[name] = _imprecise(name, tried, settings)
        else:
            margins[name] = margin
    for refusal in refusals.values():
        warnings.warn(f"pair.verify: {refusal}", RuntimeWarning, stacklevel=2)
    return Verified(unseen | _judged(panel, expected, margins, refusals), precision)


def _drawn(items: pd.DataFrame, roots: Iterable[str]) -> dict[str, list[str]]:
    """Annotated items of the sources and answer types that are edited: by a draw that the items alone decide."""
    kinds = items.loc[items["id"].isin(set(roots)), ["source", "answer_type"]].drop_duplicates()
    part = items[items["answer_source"] == "annotated"].merge(kinds, on=["source", "answer_type"])
    part = part.assign(draw=[digest("control", str(item)) for item in part["id"]]).sort_values("draw")
    by_source = part.groupby("source").head(CONTROL + SAMPLE).groupby("source")["id"]
    return {str(name): ids.astype(str).tolist() for name, ids in by_source}


def _announce(panel: Panel, first: Drawn, held_out: Drawn, expected: Sequence[Expected]) -> None:
    """Say before the work how much is asked of each model."""
    counts = [
        sum(map(len, first.values())),
        sum(len(panel.claims.every(item)) for part in held_out.values() for item in part),
        len({panel.claims.of(identity) for each in expected for identity in (each.edit, each.original)}),
    ]
    warnings.warn(
        f"pair.verify: each of {len(panel.models)} models is asked {sum(counts):,} times at most whether an answer "
        f"holds: {counts[0]:,} times to see whether it can tell, {counts[1]:,} times to measure precision, "
        f"{counts[2]:,} times about edits and their originals",
        RuntimeWarning,
        stacklevel=2,
    )


# -------------------------------------------------------------------------------------------------- annotated items


def _unfit(panel: Panel, first: Drawn, wanted: float) -> dict[str, str]:
    """Corpora that some model cannot be shown to answer, with the reason."""
    unfit: dict[str, str] = {}
    for model in panel.models:
        claims = {name: [panel.claims.of(item) for item in part] for name, part in first.items() if name not in unfit}
        answered = panel.ask(model, [claim for part in claims.values() for claim in part]) if claims else {}
        for name, part in claims.items():
            if reason := _doubt([answered[claim] for claim in part], wanted):
                unfit[name] = f"{model.name} cannot verify what is asked of {name}: {reason}"
    return unfit


def _doubt(answered: Sequence[Margin], wanted: float) -> str | None:
    """Why a model has no say about a corpus; None if it has."""
    right = sum(each.nats > 0 for each in answered)
    low = wilson(right / len(answered), len(answered))[0]
    if low >= wanted:
        return None
    unsaid = [each.unsaid for each in answered if each.unsaid is not None]
    if len(unsaid) == len(answered):
        return f"it has no token for any of the annotated answers (such as {unsaid[0]!r})"
    return (
        "it answers too few annotated items as annotated "
        f"({right} of {len(answered)}: at least {low:.0%}, less than {wanted:.0%})"
    )


def _tried(panel: Panel, held_out: Drawn) -> dict[str, list[Tried]]:
    """What all models together say of every answer that could be an annotated item's, by corpus."""
    every = {name: [(item, panel.claims.every(item)) for item in part] for name, part in held_out.items()}
    claims = [claim for part in every.values() for _, of in part for claim in of]
    answers = [panel.ask(model, claims) for model in panel.models] if claims else []
    return {
        name: [
            Tried(item, min(answered[claim].nats for answered in answers), right)
            for item, of in part
            for claim, right in of.items()
        ]
        for name, part in every.items()
    }


def _imprecise(name: str, tried: Sequence[Tried], settings: Verify) -> str:
    """Why nothing of a corpus is verified if a recipe asks for more precision than models have."""
    assert settings.precision is not None
    best = best_shown(name, tried)
    return (
        f"the models cannot verify what is asked of {name}: they are not shown to be right as often as is asked for "
        f"(at least {settings.precision:.1%}; {best.right} of {best.passed} claims that pass at {best.margin:g} nats "
        f"are right, at least {best.low:.1%})"
    )


# ------------------------------------------------------------------------------------------------------------ edits


def _judged(
    panel: Panel, expected: Sequence[Expected], margins: Mapping[str, float], refusals: Mapping[str, str]
) -> dict[str, Judged]:
    """What models say of edits, one model after the other: each is asked about those that all before it passed."""
    verdicts = {each.edit: Judged(refusals.get(each.source), {}) for each in expected}
    for model in panel.models:
        for side in ("original", "partner"):
            open_ = [each for each in expected if verdicts[each.edit].problem is None]
            claimed = {each: panel.claims.of(each.original if side == "original" else each.edit) for each in open_}
            answered = panel.ask(model, claimed.values()) if claimed else {}
            for each, claim in claimed.items():
                verdicts[each.edit] = _with(
                    verdicts[each.edit], model.name, side, answered[claim], margins[each.source]
                )
    return verdicts


def _with(before: Judged, model: str, side: str, answer: Margin, margin: float) -> Judged:
    """What is known of an edit after one more answer of a model."""
    if answer.unsaid is not None:
        return Judged(f"{model} has no token for {answer.unsaid!r}", before.margins)
    named = before.margins | {model: before.margins.get(model, {}) | {side: answer.nats}}
    which = "the original as annotated" if side == "original" else "as expected"
    problem = f"{model} does not answer {which} by the margin" if answer.nats < margin else None
    return Judged(problem, named)
