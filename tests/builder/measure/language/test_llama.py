"""A real server with a real model: SmolLM2 behind llama.cpp, killed and started again in the middle."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.builder.measure.language.llama import Llama, free_port
from twokeys.audit.models.hosts import host_of
from twokeys.audit.served import wire
from twokeys.audit.served.ways import Manner
from twokeys.builder.measure.language.loading import gguf_file, identity
from twokeys.builder.measure.language.named import language_named
from twokeys.builder.measure.language.served import ServedModel, asker
from twokeys.builder.measure.language.stage import AnswersWanted, likelihoods
from twokeys.builder.run.engines import Serial
from twokeys.builder.run.keys import NamedModel
from twokeys.builder.run.stages import Run
from twokeys.core.errors import BadInput

pytestmark = pytest.mark.slow
COLOURS = ("red", "blue", "green")
SHAPES = ("circle", "car", "dog", "house")
ANSWERS = ["yes", "no", "red", "dark blue"]
ASKED = AnswersWanted(
    {f"Is there a {colour} {shape}?": ANSWERS for colour in COLOURS for shape in SHAPES} | {"": ANSWERS}
)


@pytest.fixture(scope="module")
def llama() -> Iterator[Llama]:
    pytest.importorskip("xllamacpp")
    file = gguf_file("packaged:smollm2")
    assert file is not None
    made = Llama(Path(file), free_port())
    made.start()
    yield made
    made.kill()


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> dict[str, np.ndarray]:
    model = NamedModel("packaged:smollm2", identity("packaged:smollm2"))
    return likelihoods(Run(tmp_path_factory.mktemp("local"), Serial()), model, ASKED).by_question()


def model(llama: Llama) -> ServedModel:
    found = language_named(llama.address, Manner(at_once=2))
    assert isinstance(found, ServedModel)
    return found


def run(llama: Llama, folder: Path) -> Run:
    return Run(folder, Serial(), hosts=host_of(llama.address))


def alike(served: dict[str, np.ndarray], local: dict[str, np.ndarray]) -> None:
    """The same model: its server rounds activations to 8 bits, which moves a sum by some tenths of a nat."""
    assert served.keys() == local.keys()
    differences = np.abs(np.concatenate([served[question] - local[question] for question in local]))
    assert np.median(differences) < 0.3
    assert np.quantile(differences, 0.95) < 1.5
    best = [int(served[question].argmax() == local[question].argmax()) for question in local]
    assert np.mean(best) > 0.9


def test_a_server_that_is_killed_and_comes_back_in_time_is_waited_for(
    llama: Llama, local: dict[str, np.ndarray], tmp_path: Path
) -> None:
    made = run(llama, tmp_path)

    def interrupt() -> None:
        while asker(made, model(llama)).facts.replies < 8:
            time.sleep(0.05)
        llama.kill()
        time.sleep(1)
        llama.start()

    thread = threading.Thread(target=interrupt)
    thread.start()
    found = likelihoods(made, model(llama), ASKED)
    thread.join()
    alike(found.by_question(), local)


def test_a_server_that_stays_away_ends_the_command_and_the_next_one_pays_nothing_twice(
    llama: Llama, local: dict[str, np.ndarray], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = run(llama, tmp_path)

    def kill() -> None:
        while asker(made, model(llama)).facts.replies < 8:
            time.sleep(0.05)
        llama.kill()

    thread = threading.Thread(target=kill)
    thread.start()
    monkeypatch.setattr(wire.Wire.__init__, "__defaults__", (0.1, 3, 120.0))
    with pytest.raises(BadInput, match="goes on with what was replied before"):
        likelihoods(made, model(llama), ASKED)
    thread.join()
    before = asker(made, model(llama)).facts.replies
    assert before >= 8
    llama.start()
    again = run(llama, tmp_path)
    alike(likelihoods(again, model(llama), ASKED).by_question(), local)
    every = asker(again, model(llama)).facts.replies
    assert again.spending.requests == every - before
