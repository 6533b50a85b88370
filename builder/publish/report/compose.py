"""The report of a folder or of a diagnosis: gathers its parts, and writes the text."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from twokeys.builder.measure.shortcuts.options import MinedOptions, mine_options
from twokeys.builder.measure.shortcuts.wordings import Mined, Shortcut, matching, mine
from twokeys.builder.publish.folder import Folder
from twokeys.builder.publish.report.answers import by_opening, by_type
from twokeys.builder.publish.report.counterfactuals import crosses
from twokeys.builder.publish.report.gallery import gallery
from twokeys.builder.publish.report.material import Material, of_folder, of_survey
from twokeys.builder.publish.report.removed import departures
from twokeys.builder.publish.report.thumbnails import Thumbnails
from twokeys.core.columns import AUDITED, BALANCED
from twokeys.data_cards.figures import Figures
from twokeys.data_cards.manifest import Step
from twokeys.data_cards.report import OptionMark, OptionMarks, Report, Wording, Wordings

if TYPE_CHECKING:
    from twokeys.builder.balance.select import Selection
    from twokeys.builder.measure.survey import Survey
    from twokeys.builder.recipe import Recipe
    from twokeys.data_cards.blindness import Blindness
    from twokeys.data_cards.categories import Categories
    from twokeys.data_cards.manifest import Manifest
    from twokeys.data_cards.panel import Panel

ALL = "all items read"


@dataclass(frozen=True)
class Told:
    """The results of measuring a set.

    Attributes:
        blindness: Ceilings and baselines.
        categories: The best blind adversary of each category; None in a folder of an older version.
        wordings: Shortcuts in wordings; None if they are to be searched.
        options: Shortcuts in options, likewise.
        panel: The answers of models without the images; None if no model was asked.
    """

    blindness: Blindness
    categories: Categories | None
    wordings: Mined | None = None
    options: MinedOptions | None = None
    panel: Panel | None = None


def folder_figures(folder: Folder) -> Figures:
    """The figures of the report of a published folder, from its rows and its manifest alone."""
    manifest = folder.manifest
    tiers = {name: part for name, part in ((BALANCED, folder.balanced), (AUDITED, folder.audited)) if len(part)}
    return Figures(
        title=folder.recipe.title,
        funnel=manifest.funnel,
        before=manifest.before,
        after=manifest.after if manifest.kept else None,
        categories=manifest.categories_before,
        categories_after=manifest.categories_after if manifest.kept else None,
        sets=[ALL, *tiers],
        answers=by_type([folder.items, *tiers.values()]),
    )


def folder_report(path: Path, manifest: Manifest) -> Report:
    """The report of a published folder, from its rows and its manifest alone; `manifest.files` are not read."""
    material = of_folder(path, manifest)
    before = Told(manifest.before, manifest.categories_before, panel=manifest.panel)
    after = Told(manifest.after, manifest.categories_after) if manifest.kept else None
    return _report(material, manifest.funnel, manifest.kept, before, after)


def diagnosis_report(plan: Recipe, survey: Survey, selection: Selection, measured: Told) -> Report:
    """The report of a diagnosis."""
    material = of_survey(plan, survey, selection)
    kept = len(selection.kept)
    funnel = [
        Step(stage="read", name="set aside", removed=len(survey.set_aside), left=len(survey.items)),
        Step(stage="balance", name="largest balanced subset", removed=len(survey.items) - kept, left=kept),
    ]
    return _report(material, funnel, kept, measured, None)


def _report(material: Material, funnel: list[Step], kept: int, before: Told, after: Told | None) -> Report:
    plan = material.recipe
    confidence = plan.measure.confidence
    thumbnail = Thumbnails(material.read, plan.images)
    published = material.manifest is not None
    tiers = {name: part for name, part in material.tiers.items() if published and len(part)}
    sets = [material.items, *tiers.values()]
    most = max(material.tiers, key=lambda name: (int(material.tiers[name]["quad"].notna().sum()), name == BALANCED))
    return Report(
        title=plan.title,
        description=plan.description,
        manifest=material.manifest,
        items=len(material.items),
        kept=kept,
        funnel=funnel,
        before=before.blindness,
        after=after.blindness if after else None,
        categories=before.categories,
        categories_after=after.categories if after else None,
        sets=[ALL, *tiers],
        answers=by_type(sets),
        openings=by_opening(sets),
        shortcuts=[
            wordings(ALL, before.wordings or mine(material.items, confidence, plan.seed), list(tiers.values())),
            *(
                wordings(f"{name} tier, searched anew", mine(part, confidence, plan.seed), [])
                for name, part in tiers.items()
            ),
        ],
        options=[
            option_marks(name, mined_options)
            for name, mined_options in (
                (ALL, before.options or mine_options(material.items, confidence, plan.seed)),
                *(
                    (f"{name} tier, searched anew", mine_options(part, confidence, plan.seed))
                    for name, part in tiers.items()
                ),
            )
            if mined_options.items
        ],
        crosses=crosses(material.tiers[most], thumbnail),
        retrieved=gallery(material, thumbnail),
        panel=before.panel,
        removed=departures(material, thumbnail, material.at_hand),
    )


def wordings(name: str, mined: Mined, later: list[pd.DataFrame]) -> Wordings:
    """Shortcuts as the report shows them, counted in the published sets, too."""
    together = mined.together
    return Wordings(
        name=name,
        items=mined.halved,
        searched=mined.searched,
        tried=mined.tried,
        held=[_wording(shortcut, later) for shortcut in mined.shortcuts],
        accuracy=together.right / together.items if together.items else float("nan"),
        low=together.low,
        high=together.high,
        chance=mined.chance,
        small=mined.tested.words("wording") if mined.tested else "",
        tested=mined.tested.held if mined.tested else 0,
    )


def _wording(shortcut: Shortcut, later: list[pd.DataFrame]) -> Wording:
    return Wording(
        cue=str(shortcut.cue),
        answer=shortcut.answer,
        answer_type=shortcut.answer_type,
        items=shortcut.found.items,
        right=shortcut.found.right,
        low=shortcut.found.low,
        high=shortcut.found.high,
        answers=shortcut.answers,
        usual=shortcut.usual,
        expected=shortcut.expected,
        options=shortcut.drawn is not None,
        later=tuple(_later(shortcut, part) for part in later),
    )


def _later(shortcut: Shortcut, items: pd.DataFrame) -> tuple[int, int]:
    """Items of a published set with the cue and the answer, and with the cue."""
    inside = matching(items["question"], shortcut.cue) & (items["answer_type"] == shortcut.answer_type).to_numpy(
        dtype=bool
    )
    return int((items["compared"][inside] == shortcut.answer).sum()), int(inside.sum())


def option_marks(name: str, mined: MinedOptions) -> OptionMarks:
    """Shortcuts in options as the report shows them."""
    held = [
        OptionMark(
            str(shortcut.mark),
            shortcut.found.items,
            shortcut.found.right,
            shortcut.found.low,
            shortcut.found.high,
            shortcut.chance,
        )
        for shortcut in mined.shortcuts
    ]
    small = mined.tested.words("mark") if mined.tested else ""
    return OptionMarks(name, mined.all, mined.items, mined.searched, mined.tried, held, small)
