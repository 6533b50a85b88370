"""A recipe whose language model is served: asked by consent, counted, kept, and told of in manifest and card."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.audit.served.openai_server import Server, chats, serving
from tests.pipeline.toy import Toy, run
from twokeys.builder.build import build
from twokeys.builder.diagnose import diagnose
from twokeys.builder.verify import verify
from twokeys.core.errors import BadInput, Halted

BASELINES = ["question.prior", "question.lm", "question.lm_pmi", "choices.lm", "question.lm_fitted", "image.majority"]


def served(toy: Toy, path: Path, made: Server, **fields: Any) -> Path:
    measure = {"baselines": BASELINES, "folds": 2}
    return toy.save(path, encoders={"language": f"{made.address}#tiny"}, measure=measure, **fields)


def guess(prompt: str) -> str:
    return "(A)" if "(A)" in prompt else "blue" if "colour" in prompt else "no"


def test_nothing_is_asked_of_a_host_that_the_recipe_alone_names(toy: Toy, tmp_path: Path) -> None:
    with serving(chats(guess)) as made:
        for verb in (build, diagnose):
            with pytest.raises(BadInput, match=r"encoders\.language.*--allow-host"):
                verb(served(toy, tmp_path / "r.yaml", made), corpora=toy.corpora, work=tmp_path / "w", engine="serial")
        assert made.asked == []


def test_replies_are_blind_baselines_and_the_folder_says_whose(toy: Toy, tmp_path: Path) -> None:
    with serving(chats(guess)) as made:
        where: dict[str, Any] = {"corpora": toy.corpora, "work": tmp_path / "w", "engine": "serial"}
        allowed: dict[str, Any] = where | {"allow_host": [made.address[7:-3]]}
        plan = served(toy, tmp_path / "r.yaml", made)
        with pytest.raises(Halted, match="the same command goes on"):
            build(plan, tmp_path / "out", **allowed, budget=["5 requests"])
        before = len(made.asked)
        built = build(plan, tmp_path / "out", **allowed)
        sent = [json.dumps(one, sort_keys=True) for one in made.asked]
        assert len(set(sent)) == len(sent) > before, "nothing is asked twice, also not across the stop"
        scores = {one.baseline for one in built.manifest.before.scores}
        assert set(BASELINES) <= scores
        (told,) = built.manifest.asked
        assert (told.role, told.model, told.named) == ("language", "tiny", ["theirs f1"])
        assert told.way == "chat/completions: replies, read by the parser of answers"
        assert told.first == told.last != ""
        assert "{question}" in told.prompts[0]
        card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
        assert "`tiny`" in card
        assert told.first in card
        assert not [one.check for one in verify(tmp_path / "out") if one.failed and one.check != "datasheet"]
        count = len(made.asked)
        diagnose(plan, tmp_path / "d", **allowed)
        assert len(made.asked) == count, "what a build asked, a diagnosis does not ask again"


def test_the_command_ends_with_3_where_the_budget_ends_it(toy: Toy, tmp_path: Path) -> None:
    with serving(chats(guess)) as made:
        plan = served(toy, tmp_path / "r.yaml", made)
        options = ("--corpora", toy.corpora, "--work", tmp_path / "w", "--allow-host", made.address[7:-3])
        price = ("--budget", "0.0001 USD", "--price", "0.5/1 USD")
        done = run("diagnose", plan, *options, *price, cwd=tmp_path)
        assert done.returncode == 3
        assert "the same command goes on" in " ".join(done.stderr.split())
        assert "requests, about" in done.stderr, "what it will cost is said before"
        assert "Traceback" not in done.stderr
