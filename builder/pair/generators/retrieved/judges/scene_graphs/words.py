"""Words of GQA's questions and graphs: which values an attribute has, which exclude each other, what is a kind of what.

The lists are short on purpose. A word that stands in none is compared as a text: it is stated of an object, or nothing
is known. Values exclude each other where no two people would use both words for one thing: the sets of a family say
what a word may be taken for, and words whose sets share nothing exclude each other. So `red` excludes `blue`, and
neither `orange` nor `pink`, and `dark blue` excludes `red`, and not `blue`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Family = Mapping[str, frozenset[str]]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split(", "))


def _family(*sides: str) -> Family:
    """Words of each side, given as `a, b`, exclude those of the other sides."""
    return {word: frozenset({side}) for side in sides for word in side.split(", ")}


def _may_be(**taken_for: str) -> Family:
    return {word.replace("_", " "): frozenset(shades.split()) for word, shades in taken_for.items()}


COLOURS: Family = _may_be(
    black="black",
    white="white",
    gray="black white gray",
    silver="gray white",
    red="red",
    maroon="red brown purple",
    pink="pink red purple",
    purple="purple blue pink",
    blue="blue",
    dark_blue="blue black purple",
    light_blue="blue white gray",
    teal="blue green",
    green="green",
    dark_green="green black",
    light_green="green white yellow",
    yellow="yellow",
    gold="yellow brown orange",
    orange="orange red yellow brown",
    brown="brown",
    dark_brown="brown black",
    light_brown="brown white yellow gray",
    tan="brown white yellow gray",
    beige="brown white yellow gray pink",
    khaki="brown white yellow gray green",
    cream_colored="white yellow brown",
    blond="yellow brown white",
    brunette="brown black",
)
MANY_COLOURED = _words(
    "multi colored, multicolored, colorful, black and white, striped, checkered, plaid, spotted, dotted, patterned, "
    "floral, two toned"
)
"""Of an object with one of these attributes no single colour is told."""

EXCLUSIVE: Mapping[str, Family] = {
    "color": COLOURS,
    "size": _family("large, huge, giant", "small, little, tiny"),
    "height": _family("tall", "short"),
    "length": _family("long", "short"),
    "age": _family("old", "young"),
    "gender": _family("male", "female"),
    "cleanliness": _family("clean", "dirty, stained"),
    "hardness": _family("hard", "soft"),
    "weight": _family("heavy", "light"),
    "thickness": _family("thick", "thin"),
    "fatness": _family("fat", "thin, skinny"),
    "width": _family("wide", "narrow"),
    "depth": _family("deep", "shallow"),
    "shape": _family("round", "square, rectangular", "triangular", "octagonal"),
    "pose": _family("sitting", "standing, walking, running", "lying"),
    "location": _family("indoors", "outdoors"),
}
"""Attribute -> its family. An object lacks a value if one value of the family is stated, which excludes it."""
OPPOSITES: tuple[Family, ...] = (
    _family("open", "closed, shut"),
    _family("on", "off"),
    _family("wet", "dry"),
    _family("full", "empty"),
    _family("long sleeved", "short sleeved", "sleeveless"),
)
"""Families of values that GQA asks for without naming an attribute (`verify: open`)."""

VALUES: Mapping[str, frozenset[str]] = {
    **{name: frozenset(family) for name, family in EXCLUSIVE.items()},
    "material": _words(
        "wood, metal, concrete, glass, plastic, brick, leather, paper, stone, porcelain, cloth, denim, cotton, "
        "granite, marble, rubber, ceramic, cardboard, aluminum, stainless steel, iron, steel, hardwood, wicker"
    ),
    "activity": _words(
        "cooking, drinking, driving, eating, looking down, looking up, playing, posing, reading, resting, sleeping, "
        "staring, talking, waiting"
    ),
    "sportActivity": _words(
        "performing trick, riding, skateboarding, skating, skiing, snowboarding, surfing, swimming"
    ),
    "race": _words("asian, caucasian"),
    "pattern": _words("checkered, dotted, striped, plaid, floral"),
    "state": _words("calm, choppy, rough, smooth, still, wavy"),
    "texture": _words("coarse, fine"),
    "tone": _words("dark, light"),
    "flavor": _words("chocolate, strawberry, vanilla"),
    "face expression": _words("happy, sad, serious, surprised, angry"),
    "realism": _words("fake, real"),
    "company": _words("adidas, nike"),
    "opaqness": _words("opaque, transparent"),
    "orientation": _words("horizontal, vertical"),
}
"""Attribute -> the values of it that an answer may be. `dark` is no colour here: it leaves open which."""
ROOMS = _words("attic, bathroom, bedroom, dining room, kitchen, living room, office")
WHOLE = ("location", "place", "room", "weather")
"""What GQA asks of an image as a whole (`select: scene`)."""
POSITIONS: Mapping[str, tuple[str, ...]] = {"hposition": ("left", "right"), "vposition": ("bottom", "middle", "top")}
NAMES = ("name", "type")
ATTRIBUTES = frozenset({*VALUES, *POSITIONS, *NAMES, *WHOLE})
"""The attributes that a step may name."""
COMPARED: Mapping[str, tuple[str, str]] = {
    "older": ("age", "old"),
    "younger": ("age", "young"),
    "taller": ("height", "tall"),
    "shorter": ("height", "short"),
    "larger": ("size", "large"),
    "smaller": ("size", "small"),
    "longer": ("length", "long"),
}
"""Comparison -> the attribute, and the value that one has and the other lacks. What is healthier, no graph says."""
POINTING = _words("he, she, it, this, that, they, these, those, him, her, them")
"""Words that point at an object of one image; about another image such a question asks nothing."""


def _kinds(**members: str) -> Mapping[str, frozenset[str]]:
    return {kind.replace("_", " "): _words(names) for kind, names in members.items()}


MALE = _words("man, men, boy, boys, guy, guys, gentleman, father, son, policeman, cowboy, groom")
FEMALE = _words("woman, women, girl, girls, lady, ladies, mother, daughter, waitress, bride")
KINDS: Mapping[str, frozenset[str]] = _kinds(
    person=", ".join(sorted(MALE | FEMALE))
    + ", athlete, baby, baseball player, batter, biker, bus driver, catcher, chef, child, children, coach, customer, "
    "cyclist, driver, employee, jockey, officer, parent, passenger, pedestrian, people, pilot, player, skateboarder, "
    "skater, skier, snowboarder, soccer player, soldier, spectator, surfer, toddler, umpire, visitor, worker",
    animal="alligator, bear, bears, bird, birds, bison, bunny, calf, cat, cats, cow, cows, dog, dogs, duck, eagle, "
    "elephant, elephants, frog, geese, giraffe, giraffes, goat, goats, gorilla, horse, horses, kitten, lamb, ostrich, "
    "polar bear, seagull, seagulls, seal, shark, sheep, zebra, zebras",
    clothing="apron, blazer, blouse, cap, coat, coats, dress, dress shirt, dresses, glove, gown, hat, jacket, jeans, "
    "jersey, leggings, pajamas, pants, polo shirt, shirt, shirts, shorts, skirt, socks, suit, sweater, sweatshirt, "
    "t-shirt, tank top, trunks, uniform, vest",
    furniture="armchair, bed, beds, bookcase, bookshelf, bookshelves, cabinet, cabinets, chair, chairs, closet, "
    "coffee table, computer desk, couch, cupboard, cupboards, desk, dining table, drawer, drawers, dresser, "
    "medicine cabinet, office chair, shelf, shelves, side table, sofa, table, tv stand",
    device="calculator, camera, cell phone, charger, computer, computer monitor, computer mouse, controller, "
    "dvd player, headphones, keyboard, laptop, laptops, microphone, monitor, monitors, phone, printer, radio, "
    "remote control, remote controls, screen, speaker, television, wii controller",
    vehicle="bus, car, cars, fire truck, locomotive, suv, tractor, train, trains, truck, van",
    appliance="coffee maker, dishwasher, microwave, microwave oven, oven, refrigerator, stove, toaster",
    fruit="apple, apples, banana, bananas, cherries, grapes, orange, oranges, pear, pineapple, strawberry",
    vegetable="artichokes, beans, cabbage, carrot, carrots, cauliflower, mushrooms, olives, onions, pepper, potato, "
    "tomato, tomatoes",
)
"""Kind -> names of objects that are of it, as GQA's questions and answers use them; a short list, and no more."""


def is_a(names: Iterable[str], wanted: str) -> bool:
    """Whether an object of these names is one of those asked for: it has the name, or the name of a kind of it.

    Example:
        >>> is_a(["couch"], "furniture"), is_a(["furniture"], "couch")
        (True, False)
    """
    return any(name == wanted or name in KINDS.get(wanted, ()) for name in names)


def excludes(family: Family, stated: str, wanted: str) -> bool:
    """Whether one value of a family cannot be meant by another.

    Example:
        >>> excludes(COLOURS, "red", "blue"), excludes(COLOURS, "dark blue", "blue")
        (True, False)
    """
    return stated in family and wanted in family and not family[stated] & family[wanted]


def families(attribute: str, value: str) -> list[Family]:
    """The families that a value of an attribute belongs to; without an attribute, those of `OPPOSITES`."""
    named = [EXCLUSIVE[attribute]] if attribute in EXCLUSIVE else [] if attribute else list(OPPOSITES)
    return [family for family in named if value in family]
