"""Question edits in a build: certain ones are published, expected ones need a model, cues are found."""

from __future__ import annotations

import json
from collections import Counter
from functools import partial
from math import inf
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.hashed import hashed
from tests.pipeline.conftest import Build
from tests.pipeline.toy import Toy, draw, published
from twokeys.audit.games.margins import Margin
from twokeys.builder.build import Built
from twokeys.builder.pair.generators import registry
from twokeys.builder.pair.judges import asking
from twokeys.builder.recipe import Pair
from twokeys.builder.verify import verify

DOORS = {"generator": "question-edits", "with": {"kinds": ["denial", "predicate"]}}


@pytest.fixture
def doors(tmp_path: Path) -> Toy:
    """Every picture is asked once whether the door is open; half of the doors are."""
    toy = Toy(tmp_path / "corpora", {"test": []})
    for number in range(24):
        draw(toy.corpora / toy.pictures / f"{number}.png", "square", ("red", "blue")[number % 2], number)
        answer = ("yes", "no")[number % 2]
        row = {"id": str(number), "picture": f"{number}.png", "question": "Is the door open?", "answer": answer}
        toy.rows["test"].append(row | {"choices": None})
    return toy.write()


def make_doors(make: Build, doors: Toy, pair: dict[str, Any], **changes: Any) -> Built:
    settings: dict[str, Any] = {"rules": [], "measure": {"baselines": ["question.prior"], "folds": 2}}
    return make(doors, pair={"partners": "any", **pair}, **(settings | changes))


def test_certain_edits_are_published_and_expected_ones_name_the_remedy(make: Build, doors: Toy) -> None:
    built = make_doors(make, doors, {"generators": [DOORS]})
    rows = list(published(built.folder))
    # Denied once, each of 24 pictures has both answers, and so has each of both questions.
    assert Counter(row["edit_kind"] for row in rows)[None] == 24
    denied = [row for row in rows if row["edit_kind"] == "question.denial" and row["edit_of"].count("~") == 0]
    assert {row["question"] for row in denied} == {"Is it false that the door is open?"}
    assert Counter(row["answer"] for row in denied) == {"yes": 12, "no": 12}
    assert {row["answer_source"] for row in rows} == {"annotated", "constructed"}
    refused = [row for row in published(built.folder, "removed") if row["stage"] == "pair"]
    # A door that is not open is closed, or half open, or there is none.
    assert Counter((row["edit_kind"], row["answer_source"]) for row in refused) == {
        ("question.predicate", "expected"): 12
    }
    assert {row["reason"] for row in refused} == {
        "its answer does not follow from the annotated one: name models that see the picture in pair.verify.models"
    }
    assert built.certified
    assert [finding for finding in verify(built.folder) if not finding.ok] == []


@pytest.fixture
def oracle(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Stands for models: by name and question the margin, or the answer that they have no token for."""

    def answers(by_model: dict[str, dict[str, float | str]]) -> None:
        def ask(run: Any, model: Any, claims: list[Any], *rest: Any) -> dict[Any, Margin]:
            said = {claim: by_model[model.name].get(claim.question, 9.0) for claim in claims}
            return {claim: Margin(-inf, one) if isinstance(one, str) else Margin(one) for claim, one in said.items()}

        monkeypatch.setattr("twokeys.builder.pair.judges.verification.ask", ask)

    return answers


def test_models_verify_what_they_prefer_by_the_margin(make: Build, doors: Toy, oracle: Any) -> None:
    oracle({"one": {}, "two": {"Is the door closed?": 2.5}})
    settings = {"generators": [DOORS], "verify": {"models": ["one", "two"], "margin": 2.0, "accuracy": 0.5}}
    built = make_doors(make, doors, settings)
    rows = {row["id"]: row for name in ("balanced", "removed") for row in published(built.folder, name)}
    verified = [row for row in rows.values() if row["answer_source"] == "verified"]
    assert len(verified) == 12
    for row in verified:
        said = {"one": {"original": 9.0, "partner": 9.0}, "two": {"original": 9.0, "partner": 2.5}}
        assert json.loads(row["edit_scores"]) == {"margins": said}
        assert (row["question"], row["answer"]) == ("Is the door closed?", "yes")
    assert [finding for finding in verify(built.folder) if not finding.ok] == []
    shown = [json.loads(row["scores"]) for row in published(built.folder, "pairs") if row["scores"]]
    assert all(score["margins"]["two"]["partner"] == 2.5 for score in shown)
    strict = make_doors(make, doors, settings | {"verify": settings["verify"] | {"margin": 3.0}}, out="strict")  # type: ignore[operator]
    assert strict.manifest.pairs is not None
    (kind,) = (kind for kind in strict.manifest.pairs.kinds if kind.kind == "question.predicate")
    assert kind.refused == {"two does not answer as expected by the margin": 12}


def test_an_edit_whose_answer_a_model_has_no_token_for_is_refused_alone(make: Build, doors: Toy, oracle: Any) -> None:
    settings = {"generators": [DOORS], "verify": {"models": ["one"], "accuracy": 0.5}}
    oracle({"one": {"Is the door closed?": "purple"}})
    built = make_doors(make, doors, settings)
    assert built.manifest.pairs is not None
    (kind,) = (kind for kind in built.manifest.pairs.kinds if kind.kind == "question.predicate")
    assert kind.refused == {"one has no token for 'purple'": 12}
    assert any(row["edit_kind"] == "question.denial" for row in published(built.folder))
    # Without the annotated answers nobody can tell whether the model sees anything.
    oracle({"one": {"Is the door open?": "yes"}})
    with pytest.warns(RuntimeWarning, match="has no token for any of the annotated answers"):
        mute = make_doors(make, doors, settings, out="none")
    assert mute.manifest.pairs is not None
    (kind,) = (kind for kind in mute.manifest.pairs.kinds if kind.kind == "question.predicate")
    assert kind.refused == {
        "one cannot verify what is asked of toy: it has no token for any of the annotated answers": 12
    }
    assert mute.manifest.pairs.precision == []


def test_a_model_that_cannot_answer_the_corpus_verifies_nothing(make: Build, doors: Toy, oracle: Any) -> None:
    oracle({"one": {"Is the door open?": -1.0}})
    built = make_doors(make, doors, {"generators": [DOORS], "verify": {"models": ["one"]}})
    reasons = {row["reason"] for row in published(built.folder, "removed") if row["edit_kind"] == "question.predicate"}
    assert (
        "one cannot verify what is asked of toy: it answers too few annotated items as annotated "
        "(0 of 24: at least 0%, less than 80%)"
    ) in reasons
    assert not any(row["answer_source"] == "verified" for row in published(built.folder))


def test_scores_that_were_forged_are_found(make: Build, doors: Toy, oracle: Any) -> None:
    import pandas as pd

    from twokeys.builder.checks.pairs import edited

    oracle({"one": {}})
    settings = {"generators": [DOORS], "verify": {"models": ["one"], "accuracy": 0.5}, "partners": "any"}
    built = make_doors(make, doors, settings)
    rows = pd.DataFrame([*published(built.folder), *published(built.folder, "removed")])
    plan = Pair.model_validate(settings)
    assert list(edited(rows, plan)) == []
    assert any(
        "less than the recipe's margin" in found
        for found in edited(rows, plan.model_copy(update={"verify": plan.verify.model_copy(update={"margin": 10.0})}))
    )  # type: ignore[union-attr]
    assert any(
        "not verified by the models" in found for found in edited(rows, plan.model_copy(update={"verify": None}))
    )


def test_a_planted_word_that_gives_answers_away_is_found(
    make: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(registry.BUILT_IN, "toy-planted", "tests.pipeline.planted_questions:Planted")
    toy = Toy(tmp_path / "corpora", {"test": []})
    for number in range(40):
        shape = ("square", "circle")[number % 2]
        draw(toy.corpora / toy.pictures / f"{number}.png", shape, "red", number)
        for asked in ("square", "circle"):
            row = {
                "id": f"{number}{asked}",
                "picture": f"{number}.png",
                "question": f"Is shape {number} a {asked}?",
            }
            toy.rows["test"].append(row | {"answer": "yes" if asked == shape else "no", "choices": None})
    settings = {"generators": ["toy-planted"], "minimal": {"words": 0.6}}
    measure = {"baselines": ["question.tfidf"], "folds": 2}
    quiet = make_doors(make, toy.write(), settings, measure=measure, out="quiet")
    assert quiet.manifest.pairs is not None
    before, after = (
        next(score.accuracy for score in side.scores if score.baseline == "question.tfidf")
        for side in (quiet.manifest.pairs.before, quiet.manifest.pairs.after)
    )
    # Who reads the word knows the answer: the baselines fitted after pairing show it.
    assert after > before + 0.05
    share = {kind.kind: (kind.added, kind.published) for kind in quiet.manifest.pairs.kinds}
    # Nobody looked; and yet a question that has one answer alone is in no balanced set, whatever made it.
    assert share == {"mauve": (20, 0)}
    looked = make_doors(make, toy, settings | {"artefacts": 20}, measure=measure, out="looked")
    gone = [row for row in published(looked.folder, "removed") if row["stage"] == "pair"]
    assert Counter(row["edit_kind"] for row in gone) == {"mauve": 20}
    assert all("can be told from originals" in row["reason"] for row in gone)


def test_contradictories_can_be_told_and_give_nothing_away(make: Build, doors: Toy) -> None:
    use = {"generator": "question-edits", "with": {"kinds": ["denial"]}}
    built = make_doors(make, doors, {"generators": [use], "artefacts": 20})
    assert Counter(row["edit_kind"] for row in published(built.folder)) == {None: 24, "question.denial": 24}


def test_answers_are_asked_once_and_a_stopped_stage_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    import pandas as pd
    import torch

    from twokeys.builder.pair.judges.asking import Claim, ask
    from twokeys.builder.read.pictures import Pictures
    from twokeys.builder.run.engines import Serial
    from twokeys.builder.run.keys import NamedModel
    from twokeys.builder.run.stages import Run
    from twokeys.core.pictures.limits import Images

    draw(tmp_path / "0.png", "square", "red", 0)
    table = pd.DataFrame({"image_key": ["a"], "source": ["toy"], "image": ["file:0.png"]})
    pictures = Pictures(hashed(table, tmp_path), {"toy": tmp_path}, Images())
    claims = [Claim("a", None, f"Is it {n}?", (), "yes/no", "yes", ("no",)) for n in range(5)]
    asked: list[str] = []
    threads: list[int] = []

    def margins(model: object, given: list[Any]) -> list[Margin]:
        threads.append(torch.get_num_threads())
        asked.extend(one.question.question for one in given)
        if len(asked) == 4:
            raise KeyboardInterrupt
        return [Margin(float(one.question.question[-2])) for one in given]

    monkeypatch.setattr(asking, "margins", margins)
    monkeypatch.setattr(asking, "_loaded", lambda name: SimpleNamespace(module=torch.nn.Linear(2, 2)))
    # Sums of several threads have no fixed order: a model that fits every process gets one, whatever the engine.
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    request.addfinalizer(partial(torch.set_num_threads, torch.get_num_threads()))
    torch.set_num_threads(2)
    monkeypatch.setattr(asking, "PER_SHARD", 2)
    run = Run(tmp_path / "run", Serial())
    with pytest.raises(KeyboardInterrupt):
        ask(run, NamedModel("m", "m"), [*claims, claims[0]], pictures)
    found = ask(run, NamedModel("m", "m"), claims, pictures)
    assert [found[claim].nats for claim in claims] == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert len(asked) == 4 + 3  # the first two were not asked again
    assert (set(threads), torch.get_num_threads()) == ({1}, 2)
