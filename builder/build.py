"""`twokeys build`: from corpora to a published folder.

read -> measure -> filter -> pair -> balance -> certify -> publish
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from twokeys.audit.served.spending import spending
from twokeys.builder import recipe as recipes
from twokeys.builder.balance.stage import balance
from twokeys.builder.certify.audited.families import families
from twokeys.builder.certify.balanced import FILE as CERTIFICATE
from twokeys.builder.certify.balanced import holds
from twokeys.builder.certify.stage import certify
from twokeys.builder.filter import Rules, filter_items
from twokeys.builder.gather import gather
from twokeys.builder.measure.replies import named_hosts
from twokeys.builder.measure.survey import locate
from twokeys.builder.pair.check import check_names
from twokeys.builder.pair.stage import pair
from twokeys.builder.publish.build import Build
from twokeys.builder.publish.stage import PUBLISHED, publish
from twokeys.builder.recipe import Recipe
from twokeys.builder.run.engines import engine as engine_named
from twokeys.builder.run.stages import Run
from twokeys.core.errors import BadInput
from twokeys.core.notebook import notebook
from twokeys.core.place import check_place
from twokeys.core.progress import Say, silent
from twokeys.core.swap import alone_at
from twokeys.data_cards.licences import folder_licence
from twokeys.data_cards.manifest import Manifest
from twokeys.data_cards.tables import frame

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Built:
    """A finished build.

    Attributes:
        folder: The published folder.
        manifest: Its manifest.
        certified: Whether the certificate holds: the balanced tier is bounded as promised, the audited one certified.
        executed: Stages that did work, with their seconds; empty when everything was there.
        aside: Why each row that was set aside cannot be used.
    """

    folder: Path
    manifest: Manifest
    certified: bool
    executed: dict[str, float]
    aside: list[BadInput] = field(default_factory=list)

    def to_pandas(self) -> pd.DataFrame:
        """Ceilings and blind baselines before and after, a row for each: `twokeys.data_cards.tables.frame`."""
        return frame(self.manifest.before, self.manifest.after)

    def figure(self) -> Figure:
        """The plot of these."""
        from twokeys.data_cards.plots import blindness_figure

        return blindness_figure(self.manifest.before, self.manifest.after, self.manifest.title)

    def _repr_html_(self) -> str:
        words = "certified" if self.certified else "not certified"
        return notebook(f"{self.manifest.title}: {self.manifest.kept:,} items, {words}, in {self.folder}", self)


def build(
    recipe: str | Path | Recipe,
    out: Path | None = None,
    *,
    corpora: Path | None = None,
    work: Path | None = None,
    engine: str = "process",
    allow_host: Sequence[str] = (),
    budget: Sequence[str] = (),
    price: str | None = None,
    check: bool = False,
    say: Say = silent,
) -> Built:
    """Build a benchmark.

    Args:
        recipe: Name of a shipped recipe, a YAML file, or a recipe object.
        out: The published folder; `out/NAME` when None. An earlier build there is replaced, anything else is not.
        corpora: Folder that corpus paths are relative to; the environment variable TWOKEYS_CORPORA when None.
        work: The run folder, where a stopped build goes on; `.NAME.run` beside `out` when None.
        engine: `serial`, `process`, `ray` or `slurm` (`docs/scale.md`).
        allow_host: Hosts whose models the recipe may have asked, `HOST` or `HOST:PORT`, beside those that the
            environment variable TWOKEYS_ALLOW_HOST names. Images go to no other.
        budget: What served language models may cost, as `twokeys.audit.served.spending.spending` takes it.
        price: What a server asks for tokens, as there.
        check: Read all images again, also those whose size and times are as before.
        say: Told how far each stage is.

    Returns:
        The folder, its manifest and whether the certificate holds. `to_pandas()` gives ceilings and blind baselines,
        `figure()` their plot.

    Raises:
        BadInput: When the recipe, a corpus or a rule is bad, or images are known by name alone.
    """
    plan = recipes.load(recipe)
    _check(plan)
    folder = Path("out") / plan.name if out is None else Path(out)
    place = folder.resolve()
    check_place(place, PUBLISHED)
    hosts, spent = named_hosts(plan, allow_host), spending(budget, price)
    kept = place.with_name(f".{place.name}.run") if work is None else Path(work)
    run = Run(kept, engine_named(engine, kept), say, hosts, check, spent)
    sources = locate(plan, corpora)
    check_names(plan, sources)
    with run.alone(), alone_at(place, PUBLISHED) as output:
        measured = gather(run, plan, sources, corpora)
        filtered = filter_items(run, plan, measured)
        paired = pair(run, plan, measured, filtered.left(measured.items))
        balanced = balance(run, plan, paired.survey)
        certified = certify(run, plan, paired.survey, balanced)
        manifest = publish(run, Build(plan, measured, filtered, paired, balanced, certified), output)
    certificate = json.loads((place / CERTIFICATE).read_text(encoding="utf-8"))
    return Built(folder, manifest, holds(certificate), run.seconds, measured.aside)


def _check(recipe: Recipe) -> None:
    """Refuse what cannot end well before anything is measured.

    Raises:
        BadInput: When images are known by name alone, a source forbids a build, the licences of two sources cannot be
            joined, a rule is mistyped, or an adversary is unknown.
    """
    if not recipe.publishable:
        names = ", ".join(corpus.name for corpus in recipe.corpora if corpus.images == "names")
        problem = f"the images of {names} are known by name alone"
        remedy = "use `twokeys diagnose`, or add the images and set `images: required`"
        raise BadInput(recipe.name, "images", problem, "", remedy)
    folder_licence([*recipe.corpora, *recipe.pool], recipe.license)
    Rules(recipe.rules)
    if recipe.audited is not None:
        families(recipe.audited)
