"""The answers of a build to the questions of a datasheet, from the manifest alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twokeys.data_cards import responsible, retrieved
from twokeys.data_cards.citation import version
from twokeys.data_cards.header import order
from twokeys.data_cards.licences import link, whole_licence
from twokeys.data_cards.tables import best, count, percent, result

if TYPE_CHECKING:
    from twokeys.data_cards.manifest import Manifest, Origin, PoolSource, Source, Step

Facts = dict[str, str | list[str]]
"""Question -> one statement or several."""


def facts(manifest: Manifest) -> dict[str, list[str]]:
    """Return question -> statements, without the questions that the build cannot answer."""
    parts = (_motivation, _composition, _collection, _preprocessing, _uses, _distribution, _maintenance)
    answered: dict[str, list[str]] = {}
    for part in parts:
        for key, statements in part(manifest).items():
            if statements:
                answered[key] = [statements] if isinstance(statements, str) else statements
    return answered


def _motivation(manifest: Manifest) -> Facts:
    description = " ".join(manifest.description.split())
    purpose = [f"The recipe describes it so: “{description}”"] if description else []
    if manifest.kept:
        question, image = (result(manifest.after.ceiling(view)) for view in ("question", "image"))
        purpose.append(
            f"Selected so that neither side of an item gives the answer away: of the {count(manifest.kept)} items of "
            f"the balanced tier no predictor that sees only the question can answer more than {question}, and none "
            f"that sees only the image more than {image}. This bounds the set; it says nothing about a single item."
        )
    if (tier := manifest.audited) is not None:
        purpose.append(f"Audited tier: {count(tier.items)} items, {tier.verdict}.")
    return {"motivation.purpose": purpose}


def _wordings(manifest: Manifest) -> str:
    reworded = manifest.pairs.reworded if manifest.pairs else 0
    return f" {count(reworded)} of the balanced items have the wording of another question." if reworded else ""


def _composition(manifest: Manifest) -> Facts:
    names = ", ".join(source.name for source in manifest.sources)
    kept = f"{count(manifest.kept)} of {count(manifest.rows_read)}"
    edits = manifest.pairs.kinds if manifest.pairs else []
    made = sum(kind.published for kind in edits if not retrieved.retrieved(kind))
    partners = manifest.partners
    return {
        "composition.instances": "A question about an image, and its answer.",
        "composition.count": [*_sizes(manifest), *_kinds(manifest)],
        "composition.sample": [
            f"A selection, not a random sample: the balanced tier holds {kept} rows of {names}.",
            "The config `removed` lists every row that is in no tier, with the reason.",
            *(_step(step) for step in manifest.funnel),
        ],
        "composition.data": "Image (the original bytes of the source), question, options if there are any, "
        "answer, partners, source, licence, hashes, and the answers of blind baselines; README.md explains them.",
        "composition.label": [
            "The column `answer`. `answer_source` says whether a person annotated it, an edit determines it, or named "
            f"models verified it; {count(made)} published items were made by editing another item."
            + _wordings(manifest),
            *_retrieved_partners(manifest),
        ],
        "composition.missing": f"{count(manifest.set_aside)} of {count(manifest.rows_read)} rows could not be read as "
        "items; they are listed with the reason.",
        "composition.relations": f"{count(partners.image_partners)} items name an image partner (same question, other "
        f"image, other answer), {count(partners.question_partners)} a question partner, {count(partners.both)} both; "
        f"{count(partners.quads)} quads are marked. The column `group` joins items that must not be split.",
        "composition.splits": [
            f"Those of {source.name}: {', '.join(sorted(split.split for split in source.splits))}."
            for source in manifest.sources
        ],
        "composition.errors": [
            *(f"Rule {rule.id} dropped {count(rule.dropped)}: {rule.summary}." for rule in manifest.rules),
            "Answers come from the sources: a wrong answer that no rule recognises stays.",
        ],
        "composition.external": "It is self-contained: images are in the Parquet files, nothing is fetched.",
    }


def _retrieved_partners(manifest: Manifest) -> list[str]:
    """Explain retrieved partners: how many are published, and where their answers come from."""
    if manifest.pairs is None or not manifest.pairs.retrieved:
        return []
    published = sum(kind.published for kind in manifest.pairs.kinds if retrieved.retrieved(kind))
    return [
        f"{retrieved.WHAT} {count(published)} published items are retrieved partners.",
        *retrieved.answers(manifest.pairs.retrieved),
    ]


def _step(step: Step) -> str:
    added = f"added {count(step.added)}, " if step.added else ""
    remain = "remains" if step.left == 1 else "remain"
    return f"Step {step.name}: {added}removed {count(step.removed)}, {count(step.left)} {remain}."


def _sizes(manifest: Manifest) -> list[str]:
    return [
        f"Config `{name}`: "
        + ", ".join(f"{split} {count(rows)}" for split, rows in sorted(manifest.configs[name].splits.items()))
        + "."
        for name in order(manifest)
    ]


def _kinds(manifest: Manifest) -> list[str]:
    bounds = [c for c in manifest.after.ceilings if c.view == "question" and c.stratum.startswith("answer_type=")]
    counts = sorted(f"{bound.stratum.partition('=')[2]} {count(bound.items)}" for bound in bounds)
    return [f"Published items by type of answer: {', '.join(counts)}."] if counts else []


def _collection(manifest: Manifest) -> Facts:
    files = sum(len(origin.files) for origin in (*manifest.sources, *manifest.pools))
    return {
        "collection.acquired": [*map(_read, manifest.sources), *map(_looked_through, manifest.pools)],
        "collection.mechanisms": f"{count(files)} official files were read; the SHA-256 of each is in manifest.json. "
        "Bad rows were set aside with the reason; every image was decoded.",
        "collection.sampling": responsible.selection(manifest),
    }


def _read(source: Source) -> str:
    rows = count(sum(split.rows for split in source.splits))
    return _with_origin(f"{source.name}, revision {source.revision}: {rows} rows.", source)


def _looked_through(pool: PoolSource) -> str:
    reasons = "; ".join(f"{count(number)}: {reason}" for reason, number in sorted(pool.left_out.items()))
    statement = (
        f"{pool.name}, revision {pool.revision}: partners were looked for among its {count(pool.read)} images, of "
        f"which {count(pool.published)} are published.{f' Left out were {reasons}.' if reasons else ''}"
    )
    return _with_origin(f"{statement} {retrieved.TOLD}" if pool.told else statement, pool)


def _with_origin(statement: str, origin: Origin) -> str:
    """Add the homepage and the citation of an origin to a statement about it."""
    cited = " ".join(origin.citation.split())
    return " ".join(part for part in (statement, origin.homepage, f"`{cited}`" if cited else "") if part)


def _preprocessing(manifest: Manifest) -> Facts:
    packages = ", ".join(f"{name} {manifest.packages[name]}" for name in sorted(manifest.packages))
    return {
        "preprocessing.done": [
            "Text was put into canonical form, without invisible characters; options into one order for each question.",
            (
                "Answers are in the source's words; the column `compared` holds the form in which they are compared. "
                "Images are the original bytes."
            ),
            *responsible.rules(manifest),
        ],
        "preprocessing.raw": "Images of annotated items are unchanged. `source`, `source_revision`, `source_id` and "
        "`row` say where an item stands in the sources, whose files manifest.json lists with their hashes.",
        "preprocessing.software": [
            f"twokeys {manifest.twokeys} (Apache-2.0) with {packages}; the recipe is in manifest.json.",
            *(f"{tool[0].upper()}{tool[1:]}." for tool in responsible.tools(manifest)[1:]),
        ],
    }


def _uses(manifest: Manifest) -> Facts:
    before, after = (best(blindness.best()) for blindness in (manifest.before, manifest.after))
    return {
        "uses.done": "Blind baselines were fitted. "
        f"The best baseline on all items read: {before}; on the published items: {after}.",
        "uses.suited": "Evaluation of models that answer questions about images, beside chance and the same model's "
        "blind accuracy.",
        "uses.risks": [*responsible.biases(manifest), *responsible.LIMITATIONS],
        "uses.unsuited": [
            "Comparing accuracies here with accuracies on the sources: this is a selection, not a random sample.",
            "Training: a model that has seen these answers cannot be evaluated on them.",
            "Reading any column but image, question and options: the bounds cover these alone.",
        ],
    }


def _distribution(manifest: Manifest) -> Facts:
    terms = [
        f"{source.name}: {', '.join(filter(None, (source.license, link(source))))}." for source in manifest.origins
    ]
    return {
        "distribution.how": f"As a folder that `datasets.load_dataset` reads, version {version(manifest)}, with "
        "certificate.json, manifest.json and croissant.json; `twokeys verify` recounts what it claims.",
        "distribution.licence": [
            *terms,
            f"The selection as a whole: {whole_licence(manifest)}. LICENSE says which terms cover which part.",
        ],
    }


def _maintenance(manifest: Manifest) -> Facts:
    versions = ", ".join(f"`{name}` {manifest.configs[name].version}" for name in order(manifest))
    return {
        "maintenance.updates": f"The version of each config follows from its rows, so that changed rows never have "
        f"an old version: {versions}.",
        "maintenance.older": "`twokeys push` tags each version and never moves a tag; `twokeys diff` compares two.",
        "maintenance.extend": "Change the recipe in manifest.json and build again; the bound of "
        f"{percent(manifest.max_share)} on both ceilings is then proven anew.",
    }
