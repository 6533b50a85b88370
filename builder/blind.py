"""Models that the user names to be asked blind: beside a recipe's panel, or about a published folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from twokeys.audit.models.hosts import is_address, server
from twokeys.audit.served.ways import Protocol
from twokeys.builder.measure.panel import ask_panel, named_models, panel
from twokeys.builder.recipe import Recipe, Served
from twokeys.builder.run.files import write_json
from twokeys.builder.run.keys import KeyedTable
from twokeys.builder.run.stages import Run
from twokeys.core.columns import BALANCED
from twokeys.core.disk import write_text
from twokeys.core.errors import BadInput
from twokeys.core.place import Kind, check_place
from twokeys.core.swap import alone_at, whole_folder, write_record
from twokeys.data_cards.panel import Panel
from twokeys.data_cards.published import PublishedFolder
from twokeys.data_cards.report import panel_text

PAGE, NUMBERS = "blind.html", "blind.json"
ASKED = Kind("files.json", "blind", "report")
"""Folders of what models answered without images."""
CANDIDATES, CONFIDENCE = 32, 0.95
"""As recipes have them by default; a published folder is asked so, whatever its recipe says."""


@dataclass(frozen=True)
class Blind:
    """Models that the user names, and how served ones are asked.

    Attributes:
        models: As `encoders.language` takes them.
        samples: Replies to each question; None: as the recipe says.
        protocol: `auto`, `completions` or `chat`; likewise.
    """

    models: tuple[str, ...] = ()
    samples: int | None = None
    protocol: Protocol | None = None

    def beside(self, recipe: Recipe) -> Recipe:
        """A recipe whose panel has these models too."""
        known = recipe.encoders.panel
        every = [*known, *(model for model in self.models if model not in known)]
        encoders = recipe.encoders.model_copy(update={"panel": every})
        return recipe.model_copy(update={"encoders": encoders, "served": self.served(recipe.served)})

    def served(self, usual: Served) -> Served:
        """How served models are asked, where `usual` is what is not said here."""
        said = {"samples": self.samples, "protocol": self.protocol}
        return Served.model_validate(usual.model_dump() | {name: one for name, one in said.items() if one is not None})

    @property
    def hosts(self) -> list[str]:
        """Hosts of the models: whoever names a model for this command names its host thereby."""
        servers = [server("--blind", model) for model in self.models if is_address(model)]
        return [f"[{one.host}]:{one.port}" if ":" in one.host else f"{one.host}:{one.port}" for one in servers]


def folder_blind(source: Path, out: Path, blind: Blind, run: Run) -> Panel:
    """Ask models about the published items of a folder, and write a page and the numbers.

    Args:
        source: The folder.
        out: Folder to write.
        blind: The models.
        run: Keeps what was answered.

    Raises:
        BadInput: When the folder publishes no item, or a model cannot be asked.
    """
    folder = PublishedFolder(source)
    manifest = folder.manifest
    if not manifest.kept:
        raise BadInput(source, None, "the folder publishes no balanced items", "", "name the recipe instead")
    items = folder.rows_of(BALANCED)
    models = named_models(blind.models, blind.served(Served()).manner)
    ceiling = next(one.share for one in manifest.after.ceilings if (one.view, one.stratum) == ("question", "all"))
    check_place(out.resolve(), ASKED)
    with run.alone(), alone_at(out.resolve(), ASKED) as output:
        answers, _ = ask_panel(run, models, KeyedTable(items, manifest.configs[BALANCED].fingerprint), CANDIDATES)
        found = panel(items, answers, {name: model.key for name, model in models.items()}, CONFIDENCE)
        with whole_folder(output) as fresh:
            write_json(fresh / NUMBERS, found.model_dump())
            write_text(fresh / PAGE, panel_text(manifest.title, len(items), ceiling, found))
            write_record(fresh, ASKED, manifest.name)
    return found
