"""The dataset card: the folder's README.md, written from the manifest alone.

`twokeys verify` writes the card again from the published manifest and compares. So nothing here may depend on anything
else: mappings are walked in sorted order, since the manifest file sorts its keys, and `manifest.files` is not read,
since it holds the hash of the card.
"""

from __future__ import annotations

import json
import re
from functools import cache
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from twokeys.core.answers.majority import RULE
from twokeys.core.columns import baseline, column, general, type_name
from twokeys.core.views import VIEWS
from twokeys.data_cards import category_table, panel_table, plain, retrieved, tables, verified
from twokeys.data_cards.citation import bibtex
from twokeys.data_cards.eval_yaml import evaluated
from twokeys.data_cards.header import header_text, order
from twokeys.data_cards.licences import agreed, link, whole_licence
from twokeys.data_cards.tables import cell, code, count, interval, percent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twokeys.data_cards.blindness import Ceiling
    from twokeys.data_cards.manifest import Effect, Manifest, Origin, RuleReport

FILE = "README.md"
CATEGORIES = 40
"""Most rows of the table by category; the report and the manifest list all categories."""


def card(manifest: Manifest, dataset_info: Sequence[dict[str, Any]]) -> str:
    """Write the card.

    Args:
        manifest: The folder's manifest; its `files` are not read.
        dataset_info: `DatasetInfo` of each config as plain values: name, features, splits, sizes.

    Raises:
        ValueError: If `dataset_info` does not fit the manifest, a column has no meaning, or the licences of the
            sources cannot be combined.
    """
    features = {info["config_name"]: list(info["features"]) for info in dataset_info}
    columns, others = _columns(features, order(manifest))
    return (
        _environment()
        .get_template("card.md.j2")
        .render(
            m=manifest,
            header=header_text(manifest, dataset_info),
            n_items=manifest.rows_read - manifest.set_aside,
            source_names=_listed([source.name for source in manifest.sources]),
            breaches=breaches(manifest),
            nothing=plain.empty(manifest) if not manifest.kept else "",
            bounded=plain.bounded(manifest) if manifest.kept else "",
            loose=any(_above(manifest, ceiling) for ceiling in manifest.after.ceilings),
            summary=tables.markdown(tables.SUMMARY_HEADER, tables.summary_rows(manifest)),
            blindness=tables.markdown(tables.BLINDNESS_HEADER, tables.blindness_rows(manifest.before, manifest.after)),
            pair_blindness=_pair_blindness(manifest),
            edits=[kind for kind in manifest.pairs.kinds if not retrieved.retrieved(kind)] if manifest.pairs else [],
            retrieved=retrieved,
            retrieved_rows=_retrieved_rows(manifest),
            verified=verified,
            verified_rows=_verified_rows(manifest),
            joint=tables.markdown(tables.JOINT_HEADER, tables.joint_rows(manifest.before, manifest.after)),
            strata=tables.markdown(tables.STRATA_HEADER, tables.strata_rows(manifest.after)),
            worst=_worst(manifest),
            panel=panel_table.sentences(manifest.panel) if manifest.panel else [],
            folds=tables.folds(manifest.before, manifest.after),
            categories=_categories(manifest),
            within=" and ".join(name.replace("_", " ") for name in within(manifest)),
            configs=order(manifest),
            several=any(feature["name"] == "images" for names in features.values() for feature in names),
            columns=columns,
            others=others,
            baselines=sorted({code(name) for config in order(manifest) for name in _baselines(features[config])}),
            effects=[(rule, effect) for rule in manifest.rules if (effect := furthest(rule)) is not None],
            weighted=any(part.weight != part.kept - part.retrieved for part in manifest.balance),
            one_licence=agreed(manifest.origins) == whole_licence(manifest),
            whole_licence=whole_licence(manifest),
            bibtex=bibtex(manifest),
        )
    )


def variable(name: str) -> str:
    """Return a config's name as a variable of Python.

    Example:
        >>> variable("eval-open"), variable("2.0"), variable("class"), variable("load_dataset")
        ('eval_open', 'config_2_0', 'config_class', 'config_load_dataset')
    """
    made = re.sub(r"\W", "_", name)
    taken = not made.isidentifier() or iskeyword(made) or made == "load_dataset"
    return f"config_{made}" if taken else made


def _pair_blindness(manifest: Manifest) -> str:
    """Blindness before and after pairing; empty if the recipe pairs nothing."""
    if manifest.pairs is None:
        return ""
    return tables.markdown(tables.BLINDNESS_HEADER, tables.blindness_rows(manifest.pairs.before, manifest.pairs.after))


def _retrieved_rows(manifest: Manifest) -> str:
    """Return the table of retrieved partners by kind; empty if no generator retrieves."""
    if manifest.pairs is None or not manifest.pairs.retrieved:
        return ""
    return tables.markdown(retrieved.HEADER, retrieved.rows(manifest.pairs.retrieved, manifest.pairs.kinds))


def _verified_rows(manifest: Manifest) -> str:
    """Return the table of how often models are right about answers that they verify; empty if they verified none."""
    if manifest.pairs is None or not manifest.pairs.precision:
        return ""
    return tables.markdown(verified.HEADER, verified.rows(manifest.pairs.precision))


def _worst(manifest: Manifest) -> list[str]:
    """Describe the worst categories of all items read and of the published items."""
    sets = (("All items read", manifest.categories_before), ("Published", manifest.categories_after))
    return [
        f"**{name}.** {sentence}"
        for name, categories in sets
        if categories
        for sentence in category_table.sentences(categories)
    ]


def _categories(manifest: Manifest) -> tuple[str, str, str]:
    """Return the table by category, its omitted rows, and its explanation; empty if there are no categories."""
    before, after = manifest.categories_before, manifest.categories_after
    if before is None or after is None or not before.rows:
        return "", "", ""
    rows, more = category_table.shown(category_table.both_rows(before, after), CATEGORIES)
    explanation = f"{category_table.LEGEND} {category_table.method(before)}"
    return tables.markdown(category_table.BOTH_HEADER, rows), more, explanation


def within(manifest: Manifest) -> list[str]:
    """Return the columns inside whose values the set was balanced separately."""
    return list(dict.fromkeys(name for part in manifest.balance for name in sorted(part.part)))


def breaches(manifest: Manifest) -> list[str]:
    """Describe the ceilings of the published set that break a promise."""
    promised = tuple(f"{column}=" for column in within(manifest))
    blind = [
        f"{ceiling.view} ceiling of {tables.result(ceiling)} on {ceiling.stratum}"
        for ceiling in manifest.after.ceilings
        if ceiling.stratum == "all" or ceiling.stratum.startswith(promised)
        if _above(manifest, ceiling)
    ]
    return blind + [
        f"a ceiling of both sides together of {tables.result(ceiling)}: the same question about the same image has "
        "several answers"
        for ceiling in manifest.after.ceilings
        if (ceiling.view, ceiling.stratum) == ("both", "all") and ceiling.right < ceiling.items
    ]


def _above(manifest: Manifest, ceiling: Ceiling) -> bool:
    return ceiling.view in VIEWS and ceiling.right > manifest.max_share * ceiling.items * (1 + 1e-9)


def furthest(rule: RuleReport) -> Effect | None:
    """Return the effect of a rule that lies furthest from its control; None if no effect was measured."""
    return max(rule.effects, key=lambda effect: abs(effect.after - effect.control), default=None)


@cache
def _environment() -> Environment:
    # The output is Markdown, which HTML escapes would spoil; `cell` and `code` escape what Markdown needs.
    environment = Environment(
        loader=PackageLoader("twokeys.data_cards"),
        autoescape=False,  # noqa: S701
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals |= {"interval": interval, "MAJORITY": RULE}
    environment.filters |= {
        "a_split": evaluated,
        "cell": cell,
        "code": code,
        "count": count,
        "percent": percent,
        "gap": lambda gap: "0" if gap == 0 else f"{100 * gap:.2g} %",
        "licence": _licence,
        "line": lambda text: " ".join(text.split()),
        "named": _named,
        "parameters": lambda values: code(json.dumps(values, sort_keys=True, ensure_ascii=False)),
        "part_name": lambda part: ", ".join(f"{name}={part[name]}" for name in sorted(part)) or "all",
        "text": lambda text: json.dumps(text, ensure_ascii=False),
        "variable": variable,
        "solvers": lambda solved: (
            ", ".join(f"{name} ({count(solved[name])})" for name in sorted(solved)) or tables.NONE
        ),
    }
    return environment


def _columns(
    features: Mapping[str, list[dict[str, Any]]], configs: Sequence[str]
) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Return the rows of the columns table: the columns of the first config, and further columns of the others.

    A column that every baseline has is one row.
    """
    main: dict[str, dict[str, str]] = {}
    others: dict[str, dict[str, str]] = {}
    for config in configs:
        for feature in features[config]:
            name, text = general(feature["name"]), column(feature["name"]).meaning.replace("|", r"\|")
            row = {"configs": code(config), "name": name, "type": type_name(feature), "meaning": text}
            if config == configs[0]:
                main.setdefault(name, row)
            elif name not in main and code(config) not in (other := others.setdefault(name, row))["configs"]:
                other["configs"] += f", {code(config)}"
    return list(main.values()), list(others.values())


def _baselines(features: Sequence[Mapping[str, Any]]) -> set[str]:
    return {name for feature in features if (name := baseline(feature["name"]))}


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _named(source: Origin) -> str:
    return f"[{cell(source.name)}]({source.homepage})" if source.homepage else cell(source.name)


def _licence(source: Origin) -> str:
    place = link(source)
    return f"[{cell(source.license)}]({place})" if place else cell(source.license)
