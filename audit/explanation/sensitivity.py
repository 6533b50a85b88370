"""Does it matter what masked players become? The same explainers and items under every mask.

A ranking of explainers that holds under one baseline alone is a fact about that baseline. One side's mask is changed at
a time, beside the masks that leak least, and each run's ranking is compared with theirs by Kendall's tau. Masks that
leak are named: what they rank is another game, in which the masked side can still be seen.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twokeys.audit.evaluation.known_leaks import leaks_of
from twokeys.audit.evaluation.leaks import Leak, least_leaky
from twokeys.audit.explanation.agreement import Agreement, agreement
from twokeys.audit.explanation.explain import DEFAULT, Settings, check_takers, explained, playable
from twokeys.audit.explanation.metrics import RANKED
from twokeys.audit.explanation.result import Explained
from twokeys.audit.explanation.summary import KNOWING, frame
from twokeys.audit.games.backgrounds import IMAGE
from twokeys.audit.journal import RUN, check_names
from twokeys.audit.models.model import Masking
from twokeys.audit.models.words import TEXT
from twokeys.audit.published import Published, read
from twokeys.core.disk import write_text
from twokeys.core.lock import alone_in
from twokeys.core.progress import Say, silent

if TYPE_CHECKING:
    from twokeys.audit.models.model import Model

ALL = "all"
"""What `--masks` says to ask for this."""
RESULT = "sensitivity.json"


@dataclass(frozen=True)
class Sensitivity:
    """Rankings under several masks.

    Attributes:
        leaks: What each mask lets through.
        runs: A run under each masking; the first one's masks leak least.
        agreement: For each masking but the first, metric -> Kendall's tau with the first one's ranking.
    """

    leaks: list[Leak]
    runs: dict[Masking, Explained]
    agreement: dict[Masking, dict[str, Agreement]]

    def json(self) -> dict[str, Any]:
        """Leaks, agreement, and the summary of each run."""
        return {
            "leaks": [{**asdict(one), "leaky": one.leaky} for one in self.leaks],
            "agreement": {
                named(masking): {metric: asdict(one) for metric, one in found.items()}
                for masking, found in self.agreement.items()
            },
            "runs": {named(masking): found.json() for masking, found in self.runs.items()},
        }


def sensitivity(
    folder: Path | str,
    model: str | Model,
    explainers: Sequence[str] = DEFAULT,
    *,
    config: str | None = None,
    split: str | None = None,
    out: Path | None = None,
    seed: int = 0,
    device: str | None = None,
    dtype: str | None = None,
    say: Say = silent,
    **options: Any,
) -> Sensitivity:
    """Explain the same items under the masks that leak least, and with each other mask of either side.

    Args:
        folder: The folder.
        model: A model that can be played as a game, or its name.
        explainers: Names of explainers.
        config: Config of the folder.
        split: Its split.
        out: Folder with one run's folder a masking, and `sensitivity.json`.
        seed: Of all draws.
        device: Where a model that is named runs, as for `explain`.
        dtype: Its weights, as for `explain`.
        say: Called with stage, done, total.
        options: `limit`, `answer` and `budget`, as `twokeys.audit.explanation.explain.explain` takes them.

    Raises:
        BadInput: As `explain` does.
    """
    settings = Settings.of(explainers, seed=seed, **options)
    published = read(Path(folder), config, split)
    check_takers(settings.explainers, published)
    with alone_in(out):
        return _compared(published, playable(model, device, dtype), settings, out, say)


def _compared(published: Published, player: Model, settings: Settings, out: Path | None, say: Say) -> Sensitivity:
    """Explain the same items under each masking; see `sensitivity`."""
    seed = settings.seed
    leaks = leaks_of(published, player, seed, say).leaks
    best = least_leaky(leaks)
    maskings = [best]
    maskings += [Masking(image, best.text) for image in IMAGE if image != best.image]
    maskings += [Masking(best.image, text) for text in TEXT if text != best.text]
    if out is not None and not list(out.glob(f"*/{RUN}")):
        check_names(out, [RESULT])
    runs = {
        masking: explained(
            published, player, settings, masking, leaks, None if out is None else out / named(masking), say
        )
        for masking in maskings
    }
    tables = {masking: {metric: _ranked(run, metric) for metric in RANKED} for masking, run in runs.items()}
    agreed = {
        masking: {metric: agreement(tables[best][metric], table[metric], seed=seed) for metric in RANKED}
        for masking, table in tables.items()
        if masking != best
    }
    sensitivity = Sensitivity(leaks, runs, agreed)
    if out is not None:
        write_text(out / RESULT, json.dumps(sensitivity.json(), indent=2, ensure_ascii=False) + "\n")
    return sensitivity


def named(masking: Masking) -> str:
    """A masking as one word: the name of its run's folder."""
    return f"{masking.image}+{masking.text}"


def _ranked(run: Explained, metric: str) -> Any:
    """A metric's table of the explainers that do not know the truth."""
    table = frame(run.items, metric)
    return table.drop(columns=[name for name in KNOWING if name in table])
