"""Claims: everything that a published folder says of itself, gathered from the stages of its build."""

from __future__ import annotations

import json
import platform
from collections import Counter
from importlib.metadata import version
from typing import Any

import pandas as pd

from twokeys.builder.certify.label_noise import expected_noise
from twokeys.builder.measure.blindness import blindness
from twokeys.builder.measure.categories import categories
from twokeys.builder.measure.language.asked import asked_models
from twokeys.builder.measure.survey import Survey
from twokeys.builder.pair.counts import pairing, retrieved_kinds
from twokeys.builder.publish.build import PACKAGES, Build
from twokeys.builder.read.option_order import decided
from twokeys.builder.sources import Corpus, Pool
from twokeys.core.bad_rows import general
from twokeys.core.categories import places
from twokeys.core.measured import BALANCED, READ
from twokeys.core.plugins import packages
from twokeys.data_cards.manifest import Config, Manifest, Partners, PoolSource, Source, SplitCount, Step
from twokeys.data_cards.pairing import Pairing


def claims(build: Build, configs: dict[str, Config]) -> Manifest:
    """Make the manifest of a build, without the hashes of its files.

    Args:
        build: The results of the stages.
        configs: The configs as written.
    """
    recipe, survey, paired = build.recipe, build.survey, build.paired
    kept, images = build.selection.kept, paired.survey.pictures.part(build.shown).table
    both = kept["image_partner"].notna() & kept["question_partner"].notna()
    confidence = recipe.measure.confidence
    where = places(survey.items, recipe.categories)
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
        confidence=confidence,
        panel=survey.panel,
        asked=asked_models(build.survey.represent.run, recipe, set(build.encoders)),
        sources=_sources(survey),
        pools=_pools(build, images["source"]),
        groups=survey.groups,
        options=decided(survey.items, survey.set_aside["problem"]),
        funnel=_funnel(build),
        rules=build.filtered.reports,
        max_share=recipe.balance.max_share,
        balance=build.selection.parts,
        label_noise=expected_noise(paired.survey.items, recipe),
        before=blindness(survey.items, confidence, READ, recipe.balance.within),
        after=blindness(build.balanced, confidence, BALANCED, recipe.balance.within),
        categories_before=categories(survey.items, where, READ, confidence),
        categories_after=categories(build.balanced, where, BALANCED, confidence),
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


def _sources(survey: Survey) -> list[Source]:
    return [
        Source(
            **_terms(source.corpus),
            files=source.files,
            splits=[
                SplitCount(split=count["split"], rows=count["rows"], set_aside=count["set_aside"])
                for count in survey.counts
                if count["source"] == source.corpus.name
            ],
        )
        for source in survey.sources
    ]


def _pools(build: Build, shown: pd.Series[str]) -> list[PoolSource]:
    """The pools that were read; `shown` holds the source of every image that is published."""
    pool = build.survey.pool
    if pool is None:
        return []
    read, left_out, published = pool.table["source"].value_counts(), pool.left_out, shown.value_counts()
    return [
        PoolSource(
            **_terms(named),
            files=pool.files[named.name],
            named=pool.named[named.name],
            read=int(read.get(named.name, 0)),
            left_out=_reasons(left_out["problem"][left_out["source"] == named.name]),
            published=int(published.get(named.name, 0)),
            told=named.name in build.paired.unlike_pools,
        )
        for named in build.recipe.pool
    ]


def _reasons(problems: pd.Series[str]) -> dict[str, int]:
    """Count reasons, without names and numbers, so that they add up."""
    counts = Counter(general(json.loads(problem)["problem"]) for problem in problems)
    return dict(sorted(counts.items()))


def _terms(origin: Corpus | Pool) -> dict[str, Any]:
    """The statements of a recipe about a corpus or a pool, as manifests repeat them."""
    names = ("name", "format", "revision", "license", "license_link", "citation", "homepage", "notice")
    return {name: getattr(origin, name) for name in names}


def _pairing(build: Build) -> Pairing | None:
    if not build.recipe.pair.adds:
        return None
    read, items, refused = build.survey.items, build.paired.survey.items, build.paired.refused
    gone = set(refused["id"][refused["edit_of"].isna()])
    before = read[read["id"].isin({*items["id"], *gone})]
    counted = pairing(before, items, refused, build.balanced, build.recipe.measure.confidence)
    retrievals, spare, kept = build.paired.retrieved, build.paired.spare, set(build.selection.kept["id"])
    retrieved = retrieved_kinds(retrievals, spare, items, kept, build.recipe.balance)
    return counted.model_copy(update={"retrieved": retrieved, "precision": build.paired.precision})


def _funnel(build: Build) -> list[Step]:
    read, items, refused = build.survey, build.paired.survey.items, build.paired.refused
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
