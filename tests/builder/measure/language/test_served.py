"""A served language model in the place of a local one: what baselines read of it is the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.audit.served.local_answers import lists, repeats
from tests.audit.served.openai_server import Answer, Server, chats, serving
from tests.builder.measure.language.tiny import save
from twokeys.audit.models.hosts import Hosts, host_of
from twokeys.audit.served.spending import spending
from twokeys.audit.served.ways import Manner
from twokeys.builder.measure.language.loading import identity, language_model
from twokeys.builder.measure.language.named import language_named, local_language_model
from twokeys.builder.measure.language.served import Prompted, ServedModel, by_option, by_token
from twokeys.builder.measure.language.stage import AnswersWanted, likelihoods, of_answers, of_cases, of_options
from twokeys.builder.run.engines import Serial
from twokeys.builder.run.keys import NamedModel
from twokeys.builder.run.stages import Run
from twokeys.core.errors import BadInput, Halted

ANSWERS = ["blue", "no", "yes"]
QUESTIONS = [f"Is there a {colour} {thing}?" for colour in ("red", "blue") for thing in ("cube", "dog", "cat")]
PAIRS = [("Which?", "red"), ("Which?", "dark blue"), ("What?", "red")]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> NamedModel:
    folder = save(tmp_path_factory.mktemp("tiny"))
    return NamedModel(folder, identity(folder))


def model(made: Server, **manner: object) -> ServedModel:
    found = language_named(f"{made.address}#m", Manner(**manner))  # type: ignore[arg-type]
    assert isinstance(found, ServedModel)
    return found


def run(made: Server, folder: Path, budget: str | None = None) -> Run:
    spent = spending([budget] if budget else ())
    return Run(folder, Serial(), hosts=host_of(made.address), spending=spent)


@pytest.mark.parametrize("gives", [repeats, lists])
def test_baselines_read_the_same_of_a_served_model(tiny: NamedModel, tmp_path: Path, gives: object) -> None:
    with serving(gives(language_model(tiny.name))) as made:  # type: ignore[operator]
        served, here = run(made, tmp_path / "served"), Run(tmp_path / "local")
        for found, local in (
            (of_answers(served, model(made), QUESTIONS, ANSWERS, QUESTIONS[1:4], ["yes", "blue"]),
             of_answers(here, tiny, QUESTIONS, ANSWERS, QUESTIONS[1:4], ["yes", "blue"])),
            (of_options(served, model(made), PAIRS, PAIRS), of_options(here, tiny, PAIRS, PAIRS)),
        ):  # fmt: skip
            assert found == pytest.approx(local, abs=1e-4)


def test_a_stage_is_of_its_server_and_manner_and_found_done(tmp_path: Path) -> None:
    with serving(chats(lambda prompt: "yes")) as made:
        asked = AnswersWanted(dict.fromkeys(QUESTIONS, ANSWERS))
        first = likelihoods(run(made, tmp_path), model(made), asked)
        before = len(made.asked)
        assert likelihoods(run(made, tmp_path), model(made, at_once=1), asked).key == first.key
        assert likelihoods(run(made, tmp_path), model(made, samples=3), asked).key != first.key
        assert len(made.asked) == before + 3 * len(QUESTIONS)  # what the server can do is known


def test_a_budget_stops_the_stage_and_the_next_command_goes_on(tmp_path: Path) -> None:
    with serving(chats(lambda prompt: "yes")) as made:
        asked = AnswersWanted(dict.fromkeys(QUESTIONS, ANSWERS))
        stops = 0
        for _ in range(5):
            try:
                likelihoods(run(made, tmp_path, "4 requests"), model(made), asked)
                break
            except Halted:
                stops += 1
        assert stops == 2
        ways = "four ways of completions (echoed, and three lengths of lists) and one of chats are tried, each once"
        assert len(made.asked) == 5 + len(QUESTIONS), ways


def test_replies_are_shares_of_what_they_say() -> None:
    said = by_token(["Yes.", "yes", "It is not.", "blue"], ["yes", "no"])
    assert np.exp(said) == pytest.approx([(2 + 0.25) / 3.5, (1 + 0.25) / 3.5])
    assert np.exp(by_token([], ["a", "b"])) == pytest.approx([0.5, 0.5])
    chosen = by_option(["(B)", "blue", "I cannot see the image."], ["red", "blue"])
    assert np.exp(chosen) == pytest.approx([0.25 / 2.5, 2.25 / 2.5])


def test_options_are_shown_and_what_is_picked_without_the_question_is_the_prior(tmp_path: Path) -> None:
    answer: Answer = chats(lambda prompt: "(A)" if "question are not shown" in prompt else "(B)")
    case = Prompted("Which?", ("red", "blue"))
    with serving(answer) as made:
        found = of_cases(run(made, tmp_path), model(made), [case], [(case, "red"), (case, "blue")])
        assert np.exp(found) == pytest.approx(np.array([[1 / 6, 5 / 6], [5 / 6, 1 / 6]]), abs=1e-6)
        prompts = [body["messages"][0]["content"] for path, body in made.asked if path.endswith("/chat/completions")]
        assert sum("(A) red\n(B) blue" in prompt for prompt in prompts) == 2


def test_a_host_that_nobody_named_is_not_asked(tmp_path: Path) -> None:
    with serving(chats(str)) as made:
        with pytest.raises(BadInput, match="--allow-host"):
            likelihoods(Run(tmp_path, hosts=Hosts()), model(made), AnswersWanted({"red?": ANSWERS}))
        assert made.asked == []


def test_what_needs_weights_says_so() -> None:
    with pytest.raises(BadInput, match=r"pair\.grammar needs the weights"):
        local_language_model("http://localhost:1/v1#m", "pair.grammar")
