"""An open folder: its index, thumbnails, adversaries, and the runs of models that are shown with it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from twokeys.browsing.adversaries import Adversaries
from twokeys.browsing.answers import Answers, Evaluated, distinct
from twokeys.browsing.cells import Ints
from twokeys.browsing.explanations import Explanations
from twokeys.browsing.images import Thumbnails
from twokeys.browsing.index import Index
from twokeys.browsing.pairs import Pairs
from twokeys.browsing.query import Bools, Page, Query, find
from twokeys.browsing.wordings import Wordings
from twokeys.data_cards.published import PublishedFolder

SIZE = 24
"""Items of a page."""
KEPT = 32
"""Results of queries that are kept."""


@dataclass
class Library:
    """A published folder as it is browsed. See `opened`.

    Attributes:
        folder: The folder.
        index: Its index.
        thumbnails: Its images.
        adversaries: The answers of blind adversaries.
        pairs: Where the images of partners differ.
        wordings: Which questions are worded alike.
        answers: The answers of models.
        explanations: The scores of explainers.
    """

    folder: PublishedFolder
    index: Index
    thumbnails: Thumbnails
    adversaries: Adversaries
    pairs: Pairs
    wordings: Wordings
    answers: Answers
    explanations: Sequence[Explanations]
    _found: OrderedDict[Query, Ints] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def find(self, query: Query) -> Ints:
        """Rows that are asked for; the last results are kept, so that turning a page looks for nothing."""
        with self._lock:
            if query in self._found:
                self._found.move_to_end(query)
                return self._found[query]
        items = find(self.index, query, self.marks)
        with self._lock:
            self._found[query] = items
            while len(self._found) > KEPT:
                self._found.popitem(last=False)
        return items

    def page(self, query: Query, number: int, size: int = SIZE) -> Page:
        """A page of the results of a query."""
        return Page.of(self.find(query), number, size)

    @property
    def runs_of_explainers(self) -> list[str]:
        """A name for each of `explanations`."""
        return distinct([run.folder.name for run in self.explanations], [str(run.folder) for run in self.explanations])

    @property
    def marks(self) -> dict[str, Bools]:
        """What items can be chosen by that runs of models say of them."""
        named = zip(self.runs_of_explainers, self.explanations, strict=True)
        explained = {f"explained: {name}": run.kept > 0 for name, run in named}
        return self.answers.marks | explained


def opened(folder: Path, evaluations: Sequence[Path] = (), explanations: Sequence[Path] = ()) -> Library:
    """Open a folder.

    Args:
        folder: The published folder.
        evaluations: Folders that `twokeys evaluate` wrote about it.
        explanations: Folders that `twokeys explain` wrote about it.

    Raises:
        BadInput: If it is none, or a run is of other rows.
    """
    published = PublishedFolder(folder)
    published.check()
    index = Index(published)
    return Library(
        published,
        index,
        Thumbnails(index),
        Adversaries(published, index),
        Pairs(published),
        Wordings(index),
        Answers([Evaluated(run, published, index) for run in evaluations]),
        [Explanations(run, published, index) for run in explanations],
    )
