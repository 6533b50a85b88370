r"""Retrieved partners of POPE among photos that the recipe was never tried on: subsets of real COCO photos.

    python -m benchmarks.unseen_photos --photos corpora/coco_photos --work out/unseen-photos

The corpus is read, and all photos are embedded, once. Then the stages from retrieval to the choice by balance are run
on subsets: what is asked about some photos, and a pool of these, or of others. `--photos` is as for
`benchmarks.retrieved_photos`. A pool cannot give what it does not hold: `room` counts, for each question and split, the
askable items with an answer, but no more of them than there are items and photos with another answer.
"""

from __future__ import annotations

import argparse
import random
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch

import numpy as np

from benchmarks.report import Table, say, section
from benchmarks.retrieved_photos import PAIRS, lay_out, recipe
from twokeys.builder.balance.select import select
from twokeys.builder.filter import filter_items
from twokeys.builder.gather import gather
from twokeys.builder.measure.survey import Survey, locate
from twokeys.builder.pair import stage
from twokeys.builder.pair.artefacts.refusal import look_for
from twokeys.builder.pair.counts import retrieved_kinds
from twokeys.builder.pair.edit import Retrieval
from twokeys.builder.pair.equip import located
from twokeys.builder.pair.generators.retrieved.by_annotations import understand
from twokeys.builder.pair.generators.retrieved.generator import Retrieved
from twokeys.builder.pair.generators.retrieved.judges import registry
from twokeys.builder.pair.pool import Pool, pool_of
from twokeys.builder.recipe import Recipe
from twokeys.builder.run.engines import engine
from twokeys.builder.run.keys import KeyedTable
from twokeys.builder.run.stages import Run
from twokeys.core.items import digest

Subset = tuple[set[str], set[str]]
"""Photos that are asked about, and photos of the pool, by name."""


@dataclass(frozen=True)
class Counted:
    """One subset.

    Attributes:
        asked: Items.
        askable: Of these.
        met: Of these, balanced.
        room: Of these, at most to be balanced, by the photos of the pool.
        verdict: Of the artefact check.
    """

    asked: int
    askable: int
    met: int
    room: int
    verdict: str


@dataclass(frozen=True, eq=False)
class Part(Pool):
    """Some images of a pool.

    Attributes:
        grouped: Group of each image of the whole pool, so that near-duplicates are looked for once.
    """

    grouped: dict[str, str]

    def groups(self, keys: set[str]) -> dict[str, str]:
        """As they are in the whole pool."""
        return {key: self.grouped[key] for key in keys | set(self.table["image_key"][self.table["group"] != ""])}


@dataclass(frozen=True, eq=False)
class World:
    """A corpus with all photos.

    Attributes:
        run: The stages that were run.
        plan: The recipe.
        known: All items.
        left: Those that no rule dropped.
        pool: All images.
        grouped: The group of each.
    """

    run: Run
    plan: Recipe
    known: Survey
    left: KeyedTable
    pool: Pool
    grouped: dict[str, str]

    @classmethod
    def read(cls, name: str, work: Path) -> World:
        """Read and embed everything once."""
        plan, corpora = recipe(name), work / "corpora"
        plan = plan.model_copy(update={"measure": plan.measure.model_copy(update={"baselines": ["question.prior"]}),
                                       "pair": plan.pair.model_copy(update={"artefacts": 0})})  # fmt: skip
        place = work / f".{name}.run"
        run = Run(place, engine("serial", place))
        known = gather(run, plan, locate(plan, corpora), corpora)
        left = filter_items(run, plan, known).left(known.items)
        pool = pool_of(known)
        return cls(run, plan, known, left, pool, pool.groups(set(pool.table["image_key"])))

    @cached_property
    def names(self) -> dict[str, str]:
        """Image key -> file name, of all photos."""
        links = zip(self.pool.table["image_key"], self.pool.table["links"], strict=True)
        return {key: next(link[5:] for link in of if link.startswith("file:")) for key, of in links}

    def counted(self, asked: set[str], there: set[str]) -> Counted:
        """Find partners for what is asked about some photos, among some."""
        names = self.names
        items = self.left.frame
        items = items[items["image_key"].map(names).isin(asked)].reset_index(drop=True)
        table = self.pool.table
        own = set(items["image_key"])
        table = table[[key in own or names[key] in there for key in table["image_key"]]]
        group = table["group"].where(table["image_key"].isin(own), "")
        table = table.assign(group=group).reset_index(drop=True)
        pool = Part(table, self.pool.pictures, self.pool.embeddings, self.pool.encoder, self.grouped)
        left = KeyedTable(items, digest("subset", *items["id"], *table["image_key"]))
        known = replace(self.known, items=items, key=left.key)
        with patch.object(stage, "pool_of", lambda _: pool):
            done = stage.work(self.run, self.plan, known, left)
        kept = set(select(done.items, self.plan.balance).kept["id"])
        (kind,) = retrieved_kinds(done.retrieved, done.spare, done.items, kept, self.plan.balance)
        told = look_for(self.plan, done, PAIRS, known.represent.image, known.represent.text)
        room = self.room(items, pool, done.retrieved[0])
        return Counted(len(items), kind.askable, kind.met, room, told[0].verdict if told else "too few")

    def room(self, items: Any, pool: Pool, found: Retrieval) -> int:
        """Askable items that photos and items with another answer can be found for, question by question."""
        plan = cast("Retrieved", located(self.plan, 0, self.known.sources))
        asked = understand(items, pool, registry.judge(plan.judge, plan.paths, plan.hashes), plan)
        whole, askable, number = asked.items, set(found.askable), 0
        for vertex, part in whole[whole["id"].isin(askable)].groupby("vertex"):
            of = whole[whole["vertex"] == vertex]
            fresh = np.setdiff1d(np.arange(len(pool), dtype=np.int64), of["place"].to_numpy(dtype=np.int64))
            codes, texts = asked.answers(int(str(vertex)), fresh)
            others = Counter(texts[code] for code in codes.tolist() if code >= 0) + Counter(of["answer"])
            number += sum(min(n, others.total() - others[a]) for a, n in Counter(part["answer"]).items())
        return number


def halves(photos: list[str], seeds: range, swapped: bool = False) -> Iterator[Subset]:
    """Disjoint halves; the pool is the half itself, or the other one."""
    for seed in seeds:
        order = random.Random(seed).sample(photos, len(photos))
        parts = set(order[: len(order) // 2]), set(order[len(order) // 2 :])
        yield from ((part, parts[(place + swapped) % 2]) for place, part in enumerate(parts))


def cases(photos: list[str], few: bool) -> dict[str, list[Subset]]:
    """Subsets by name; `few` of the random ones."""
    number = 2 if few else 10
    odd, even = ({name for name in photos if int(name[-5]) % 2 == rest} for rest in (1, 0))
    hundred = [set(random.Random(seed).sample(photos, 100)) for seed in range(number)]
    return {
        "all photos": [(set(photos), set(photos))],
        "random halves": list(halves(photos, range(number))),
        "a half, the pool is the other": list(halves(photos, range(number), swapped=True)),
        "odd ids, even ids": [(odd, odd), (even, even)],
        "100 photos": [(part, part) for part in hundred],
    }


def row(name: str, found: list[Counted]) -> tuple[str | int | float, ...]:
    """One case."""
    shares = sorted(each.met / each.askable for each in found)
    room = sum(each.met for each in found) / sum(each.room for each in found)
    verdicts = Counter(each.verdict for each in found)
    return (
        name, len(found), sum(each.asked for each in found), sum(each.askable for each in found),
        sum(each.met for each in found), f"{shares[0]:.1%} to {shares[-1]:.1%}",
        sum(share >= 0.95 for share in shares), f"{room:.1%}",
        ", ".join(f"{number} {verdict}" for verdict, number in sorted(verdicts.items())),
    )  # fmt: skip


HEADER = (
    "photos", "subsets", "items", "askable", "of these balanced", "share, least to most", "subsets of 95 % or more",
    "of those with room", "artefact check",
)  # fmt: skip


def main() -> None:
    """Read, try, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("out/unseen-photos"))
    parser.add_argument("--corpora", nargs="+", default=["pope-coco", "pope-aokvqa"])
    parser.add_argument("--few", action="store_true", help="two of the random subsets instead of ten")
    wanted = parser.parse_args()
    warnings.simplefilter("ignore")
    lay_out(wanted.photos, wanted.work / "corpora")
    rows = []
    for name in wanted.corpora:
        world = World.read(name, wanted.work)
        for case, subsets in cases(sorted(world.names.values()), wanted.few).items():
            found = []
            for subset in subsets:
                found.append(world.counted(*subset))
                say(f"{name}, {case}: {found[-1]}")
            rows.append(row(f"{name}, {case}", found))
            say(str(rows[-1]))
    print(section("Retrieved partners among unseen photos", "POPE about subsets of photos.", Table(HEADER, rows)))


if __name__ == "__main__":
    main()
