"""Claims: everything that a published folder says of itself, gathered from the stages of its build."""

from __future__ import annotations

import platform
from importlib.metadata import version

import pandas as pd

from twokeys.builder.balance.select import Selection
from twokeys.builder.certify.audited.families import adversaries_read
from twokeys.builder.certify.label_noise import expected_noise
from twokeys.builder.measure.blindness import blindness
from twokeys.builder.measure.survey import Survey
from twokeys.builder.pair.counts import pairing
from twokeys.builder.pair.stage import Paired
from twokeys.builder.read.option_order import decided
from twokeys.builder.recipe import Recipe
from twokeys.core.measured import REFIT
from twokeys.core.plugins import packages
from twokeys.data_cards.manifest import Config, Manifest, Pairing, Partners, RuleReport, Source, SplitCount, Step

PACKAGES = (
    "datasets", "faiss-cpu", "highspy", "numpy", "ortools", "pandas", "pillow", "pyarrow", "scikit-learn", "scipy",
    "sentence-transformers", "torch", "transformers",
)  # fmt: skip
"""Packages whose version may decide what is in the rows."""


def claims(
    key: str,
    plan: Recipe,
    known: Survey,
    paired: Paired,
    reports: list[RuleReport],
    selection: Selection,
    balanced: pd.DataFrame,
    shown: set[str],
    configs: dict[str, Config],
) -> Manifest:
    """Gather the manifest of a build; the hashes of its files are not known yet.

    Args:
        key: Hash of everything that the build depends on.
        plan: The recipe.
        known: All items that were read.
        paired: What went on to balance.
        reports: What each rule did.
        selection: The balanced set.
        balanced: Its rows.
        shown: Keys of the pictures that are published.
        configs: The configs as written.
    """
    images = paired.known.pictures.part(shown).table
    both = selection.kept["image_partner"].notna() & selection.kept["question_partner"].notna()
    return Manifest(
        name=plan.name,
        title=plan.title,
        description=plan.description,
        homepage=plan.homepage,
        authors=plan.authors,
        twokeys=version("twokeys"),
        packages={"python": platform.python_version(), **{name: version(name) for name in PACKAGES}, **packages()},
        build_key=key,
        recipe=plan.model_dump(mode="json", by_alias=True),
        encoders=known.encoders | adversaries_read(plan),
        confidence=plan.measure.confidence,
        sources=_sources(known),
        groups=known.groups,
        options=decided(known.items, known.set_aside["problem"]),
        funnel=_funnel(known, paired, reports, selection),
        rules=reports,
        max_share=plan.balance.max_share,
        balance=selection.parts,
        label_noise=expected_noise(paired.known.items, plan),
        before=blindness(known.items, plan.measure.confidence),
        after=blindness(balanced, plan.measure.confidence, REFIT),
        partners=Partners(
            image_partners=int(selection.kept["image_partner"].notna().sum()),
            question_partners=int(selection.kept["question_partner"].notna().sum()),
            both=int(both.sum()),
            quads=int(selection.kept["quad"].nunique()),
        ),
        pairs=_pairing(plan, known, paired, balanced),
        configs=configs,
        unique_image_bytes=int(images["size"].sum()),
        files={},
    )


def _sources(known: Survey) -> list[Source]:
    return [
        Source(
            name=source.corpus.name,
            format=source.corpus.format,
            revision=source.corpus.revision,
            license=source.corpus.license,
            license_link=source.corpus.license_link,
            citation=source.corpus.citation,
            homepage=source.corpus.homepage,
            notice=source.corpus.notice,
            files=source.files,
            splits=[
                SplitCount(split=count["split"], rows=count["rows"], set_aside=count["set_aside"])
                for count in known.counts
                if count["source"] == source.corpus.name
            ],
        )
        for source in known.sources
    ]


def _pairing(plan: Recipe, known: Survey, paired: Paired, balanced: pd.DataFrame) -> Pairing | None:
    if not plan.pair.adds:
        return None
    gone = set(paired.refused["id"][paired.refused["edit_of"].isna()])
    before = known.items[known.items["id"].isin({*paired.known.items["id"], *gone})]
    return pairing(before, paired.known.items, paired.refused, balanced, plan.measure.confidence)


def _funnel(known: Survey, paired: Paired, reports: list[RuleReport], selection: Selection) -> list[Step]:
    steps = [Step(stage="read", name="set aside", removed=len(known.set_aside), left=len(known.items))]
    steps += [
        Step(stage="filter", name=report.id, removed=report.dropped, left=report.seen - report.dropped)
        for report in reports
    ]
    items = paired.known.items
    if "edit_of" in items:
        merged = int(paired.refused["edit_of"].isna().sum())
        added = int(items["edit_of"].notna().sum())
        steps.append(Step(stage="pair", name="pair", removed=merged, left=len(items), added=added))
    kept = len(selection.kept)
    return [*steps, Step(stage="balance", name="balance", removed=len(selection.removed), left=kept)]
