"""Training reference models: the parts exactly, a short run for repeatability; the full recipe is a slow test."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from twokeys.audit.models.generative import everything
from twokeys.audit.models.loading import load, load_game
from twokeys.audit.reference import corpus
from twokeys.audit.reference.augment import augmented
from twokeys.audit.reference.families import FAMILIES, save, untrained
from twokeys.audit.reference.options import COUNTS, KIND, POOL, drawn
from twokeys.audit.reference.packing import pack
from twokeys.audit.reference.train import Recipe, accuracy, normalised, train_reference, trained, weights
from twokeys.audit.reference.vocabulary import ANSWERS, LETTERS, tokenizer
from twokeys.core.errors import BadInput

ASKED = ["is there a red circle?", "what shape is in the image?", "what is the color of the circle?"]


@pytest.fixture(scope="module")
def part() -> corpus.Part:
    """Twelve pictures of a square on a bright ground, three questions each, answers of all kinds."""
    rng = np.random.default_rng(0)
    pictures = np.full((12, 64, 64, 3), 240, dtype=np.uint8)
    for at in range(12):
        pictures[at, 10 + at : 30 + at, 20:36] = rng.integers(0, 200, 3)
    answers = np.array([[at % 2, 2 + at % 3, 5 + at % 8] for at in range(12)]).flatten()
    places = np.repeat(np.arange(12), 3)
    return corpus.Part(pictures, ASKED * 12, answers, places, np.arange(12) % 3, np.arange(12) % 8)


@pytest.mark.parametrize("attention", ["sdpa", "eager"])
@pytest.mark.parametrize("count", [0, 2, 8])
@pytest.mark.parametrize("family", FAMILIES)
def test_packed_questions_answer_as_each_alone(family: str, count: int, attention: str, part: corpus.Part) -> None:
    """Questions that stand side by side do not see each other, and a masked one is masked as in a game."""
    model = untrained(family, 0)
    model.module.set_attn_implementation(attention)  # type: ignore[operator]
    packed = pack(model, part, torch.ones(36), torch.device("cpu"))
    items = torch.tensor([[0, 1, 2], [5, 3, 4]])
    deaf = torch.tensor([[False, True, False], [False, False, True]])
    options: list[tuple[str, ...]] = [()] * 6
    turns = packed.asked(items)
    if count:
        places, right = drawn(torch.from_numpy(part.answers)[items.flatten()], count, torch.Generator().manual_seed(0))
        turns = packed.asked(items, places, right)
        options = [tuple(POOL[at] for at in row) for row in places.tolist()]
    with torch.no_grad():
        logits = packed.logits(model, normalised(torch.from_numpy(part.pictures[:2])), turns, deaf)
    for row in range(2):
        for slot in range(3):
            at = int(items[row, slot])
            item = model.prepare(part.question(at, options[3 * row + slot]), ANSWERS[part.answers[at]])
            image, words = everything(item)
            wanted = model.score(item, image, words & (not deaf[row, slot]))[0]
            assert item.target == int(turns.target[row, slot])
            found = float(logits[row, slot].softmax(-1)[item.target])
            assert found == pytest.approx(wanted, rel=1e-4)


def test_options_hold_the_answer_once_and_others_of_its_kind_first() -> None:
    """By hand: of easy-VQA's answers 2 say yes or no, 3 are shapes, 8 are colours; one word is none of them."""
    answers = torch.arange(len(ANSWERS)).repeat(200)
    for count in COUNTS:
        options, right = drawn(answers, count, torch.Generator().manual_seed(0))
        assert torch.equal(options.gather(1, right[:, None])[:, 0], answers)
        assert all(len(set(row)) == count for row in options.tolist())
        for kind, many in ((0, 2), (1, 3), (2, 8)):
            of_kind = (KIND[options[KIND[answers] == kind]] == kind).sum(dim=1)
            assert (of_kind == min(count, many)).all()
        share = torch.bincount(right, minlength=count) / len(right)
        assert (share - 1 / count).abs().max() < 0.04  # no place is more often right: 2,600 draws
        by_answer = [(right[answers == one] == 0).double().mean().item() for one in range(len(ANSWERS))]
        assert max(abs(one - 1 / count) for one in by_answer) < 0.15  # nor for any one answer: 200 draws


def test_letters_are_told_from_the_article() -> None:
    """`a` and `A` are two tokens, in prompts and answers; brackets are none, and every token keeps its place."""
    code = tokenizer("llava")
    said = code("is it a circle?\n(A) a circle\n(B) Blue (C) zebra", return_offsets_mapping=True)
    words = code.convert_ids_to_tokens(said["input_ids"])
    assert words == ["is", "it", "a", "circle", "?", "A", "a", "circle", "B", "blue", "C", "<unk>"]
    text = "is it a circle?\n(A) a circle\n(B) Blue (C) zebra"
    assert [text[a:b] for a, b in said["offset_mapping"]][5:9] == ["A", "a", "circle", "B"]
    assert [code.decode([at]) for at in code.convert_tokens_to_ids(list(LETTERS))] == list(LETTERS)


def test_pixels_are_those_of_the_processors(part: corpus.Part) -> None:
    own = normalised(torch.from_numpy(part.pictures[:1]))[0]
    for family in FAMILIES:
        model = untrained(family, 0)
        torch.testing.assert_close(model.process(Image.fromarray(part.pictures[0])), own, atol=1e-5, rtol=0)


def test_a_picture_is_drawn_with_its_own_questions(part: corpus.Part) -> None:
    packed = pack(untrained("llava", 0), part, torch.ones(36), torch.device("cpu"))
    drawn = packed.draw(torch.tensor([0, 7, 11]), 5, torch.Generator().manual_seed(0))
    assert torch.equal(drawn // 3, torch.tensor([0, 7, 11])[:, None].expand(-1, 5))
    assert all(len(set(row[:3].tolist())) == 3 for row in drawn)


def test_augmentation_moves_the_shape_and_leaves_it_whole(part: corpus.Part) -> None:
    before = torch.from_numpy(part.pictures)
    after = augmented(before, torch.Generator().manual_seed(0))
    assert not torch.equal(before, after)
    for one, two in zip(before, after, strict=True):
        where = (two != 240).any(dim=-1)
        rows, columns = where.any(1).nonzero().flatten(), where.any(0).nonzero().flatten()
        assert (len(rows), len(columns)) == (20, 16)  # neither cut by an edge nor torn
        assert torch.equal(torch.arange(rows[0], rows[-1] + 1), rows)
        assert torch.equal(one.flatten(0, 1).sort(0).values, two.flatten(0, 1).sort(0).values)


def test_balanced_weights_make_each_questions_answers_equally_frequent(part: corpus.Part) -> None:
    skewed = part.chosen(np.arange(12) < 9)  # yes 5, no 4 for the first question
    found = weights(skewed, Recipe("llava", "balanced")).numpy()
    for question in ASKED:
        own = np.array([one == question for one in skewed.questions])
        mass = [found[own & (skewed.answers == answer)].sum() for answer in set(skewed.answers[own])]
        np.testing.assert_allclose(mass, mass[0], rtol=1e-5)
        assert found[own].sum() == pytest.approx(own.sum())
    assert weights(skewed, Recipe("llava")).tolist() == [1.0] * 27


def short(family: str, questions: str = "natural") -> Recipe:
    return Recipe(family, questions, looking=1, steps=2, options=2, pictures=4, asked=2)


@pytest.mark.parametrize("family", FAMILIES)
def test_training_is_a_function_of_its_recipe(family: str, part: corpus.Part) -> None:
    one, two = (trained(short(family), part) for _ in range(2))
    other = trained(replace(short(family), seed=1), part)
    states: list[Any] = [model.module.state_dict() for model in (one, two, other)]
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])
    assert any(not torch.equal(states[0][name], states[2][name]) for name in states[0])


@pytest.mark.parametrize("family", FAMILIES)
def test_a_saved_model_answers_as_it_did(family: str, part: corpus.Part, tmp_path: Path) -> None:
    model = untrained(family, 0)
    question = part.question(0)
    item = model.prepare(question, "yes")
    before = model.score(item, *everything(item))
    save(model, tmp_path / "model")
    assert sum(path.stat().st_size for path in (tmp_path / "model").iterdir()) < 3e6
    again = load_game(str(tmp_path / "model"))
    # Of a folder without training.json nothing is known: it is asked as any other model.
    again.instruction = ""  # type: ignore[attr-defined]
    item = again.prepare(question, "yes")
    np.testing.assert_allclose(again.score(item, *everything(item)), before, rtol=0.02)  # weights of 16 bits
    assert again.name.startswith("model@sha256-")


@pytest.mark.slow
def test_the_accuracy_that_is_stated_is_that_of_the_folder(
    part: corpus.Part, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Long enough to learn the twelve pictures, so that asking in another way would show."""
    monkeypatch.setattr(corpus, "read", lambda split: part)
    recipe = partial(Recipe, looking=5, steps=60, options=60, pictures=12, asked=3, blind=0.0)
    monkeypatch.setattr(Recipe, "usual", lambda *given: recipe(*given))
    stated = train_reference("llava", tmp_path / "model")
    assert stated == json.loads((tmp_path / "model" / "training.json").read_text())
    assert stated["test_accuracy"] == accuracy(load(str(tmp_path / "model")), part)
    assert stated["test_accuracy"]["all"] > 0.6
    assert stated["recipe"]["steps"] == 60


def test_bad_families_and_models_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="--family"):
        train_reference("blip", tmp_path)
    with pytest.raises(BadInput, match="--questions"):
        train_reference("llava", tmp_path, questions="odd")
    with pytest.raises(BadInput, match="reference:none"):
        load("reference:none")
    with pytest.raises(BadInput, match="--model"):
        load(str(tmp_path))
