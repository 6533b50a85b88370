"""`twokeys diagnose`: how blind-solvable a corpus is, before anything is dropped; images are not needed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twokeys.audit.models.hosts import hosts
from twokeys.audit.served.spending import spending
from twokeys.audit.served.ways import Protocol
from twokeys.builder import recipe as recipes
from twokeys.builder.balance.select import Selection, select
from twokeys.builder.blind import NUMBERS, Blind, folder_blind
from twokeys.builder.blind import PAGE as BLIND_PAGE
from twokeys.builder.filter import Rules
from twokeys.builder.gather import gather
from twokeys.builder.measure.blindness import blindness
from twokeys.builder.measure.categories import categories
from twokeys.builder.measure.replies import named_hosts
from twokeys.builder.measure.shortcuts.options import MinedOptions, mine_options
from twokeys.builder.measure.shortcuts.wordings import Mined, mine
from twokeys.builder.measure.survey import Survey, locate
from twokeys.builder.pair.check import check_names
from twokeys.builder.publish.report.compose import Told, diagnosis_report
from twokeys.builder.recipe import Recipe
from twokeys.builder.run.engines import engine as engine_named
from twokeys.builder.run.files import write_json
from twokeys.builder.run.stages import Run
from twokeys.core.categories import places
from twokeys.core.columns import BALANCED
from twokeys.core.disk import write_text
from twokeys.core.errors import BadInput
from twokeys.core.measured import READ
from twokeys.core.notebook import notebook
from twokeys.core.place import Kind, check_place
from twokeys.core.progress import Say, silent, step
from twokeys.core.swap import alone_at, whole_folder, write_record
from twokeys.data_cards.blindness import Blindness
from twokeys.data_cards.categories import Categories
from twokeys.data_cards.category_table import categories_json
from twokeys.data_cards.figure_files import write_figures
from twokeys.data_cards.manifest import FILE as MANIFEST
from twokeys.data_cards.manifest import BalancePart, GroupKind
from twokeys.data_cards.panel import Panel
from twokeys.data_cards.published import PublishedFolder
from twokeys.data_cards.report import FILE as PAGE
from twokeys.data_cards.report import report_text
from twokeys.data_cards.tables import frame

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

REPORT = "diagnosis.json"
DIAGNOSED = Kind("files.json", "diagnosis", "diagnosis")
"""Folders of diagnoses."""


@dataclass(frozen=True)
class Diagnosis:
    """How blind-solvable a set of items is.

    Attributes:
        name: Recipe or folder.
        items: Items measured.
        set_aside: Rows that could not be used.
        blindness: Ceilings and baselines.
        categories: The best blind adversary of each category; None for a published folder of an older version.
        groups: What each kind of link did for the folds.
        balance: Largest balanced subset of each part, before any rule.
        shortcuts: What the wording of questions gives away; None for a published folder, whose report tells.
        options: What the options of multiple-choice items give away; None as for shortcuts.
        folder: Where the report and the plot are; None for a published folder.
        executed: Stages that did work, with their seconds.
        aside: Why each row that was set aside cannot be used.
        panel: What models answer without the images; None where none was asked.
    """

    name: str
    items: int
    set_aside: int
    blindness: Blindness
    categories: Categories | None
    groups: list[GroupKind]
    balance: list[BalancePart]
    shortcuts: Mined | None
    options: MinedOptions | None
    folder: Path | None
    executed: dict[str, float] = field(default_factory=dict)
    aside: list[BadInput] = field(default_factory=list)
    panel: Panel | None = None

    @property
    def pages(self) -> tuple[str, str]:
        """Names of the report and of its numbers in the folder."""
        return (BLIND_PAGE, NUMBERS) if self.shortcuts is None else (PAGE, REPORT)

    def to_pandas(self) -> pd.DataFrame:
        """Ceilings and blind baselines, a row for each: `twokeys.data_cards.tables.frame`."""
        return frame(self.blindness, None)

    def figure(self) -> Figure:
        """The plot of these."""
        from twokeys.data_cards.plots import blindness_figure

        return blindness_figure(self.blindness, None, self.name)

    def _repr_html_(self) -> str:
        return notebook(f"{self.name}: {self.items:,} items, {self.set_aside:,} set aside", self)

    def json(self) -> dict[str, Any]:
        """The report as JSON values."""
        return {
            "name": self.name,
            "items": self.items,
            "set_aside": self.set_aside,
            "ceilings": [c.model_dump() | {"share": round(c.share, 6)} for c in self.blindness.ceilings],
            "scores": [s.model_dump() | {"accuracy": round(s.accuracy, 6)} for s in self.blindness.scores],
            "categories": self.categories and categories_json(self.categories),
            "groups": [kind.model_dump() for kind in self.groups],
            "largest_balanced": [part.model_dump() for part in self.balance],
            "shortcuts": [one.json() for one in self.shortcuts.shortcuts] if self.shortcuts else [],
            "panel": self.panel and self.panel.model_dump(),
            "option_shortcuts": [one.json() for one in self.options.shortcuts] if self.options else [],
        }


def diagnose(
    source: str | Path | Recipe,
    out: Path | None = None,
    *,
    blind: Sequence[str] = (),
    samples: int | None = None,
    protocol: Protocol | None = None,
    corpora: Path | None = None,
    work: Path | None = None,
    engine: str = "process",
    allow_host: Sequence[str] = (),
    budget: Sequence[str] = (),
    price: str | None = None,
    check: bool = False,
    say: Say = silent,
) -> Diagnosis:
    """Measure how blind-solvable a recipe's items are, or read it off a published folder.

    Args:
        source: A recipe as `build` takes it, or a published folder.
        out: Folder of the report (`report.html`, JSON and plot); `out/NAME-diagnosis` when None.
        blind: Models that are asked every item without its image, beside the recipe's panel: those that
            `encoders.language` takes. Whoever names a served one here names its host thereby.
        samples: Replies of a served model to each question; as the recipe says when None.
        protocol: How served models are asked: `auto`, `completions` or `chat`; likewise.
        corpora: As `build`.
        work: As `build`; by default the run folder that `build` uses, so that neither works twice.
        engine: As `build`.
        allow_host: As `build`.
        budget: As `build`.
        price: As `build`.
        check: As `build`.
        say: Told how far each stage is.

    Returns:
        Ceilings, blind baselines, largest balanced subset and shortcuts. `to_pandas()` gives ceilings and baselines,
        `figure()` their plot.

    Raises:
        BadInput: As `build`; images may be known by name alone.
    """
    asked = Blind(tuple(blind), samples, protocol)
    if not isinstance(source, Recipe) and (Path(source) / MANIFEST).is_file():
        stated = _of_folder(Path(source))
        if not blind:
            return stated
        kept = Path("out") / f".{stated.name}-blind.run" if work is None else Path(work)
        run = Run(
            kept, engine_named(engine, kept), say, hosts([*asked.hosts, *allow_host]), spending=spending(budget, price)
        )
        return _asked(stated, Path(source), out, asked, run)
    plan = asked.beside(recipes.load(source))
    Rules(plan.rules)  # a mistyped rule is found now, though diagnosing runs none
    folder = Path("out") / f"{plan.name}-diagnosis" if out is None else Path(out)
    allowed, spent = named_hosts(plan, [*asked.hosts, *allow_host]), spending(budget, price)
    kept = Path("out") / f".{plan.name}.run" if work is None else Path(work)
    check_place(folder.resolve(), DIAGNOSED)
    run = Run(kept, engine_named(engine, kept), say, allowed, check, spent)
    sources = locate(plan, corpora)
    check_names(plan, sources)
    with run.alone(), alone_at(folder.resolve(), DIAGNOSED) as output:
        known = gather(run, plan, sources, corpora, pools=False)
        with step(say, "balance"):
            selection = select(known.items, plan.balance)
        with step(say, "report"):
            found, told = _measured(run, plan, known, selection, folder)
            with whole_folder(output) as fresh:
                report = diagnosis_report(plan, known, selection, told)
                write_json(fresh / REPORT, json.loads(json.dumps(found.json())))
                write_figures(report, fresh)
                write_text(fresh / PAGE, report_text(report))
                write_record(fresh, DIAGNOSED, plan.name)
    return found


def _measured(run: Run, plan: Recipe, known: Survey, selection: Selection, folder: Path) -> tuple[Diagnosis, Told]:
    """Say what was measured, and what the report tells of it."""
    confidence = plan.measure.confidence
    where = places(known.items, plan.categories)
    diagnosis = Diagnosis(
        name=plan.name,
        items=len(known.items),
        set_aside=len(known.set_aside),
        blindness=blindness(known.items, confidence, READ),
        categories=categories(known.items, where, READ, confidence),
        groups=known.groups,
        balance=selection.parts,
        shortcuts=mine(known.items, confidence, plan.seed),
        options=mine_options(known.items, confidence, plan.seed),
        folder=folder,
        executed=run.seconds,
        aside=known.aside,
        panel=known.panel,
    )
    told = Told(diagnosis.blindness, diagnosis.categories, diagnosis.shortcuts, diagnosis.options, diagnosis.panel)
    return diagnosis, told


def _asked(stated: Diagnosis, source: Path, out: Path | None, blind: Blind, run: Run) -> Diagnosis:
    """A published folder's diagnosis with what models answer without its images."""
    folder = Path("out") / f"{stated.name}-blind" if out is None else Path(out)
    panel = folder_blind(source, folder, blind, run)
    return replace(stated, panel=panel, folder=folder, executed=run.seconds)


def _of_folder(folder: Path) -> Diagnosis:
    manifest = PublishedFolder(folder).manifest
    rows = manifest.configs[BALANCED].splits.values()
    return Diagnosis(
        manifest.name, sum(rows), 0, manifest.after, manifest.categories_after, [], manifest.balance, None, None, None
    )
