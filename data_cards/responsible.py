"""The properties of Croissant's Responsible AI vocabulary, answered from the manifest.

http://mlcommons.org/croissant/RAI/ has a property for each answer. An answer that no build can know is called unknown.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from twokeys.core.views import VIEWS
from twokeys.data_cards import retrieved
from twokeys.data_cards.tables import JOINT, best, count, interval, percent, result

if TYPE_CHECKING:
    from twokeys.data_cards.blindness import Blindness, Ceiling
    from twokeys.data_cards.manifest import Manifest

_FITTED = {"set": "the set itself, in folds", "removed": "the items that selection removed", "nothing": "nothing"}
Answers = dict[str, str | list[str]]
LIMITATIONS = [
    "A ceiling bounds predictors of one view; a model above both ceilings uses both views, well or by a shortcut.",
    "Baselines are lower bounds: another model may find a cue that they miss, up to the ceiling.",
    "Answers come from the sources: rules drop the errors that they recognise; a wrong answer that looks right stays.",
    "Two questions are the same if their published text is, two images if their pixels are.",
]
"""Limitations of every build of twokeys."""


def responsible(manifest: Manifest) -> Answers:
    """Answer each property of the vocabulary that the manifest can answer, under the prefix `rai:`."""
    return {
        "rai:dataCollection": [
            f"{source.name}: {count(sum(split.rows for split in source.splits))} rows of its official files, "
            f"revision {source.revision}"
            for source in manifest.sources
        ]
        + pools(manifest),
        "rai:dataCollectionType": ["Existing datasets"],
        "rai:dataCollectionMissingData": f"{count(manifest.set_aside)} of {count(manifest.rows_read)} rows that were "
        "read could not be used as items; the config `removed` lists them with the reason.",
        "rai:dataPreprocessingProtocol": preprocessing(manifest),
        "rai:dataAnnotationProtocol": annotation(manifest),
        "rai:machineAnnotationTools": tools(manifest),
        "rai:dataBiases": biases(manifest),
        "rai:dataUseCases": "Evaluation of models that answer questions about images, beside chance and the blind "
        "accuracy of the same model. Out of scope: comparing accuracies here with accuracies on the sources, "
        "since this is a selection and not a random sample; reading any column but image, question and options.",
        "rai:dataLimitations": LIMITATIONS,
        "rai:personalSensitiveInformation": "Nothing was collected for this selection. Questions and images come "
        "from the sources, images with all metadata in their files; they were not searched for personal or "
        "sensitive information.",
        "rai:dataSocialImpact": "Not assessed for this selection; see the statements of the sources.",
        "rai:dataReleaseMaintenancePlan": "The version of each config follows from its rows. The recipe and the "
        "SHA-256 of every source file are in manifest.json, so that the build can be repeated, and `twokeys verify` "
        "recounts it.",
    }


def annotation(manifest: Manifest) -> str | list[str]:
    """State the origin of the published answers."""
    origin = (
        "Answers come from the sources, in canonical form; the column `answer_source` says how each answer is known."
    )
    kinds = manifest.pairs.retrieved if manifest.pairs else []
    return [origin, retrieved.WHAT, *retrieved.answers(kinds)] if kinds else origin


def pools(manifest: Manifest) -> list[str]:
    """List the pools that were searched for partners, and how many of their images are published."""
    return [
        f"{pool.name}, revision {pool.revision}: partners were looked for among its {count(pool.read)} images; "
        f"{count(sum(pool.left_out.values()))} could not be used, {count(pool.published)} are published"
        f"{f'. {retrieved.TOLD}' if pool.told else ''}"
        for pool in manifest.pools
    ]


def preprocessing(manifest: Manifest) -> list[str]:
    """List the steps that changed the rows."""
    return [*rules(manifest), *selection(manifest)]


def rules(manifest: Manifest) -> list[str]:
    """State for each rule when it drops an item, and how many it dropped."""
    return [
        f"Rule {rule.id}, version {rule.version}, with {json.dumps(rule.parameters, sort_keys=True)}, drops an item "
        f"when: {rule.summary}. It dropped {count(rule.dropped)} of {count(rule.seen)}."
        for rule in manifest.rules
    ]


def selection(manifest: Manifest) -> list[str]:
    """State the partners that were added after the rules, and how each tier was selected."""
    steps: list[str] = []
    if manifest.pairs is not None:
        steps += [
            f"Partners of kind {kind.kind}: {count(kind.made)} were made, {count(sum(kind.refused.values()))} refused, "
            f"{count(kind.added)} added, {count(kind.published)} published."
            for kind in manifest.pairs.kinds
            if not retrieved.retrieved(kind)
        ]
        steps += retrieved.steps(manifest.pairs)
        if manifest.pairs.reworded:
            steps.append(
                f"{count(manifest.pairs.reworded)} items have the wording of another question with the same words."
            )
    for part in manifest.balance:
        name = ", ".join(f"{column}={part.part[column]}" for column in sorted(part.part)) or "all items"
        steps.append(
            f"Balance of {name}: {count(part.kept)} of {count(part.items)} items were kept, so that at every question "
            f"and every image no answer holds more than {percent(manifest.max_share)}; no balanced subset weighs "
            f"more than {count(part.bound)}, this one weighs {count(part.weight)}."
        )
        if part.retrieved:
            steps.append(
                f"{count(part.retrieved)} of the kept items of {name} are retrieved partners. They weigh nothing, and "
                "are as few as balance needs."
            )
    if (tier := manifest.audited) is not None:
        steps.append(
            f"Audited tier: {count(tier.items)} of {count(tier.chosen_from)} items were selected against "
            f"{', '.join(tier.selected_against)}, and tried by adversaries that selection never used: {tier.verdict}."
        )
    return steps


def tools(manifest: Manifest) -> list[str]:
    """List the models and programmes that measured items, made partners or verified answers."""
    names = [f"twokeys {manifest.twokeys}"]
    names += [f"encoder of {role}: {manifest.encoders[role]}" for role in sorted(manifest.encoders)]
    pair = manifest.recipe.get("pair") or {}
    for use in pair.get("generators", []):
        parameters = json.dumps(use.get("with", {}), sort_keys=True)
        names.append(f"generator of partners: {use['generator']} with {parameters}")
    return names + [f"miner of partners: {name}" for name in pair.get("mined", [])]


def biases(manifest: Manifest) -> list[str]:
    """State how well one view alone determines the answer, before and after: ceilings, baselines, adversaries."""
    statements = [*_biases("all items read", manifest.before), *_biases("the published items", manifest.after)]
    if (tier := manifest.audited) is None:
        return statements
    for view in tier.views:
        for evidence in view.judgements:
            accuracy = f"{percent(evidence.accuracy)} {interval(evidence.low, evidence.high)}"
            statements.append(
                f"On the audited tier {evidence.adversary}, which sees only the {view.view} and was fitted on "
                f"{_FITTED[evidence.trained_on]}, reaches {accuracy}, chance {percent(evidence.chance)}; "
                f"the verdict on this view: {view.outcome}."
            )
    return statements


def _bound(bound: Ceiling, where: str) -> str:
    if bound.view in VIEWS:
        return f"No predictor that sees only the {bound.view} exceeds {result(bound)} on {where}."
    if bound.view == "both":
        return f"The question and the image together determine the answer of {result(bound)} of {where}."
    return (
        f"Balance does not bound predictors that see {JOINT[bound.view]}; their ceiling is {result(bound)} on {where}."
    )


def _biases(where: str, blindness: Blindness) -> list[str]:
    bounds = [_bound(bound, where) for bound in blindness.ceilings if bound.stratum == "all" and bound.items]
    views = dict.fromkeys(score.view for score in blindness.scores)
    return bounds + [
        f"The best baseline that sees only the {view} reaches {best(score)} on {where}."
        for view in sorted(views)
        if (score := blindness.best(view=view)) is not None
    ]
