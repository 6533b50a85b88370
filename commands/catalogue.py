"""All rules, baselines, explainers, generators, corpora, recipes and export formats, as tables made from the code."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence

from twokeys.audit.explainers.registry import explainers
from twokeys.builder.measure.baselines import VIEWS, families
from twokeys.builder.pair.generators.registry import generators
from twokeys.builder.read.corpora import readers
from twokeys.builder.recipe import load
from twokeys.commands.shipped import licences, listed, needs, purpose
from twokeys.exports.format import FORMATS
from twokeys.filters import rules

PATCHES, TOKENS = 16, 6
"""Size of the item for which the passes of explainers are counted."""

COSTS = {"seconds": "seconds", "minutes": "minutes; when named", "gpu": "a GPU; when named"}


def catalogue() -> str:
    """Return everything that a recipe or a command can name, also from installed packages.

    Returns:
        Markdown: one table a kind, with what each reads, does and costs, and where it was published.
    """
    sections = {
        "Rules": ("Named in a recipe's `rules`; a control drops as many items at random.", _rules()),
        "Blind baselines": (
            "Named in `measure.baselines` as `VIEW.NAME`; without names, those that cost seconds run.", _baselines(),
        ),
        "Explainers": (
            f"Named in `twokeys explain --explainers`; passes of the model for {PATCHES} patches and {TOKENS} tokens.",
            _explainers(),
        ),
        "Generators of partners": ("Named in `pair.generators`.", _generators()),
        "Corpora": ("Named in `corpora: [{format: NAME}]`; [corpora.md](corpora.md) says how files lie.", _corpora()),
        "Recipes that ship": (
            "Named in place of a recipe's file, as in `twokeys diagnose easy-vqa`; items as far as they are known.",
            _recipes(),
        ),
        "Export formats": ("Named in `twokeys export --to`.", _formats()),
    }  # fmt: skip
    text = "# Catalogue\n\nMade from the code by `twokeys catalogue`; a test compares the two.\n"
    for title, (note, rows) in sections.items():
        text += f"\n## {title}\n\n{note}\n\n{rows}"
    return text


def _rules() -> str:
    header = ["rule", "drops an item when", "against", "reads", "gold", "decides by", "cost", "published in"]
    made = [rule() for rule in rules().values()]
    return _table(header, (
        [f"`{rule.id}`", rule.summary, rule.bias, _names(rule.reads()), "yes" if rule.uses_gold else "no", rule.scope,
         rule.cost, rule.citation]
        for rule in made
    ))  # fmt: skip


def _baselines() -> str:
    header = ["baseline", "what it does", "views", "reads beside text", "learns", "cost", "published in"]
    return _table(header, (
        [f"`{family.name}`", _summary(family), ", ".join(view for view in VIEWS if view in family.views),
         ", ".join((*family.reads, *family.also)),
         "yes" if family.fits else "no", COSTS[family.needs], family.published]
        for family in families()
    ))  # fmt: skip


def _explainers() -> str:
    header = ["explainer", "what it does", "promises", "forward", "backward", "published in"]
    rows = []
    for name, kind in explainers().items():
        made = kind()
        cost = made.cost(PATCHES, TOKENS)
        promises = ", ".join(sorted(made.promises))
        rows.append([f"`{name}`", _summary(kind), promises, str(cost.forward), str(cost.backward), made.published])
    return _table(header, rows)


def _generators() -> str:
    header = ["generator", "what it does", "changes", "corpora", "needs"]
    return _table(header, (
        [f"`{name}`", _summary(kind), kind.view, ", ".join(kind.formats) or "any", ", ".join(kind.needs)]
        for name, kind in generators().items()
    ))  # fmt: skip


def _corpora() -> str:
    return _table(["format", "reads", "official splits", "needs"], (
        [f"`{name}`", reader.summary, ", ".join(reader.official), reader.needs] for name, reader in readers().items()
    ))  # fmt: skip


def _recipes() -> str:
    return _table(["recipe", "what it is", "asks for", "items", "licence", "needs", "for"], (
        [f"`{name}`", load(name).title, kind.lower(), "" if items is None else f"{items:,}", licences(load(name)),
         needs(load(name)), purpose(load(name))]
        for kind, named in listed().items() for name, items in named.items()
    ))  # fmt: skip


def _formats() -> str:
    return _table(["format", "what it writes"], (
        [f"`{name}`", made.summary.rstrip(".")] for name, made in FORMATS.all().items()
    ))  # fmt: skip


def _summary(kind: type) -> str:
    """First sentence of a docstring."""
    return (inspect.getdoc(kind) or "").partition("\n\n")[0].replace("\n", " ").rstrip(".")


def _names(columns: Iterable[str]) -> str:
    return ", ".join(f"`{column}`" for column in columns)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "".join("| " + " | ".join(_cell(cell) for cell in line) + " |\n" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;") or "-"
