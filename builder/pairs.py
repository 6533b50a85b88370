"""`twokeys pairs`: mine and construct partners alone, and count what becomes balanceable by each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from twokeys.audit.served.spending import spending
from twokeys.builder import recipe as recipes
from twokeys.builder.balance.select import select
from twokeys.builder.filter import filter_items
from twokeys.builder.gather import gather
from twokeys.builder.measure.replies import named_hosts
from twokeys.builder.measure.survey import locate
from twokeys.builder.pair.artefacts.artefacts import Artefacts
from twokeys.builder.pair.artefacts.refusal import look_for
from twokeys.builder.pair.check import check_names
from twokeys.builder.pair.counts import kinds, retrieved_kinds
from twokeys.builder.pair.stage import work as pair_work
from twokeys.builder.recipe import Balance, Recipe
from twokeys.builder.run.engines import engine as engine_named
from twokeys.builder.run.stages import Run
from twokeys.core.ceilings import ceilings
from twokeys.core.colours import colours
from twokeys.core.notebook import notebook
from twokeys.core.progress import Say, silent, step
from twokeys.data_cards.pairing import PairKind, Precision, RetrievedKind


@dataclass(frozen=True)
class PairStep:
    """What can be balanced of one set of items.

    Attributes:
        name: What was added: `nothing`, `mined`, `constructed`.
        items: Items, constructed ones included.
        question_ceiling: Best accuracy of any function of the question on them.
        image_ceiling: The same for the image.
        image_partners: Items with another answer to their question about another image.
        question_partners: Items with another answer about their image to another question.
        kept: Size of the largest balanced set.
        annotated: Those of it that a person answered.
        quads: Disjoint quads in it.
    """

    name: str
    items: int
    question_ceiling: float
    image_ceiling: float
    image_partners: int
    question_partners: int
    kept: int
    annotated: int
    quads: int


@dataclass(frozen=True)
class Paired:
    """What pairing makes of a recipe's items.

    Attributes:
        name: The recipe.
        read: Items that were read.
        steps: Nothing added, then mined, then constructed partners.
        kinds: What became of each kind of edit; `published` counts those in the largest balanced set.
        retrieved: What judges of retrieved partners understood, and what of it can be balanced.
        precision: How often models are right about what they verify.
        artefacts: Whether edits of each kind can be told from originals; empty unless asked for.
        executed: Stages that did work, with their seconds.
    """

    name: str
    read: int
    steps: list[PairStep]
    kinds: list[PairKind]
    retrieved: list[RetrievedKind]
    precision: list[Precision]
    artefacts: list[Artefacts]
    executed: dict[str, float] = field(default_factory=dict)

    def to_pandas(self) -> pd.DataFrame:
        """One row for each step of pairing, with what can be balanced after it."""
        return pd.DataFrame([asdict(step) for step in self.steps])

    def _repr_html_(self) -> str:
        return notebook(f"{self.name}: {self.read:,} items read", self)

    def json(self) -> dict[str, Any]:
        """The report as JSON values."""
        return {
            "name": self.name,
            "read": self.read,
            "steps": [asdict(step) for step in self.steps],
            "kinds": [kind.model_dump() for kind in self.kinds],
            "retrieved": [kind.model_dump() for kind in self.retrieved],
            "precision": [each.model_dump() for each in self.precision],
            "artefacts": [asdict(kind) for kind in self.artefacts],
        }


def pairs(
    recipe: str | Path | Recipe,
    *,
    corpora: Path | None = None,
    work: Path | None = None,
    engine: str = "process",
    allow_host: Sequence[str] = (),
    budget: Sequence[str] = (),
    price: str | None = None,
    check: bool = False,
    artefacts: int = 0,
    say: Say = silent,
) -> Paired:
    """Mine and construct partners as `build` does, after the rules, and publish nothing.

    Args:
        recipe: As `build` takes it; images may be known by name alone where no generator needs them.
        corpora: As `build`.
        work: As `build`; by default the run folder that `build` uses, so that neither works twice.
        engine: As `build`.
        allow_host: As `build`.
        budget: As `build`.
        price: As `build`.
        check: As `build`.
        artefacts: Pairs of each kind of edit among which artefacts are looked for; 0: none.
        say: Told how far each stage is.

    Returns:
        What can be balanced after each step. `to_pandas()` gives a row for each step.

    Raises:
        BadInput: As `build`.
    """
    plan = recipes.load(recipe)
    hosts, spent = named_hosts(plan, allow_host), spending(budget, price)
    place = Path("out") / f".{plan.name}.run" if work is None else Path(work)
    run = Run(place, engine_named(engine, place), say, hosts, check, spent)
    sources = locate(plan, corpora)
    check_names(plan, sources)
    with run.alone():
        known = gather(run, plan, sources, corpora)
        left = filter_items(run, plan, known).left(known.items)
        done = pair_work(run, plan, known, left)
    kept = left.frame
    steps, balanced = [], kept
    with step(say, "balance"):
        for name, items in (("nothing", kept), ("mined", done.reworded), ("constructed", done.items)):
            counted, balanced = _step(name, items, plan.balance)
            steps.append(counted)
    told: list[Artefacts] = []
    if artefacts:
        with step(say, "artefacts"):
            told = look_for(plan, done, artefacts, known.represent.image, known.represent.text)
    made = kinds(done.items, done.refused, balanced)
    retrieved = retrieved_kinds(done.retrieved, done.spare, done.items, set(balanced["id"]), plan.balance)
    return Paired(plan.name, len(known.items), steps, made, retrieved, done.precision, told, run.seconds)


def _step(name: str, items: pd.DataFrame, settings: Balance) -> tuple[PairStep, pd.DataFrame]:
    chosen = select(items, settings).kept
    kept = items[items["id"].isin(set(chosen["id"]))]
    found = ceilings(items)
    colour = colours(items)
    answers = {
        view: pd.Series(own).groupby(items[view].to_numpy()).transform("nunique") > 1
        for view, own in (("question_key", colour.question), ("image_key", colour.text))
    }
    step = PairStep(
        name=name,
        items=len(items),
        question_ceiling=found["question"].right / max(len(items), 1),
        image_ceiling=found["image"].right / max(len(items), 1),
        image_partners=int(answers["question_key"].sum()),
        question_partners=int(answers["image_key"].sum()),
        kept=len(kept),
        annotated=int((kept["answer_source"] == "annotated").sum()),
        quads=int(chosen["quad"].nunique()),
    )
    return step, kept
