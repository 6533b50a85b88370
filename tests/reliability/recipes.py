"""Mutated recipes: each is loaded, or refused in a sentence, in little time and memory."""

from __future__ import annotations

import random
import signal
import traceback
from pathlib import Path

from tests.pipeline.toy import Toy
from tests.reliability.running import Counted, mutated
from twokeys.builder.recipe import load, shipped
from twokeys.core.errors import BadInput

SECONDS = 10


def experiment(folder: Path, many: int, seed: int = 0) -> Counted:
    """Load mutated recipes."""
    found, draw = Counted("mutated recipes: loaded or refused in a sentence"), random.Random(seed)
    texts = [Toy(folder).save(folder / "toy.yaml").read_bytes()]
    texts += [(Path(__file__).parents[2] / f"builder/recipes/{name}.yaml").read_bytes() for name in shipped()]
    for number in range(many):
        path = folder / "recipe.yaml"
        path.write_bytes(mutated(texts[number % len(texts)], draw))
        found.tried += 1
        signal.signal(signal.SIGALRM, _slow)
        signal.alarm(SECONDS)
        try:
            load(path)
            found.note("loaded")
        except BadInput as problem:
            found.note("refused" if problem.remedy else "refused without a remedy")
        except BaseException:  # noqa: BLE001 - the experiment is to find them
            found.odd.append(f"{number}: {traceback.format_exc(limit=-3)}")
            path.rename(folder / f"odd-{number}.yaml")
        finally:
            signal.alarm(0)
    return found


def _slow(number: int, frame: object) -> None:
    raise TimeoutError(f"more than {SECONDS} seconds")
