"""What `twokeys verify` recounts: one function per claim of a published folder, each yielding what does not fit."""

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
from twokeys.builder.publish.rows import dataset_info
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


def _recipe(known: Folder) -> Checked:
    """What the manifest repeats of its recipe."""
    manifest, plan = known.manifest, known.recipe
    for name in ("name", "title", "description", "homepage", "authors"):
        if getattr(manifest, name) != getattr(plan, name):
            yield f"{name} is {getattr(manifest, name)!r}, the recipe says {getattr(plan, name)!r}"
    if (manifest.max_share, manifest.confidence) != (plan.balance.max_share, plan.measure.confidence):
        yield "max_share or confidence is not the recipe's"
    terms = {"name", "format", "revision", "license", "license_link", "citation", "homepage", "notice"}
    if [s.model_dump(include=terms) for s in manifest.sources] != [c.model_dump(include=terms) for c in plan.corpora]:
        yield "the sources are not the recipe's corpora"
    pools = [pool.model_dump(include=terms) for pool in manifest.pools]
    if pools and pools != [pool.model_dump(include=terms) for pool in plan.pool]:
        yield "the pools are not those of the recipe"
    given = [json.loads(json.dumps(use.with_)) for use in plan.rules]
    if len(given) != len(manifest.rules) or any(
        value != report.parameters.get(name)
        for report, parameters in zip(manifest.rules, given, strict=True)
        for name, value in parameters.items()
    ):
        yield "the rules or their parameters are not the recipe's"
    return counts(source=manifest.sources, pool=manifest.pools, rule=manifest.rules)


def _conservation(known: Folder) -> Checked:
    """Every source row is published or listed as removed, none twice, and the funnel counts them."""
    manifest, removed = known.manifest, known.removed
    tables = [table for table in (known.balanced.assign(stage=None), known.unbalanced, removed) if len(table)]
    rows = pd.concat(tables or [removed], ignore_index=True)
    yield from (f"{identity} appears twice" for identity in rows["id"][rows["id"].duplicated()].head(5))
    made = rows["edit_of"].notna() if "edit_of" in rows else pd.Series(False, index=rows.index)
    aside = rows[~made].assign(aside=rows["stage"] == "read").groupby(["source", "split"])["aside"].agg(["size", "sum"])
    said = {(source.name, s.split): (s.rows, s.set_aside) for source in manifest.sources for s in source.splits}
    if (
        found := {place: tuple(map(int, counts)) for place, counts in zip(aside.index, aside.to_numpy(), strict=True)}
    ) != said:
        yield f"rows (and rows set aside) by source and split are {found}, {said} were read"
    if len(removed) and (removed["reason"].fillna("") == "").any():
        yield "a removed row has no reason"
    if (steps := _funnel(known)) != manifest.funnel:
        yield f"the rows say that {_words(steps)}, the manifest that {_words(manifest.funnel)}"
    terms = {source.name: (source.revision, source.license) for source in manifest.sources}
    columns = ["id", "stage", "source", "split", "source_id", "source_revision", "license"]
    for row, of_pool in zip(rows[columns].to_dict("records"), retrieved(rows), strict=True):
        revision, license_ = terms.get(row["source"], (None, None))
        if row["source_revision"] != revision or row["license"] not in _licences(str(license_), known, of_pool):
            yield f"{row['id']}: its revision or licence is not that of its source"
        if row["stage"] != "read" and row["id"] != f"{row['source']}:{row['split']}:{row['source_id']}":
            yield f"{row['id']}: its id is not made of source, split and source id"
    return counts(row=rows, step=steps)


def _funnel(known: Folder) -> list[Step]:
    """The funnel as the removed rows tell it."""
    places = Counter(zip(known.removed["stage"], known.removed["rule"].fillna(""), strict=True))
    places[("balance", "")] += len(known.unbalanced)
    made, published = known.paired["edit_of"].notna(), known.manifest.pairs is not None
    merged = places.pop(("pair", ""), 0) - int((known.rows["stage"].eq("pair") & known.rows["edit_of"].notna()).sum())
    steps, left = [], len(known.items) + int((known.removed["stage"] == "read").sum())
    named = [("read", "set aside"), *(("filter", rule.id) for rule in known.manifest.rules), ("balance", "balance")]
    for stage, name in named:
        if stage == "balance" and published:
            left += int(made.sum()) - merged
            steps.append(Step(stage="pair", name="pair", removed=merged, left=left, added=int(made.sum())))
        gone = places.pop((stage, name if stage == "filter" else ""), 0)
        left -= gone
        steps.append(Step.model_validate({"stage": stage, "name": name, "removed": gone, "left": left}))
    return steps if not any(places.values()) else []


def _words(steps: list[Step]) -> str:
    return (
        ", ".join(f"{step.name} removed {step.removed} and left {step.left}" for step in steps) or "steps are unknown"
    )


def _pictures(known: Folder) -> Checked:
    """Image keys and sizes follow from the pixels, and one image key has one set of bytes."""
    images, seen = Recounted(known.recipe.images), dict[str, tuple[Any, ...]]()
    for row in chain.from_iterable(known.stream(tier, images=True) for tier in TIERS):
        shown = row["images"] if "images" in row else [row["image"]]
        if not shown or any(not image or image["bytes"] is None or image["path"] is not None for image in shown):
            yield f"{row['id']}: its picture has no bytes, or a path beside them"
            continue
        digests = tuple(hashlib.sha256(image["bytes"]).hexdigest() for image in shown)
        said = (digests, row["image_width"], row["image_height"], row["image_colour"], row.get(KEYS))
        if row["image_key"] not in seen:
            yield from images.faults(row, [image["bytes"] for image in shown])
        elif seen[row["image_key"]] != said:
            yield f"{row['id']}: its image key has other bytes or another size elsewhere"
        seen[row["image_key"]] = said
    if images.size != known.manifest.unique_image_bytes:
        yield f"the pictures hold {images.size:,} bytes, not {known.manifest.unique_image_bytes:,}"
    return counts(image=images.keys, byte=images.size)


def _rules(known: Folder) -> Checked:
    """What each rule saw, dropped and did to the baselines follows from the rows and their predictions."""
    left = known.items
    for report in known.manifest.rules:
        gone = (left["stage"] == "filter") & (left["rule"] == report.id)
        kept = ~gone.to_numpy(dtype=bool)
        if (report.seen, report.dropped) != (len(left), int(gone.sum())):
            yield f"{report.id} saw {len(left)} and dropped {gone.sum()}, not {report.seen} and {report.dropped}"
        if report.examples != examples(left[gone]):
            yield f"{report.id}: its examples are not those of its removed rows"
        if report.effects != effects(left, kept, known.recipe.seed):
            yield f"{report.id}: its effects differ from a recount"
        left = left[kept].reset_index(drop=True)
    return counts(rule=known.manifest.rules, effect=[one for report in known.manifest.rules for one in report.effects])


def _licences(of_source: str, known: Folder, of_pool: bool) -> set[str]:
    """What may stand as an item's licence: its source's, of a retrieved partner beside that of its image."""
    others = {origin.license for origin in (*known.manifest.sources, *known.manifest.pools)} if of_pool else {of_source}
    return {" and ".join(sorted({of_source, other})) for other in others}


def _balance(known: Folder) -> Checked:
    """Each part is balanced at every question and image, and as large as the optimum that is found again."""
    settings = known.recipe.balance
    left = known.paired
    again = select(left, settings)
    said = {tuple(sorted(part.part.items())): part for part in known.manifest.balance}
    if len(said) != len(known.manifest.balance) or len(said) != len(again.parts):
        yield f"{len(known.manifest.balance)} parts were balanced, the rows have {len(again.parts)}"
    for (name, part), found in zip(parts(left, settings.within), again.parts, strict=True):
        where = ", ".join(f"{column}={value}" for column, value in name.items()) or "all items"
        published = part[part["stage"].isna()]
        claim = said.get(tuple(sorted(name.items())))
        only_to_balance = int(retrieved(published).sum())
        weight = int(weights(published, settings.weight).sum())
        counted = (len(part), len(published), only_to_balance, weight, found.solved)
        if claim is None or (claim.items, claim.kept, claim.retrieved, claim.weight, claim.solved) != counted:
            yield f"{where}: items, kept, retrieved, weight and solvers are {counted}, the manifest says otherwise"
        elif claim.bound != found.bound and (same_solvers(known) or claim.bound < found.weight):
            yield f"{where}: the bound on the largest balanced set is {found.bound}, not {claim.bound}"
        graph = graph_of(published)
        for edge in violations(graph, np.ones(len(graph), dtype=bool), settings.max_share)[:3]:
            yield f"{where}: one reply is right too often at the question or image of {published['id'].iloc[edge]}"
    listed = known.removed.merge(again.removed, on="id", suffixes=("", "_again"))
    said_first = listed["reason"].map(lambda reason: str(reason).partition(SEPARATOR)[0])
    wrong = listed["id"][said_first != listed["reason_again"]]
    yield from (f"{identity}: the reason why it was left out differs from a recount" for identity in wrong.head(5))
    return counts(row=left, part=again.parts)


def _label_noise(known: Folder) -> Checked:
    """What balance is said to make of wrong labels is what it makes of them when they are planted again."""
    if expected_noise(known.paired, known.recipe) != known.manifest.label_noise:
        yield "the expected share of wrong labels differs from a recount"
    return "" if known.manifest.label_noise is None else counts(row=known.paired)


def _pairs(known: Folder) -> Checked:
    """Constructed items say what they were made from, differ from it in one view alone, and are counted by kind."""
    if known.manifest.pairs is None:
        yield from (f"{identity} was constructed by a recipe that pairs nothing" for identity in _made(known)["id"])
        return ""
    yield from edited(known.rows, known.recipe.pair, known.manifest.pairs.precision)
    there = known.rows["stage"].eq("pair")
    left = known.items[known.items["stage"].isna() | known.items["stage"].isin(["pair", "balance"])]
    counted = pairing(left, known.paired, known.rows[there], known.balanced, known.manifest.confidence)
    # What judges understood only the build saw; their answers are recounted from their files, by `recounted`. How often
    # models are right only the build saw, too.
    if counted != known.manifest.pairs.model_copy(update={"retrieved": [], "precision": []}):
        yield "what pairing did differs from a recount"
    return counts(item=_made(known), kind=known.manifest.pairs.kinds)


def _made(known: Folder) -> pd.DataFrame:
    return known.rows[known.rows["edit_of"].notna() | (known.rows["answer_source"].fillna("annotated") != "annotated")]


def _pair_rows(known: Folder) -> Checked:
    """The config `pairs` holds the partners of the balanced set, member for member and image for image."""
    if known.recipe.pair.published != (PAIRS in known.manifest.configs):
        yield "the recipe and the manifest differ on whether pairs are published"
    if PAIRS not in known.manifest.configs:
        return ""
    expected = {row["id"]: row for row in pair_rows(known.balanced).to_dict("records")}
    pictures = known.images([BALANCED]).hashes()
    for row in known.stream(PAIRS, images=True):
        wanted = expected.pop(row["id"], None)
        if wanted is None or any(_plain(wanted[name]) != row[name] for name in row if name not in PICTURES):
            yield f"{row['id']}: no pair of partners of the balanced set is like this"
        for column, key in PICTURES.items():
            if column in row:
                shown, keys = (cell if isinstance(cell, list) else [cell] for cell in (row[column], row[str(key)]))
                if [hashlib.sha256(image["bytes"]).hexdigest() for image in shown] != [*map(pictures.get, keys)]:
                    yield f"{row['id']}: its {column} is not the picture that the balanced set has"
    yield from (f"{row['first']} and {row['second']} are partners and no pair" for row in [*expected.values()][:5])
    return counts(pair=sum(known.manifest.configs[PAIRS].splits.values()))


def _eval_rows(known: Folder) -> Checked:
    """The configs of `eval.yaml` hold the evaluated split."""
    yield from recounted(known)
    configs = [config for name, config in known.manifest.configs.items() if name in (OPEN, CHOICE)]
    return counts(row=sum(sum(config.splits.values()) for config in configs), config=configs)


def _plain(value: Any) -> Any:
    """A cell as Arrow gives it: lists instead of arrays, None instead of NaN."""
    if isinstance(value, float) and value != value:
        return None
    return [_plain(cell) for cell in value] if isinstance(value, (list, tuple, np.ndarray)) else value


def _certificate(known: Folder) -> Checked:
    """The certificate is what a recount gives."""
    said = json.loads((known.path / CERTIFICATE).read_text(encoding="utf-8"))
    plan, config = known.recipe.balance, known.manifest.configs["balanced"]
    counted = certify(known.balanced, plan.max_share, list(plan.within), config.fingerprint)
    if "audited" in said:
        counted["audited"] = said["audited"]
    if json.loads(json.dumps(counted)) != said:
        different = sorted(name for name in counted | said if counted.get(name) != said.get(name))
        yield f"{CERTIFICATE} differs from a recount in: {', '.join(different)}"
    if "audited" not in said or len(known.balanced):
        yield from (f"not bounded: {reason}" for reason in counted["reasons"])
    return counts(row=known.balanced, ceiling=sum(map(len, counted["ceilings"].values())))


def _partners(known: Folder) -> Checked:
    """Partners share a part and one side of it and differ in the other and in the answer; quads are two by two."""
    within = known.recipe.balance.within
    yield from _counterfactuals(known.audited, within)
    yield from _counterfactuals(known.balanced, within)
    rows = known.balanced
    counted = Partners(
        image_partners=int(rows["image_partner"].notna().sum()),
        question_partners=int(rows["question_partner"].notna().sum()),
        both=int((rows["image_partner"].notna() & rows["question_partner"].notna()).sum()),
        quads=int(rows["quad"].nunique()),
    )
    if counted != known.manifest.partners:
        yield f"the rows have {counted}, the manifest counts {known.manifest.partners}"
    return counts(partner=counted.image_partners + counted.question_partners, quad=counted.quads)


def _counterfactuals(published: pd.DataFrame, within: Sequence[str]) -> Iterator[str]:
    """Partners and quads of one config."""
    coloured = [
        part.assign(picked=(colour := colours(part)).question, said=colour.text, part=number)
        for number, (_, part) in enumerate(parts(published, within))
    ]
    if not coloured:
        return
    rows = pd.concat(coloured).set_index("id", drop=False)
    for name, shared, other, differs in (
        ("image_partner", "question_key", "image_key", "picked"),
        ("question_partner", "image_key", "question_key", "said"),
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
        sides = [part[name].nunique() for name in ("question_key", "image_key", "said")]
        crossed = all(part.groupby(name)["said"].nunique().eq(2).all() for name in ("question_key", "image_key"))
        if (*sides, len(part)) != (2, 2, 2, 4) or not crossed or part["part"].nunique() > 1:
            yield f"quad {quad} is not two questions by two images with answers a b / b a"


def _blindness(known: Folder) -> Checked:
    """Ceilings and baseline scores, before and after, follow from the rows and their predictions."""
    confidence, within = known.manifest.confidence, known.recipe.balance.within
    yield from _compare("before", known.manifest.before, blindness(known.items, confidence, READ, within))
    yield from _compare("after", known.manifest.after, blindness(known.balanced, confidence, REFITTED, within))
    both = (known.manifest.before, known.manifest.after)
    ceilings, scores = ([one for said in both for one in getattr(said, name)] for name in ("ceilings", "scores"))
    return counts(row=known.items, ceiling=ceilings, score=scores)


def _compare(when: str, said: Blindness, counted: Blindness) -> Iterator[str]:
    if counted.ceilings != said.ceilings:
        yield f"ceilings {when} differ from a recount"
    if counted.scores != said.scores:
        yield f"baseline scores {when} differ from a recount"


def _card(known: Folder) -> Checked:
    """Card, licence, citation and Croissant are what the manifest gives, word for word."""
    from twokeys.data_cards.texts import texts

    info = [
        dataset_info(known.path, name, known.columns(name))
        for name, config in known.manifest.configs.items()
        if config.splits
    ]
    again = texts(known.manifest, info, known.manifest.files)
    for name, text in again.items():
        if (known.path / name).read_text(encoding="utf-8") != text:
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
