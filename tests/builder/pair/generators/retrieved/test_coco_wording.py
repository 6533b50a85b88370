"""What the grammar of COCO instances understands, and what it leaves alone."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.builder.pair.generators.retrieved.instances import item
from twokeys.builder.pair.generators.retrieved.judges.coco_claims import MANY, HowMany, Noun, Number, Whether
from twokeys.builder.pair.generators.retrieved.judges.coco_wording import understood
from twokeys.builder.pair.generators.retrieved.judges.coco_words import COCO80, lexicon

WORDS = lexicon(COCO80)
DOG, PERSON = Noun(("dog",)), Noun(("person",))
A_DOG = Whether(Number(DOG, (1, MANY), ((0, 0),)))

PLAIN = [
    "Is there a dog?", "Is there a dog in the image?", "Is there any dog in this picture?", "Are there any dogs?",
    "Are there any dogs in the photo?", "Do you see a dog in the photograph?", "Can you see any dogs?",
    "Could we see a dog here?", "Does the image contain a dog?", "Does this picture show a dog?", "Is a dog visible?",
    "Is a dog in this photo?", "Are any dogs shown in the image?", "Can a dog be seen in the picture?",
    "Is there a dog visible in the image?", "Is there a dog to be seen?", "There is a dog in the image.",
    "A dog is in this photo.", "The photo shows a dog.", "Is there at least one dog?", "Are there one or more dogs?",
    "Is there any dog visible?", "Does the image contain dog?", "Do you see a dog?", "Is there dog?",
    "Is there a dog in the provided image?", "Does a dog appear in the image?", "Is a dog anywhere in this picture?",
    "Is there a dog in the image? Please answer yes or no.", "Please answer yes or no: is there a dog in the image?",
    "Is there a dog in the image?\nAnswer the question using a single word or phrase.",
    "In this image, is there a dog?",
    "Is there a dog in the image? Answer with yes or no only.", "Do any dogs appear in this scene?",
]  # fmt: skip
"""Questions with one meaning."""
COUNTS = [
    "How many people are there?", "How many people are in the picture?", "How many people in the shot?",
    "How many people?", "How many people can you see?", "How many people do you see in this photo?",
    "How many people can be seen?", "How many people are there in total?", "How many people are visible in the image?",
    "How many people does the image show?", "What is the number of people in the image?", "Count the people.",
    "How many persons are pictured?", "how many human beings are there here", "How many people appear in this scene?",
    "How many people is there?", "How many people are being shown?", "How many people are there present?",
]  # fmt: skip
ALONE = {
    "yes/no": [
        "Is there a red car?", "Is there a dog on the bed?", "Is there a man?", "Is there a puppy?", "Is there no dog?",
        "Is there a dog in the room?", "Is there a dog in the background?", "Is this a dog?", "Is the dog visible?",
        "Is there a dog in the image that is black?", "Is there a second dog?", "Is there another dog?",
        "Are there many dogs?", "Are there several people?", "Are there a lot of people?", "Is there a few dogs?",
        "Is there any orange?", "Is there orange in the picture?", "Are there glasses?", "Is there a bat?",
        "Is there a toy dog?", "Is there a dog house?", "Is there a car seat in the image?", "Is there a bird feeder?",
        "Is there a dog and a tree?", "Are there any dogs and cats?", "Is there a dog or a cat and a horse?",
        "Is there a dog? Why?", "Is there a dog in the picture on the wall?", "Is there a dog in these images?",
        "Is there a dog's tail?", "Is there a dog, in a way?", "Are there more cats than trees?",
        "Is there a train station?", "Are there people watching?", "Is anyone else in the image?",
        "Is there a dog? Answer yes or no, and explain.", "Answer yes.", "In this image, is there a dog on the left?",
        "Is there a dog in the image? Please answer no.", "In the car, is there a dog?", "Is there toy dog?",
        "The image contains dog.", "Is there dog food?", "Does a dog appear to be sleeping in the image?",
        "The dog is in the image.", "Is it a dog in the image?", "Isn't there a dog?", "Is there a hot dog stand?",
        "Either a cat or a dog is shown.", "Are there two dogs and cats?",
        "Are there more than two dogs or cats?", "Are there multiple dogs and cats?",
        "Are there two or three dogs?", "Is there only a dog?", "Is there not a dog in the image?", "Is there a?", "",
        "The cat is under the car.", "A dog is in the car.", "Is there a dog in front of the image?", "dog",
    ],
    "number": [
        "How many people are wearing hats?", "How many people are on the street?", "How many dogs are on the bed?",
        "How many of these people are women?", "How many men are there?", "How many bananas are there?",
        "How many animals are there?", "How many tables are there?", "How many people are there wearing hats?",
        "How many wheels does the car have?", "How many people are in the background?", "How many other dogs?",
        "How many cats and dogs are there?", "How many glasses?", "How many dog are there?", "How many people can fit?",
        "How many types of birds are there?", "How many train cars are there?", "How many people are in the mirror?",
        "Is there a dog?", "How many slices of pizza are there?", "How many oranges are in the bowl?", "How many?",
    ],
    "open": ["Is there a dog?", "How many dogs are there?", "Which dog is in the image?", "Are there cats or trees?",
             "What is in the image?", "Which is bigger, a dog or a cat?", "Is there a dog or a dog?"],
}  # fmt: skip
"""Questions that ask for more than what is there, or for what annotations do not tell; by answer type."""


@pytest.mark.parametrize("question", PLAIN)
def test_whether_there_is_one(question: str):
    assert understood(item(question), WORDS) == A_DOG


@pytest.mark.parametrize("question", COUNTS)
def test_how_many_there_are(question: str):
    assert understood(item(question, "number"), WORDS) == HowMany(PERSON)


@pytest.mark.parametrize(
    ("kind", "question"), [(kind, question) for kind, group in ALONE.items() for question in group]
)
def test_what_is_left_alone(kind: str, question: str):
    assert understood(item(question, kind), WORDS) is None


@pytest.mark.parametrize(
    ("question", "tells", "also"),
    [
        ("Is there a table?", "presence", ()),
        ("Is there a mouse in the image?", "presence", ()),
        ("Is there a computer mouse in the image?", "count", ()),
        ("Is there a phone?", "presence", ()),
        ("Is there an orange?", "existence", ()),
        ("Is there a bear?", "count", ("teddy bear",)),
        ("Is there a chair?", "existence", ("couch",)),
        ("Is there a keyboard?", "count", ("laptop",)),
    ],
)
def test_ambiguous_words_say_so(question: str, tells: str, also: tuple[str, ...]):
    meaning = understood(item(question), WORDS)
    assert isinstance(meaning, Whether)
    (noun,) = meaning.nouns()
    assert (noun.tells, noun.also) == (tells, also)


PHRASES = st.sampled_from([*PLAIN, *COUNTS, "Are there two cats?", "Are there more dogs than cats?", "Is there cake?"])


@given(question=PHRASES, data=st.data())
def test_letter_case_spaces_and_the_last_mark_change_nothing(question: str, data: st.DataObject):
    kind = "number" if question in COUNTS else "yes/no"
    flips = data.draw(st.lists(st.booleans(), min_size=len(question), max_size=len(question)))
    cased = "".join(letter.swapcase() if flip else letter for letter, flip in zip(question, flips, strict=True))
    space = st.sampled_from([" ", "  ", "\t", "\n", "\u00a0"])
    spaced = re.sub(" ", lambda _: data.draw(space), cased)
    end = data.draw(st.sampled_from(["", "?", " ?", ".", "? "]))
    other = data.draw(st.sampled_from(["", " "])) + re.sub(r"[?.]$", "", spaced) + end
    assert understood(item(other, kind), WORDS) == understood(item(question, kind), WORDS) is not None


FURTHER = (
    "red", "big", "second", "wooden", "sitting", "on the left", "near the tree", "behind the fence", "with a hat",
    "in the background", "wearing hats", "holding a cup", "toy", "female", "other", "not", "in the mirror", "outside",
    "moving", "of the day", "than usual", "that you like", "which barks", "half", "no", "please explain why", "xyzzy",
    "in the water",
)  # fmt: skip


@given(question=PHRASES, further=st.sampled_from(FURTHER), data=st.data())
def test_a_further_word_is_never_the_plain_question(question: str, further: str, data: st.DataObject):
    kind = "number" if question in COUNTS else "yes/no"
    words = re.sub(r"[?.]$", "", question).split()
    place = data.draw(st.integers(0, len(words)))
    longer = " ".join([*words[:place], further, *words[place:]])
    assert understood(item(longer, kind), WORDS) != understood(item(question, kind), WORDS)
    assert understood(item(f"{longer}?", kind), WORDS) is None or further in ("no", "not")


@given(word=st.text("abcdefghijklmnopqrstuvwxyz-' ", min_size=1, max_size=12), data=st.data())
def test_a_random_word_beside_the_noun_is_not_understood(word: str, data: st.DataObject):
    plain = " ".join(word.replace("-", " ").split())
    before = data.draw(st.booleans())
    phrase = f"{plain} dog" if before else f"dog {plain}"
    assume(plain and phrase not in WORDS and plain not in ("visible", "shown", "present", "seen", "here", "there"))
    assert understood(item(f"Is there a {phrase} in the image?"), WORDS) is None


@given(question=st.text(max_size=60), kind=st.sampled_from(["yes/no", "number", "open", "choice"]),
       choices=st.lists(st.text(max_size=8), max_size=3))  # fmt: skip
def test_any_text_is_left_alone_or_asks_for_categories_in_its_own_words(question: str, kind: str, choices: list[str]):
    for text in (question, f"Is there a {question}", f"how many {question}, or more"):
        meaning = understood(item(text, kind, choices), WORDS)
        if meaning is None:
            continue
        asked = " ".join([text, *choices]).casefold()
        named = {word for word, known in WORDS.items() if word in asked for _ in known.noun.labels}
        for noun in meaning.nouns():
            assert set(noun.labels) <= set(COCO80)
            assert any(WORDS[word].noun.labels == noun.labels for word in named)


def test_other_categories_are_known_by_their_names_alone():
    names = ["man", "person", "traffic cone", "car_(automobile)", "sports car", "mouse", "cup/mug", "salt and pepper"]
    words = lexicon(names)
    assert words["traffic cones"].many
    assert words["person"].noun == Noun(("person",), also=("man",))
    assert words["people"].noun == words["person"].noun
    assert words["men"].noun == Noun(("man",))
    assert words["car"].noun == Noun(("car_(automobile)",), "presence", also=("sports car",))
    assert words["mice"].noun.tells == "presence"
    assert lexicon(["deer", "fox"])["deer"].many
    assert lexicon(["tie clip", "car", "tv"])["car"].noun.also == ()
    assert lexicon(["tie clip", "car", "truck", "tv"])["car"].noun.also == ("truck",)
    assert lexicon(["tie clip", "car", "tv"])["tv"].noun.unless == WORDS["tv"].noun.unless
    assert not {"automobile", "human", "computer mouse", "cup", "salt and pepper"} & words.keys()


def test_a_part_of_cocos_categories_has_cocos_words():
    words = lexicon(["person", "bear"])
    assert words["humans"].noun == PERSON
    assert words["bear"].noun.also == ("teddy bear",)
    assert "dog" not in words
    assert lexicon(["car"])["car"].noun == Noun(("car",))
    assert understood(item("Is there a dog or a person?"), words) is None
