"""Coalitions per second against plain forward passes of the same model, and the cost of metrics and explainers.

    python -m benchmarks.coalitions

Each model runs in a separate process. Plain passes are the `forward` of transformers on the masked pixels and tokens,
one coalition at a time and in batches. The coalitions are those of F_syn and the improved estimate.
"""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.faithfulness import EXPLAINERS as FAITHFUL
from benchmarks.faithfulness import MODELS
from benchmarks.report import Facts, Table, fresh, peak, section, timed
from benchmarks.validation import PLAYERS, improved
from twokeys.audit.explainers.explainer import Task, play
from twokeys.audit.explainers.registry import BUILT_IN, named
from twokeys.audit.games.estimator import estimate
from twokeys.audit.games.exact import exact_interaction, split
from twokeys.audit.games.game import Bools, Floats, Game
from twokeys.audit.games.synergy import synergy, tops
from twokeys.audit.models.generative import Generative
from twokeys.audit.models.loading import load_game
from twokeys.audit.models.model import Prepared
from twokeys.audit.models.qwen import Qwen
from twokeys.audit.reference import corpus

ITEMS, BATCH, BUDGETS = 6, 64, (68, 140)
EXPLAINERS = tuple(name for name in BUILT_IN if "oracle" not in name)
COMPARED = ("rollout", *(name for name in FAITHFUL if name != "rollout"))
WORK = (
    "F_syn and estimate, one explainer",
    f"the same, {len(COMPARED)} explainers",
    "exact interaction, one explainer",
)
METRICS = ("exact interaction", "F_syn", *map(improved, BUDGETS))


def model(name: str) -> Facts:
    """Measure one model; seconds are processor seconds of one thread, means over items."""
    player, part = load_game(name), corpus.read("test")
    assert isinstance(player, Generative)
    chosen = np.random.default_rng(0).permutation(len(part.questions))[: ITEMS + 1].tolist()
    items = [player.prepare(part.question(at)) for at in chosen]
    _metrics(player, items[0])  # the first pass of a process is slower
    return {
        "metrics": [_metrics(player, item) for item in items[1:]],
        "rates": [_rates(player, item) for item in items[1:]],
        "explainers": {name: _explainer(player, items, name) for name in EXPLAINERS},
    }


def _metrics(player: Generative, item: Prepared) -> list[float]:
    """Return the seconds of the exact interaction, of F_syn and of the estimate at two budgets, with an empty cache."""
    (explainer,) = named(["rollout"])
    top = tops(explainer(Task(player, item)))
    game = play(player, item)
    background = split(game, 0, PLAYERS, apart=True)
    calls: list[partial[Any]] = [partial(exact_interaction, game, top, background), partial(synergy, game, top)]
    calls += [partial(estimate, game, top, background, budget) for budget in BUDGETS]
    taken = []
    for call in calls:
        game.forget()
        taken.append(timed(call)[0])
    return taken


def _rates(player: Generative, item: Prepared) -> list[float]:
    """Return coalitions per second of the game, for each of `WORK`, and of plain passes one by one and in batches."""
    top_of = {explainer.name: tops(explainer(Task(player, item))) for explainer in named(COMPARED)}
    background = split(play(player, item), 0, PLAYERS, apart=True)

    def metrics(game: Game, names: Sequence[str]) -> None:
        for name in names:
            synergy(game, top_of[name])
            estimate(game, top_of[name], background, BUDGETS[1])

    jobs: list[Callable[[Game], object]] = [
        lambda game: metrics(game, COMPARED[:1]),
        lambda game: metrics(game, COMPARED),
        lambda game: exact_interaction(game, top_of[COMPARED[0]], background),
    ]
    rates = []
    for job in jobs:
        game = play(player, item)
        seconds = timed(partial(game.foresee, partial(job, game)))[0]
        rates.append(game.passes / seconds)
    game = play(player, item)
    metrics(game, COMPARED[:1])
    coded, values = game.known()
    coalitions = np.unpackbits(coded, axis=1, count=game.players).astype(np.bool_)
    for batch in (1, BATCH):
        parts = np.split(coalitions, range(batch, len(coalitions), batch))
        seconds, plain_values = timed(partial(_plainly, player, item, parts))
        np.testing.assert_allclose(values, plain_values, rtol=1e-3, atol=1e-6)
        rates.append(len(coalitions) / seconds)
    return rates


def _plainly(player: Generative, item: Prepared, parts: list[Bools]) -> Floats:
    return np.concatenate([plain(player, item, part) for part in parts])


@torch.inference_mode()
def plain(player: Generative, item: Prepared, coalitions: Bools) -> Floats:
    """Return the values of coalitions by forward passes of the whole model in transformers, without sharing."""
    image, text = coalitions[:, : item.patches], coalitions[:, item.patches :]
    n, kept = len(coalitions), torch.from_numpy(np.ascontiguousarray(text))
    ids, attended = item.ids.repeat(n, 1), torch.ones((n, len(item.ids)), dtype=torch.long)
    places = torch.tensor(item.words.places)
    ids[:, places] = torch.where(kept, ids[:, places], item.word_fill)
    attended[:, places] = torch.where(kept, 1, int(item.word_attended))
    pixels, extra = player.masked(item, image).flatten(0, 1), {}
    if isinstance(player, Qwen):
        rows, columns = (pixels.shape[side] // player.images.patch_size for side in (-2, -1))
        extra = {"image_grid_thw": torch.tensor([[1, rows, columns]] * n)}
        pixels = player.fold(pixels)
    positions = item.positions[:, None].expand(-1, n, -1)
    module: Any = player.module
    logits = module(
        input_ids=ids,
        pixel_values=pixels,
        attention_mask=attended,
        position_ids=positions if len(positions) > 1 else positions[0],
        **extra,
    ).logits
    log_p = logits[:, item.decision_places].float().log_softmax(dim=-1)
    wanted = torch.tensor([item.answer[at] for at in item.decision])
    return np.asarray(log_p[:, torch.arange(len(wanted)), wanted].sum(dim=1).exp().double())


def _explainer(player: Generative, items: list[Prepared], name: str) -> list[float]:
    """Return the seconds for each item, and the additional memory in MiB."""
    (explainer,) = named([name])
    before = _in_use()
    explainer(Task(player, items[0]))
    memory = peak() - before
    return [float(np.mean([timed(partial(explainer, Task(player, item)))[0] for item in items[1:]])), memory]


def _in_use() -> float:
    """Return resident memory in MiB after freed memory is given back, and reset the peak (glibc, Linux)."""
    gc.collect()
    ctypes.CDLL("libc.so.6").malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def shown(measured: dict[str, Facts]) -> str:
    """Return the section.

    Args:
        measured: Name of a model -> the result of `model`.
    """
    rates, metrics = (
        {name: np.mean(facts[part], axis=0) for name, facts in measured.items()} for part in ("rates", "metrics")
    )
    first = Table(
        ("model", "coalitions of", "a second", "/ plain passes one by one", f"/ plain passes, {BATCH} at once"),
        [
            (name, work, of_model[at], of_model[at] / of_model[-2], of_model[at] / of_model[-1])
            for name, of_model in rates.items()
            for at, work in enumerate(WORK)
        ],
    )
    second = Table(
        ("model", f"{METRICS[0]}, s", *(f"{METRICS[0]} / {metric}" for metric in METRICS[1:])),
        [(name, exact, *(exact / other for other in others)) for name, (exact, *others) in metrics.items()],
    )
    cells: list[tuple[str | int | float, ...]] = []
    for name in next(iter(measured.values()))["explainers"]:
        taken = [facts["explainers"][name] for facts in measured.values()]
        cells.append((name, *(f"{seconds:.3f} s, {memory:.0f} MiB" for seconds, memory in taken)))
    text = (
        f"Means over {ITEMS} items of easy-VQA, processor seconds of one thread. F_syn and the improved estimate of "
        f"{BUDGETS[1]} passes; values are those of the plain passes. Image features, and keys and values of what "
        "stands before the question, are computed once per set of kept patches; tokens that nobody attends to are left "
        "out."
    )
    last = "Explainers: seconds an item, and the most memory in use beyond what was before."
    return section(
        "Coalitions", text, first, "One explainer and item, each metric with an empty cache.", second, last,
        Table(("explainer", *measured), cells),
    )  # fmt: skip


def main() -> None:
    """Print the section."""
    print(shown({name: fresh(model, name=name) for name in MODELS}))


if __name__ == "__main__":
    main()
