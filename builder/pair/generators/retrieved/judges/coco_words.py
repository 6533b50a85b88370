"""English words for COCO's categories, with what the annotations tell of each.

A word stands here only if it names what its category holds. Words for kinds (`puppy`, `man`) do not: an annotated dog
need not be one. If a word names more than its category (`table`, `phone`), or the category's objects cannot be counted
(`banana`: a bunch may be one annotation), the word says so (`Noun.tells`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from twokeys.builder.pair.generators.retrieved.judges.coco_claims import Noun


@dataclass(frozen=True)
class Forms:
    """A noun as it is found in questions.

    Attributes:
        noun: What it means.
        one: Whether the form is a singular, as after `a`.
        many: Whether it is a plural, as after `two`.
        mass: Whether it needs no article: `is there cake?`.
    """

    noun: Noun
    one: bool = False
    many: bool = False
    mass: bool = False


Lexicon = Mapping[str, Forms]
"""Form -> what it means."""

_COUNT: Mapping[str, str] = {
    "person": "person, human, human being > people, persons, humans, human beings",
    "bicycle": "bicycle > bicycles",
    "motorcycle": "motorcycle, motorbike > motorcycles, motorbikes",
    "airplane": "airplane, plane, aeroplane > airplanes, planes, aeroplanes",
    "bus": "bus > buses, busses",
    "train": "train > trains",
    "truck": "truck > trucks",
    "boat": "boat > boats",
    "bench": "bench > benches",
    "fire hydrant": "fire hydrant, hydrant > fire hydrants, hydrants",
    "stop sign": "stop sign > stop signs",
    "bird": "bird > birds",
    "cat": "cat > cats",
    "dog": "dog > dogs",
    "horse": "horse > horses",
    "cow": "cow > cows",
    "sheep": "sheep > sheep",
    "elephant": "elephant > elephants, elephant",
    "zebra": "zebra > zebras, zebra",
    "giraffe": "giraffe > giraffes, giraffe",
    "umbrella": "umbrella > umbrellas",
    "tie": "tie > ties",
    "frisbee": "frisbee > frisbees",
    "snowboard": "snowboard > snowboards",
    "kite": "kite > kites",
    "baseball bat": "baseball bat > baseball bats",
    "baseball glove": "baseball glove, baseball mitt > baseball gloves, baseball mitts",
    "skateboard": "skateboard, skate board > skateboards, skate boards",
    "surfboard": "surfboard, surf board > surfboards, surf boards",
    "tennis racket": "tennis racket, tennis racquet > tennis rackets, tennis racquets",
    "wine glass": "wine glass, wineglass > wine glasses, wineglasses",
    "fork": "fork > forks",
    "spoon": "spoon > spoons",
    "knife": "knife > knives",
    "bowl": "bowl > bowls",
    "hot dog": "hot dog, hotdog > hot dogs, hotdogs",
    "donut": "donut, doughnut > donuts, doughnuts",
    "bed": "bed > beds",
    "toilet": "toilet > toilets",
    "laptop": "laptop, laptop computer > laptops, laptop computers",
    "cell phone": "cell phone, cellphone, mobile phone > cell phones, cellphones, mobile phones",
    "microwave": "microwave, microwave oven > microwaves, microwave ovens",
    "toaster": "toaster > toasters",
    "sink": "sink > sinks",
    "clock": "clock > clocks",
    "vase": "vase > vases",
    "refrigerator": "refrigerator, fridge > refrigerators, fridges",
    "scissors": "scissors, pair of scissors > scissors, pairs of scissors",
    "teddy bear": "teddy bear, teddy > teddy bears, teddies",
    "hair drier": "hair drier, hair dryer, hairdryer > hair driers, hair dryers, hairdryers",
    "toothbrush": "toothbrush, tooth brush > toothbrushes, tooth brushes",
}
"""Category -> its words, singular > plural, of which annotations tell the number."""
_EXISTENCE: Mapping[str, str] = {
    "traffic light": "traffic light, stoplight, stop light > traffic lights, stoplights, stop lights",
    "parking meter": "parking meter > parking meters",
    "skis": "skis, pair of skis > skis, pairs of skis",
    "sports ball": "sports ball > sports balls", "cup": "cup > cups", "banana": "banana > bananas",
    "apple": "apple > apples", "orange": "orange > oranges",
    "broccoli": "broccoli > broccoli", "carrot": "carrot > carrots", "pizza": "pizza > pizzas", "cake": "cake > cakes",
    "potted plant": "potted plant > potted plants",
    "remote": "remote, remote control > remotes, remote controls", "book": "book > books",
}  # fmt: skip
"""Likewise, of which annotations tell whether there is one."""
_NOUNS: tuple[tuple[Noun, str], ...] = (
    (Noun(("car",), also=("truck",)), "car, automobile > cars, automobiles"),
    (Noun(("bicycle",), also=("motorcycle",)), "bike > bikes"),
    (Noun(("bear",), also=("teddy bear",)), "bear > bears"),
    (Noun(("chair",), "existence", also=("couch",)), "chair > chairs"),
    (Noun(("couch",), "existence"), "couch, sofa > couches, sofas"),
    (Noun(("suitcase",), also=("backpack", "handbag")), "suitcase > suitcases"),
    (Noun(("backpack",), "existence", also=("handbag", "suitcase")), "backpack > backpacks"),
    (Noun(("handbag",), "existence", also=("backpack", "suitcase")), "handbag > handbags"),
    (Noun(("bottle",), also=("vase",)), "bottle > bottles"),
    (Noun(("sandwich",), "existence", also=("hot dog",)), "sandwich > sandwiches"),
    (Noun(("oven",), also=("microwave", "toaster")), "oven > ovens"),
    (Noun(("dining table",), "existence", unless=("bed", "couch", "keyboard", "laptop", "mouse", "tv")),
     "dining table > dining tables"),
    (Noun(("tv",), "existence", unless=("keyboard", "mouse", "laptop")), "tv, television > tvs, televisions"),
    (Noun(("keyboard",), also=("laptop",)), "keyboard, computer keyboard > keyboards, computer keyboards"),
    (Noun(("mouse",), "presence"), "mouse > mice"),
    (Noun(("mouse",)), "computer mouse > computer mice"),
    (Noun(("dining table",), "presence"), "table > tables"),
    (Noun(("cell phone",), "presence"), "phone, telephone > phones, telephones"),
    (Noun(("handbag", "backpack"), "presence"), "bag > bags"),
    (Noun(("potted plant",), "presence"), "plant > plants"),
    (Noun(("sports ball",), "presence"), "ball > balls"),
    (Noun(("tennis racket",), "presence"), "racket, racquet > rackets, racquets"),
    (Noun(("laptop",), "presence"), "computer > computers"),
    (Noun(("car", "bus", "truck", "motorcycle"), "presence"), "vehicle > vehicles"),
    (Noun(("bird", "cat", "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe"), "presence"),
     "animal > animals"),
)  # fmt: skip
"""Words with more to say."""
_MIXED_UP = frozenset({"car", "chair", "suitcase", "backpack", "handbag", "sandwich", "bottle"})
"""Categories that annotators mix up with those in `also`; for the others, the word itself means both."""
_MASS = frozenset({"broccoli", "pizza", "cake"})
_PERSONS = frozenset({
    "man", "woman", "boy", "girl", "child", "kid", "baby", "infant", "toddler", "adult", "rider", "pedestrian",
    "cyclist", "player", "driver", "skier", "surfer", "worker", "people", "crowd",
})  # fmt: skip
"""Categories of other files that hold persons too, so that a file's `person` need not hold all."""
_IRREGULAR = {
    "person": "people", "man": "men", "woman": "women", "child": "children", "mouse": "mice", "goose": "geese",
    "foot": "feet", "tooth": "teeth", "sheep": "sheep", "deer": "deer", "fish": "fish", "aircraft": "aircraft",
}  # fmt: skip
COCO80 = frozenset({label for noun, _ in _NOUNS for label in noun.labels} | set(_COUNT) | set(_EXISTENCE))
"""The categories of COCO."""


def lexicon(categories: Iterable[str]) -> Lexicon:
    """The words for some categories: COCO's with all their words, others by their names and plurals alone.

    A category of another set of categories need not mean what COCO's of the same name does, so it has no other words;
    but a name that is ambiguous in COCO (`mouse`) stays so.

    Args:
        categories: Names, such as `cell phone` or `car_(automobile)`.

    Example:
        >>> words = lexicon(["person", "cell phone"])
        >>> words["people"].noun.labels, words["mobile phones"].many, "puppy" in words
        (('person',), True, False)
    """
    names = {plain: name for name in sorted(categories) if (plain := _plain(name))}
    entries = _coco()
    if set(categories) <= COCO80:
        chosen = {form: word for form, word in entries.items() if set(word.noun.labels) & names.keys()}
        return MappingProxyType({form: replace(word, noun=_among(word.noun, names)) for form, word in chosen.items()})
    out: dict[str, Forms] = {}
    for plain, name in names.items():
        coco = entries.get(plain)
        noun = _noun(plain, name, names, coco.noun if coco and coco.noun.labels == (plain,) else None)
        many = _plural(plain) == plain or (coco is not None and coco.many)
        out[plain] = Forms(noun, one=True, many=many, mass=plain in _MASS)
        out.setdefault(_plural(plain), Forms(noun, many=True))
    return MappingProxyType(out)


def _coco() -> dict[str, Forms]:
    rows: list[tuple[Noun, str]] = [(Noun((label,)), words) for label, words in _COUNT.items()]
    rows += [(Noun((label,), "existence"), words) for label, words in _EXISTENCE.items()]
    out: dict[str, Forms] = {}
    for noun, words in (*rows, *_NOUNS):
        ones, manys = (side.split(", ") for side in words.split(" > "))
        for form in (*ones, *manys):
            out[form] = Forms(noun, form in ones, form in manys, form in _MASS)
    return out


def _plain(name: str) -> str:
    """The form of a name in a question; empty if it has none: `car_(automobile)` is `car`, `cup/mug` is none."""
    words = re.sub(r"\([^)]*\)", " ", name.casefold())
    plain = " ".join(re.sub(r"[_-]", " ", words).split())
    good = re.fullmatch(r"[a-z0-9' ]+", plain) and not {"and", "or", "than", "of"} & set(plain.split())
    return plain if good else ""


def _among(noun: Noun, names: Mapping[str, str]) -> Noun:
    """A noun among some categories: an annotator mixes up no categories that there are not."""
    mixed = noun.labels[0] in _MIXED_UP
    return replace(noun, also=tuple(label for label in noun.also if label in names)) if mixed else noun


def _noun(plain: str, name: str, names: Mapping[str, str], coco: Noun | None) -> Noun:
    """What the name of a category means among other categories."""
    noun = _among(coco, names) if coco else Noun((name,))
    kinds = {other for other in names if other.endswith(f" {plain}")} | (_PERSONS if plain == "person" else set())
    others = {names[kind] for kind in kinds & names.keys() if kind != plain} | set(noun.also)
    return Noun((name,), "presence" if "(" in name else noun.tells, tuple(sorted(others)), noun.unless)


def _plural(word: str) -> str:
    """The plural of a noun in the singular.

    Example:
        >>> [_plural(word) for word in ("traffic cone", "glass", "knife", "berry", "key", "snowman")]
        ['traffic cones', 'glasses', 'knives', 'berries', 'keys', 'snowmen']
    """
    before, _, last = word.rpartition(" ")
    irregular = next((each for each in sorted(_IRREGULAR, key=len, reverse=True) if _ends(last, each)), None)
    if irregular:
        plural = last.removesuffix(irregular) + _IRREGULAR[irregular]
    elif last.endswith(("s", "x", "z", "ch", "sh")):
        plural = f"{last}es"
    elif re.search(r"[^aeiou]y$", last):
        plural = f"{last[:-1]}ies"
    elif re.search(r"(?:[aeo]l|ar|kni|wi|li|lea|loa|thie)fe?$", last):
        plural = f"{re.sub('fe?$', '', last)}ves"
    else:
        plural = f"{last}s"
    return f"{before} {plural}".strip()


def _ends(word: str, ending: str) -> bool:
    return word == ending or (ending in ("man", "woman", "fish") and word.endswith(ending) and word != "human")
