"""The Gradio application: filters, one view that shows a list or an item, and heat maps with a slider."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from html import escape
from typing import Any, ParamSpec, TypeVar

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before Gradio is imported: it reports at once

import gradio as gr

from twokeys.browsing.html import about_html, head_html, heat_html, item_html, list_html, script
from twokeys.browsing.index import FACETS
from twokeys.browsing.library import Library
from twokeys.browsing.query import Query
from twokeys.core.errors import BadInput
from twokeys.data_cards.tables import count

SHOWN = 300
"""Values of a facet that can be chosen: the most frequent ones."""
LONGEST = 500
"""Letters of a search that are looked at."""


@dataclass(frozen=True)
class Filters:
    """What can be chosen.

    Attributes:
        library: The folder.
    """

    library: Library

    def choices(self, facet: str) -> list[tuple[str, str]]:
        """Labels and values of a facet, for a list to choose from."""
        counts = self.library.index.facets[facet].counts(ordered=facet != "set")[:SHOWN]
        return [(f"{value} ({count(n)})", value) for value, n in counts]

    @property
    def categories(self) -> list[tuple[str, str]]:
        """Labels and values of the categories that the recipe names, and of the sources if there are several."""
        facets = self.library.index.facets
        names = [name for name in facets if name not in FACETS]
        names += ["source"] if len(facets["source"].values) > 1 else []
        every = [(name, value, n) for name in names for value, n in facets[name].counts()[:SHOWN]]
        return [(f"{name}: {value} ({count(n)})", json.dumps([name, value])) for name, value, n in every]

    def query(self, words: str, *chosen: str) -> Query:
        """What the values of the controls ask for.

        Args:
            words: Words to look for.
            chosen: Value of each of `CHOSEN`, then the category and what models answered.
        """
        *values, category, mark = chosen
        pairs = [(facet, value) for facet, value in zip(CHOSEN, values, strict=True) if value]
        pairs += [tuple(json.loads(category))] if category else []
        return Query(tuple(pairs), (words or "")[:LONGEST].strip(), mark or "")


CHOSEN = ("set", "split", "answer type", "rule", "reason")


@dataclass(frozen=True)
class Controls:
    """What the user chooses by.

    Attributes:
        words: Words to look for.
        search: The button that looks for them.
        lists: Lists to choose from, in the order of the arguments of `Filters.query` after the words.
    """

    words: gr.Textbox
    search: gr.Button
    lists: list[gr.Dropdown]

    @property
    def values(self) -> list[Any]:
        """All of them, in the order of the arguments of `Filters.query`."""
        return [self.words, *self.lists]


@dataclass(frozen=True)
class HeatPanel:
    """Heat maps of the item that is looked at.

    Attributes:
        whole: The panel, which is hidden if the item is not explained.
        explainer: Which run and explainer: places in lists, as JSON.
        share: Percent of the scores that are shown.
        map: The map.
    """

    whole: gr.Column
    explainer: gr.Dropdown
    share: gr.Slider
    map: gr.HTML


@dataclass(frozen=True)
class Parts:
    """The parts of the page.

    Attributes:
        finder: Holds the controls; it is hidden while an item is looked at.
        controls: What the user chooses by.
        view: A list, or the item that is looked at.
        panel: Heat maps of the item.
        about: All else about the item.
    """

    finder: gr.Column
    controls: Controls
    view: gr.HTML
    panel: HeatPanel
    about: gr.HTML


def page(library: Library) -> gr.Blocks:
    """The page of a folder.

    Args:
        library: The folder.
    """
    name = library.folder.path.resolve().name
    with gr.Blocks(title=f"twokeys: {name}", analytics_enabled=False) as made:
        gr.HTML(head_html(library), apply_default_css=False)
        with gr.Column() as finder:
            controls = _controls(Filters(library))
        view = gr.HTML(elem_id="view", js_on_load=script(first=True), apply_default_css=False)
        panel = _heat_panel(library)
        about = gr.HTML(elem_id="about", js_on_load=script(first=False), apply_default_css=False)
        _Shown(library, Parts(finder, controls, view, panel, about)).wire(made)
    return made


def _controls(filters: Filters) -> Controls:
    facets = filters.library.index.facets
    with gr.Row(elem_id="search", equal_height=True):
        hint = 'in question, answer or id; "two words" for a phrase'
        words = gr.Textbox(label="Words", placeholder=hint, max_lines=1, scale=4, max_length=LONGEST)
        search = gr.Button("Search", scale=0, min_width=110)
    marks = [(f"{mark} ({count(int(rows.sum()))})", mark) for mark, rows in filters.library.marks.items()]
    with gr.Row(elem_id="filters"):
        lists = [_list(facet, filters.choices(facet), len(facets[facet].values) > 1) for facet in CHOSEN]
        lists += [_list("category", filters.categories, bool(filters.categories))]
        lists += [_list("models", marks, bool(marks))]
    lists[0].value = facets["set"].values[0]
    return Controls(words, search, lists)


def _list(name: str, choices: list[tuple[str, str]], shown: bool) -> gr.Dropdown:
    """A list to choose from, `all` first; it is hidden if there is nothing to choose."""
    every = [("all", ""), *choices]
    return gr.Dropdown(every, value="", label=name.capitalize(), visible=shown, min_width=170, filterable=False)


def _heat_panel(library: Library) -> HeatPanel:
    several = len(library.explanations) > 1
    choices = [
        (f"{name} ({named})" if several else name, json.dumps([number, name]))
        for number, (named, run) in enumerate(zip(library.runs_of_explainers, library.explanations, strict=True))
        for name in run.explainers
    ]
    with gr.Column(visible=False, elem_id="heat") as whole:
        gr.Markdown("### Heat maps of explainers")
        with gr.Row():
            first = choices[0][1] if choices else None
            explainer = gr.Dropdown(choices, value=first, label="Explainer", filterable=False, min_width=200)
            share = gr.Slider(0, 100, value=100, step=5, label="Share of the scores shown, strongest first (%)")
        shown = gr.HTML(apply_default_css=False)
    return HeatPanel(whole, explainer, share, shown)


Answer = TypeVar("Answer")
Given = ParamSpec("Given")


def _told(handler: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """A handler of an event that tells the reader of bad input, such as a file that was changed meanwhile."""

    @wraps(handler)
    def told(*args: Given.args, **named: Given.kwargs) -> Answer:
        try:
            return handler(*args, **named)
        except BadInput as error:
            raise gr.Error(escape(str(error)), print_exception=False) from None

    return told


class _Shown:
    """What the page shows after each event.

    Args:
        library: The folder.
        parts: Where it shows them.
    """

    def __init__(self, library: Library, parts: Parts) -> None:
        self.library, self.filters, self.parts = library, Filters(library), parts
        self.number, self.row = gr.State(1), gr.State(None)

    def wire(self, made: gr.Blocks) -> None:
        """Say what happens when."""
        parts = self.parts
        controls, panel, inputs = parts.controls, parts.panel, parts.controls.values
        outputs = [self.number, self.row, parts.finder, parts.view, panel.whole, panel.map, parts.about]
        private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        heat = [panel.explainer, panel.share]
        gr.on(
            [controls.words.submit, controls.search.click, *(control.input for control in controls.lists)],
            _told(self.first), inputs, outputs, **private,
        )  # fmt: skip
        made.load(_told(self.load), [*heat, *inputs], outputs, **private)
        for part in (parts.view, parts.about):
            part.open(_told(self.open), [self.number, *heat, *inputs], outputs, **private)
            part.turn(_told(self.turn), inputs, outputs, **private)
            part.home(_told(self.list), [self.number, *inputs], outputs, **private)
        gr.on(
            [panel.explainer.input, panel.share.change], _told(self.heat), [self.row, *heat], panel.map,
            trigger_mode="always_last", **private,
        )  # fmt: skip

    def list(self, number: int, *asked: str) -> tuple[Any, ...]:
        """A page of the list."""
        query = self.filters.query(*asked)
        shown = self.library.page(query, number).number
        html = list_html(self.library, query, shown)
        return shown, None, gr.Column(visible=True), html, gr.Column(visible=False), "", ""

    def first(self, *asked: str) -> tuple[Any, ...]:
        """The first page of the list."""
        return self.list(1, *asked)

    def turn(self, event: gr.EventData, *asked: str) -> tuple[Any, ...]:
        """The page that a button names."""
        number = str(event.page)
        return self.list(int(number) if number.isdecimal() and len(number) < 12 else 1, *asked)

    def open(self, event: gr.EventData, number: int, explainer: str, share: float, *asked: str) -> tuple[Any, ...]:
        """The item that a card names."""
        return self._item(str(event.item), number, explainer, share, *asked)

    def load(self, request: gr.Request, explainer: str, share: float, *asked: str) -> tuple[Any, ...]:
        """What the address names: an item, or the list."""
        identity = dict(request.query_params).get("item", "")
        return self._item(identity, 1, explainer, share, *asked) if identity else self.list(1, *asked)

    def _item(self, identity: str, number: int, explainer: str, share: float, *asked: str) -> tuple[Any, ...]:
        row = self.library.index.of(identity)
        if row is None:
            gr.Warning("This folder holds no such item.")
            return self.list(number, *asked)
        explained = any(run.kept[row] > 0 for run in self.library.explanations)
        html = item_html(self.library, row, self.filters.query(*asked))
        heat = self.heat(row, explainer, share) if explained else ""
        panel = gr.Column(visible=explained)
        return number, row, gr.Column(visible=False), html, panel, heat, about_html(self.library, row)

    def heat(self, row: int | None, explainer: str | None, share: float) -> str:
        """The heat map of an item."""
        if row is None or not explainer:
            return ""
        number, name = json.loads(explainer)
        run = self.library.explanations[number]
        return heat_html(run.heat(row, name, share / 100, self.library.thumbnails.images(row)))
