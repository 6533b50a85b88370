"""Edits whose answer no logic gives: named vision-language models say whether it is the one that is expected.

Each model must answer the original as it is annotated and the edit as expected, by a margin. That alone is not enough:
of two answers a model that guesses gives both right one time in four. So a model is first asked a sample of the
corpus's own items; where it cannot be shown to answer these, it has no say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from twokeys.audit.games.margins import Margin
from twokeys.builder.pair.judges.asking import Claim, ask, rivals
from twokeys.builder.read.pictures import Pictures
from twokeys.builder.recipe import Verify
from twokeys.builder.run.keys import NamedModel
from twokeys.builder.run.stages import Run
from twokeys.core.errors import Unsayable
from twokeys.core.intervals.accuracy import wilson
from twokeys.core.items import digest

CONTROL = 200
"""Annotated items of each corpus that a model must answer to have a say."""
UNNAMED = "its answer does not follow from the annotated one: name models that see the picture in pair.verify.models"


@dataclass(frozen=True)
class Judged:
    """What models say of one edit.

    Attributes:
        problem: Why it is refused; None where all models agree.
        margins: By model, those of the original and of the edit, in nats.
    """

    problem: str | None
    margins: dict[str, dict[str, float]]


def verified(
    run: Run,
    models: Sequence[NamedModel],
    settings: Verify | None,
    items: pd.DataFrame,
    edits: pd.DataFrame,
    pictures: Pictures,
) -> dict[str, Judged]:
    """Judge all sound edits that are expected.

    Args:
        run: The build under way.
        models: The models, all of which must agree.
        settings: How sure they must be; None if the recipe names no model.
        items: Annotated items.
        edits: Rows of `twokeys.builder.pair.generate.EDITS`.
        pictures: Images of the items.

    Returns:
        By id of the edit. An edit that a model cannot be asked about is refused.

    Raises:
        Unsayable: When a model has no tokens for the answers of any annotated item that it is first asked.
    """
    open_ = edits[(edits["answer_source"] == "expected") & edits["problem"].isna()]
    if settings is None or not len(open_):
        return {str(edit): Judged(UNNAMED, {}) for edit in open_["id"]}
    claims = _claims(items, edits)
    control = _control(items[items["answer_source"] == "annotated"], {str(item) for item in open_["root"]})
    found = {str(edit): Judged(None, {}) for edit in open_["id"]}
    sources = dict(zip(items["id"].astype(str), items["source"].astype(str), strict=True))
    pairs = [(str(e), str(base), sources[str(root)]) for e, base, root in open_[["id", "edit_of", "root"]].to_numpy()]
    for model in models:
        name = model.name
        answered = ask(run, model, [claims[item] for item in control], pictures)
        _require_askable(name, [answered[claims[item]] for item in control])
        unfit = _unfit(name, settings, [(sources[item], answered[claims[item]].nats) for item in control])
        left = [pair for pair in pairs if found[pair[0]].problem is None and pair[2] not in unfit]
        asked = [claims[one] for pair in left for one in pair[:2]]
        answered = ask(run, model, asked, pictures)
        for edit, base, source in pairs:
            if found[edit].problem is None:
                both = None if source in unfit else (answered[claims[base]], answered[claims[edit]])
                found[edit] = _judge(found[edit], name, settings.margin, both, unfit.get(source))
    return found


def _judge(before: Judged, model: str, margin: float, both: tuple[Margin, Margin] | None, unfit: str | None) -> Judged:
    if both is None:
        return Judged(unfit, before.margins)
    unsaid = next((one.unsaid for one in both if one.unsaid is not None), None)
    if unsaid is not None:
        return Judged(f"{model} has no token for {unsaid!r}", before.margins)
    original, partner = (one.nats for one in both)
    named = {model: {"original": original, "partner": partner}}
    problem = None
    if min(original, partner) < margin:
        which = "the original as annotated" if original < margin else "as expected"
        problem = f"{model} does not answer {which} by the margin"
    return Judged(problem, before.margins | named)


def _claims(items: pd.DataFrame, edits: pd.DataFrame) -> dict[str, Claim]:
    """What is claimed of every item and every edit that models could be asked about, by id."""
    frequent = {kind: tuple(part.value_counts().index[:16]) for kind, part in items.groupby("answer_type")["answer"]}
    found: dict[str, Claim] = {}
    for row in items.to_dict("records"):
        others = rivals(row["answer"], row["choices"], row["answer_type"], frequent[row["answer_type"]])
        found[row["id"]] = Claim(
            str(row["image_key"]),
            None,
            row["question"],
            tuple(row["choices"]),
            row["answer_type"],
            row["answer"],
            others,
        )
    for edit in edits.to_dict("records"):
        base = found[edit["edit_of"]]
        choices = base.choices if edit["choices"] is None else tuple(edit["choices"])
        found[edit["id"]] = Claim(
            base.image if edit["picture"] is None else digest("picture", edit["id"]),
            base.picture if edit["picture"] is None else edit["picture"],
            edit["question"] or base.question,
            choices,
            base.kind,
            edit["answer"],
            rivals(edit["answer"], choices, base.kind, (base.answer, *base.rivals)),
        )
    return found


def _control(items: pd.DataFrame, roots: Iterable[str]) -> list[str]:
    """Annotated items of the sources and answer types that are edited: by a draw that the items alone decide."""
    kinds = items.loc[items["id"].isin(set(roots)), ["source", "answer_type"]].drop_duplicates()
    part = items.merge(kinds, on=["source", "answer_type"])
    part = part.assign(draw=[digest("control", str(item)) for item in part["id"]]).sort_values("draw")
    return sorted(part.groupby("source").head(CONTROL)["id"].astype(str))


def _require_askable(model: str, answered: list[Margin]) -> None:
    unsaid = [one.unsaid for one in answered if one.unsaid is not None]
    if answered and len(unsaid) == len(answered):
        remedy = "name a model in pair.verify.models that has the corpus's answers"
        raise Unsayable(unsaid[0], f"{model} can give none of the answers, such as {unsaid[0]!r}", remedy)


def _unfit(model: str, wanted: Verify, answered: list[tuple[str, float]]) -> Mapping[str, str]:
    """Corpora that the model cannot be shown to answer, with the reason."""
    found = {}
    for source in sorted({source for source, _ in answered}):
        right = [margin > 0 for name, margin in answered if name == source]
        low = wilson(sum(right) / len(right), len(right))[0]
        if low < wanted.accuracy:
            found[source] = (
                f"{model} answers {sum(right)} of {len(right)} annotated items of {source} "
                f"(at least {low:.0%}), less than {wanted.accuracy:.0%}: it cannot verify"
            )
    return found
