"""Claims: everything that a published folder says of itself, gathered from the stages of its build."""

from __future__ import annotations

import platform
from importlib.metadata import version

from twokeys.builder.certify.label_noise import expected_noise
from twokeys.builder.measure.blindness import blindness
from twokeys.builder.measure.survey import Survey
from twokeys.builder.pair.counts import pairing, retrieved_kinds
from twokeys.builder.publish.build import PACKAGES, Build
from twokeys.builder.read.option_order import decided
from twokeys.core.measured import REFIT
from twokeys.core.plugins import packages
from twokeys.data_cards.manifest import Config, Manifest, Pairing, Partners, Source, SplitCount, Step


def claims(build: Build, configs: dict[str, Config]) -> Manifest:
    """Gather the manifest of a build; the hashes of its files are not known yet.

    Args:
        build: What the stages made.
        configs: The configs as written.
    """
    recipe, survey, paired = build.recipe, build.survey, build.paired
    kept, images = build.selection.kept, paired.known.pictures.part(build.shown).table
    both = kept["image_partner"].notna() & kept["question_partner"].notna()
    return Manifest(
        name=recipe.name,
        title=recipe.title,
        description=recipe.description,
        homepage=recipe.homepage,
        authors=recipe.authors,
        twokeys=version("twokeys"),
        packages={"python": platform.python_version(), **{name: version(name) for name in PACKAGES}, **packages()},
        build_key=build.key,
        recipe=recipe.model_dump(mode="json", by_alias=True),
        encoders=build.encoders,
        confidence=recipe.measure.confidence,
        sources=_sources(survey),
        groups=survey.groups,
        options=decided(survey.items, survey.set_aside["problem"]),
        funnel=_funnel(build),
        rules=build.filtered.reports,
        max_share=recipe.balance.max_share,
        balance=build.selection.parts,
        label_noise=expected_noise(paired.known.items, recipe),
        before=blindness(survey.items, recipe.measure.confidence),
        after=blindness(build.balanced, recipe.measure.confidence, REFIT),
        partners=Partners(
            image_partners=int(kept["image_partner"].notna().sum()),
            question_partners=int(kept["question_partner"].notna().sum()),
            both=int(both.sum()),
            quads=int(kept["quad"].nunique()),
        ),
        pairs=_pairing(build),
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


def _pairing(build: Build) -> Pairing | None:
    if not build.recipe.pair.adds:
        return None
    read, items, refused = build.survey.items, build.paired.known.items, build.paired.refused
    gone = set(refused["id"][refused["edit_of"].isna()])
    before = read[read["id"].isin({*items["id"], *gone})]
    counted = pairing(before, items, refused, build.balanced, build.recipe.measure.confidence)
    retrieved = retrieved_kinds(build.paired.retrieved, build.paired.spare, build.balanced)
    return counted.model_copy(update={"retrieved": retrieved})


def _funnel(build: Build) -> list[Step]:
    read, items, refused = build.survey, build.paired.known.items, build.paired.refused
    steps = [Step(stage="read", name="set aside", removed=len(read.set_aside), left=len(read.items))]
    steps += [
        Step(stage="filter", name=report.id, removed=report.dropped, left=report.seen - report.dropped)
        for report in build.filtered.reports
    ]
    if "edit_of" in items:
        merged = int(refused["edit_of"].isna().sum())
        added = int(items["edit_of"].notna().sum())
        steps.append(Step(stage="pair", name="pair", removed=merged, left=len(items), added=added))
    removed, kept = len(build.selection.removed), len(build.selection.kept)
    return [*steps, Step(stage="balance", name="balance", removed=removed, left=kept)]
