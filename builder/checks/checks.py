"""What `twokeys verify` recounts: one function for each claim of a published folder; it yields every contradiction."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from twokeys.builder.balance.select import graph_of, parts, retrieved, select, weights
from twokeys.builder.certify.audited.rows import SEPARATOR
from twokeys.builder.certify.balanced import FILE as CERTIFICATE
from twokeys.builder.certify.balanced import certify
from twokeys.builder.certify.label_noise import expected_noise
from twokeys.builder.checks.audited import adversaries, audited
from twokeys.builder.checks.categories import counted_again
from twokeys.builder.checks.configs import fingerprints, measurements
from twokeys.builder.checks.drawn import drawn_again
from twokeys.builder.checks.finding import Checked, counts
from twokeys.builder.checks.images import Recounted
from twokeys.builder.checks.order import keys, order_of_rows, same_solvers
from twokeys.builder.checks.pairs import edited
from twokeys.builder.checks.report import same_report
from twokeys.builder.filter import effects, examples
from twokeys.builder.graph.graph import violations
from twokeys.builder.measure.blindness import blindness
from twokeys.builder.pair.counts import pairing
from twokeys.builder.publish.eval_rows import recounted
from twokeys.builder.publish.folder import Folder
from twokeys.builder.publish.pairs import pair_rows
from twokeys.builder.publish.rows import dataset_info, plain_cell
from twokeys.core.colours import colours
from twokeys.core.columns import (
    BALANCED,
    CHOICE,
    OPEN,
    PAIRS,
    PICTURES,
    TIERS,
)
from twokeys.core.item_images import KEYS
from twokeys.core.measured import BALANCED as REFITTED
from twokeys.core.measured import READ
from twokeys.data_cards.blindness import Blindness
from twokeys.data_cards.manifest import Partners, Step


def _recipe(folder: Folder) -> Checked:
    """What the manifest repeats of its recipe."""
    manifest, recipe = folder.manifest, folder.recipe
    for name in ("name", "title", "description", "homepage", "authors"):
        if getattr(manifest, name) != getattr(recipe, name):
            yield f"{name} is {getattr(manifest, name)!r}, the recipe says {getattr(recipe, name)!r}"
    if (manifest.max_share, manifest.confidence) != (recipe.balance.max_share, recipe.measure.confidence):
        yield "max_share or confidence is not the recipe's"
    terms = {"name", "format", "revision", "license", "license_link", "citation", "homepage", "notice"}
    sources = [source.model_dump(include=terms) for source in manifest.sources]
    if sources != [corpus.model_dump(include=terms) for corpus in recipe.corpora]:
        yield "the sources are not the recipe's corpora"
    pools = [pool.model_dump(include=terms) for pool in manifest.pools]
    if pools and pools != [pool.model_dump(include=terms) for pool in recipe.pool]:
        yield "the pools are not those of the recipe"
    given = [json.loads(json.dumps(use.with_)) for use in recipe.rules]
    if len(given) != len(manifest.rules) or any(
        value != report.parameters.get(name)
        for report, parameters in zip(manifest.rules, given, strict=True)
        for name, value in parameters.items()
    ):
        yield "the rules or their parameters are not the recipe's"
    return counts(source=manifest.sources, pool=manifest.pools, rule=manifest.rules)


def _conservation(folder: Folder) -> Checked:
    """Every source row is either published or listed as removed, no row occurs twice, and the funnel counts them."""
    manifest, removed = folder.manifest, folder.removed
    tables = [table for table in (folder.balanced.assign(stage=None), folder.unbalanced, removed) if len(table)]
    rows = pd.concat(tables or [removed], ignore_index=True)
    yield from (f"{identity} appears twice" for identity in rows["id"][rows["id"].duplicated()].head(5))
    made = rows["edit_of"].notna() if "edit_of" in rows else pd.Series(False, index=rows.index)
    aside = rows[~made].assign(aside=rows["stage"] == "read").groupby(["source", "split"])["aside"].agg(["size", "sum"])
    stated = {
        (source.name, split.split): (split.rows, split.set_aside)
        for source in manifest.sources
        for split in source.splits
    }
    counted = {place: tuple(map(int, numbers)) for place, numbers in zip(aside.index, aside.to_numpy(), strict=True)}
    if counted != stated:
        yield f"rows (and rows set aside) by source and split are {counted}, {stated} were read"
    if len(removed) and (removed["reason"].fillna("") == "").any():
        yield "a removed row has no reason"
    if (steps := _funnel(folder)) != manifest.funnel:
        yield f"the rows say that {_words(steps)}, the manifest that {_words(manifest.funnel)}"
    terms = {source.name: (source.revision, source.license) for source in manifest.sources}
    columns = ["id", "stage", "source", "split", "source_id", "source_revision", "license"]
    for row, of_pool in zip(rows[columns].to_dict("records"), retrieved(rows), strict=True):
        revision, license_ = terms.get(row["source"], (None, None))
        if row["source_revision"] != revision or row["license"] not in _licences(str(license_), folder, of_pool):
            yield f"{row['id']}: its revision or licence is not that of its source"
        if row["stage"] != "read" and row["id"] != f"{row['source']}:{row['split']}:{row['source_id']}":
            yield f"{row['id']}: its id is not made of source, split and source id"
    return counts(row=rows, step=steps)


def _funnel(folder: Folder) -> list[Step]:
    """Return the funnel that follows from the removed rows."""
    places = Counter(zip(folder.removed["stage"], folder.removed["rule"].fillna(""), strict=True))
    places[("balance", "")] += len(folder.unbalanced)
    made, published = folder.paired["edit_of"].notna(), folder.manifest.pairs is not None
    merged = places.pop(("pair", ""), 0) - int((folder.rows["stage"].eq("pair") & folder.rows["edit_of"].notna()).sum())
    steps, remaining = [], len(folder.items) + int((folder.removed["stage"] == "read").sum())
    named = [("read", "set aside"), *(("filter", rule.id) for rule in folder.manifest.rules), ("balance", "balance")]
    for stage, name in named:
        if stage == "balance" and published:
            remaining += int(made.sum()) - merged
            steps.append(Step(stage="pair", name="pair", removed=merged, left=remaining, added=int(made.sum())))
        gone = places.pop((stage, name if stage == "filter" else ""), 0)
        remaining -= gone
        steps.append(Step.model_validate({"stage": stage, "name": name, "removed": gone, "left": remaining}))
    return steps if not any(places.values()) else []


def _words(steps: list[Step]) -> str:
    return (
        ", ".join(f"{step.name} removed {step.removed} and left {step.left}" for step in steps) or "steps are unknown"
    )


def _pictures(folder: Folder) -> Checked:
    """Image keys and sizes follow from the pixels, and every image key has a single set of bytes."""
    images, seen = Recounted(folder.recipe.images), dict[str, tuple[Any, ...]]()
    for row in chain.from_iterable(folder.stream(tier, images=True) for tier in TIERS):
        shown = row["images"] if "images" in row else [row["image"]]
        if not shown or any(not image or image["bytes"] is None or image["path"] is not None for image in shown):
            yield f"{row['id']}: its picture has no bytes, or a path beside them"
            continue
        digests = tuple(hashlib.sha256(image["bytes"]).hexdigest() for image in shown)
        facts = (digests, row["image_width"], row["image_height"], row["image_colour"], row.get(KEYS))
        if row["image_key"] not in seen:
            yield from images.faults(row, [image["bytes"] for image in shown])
        elif seen[row["image_key"]] != facts:
            yield f"{row['id']}: its image key has other bytes or another size elsewhere"
        seen[row["image_key"]] = facts
    if images.size != folder.manifest.unique_image_bytes:
        yield f"the pictures hold {images.size:,} bytes, not {folder.manifest.unique_image_bytes:,}"
    return counts(image=images.keys, byte=images.size)


def _rules(folder: Folder) -> Checked:
    """Each rule's counts and its effects on the baselines follow from the rows and their predictions."""
    items = folder.items
    for report in folder.manifest.rules:
        gone = (items["stage"] == "filter") & (items["rule"] == report.id)
        kept = ~gone.to_numpy(dtype=bool)
        if (report.seen, report.dropped) != (len(items), int(gone.sum())):
            yield f"{report.id} saw {len(items)} and dropped {gone.sum()}, not {report.seen} and {report.dropped}"
        if report.examples != examples(items[gone]):
            yield f"{report.id}: its examples are not those of its removed rows"
        if report.effects != effects(items, kept, folder.recipe.seed):
            yield f"{report.id}: its effects differ from a recount"
        items = items[kept].reset_index(drop=True)
    effects_counted = [effect for report in folder.manifest.rules for effect in report.effects]
    return counts(rule=folder.manifest.rules, effect=effects_counted)


def _licences(of_source: str, folder: Folder, of_pool: bool) -> set[str]:
    """Return the licences that an item may have: its source's and, for a retrieved partner, also that of its image."""
    others = (
        {origin.license for origin in (*folder.manifest.sources, *folder.manifest.pools)} if of_pool else {of_source}
    )
    return {" and ".join(sorted({of_source, other})) for other in others}


def _balance(folder: Folder) -> Checked:
    """Each part is balanced at every question and image, and as large as the recomputed optimum."""
    settings = folder.recipe.balance
    items = folder.paired
    again = select(items, settings)
    claims = {tuple(sorted(part.part.items())): part for part in folder.manifest.balance}
    if len(claims) != len(folder.manifest.balance) or len(claims) != len(again.parts):
        yield f"{len(folder.manifest.balance)} parts were balanced, the rows have {len(again.parts)}"
    for (name, part), recomputed in zip(parts(items, settings.within), again.parts, strict=True):
        where = ", ".join(f"{column}={value}" for column, value in name.items()) or "all items"
        published = part[part["stage"].isna()]
        claim = claims.get(tuple(sorted(name.items())))
        only_to_balance = int(retrieved(published).sum())
        weight = int(weights(published, settings.weight).sum())
        counted = (len(part), len(published), only_to_balance, weight, recomputed.solved)
        if claim is None or (claim.items, claim.kept, claim.retrieved, claim.weight, claim.solved) != counted:
            yield f"{where}: items, kept, retrieved, weight and solvers are {counted}, the manifest says otherwise"
        elif claim.bound != recomputed.bound and (same_solvers(folder) or claim.bound < recomputed.weight):
            yield f"{where}: the bound on the largest balanced set is {recomputed.bound}, not {claim.bound}"
        graph = graph_of(published)
        for edge in violations(graph, np.ones(len(graph), dtype=bool), settings.max_share)[:3]:
            yield f"{where}: one reply is right too often at the question or image of {published['id'].iloc[edge]}"
    listed = folder.removed.merge(again.removed, on="id", suffixes=("", "_again"))
    first_reason = listed["reason"].map(lambda reason: str(reason).partition(SEPARATOR)[0])
    wrong = listed["id"][first_reason != listed["reason_again"]]
    yield from (f"{identity}: the reason why it was left out differs from a recount" for identity in wrong.head(5))
    return counts(row=items, part=again.parts)


def _label_noise(folder: Folder) -> Checked:
    """The stated effect of balance on wrong labels is its effect on wrong labels that are planted again."""
    if expected_noise(folder.paired, folder.recipe) != folder.manifest.label_noise:
        yield "the expected share of wrong labels differs from a recount"
    return "" if folder.manifest.label_noise is None else counts(row=folder.paired)


def _pairs(folder: Folder) -> Checked:
    """Constructed items name their original, differ from it in one view alone, and are counted by kind."""
    if folder.manifest.pairs is None:
        yield from (f"{identity} was constructed by a recipe that pairs nothing" for identity in _made(folder)["id"])
        return ""
    yield from edited(folder.rows, folder.recipe.pair, folder.manifest.pairs.precision)
    at_pair = folder.rows["stage"].eq("pair")
    items = folder.items[folder.items["stage"].isna() | folder.items["stage"].isin(["pair", "balance"])]
    counted = pairing(items, folder.paired, folder.rows[at_pair], folder.balanced, folder.manifest.confidence)
    # Two facts cannot be recounted from the folder: how many items judges understood, and how often models are right.
    # The check `told_again` recounts the answers of judges from their files.
    if counted != folder.manifest.pairs.model_copy(update={"retrieved": [], "precision": []}):
        yield "what pairing did differs from a recount"
    return counts(item=_made(folder), kind=folder.manifest.pairs.kinds)


def _made(folder: Folder) -> pd.DataFrame:
    return folder.rows[
        folder.rows["edit_of"].notna() | (folder.rows["answer_source"].fillna("annotated") != "annotated")
    ]


def _pair_rows(folder: Folder) -> Checked:
    """The config `pairs` holds the partners of the balanced set, with equal members and equal images."""
    if folder.recipe.pair.published != (PAIRS in folder.manifest.configs):
        yield "the recipe and the manifest differ on whether pairs are published"
    if PAIRS not in folder.manifest.configs:
        return ""
    expected = {row["id"]: row for row in pair_rows(folder.balanced).to_dict("records")}
    pictures = folder.images([BALANCED]).hashes()
    for row in folder.stream(PAIRS, images=True):
        wanted = expected.pop(row["id"], None)
        if wanted is None or any(plain_cell(wanted[name]) != row[name] for name in row if name not in PICTURES):
            yield f"{row['id']}: no pair of partners of the balanced set is like this"
        for column, key in PICTURES.items():
            if column in row:
                shown, keys = (cell if isinstance(cell, list) else [cell] for cell in (row[column], row[str(key)]))
                if [hashlib.sha256(image["bytes"]).hexdigest() for image in shown] != [*map(pictures.get, keys)]:
                    yield f"{row['id']}: its {column} is not the picture that the balanced set has"
    yield from (f"{row['first']} and {row['second']} are partners and no pair" for row in [*expected.values()][:5])
    return counts(pair=sum(folder.manifest.configs[PAIRS].splits.values()))


def _eval_rows(folder: Folder) -> Checked:
    """The configs of `eval.yaml` hold the evaluated split."""
    yield from recounted(folder)
    configs = [config for name, config in folder.manifest.configs.items() if name in (OPEN, CHOICE)]
    return counts(row=sum(sum(config.splits.values()) for config in configs), config=configs)


def _certificate(folder: Folder) -> Checked:
    """The certificate equals a recount."""
    stated = json.loads((folder.path / CERTIFICATE).read_text(encoding="utf-8"))
    settings, config = folder.recipe.balance, folder.manifest.configs["balanced"]
    counted = certify(folder.balanced, settings.max_share, list(settings.within), config.fingerprint)
    if "audited" in stated:
        counted["audited"] = stated["audited"]
    if json.loads(json.dumps(counted)) != stated:
        different = sorted(name for name in counted | stated if counted.get(name) != stated.get(name))
        yield f"{CERTIFICATE} differs from a recount in: {', '.join(different)}"
    if "audited" not in stated or len(folder.balanced):
        yield from (f"not bounded: {reason}" for reason in counted["reasons"])
    return counts(row=folder.balanced, ceiling=sum(map(len, counted["ceilings"].values())))


def _partners(folder: Folder) -> Checked:
    """Partners share a part and one side, and differ in the other side and the answer; quads are two by two."""
    within = folder.recipe.balance.within
    yield from _counterfactuals(folder.audited, within)
    yield from _counterfactuals(folder.balanced, within)
    rows = folder.balanced
    counted = Partners(
        image_partners=int(rows["image_partner"].notna().sum()),
        question_partners=int(rows["question_partner"].notna().sum()),
        both=int((rows["image_partner"].notna() & rows["question_partner"].notna()).sum()),
        quads=int(rows["quad"].nunique()),
    )
    if counted != folder.manifest.partners:
        yield f"the rows have {counted}, the manifest counts {folder.manifest.partners}"
    return counts(partner=counted.image_partners + counted.question_partners, quad=counted.quads)


def _counterfactuals(published: pd.DataFrame, within: Sequence[str]) -> Iterator[str]:
    """Partners and quads of one config."""
    coloured = [
        part.assign(picked=(colour := colours(part)).question, token=colour.text, part=number)
        for number, (_, part) in enumerate(parts(published, within))
    ]
    if not coloured:
        return
    rows = pd.concat(coloured).set_index("id", drop=False)
    for name, shared, other, differs in (
        ("image_partner", "question_key", "image_key", "picked"),
        ("question_partner", "image_key", "question_key", "token"),
    ):
        paired = rows[rows[name].notna()]
        if unknown := sorted(set(paired[name]) - set(rows.index)):
            yield f"{name} {unknown[0]} is not published"
            continue
        partner = rows.loc[paired[name]]
        wrong = [
            *((paired[column].to_numpy() != partner[column].to_numpy()) for column in (shared, "part")),
            *((paired[column].to_numpy() == partner[column].to_numpy()) for column in (other, differs)),
        ]
        yield from (f"{identity}: its {name} is no counterfactual" for identity in paired["id"][sum(wrong) > 0][:5])
    for quad, part in rows[rows["quad"].notna()].groupby("quad"):
        sides = [part[name].nunique() for name in ("question_key", "image_key", "token")]
        crossed = all(part.groupby(name)["token"].nunique().eq(2).all() for name in ("question_key", "image_key"))
        if (*sides, len(part)) != (2, 2, 2, 4) or not crossed or part["part"].nunique() > 1:
            yield f"quad {quad} is not two questions by two images with answers a b / b a"


def _blindness(folder: Folder) -> Checked:
    """Ceilings and baseline scores, before and after, follow from the rows and their predictions."""
    confidence, within = folder.manifest.confidence, folder.recipe.balance.within
    yield from _compare("before", folder.manifest.before, blindness(folder.items, confidence, READ, within))
    yield from _compare("after", folder.manifest.after, blindness(folder.balanced, confidence, REFITTED, within))
    both = (folder.manifest.before, folder.manifest.after)
    ceilings = sum(len(stated.ceilings) for stated in both)
    scores = sum(len(stated.scores) for stated in both)
    return counts(row=folder.items, ceiling=ceilings, score=scores)


def _compare(when: str, stated: Blindness, counted: Blindness) -> Iterator[str]:
    if counted.ceilings != stated.ceilings:
        yield f"ceilings {when} differ from a recount"
    if counted.scores != stated.scores:
        yield f"baseline scores {when} differ from a recount"


def _card(folder: Folder) -> Checked:
    """Card, licence, citation and Croissant follow from the manifest, word for word."""
    from twokeys.data_cards.texts import texts

    info = [
        dataset_info(folder.path, name, folder.columns(name))
        for name, config in folder.manifest.configs.items()
        if config.splits
    ]
    again = texts(folder.manifest, info, folder.manifest.files)
    for name, text in again.items():
        if (folder.path / name).read_text(encoding="utf-8") != text:
            yield f"{name} is not what this manifest gives"
    return counts(text=again)


CHECKS: dict[str, Callable[[Folder], Checked]] = {
    "manifest and recipe": _recipe,
    "fingerprints and versions": fingerprints,
    "no row lost, none twice": _conservation,
    "question keys and options": keys,
    "rows of measurements": measurements,
    "order of rows": order_of_rows,
    "image bytes and keys": _pictures,
    "rules and their effects": _rules,
    "largest balanced set": _balance,
    "expected label noise": _label_noise,
    "constructed partners": _pairs,
    "certificate": _certificate,
    "audited tier": audited,
    "cheap adversaries, fitted again": adversaries,
    "partners and quads": _partners,
    "rows of pairs": _pair_rows,
    "rows of eval.yaml": _eval_rows,
    "ceilings and baselines": _blindness,
    "categories": counted_again,
    "card, licence and citation": _card,
    "plots": drawn_again,
    "report": same_report,
}
