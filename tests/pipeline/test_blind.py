"""`diagnose --blind`: how much of a benchmark a model can do without its images, of recipes and of folders."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.audit.served.openai_server import chats, serving
from tests.pipeline.toy import Toy, run
from twokeys.builder.build import build
from twokeys.builder.diagnose import diagnose
from twokeys.builder.verify import verify
from twokeys.core.errors import BadInput

MEASURE = {"baselines": ["question.prior", "image.majority"], "folds": 2}


def knows(prompt: str) -> str:
    """A model that has seen the corpus: shapes are circles, whether it is shown the options or not."""
    if "(A)" in prompt:
        letters = {line[4:]: line[1] for line in prompt.splitlines() if line[:1] == "("}
        return f"({letters['circle']})"
    return "A circle." if "Which shape" in prompt else "No."


def never(prompt: str) -> str:
    return "I cannot see the image."


def test_a_recipe_is_diagnosed_with_what_models_answer(toy: Toy, tmp_path: Path) -> None:
    plan = toy.save(tmp_path / "r.yaml", measure=MEASURE)
    where: dict[str, Any] = {"corpora": toy.corpora, "work": tmp_path / "w", "engine": "serial"}
    with serving(chats(knows)) as one, serving(chats(never)) as other:
        models = [f"{one.address}#knows", f"{other.address}#never"]
        found = diagnose(plan, tmp_path / "out", blind=models, **where)
        asked = len(one.asked)
        assert diagnose(plan, tmp_path / "out", blind=models, **where).panel == found.panel
        assert len(one.asked) == asked, "nothing is asked twice"
    panel = found.panel
    assert panel is not None
    assert list(panel.models) == ["panel_knows", "panel_never"]
    nothing = panel.of("panel_never", "question")
    assert nothing is not None
    assert nothing.right == 0
    recall, alone = panel.of("panel_knows", "recall"), panel.of("panel_knows", "choices")
    assert recall is not None
    assert alone is not None
    assert recall.right == alone.right > 0, "it says circle whatever is shown"
    assert sum(panel.right_by) == found.items
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "What models answer without the image" in page
    assert "I cannot see the image." in page
    assert json.loads((tmp_path / "out" / "diagnosis.json").read_text(encoding="utf-8"))["panel"] == panel.model_dump()
    assert {"question.panel_knows", "choices.panel_knows"} <= {score.baseline for score in found.blindness.scores}


def test_a_rule_drops_what_the_panel_answers_and_the_folder_says_so(toy: Toy, tmp_path: Path) -> None:
    with serving(chats(knows)) as made:
        plan = toy.save(
            tmp_path / "r.yaml",
            measure=MEASURE,
            encoders={"panel": [f"{made.address}#knows"]},
            rules=[{"rule": "mmstar", "with": {"share": 1.0}}, "mmmu-pro"],
        )
        where: dict[str, Any] = {"corpora": toy.corpora, "work": tmp_path / "w", "engine": "serial"}
        with pytest.raises(BadInput, match=r"encoders\.panel.*--allow-host"):
            build(plan, tmp_path / "out", **where)
        built = build(plan, tmp_path / "out", **where, allow_host=[made.address[7:-3]])
        folder_asked = len(made.asked)
        told = diagnose(tmp_path / "out", tmp_path / "blind", blind=[f"{made.address}#knows"], work=tmp_path / "w2")
        assert len(made.asked) > folder_asked
    rules = {report.id: report for report in built.manifest.rules}
    assert rules["mmstar"].dropped > 0 == rules["mmmu-pro"].dropped
    assert "1 of 1 models answer it without the image" in rules["mmstar"].examples[0].reason
    effect = next(one for one in rules["mmstar"].effects if one.baseline == "question.panel_knows")
    assert effect.after == 0
    assert effect.control_low > 0, "the control drops as many at random"
    assert built.manifest.panel is not None
    assert [one.role for one in built.manifest.asked] == ["panel"]
    assert "Models without the image" in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    failed = [one for one in verify(tmp_path / "out") if one.failed and one.check != "datasheet"]
    assert not failed
    # Every item that the model answers was dropped, so of what is published it answers none.
    assert told.panel is not None
    score = told.panel.of("panel_knows", "question")
    assert score is not None
    assert (score.right, score.items) == (0, built.manifest.kept)
    assert (tmp_path / "blind" / "blind.html").is_file()


def test_a_rule_without_a_panel_is_bad_input(toy: Toy, tmp_path: Path) -> None:
    plan = toy.save(tmp_path / "r.yaml", measure=MEASURE, rules=["mmstar"])
    with pytest.raises(BadInput, match=r"panel\.right"):
        build(plan, tmp_path / "out", corpora=toy.corpora, work=tmp_path / "w", engine="serial")


def test_the_command_answers_in_one_screen_of_80_columns(toy: Toy, tmp_path: Path) -> None:
    plan = toy.save(tmp_path / "r.yaml", measure=MEASURE)
    with serving(chats(knows)) as made:
        options = ("--corpora", toy.corpora, "--work", tmp_path / "w", "--samples", "3", "--protocol", "chat")
        done = run("diagnose", plan, "--blind", f"{made.address}#knows", *options, cwd=tmp_path, COLUMNS="80")
        assert done.returncode == 0, done.stderr
        seeds = {body.get("seed") for path, body in made.asked if "chat" in path}
    assert seeds == {None, 1, 2, 3}
    assert "items panel_knows answers without the image" in " ".join(done.stdout.split())
    assert "though the options are removed" in " ".join(done.stdout.split())
    paths = ("Report:", "Work done:")
    assert max(len(line) for line in done.stdout.splitlines() if not line.startswith(paths)) <= 80
    wrong = run("diagnose", plan, "--blind", "http://user:x@localhost/v1#m", *options, cwd=tmp_path)
    assert wrong.returncode == 2
    assert "Traceback" not in wrong.stderr
