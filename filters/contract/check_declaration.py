"""Checks of the declarations of a rule. Each yields problems, in words."""

from __future__ import annotations

import pickle  # reads back what it has just written, nothing from outside
import re
from dataclasses import FrozenInstanceError, asdict, fields, replace
from typing import TYPE_CHECKING, get_args

from twokeys.core.errors import BadInput
from twokeys.core.measured import P_GOLD
from twokeys.filters.parameters import parse
from twokeys.filters.rule import GOLD_COLUMNS, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twokeys.filters.rule import Rule


def described(rule: Rule) -> Iterator[str]:
    """The class attributes hold the texts of tables and cards, and the docstring explains every parameter."""
    for name in ("summary", "bias", "cost"):
        text = getattr(rule, name, None)
        if not (isinstance(text, str) and text.strip() and "\n" not in text):
            yield f"{name} is {text!r}; give one line of text"
    for name, allowed in (("scope", get_args(Scope)), ("uses_gold", (True, False))):
        if (value := getattr(rule, name)) not in allowed:
            yield f"{name} is {value!r}; give one of {', '.join(map(repr, allowed))}"
    if rule.version < 1:
        yield f"version is {rule.version!r}; give a whole number from 1"
    text = type(rule).__doc__ or ""
    if not text or text.startswith(f"{type(rule).__name__}("):  # `dataclass` writes this if there is no docstring
        yield "the class has no docstring; say what is dropped and why"
    elif unexplained := ", ".join(field.name for field in fields(rule) if f"{field.name}:" not in text):
        yield f"the docstring does not explain {unexplained}; add a line `NAME: ...` each under `Attributes:`"


def answers_for_itself(rule: Rule) -> Iterator[str]:
    """What every user of a rule relies on is of the right type: class attributes, `reads` and parameters."""
    for name, kind in (("id", str), ("version", int), ("summary", str), ("bias", str), ("citation", str)):
        if not isinstance(value := getattr(rule, name, None), kind):
            yield f"{name} is {value!r}; give a {'text' if kind is str else 'whole number'}"
    if rule.scope not in get_args(Scope):
        yield f"scope is {rule.scope!r}; give one of {', '.join(map(repr, get_args(Scope)))}"
    yield from reads_declared(rule)
    from twokeys.core.items import canonical_json

    try:
        canonical_json(asdict(rule))
    except (TypeError, ValueError) as error:
        yield f"its parameters cannot be written down ({error}); use texts, numbers, and tuples of these"


def id_format(rule: Rule) -> Iterator[str]:
    """The id consists of lower-case words joined by '-'; recipes and published rows contain it."""
    name = getattr(rule, "id", None)
    if not (isinstance(name, str) and re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name)):
        yield f"id is {name!r}; use lower-case words joined by '-', such as 'low-agreement'"


def parameters_typed(rule: Rule) -> Iterator[str]:
    """The type of each parameter can be resolved, and its value fits it, so that recipes can be checked."""
    for field in fields(rule):
        value = getattr(rule, field.name)
        try:
            parsed = parse(type(rule), field.name, value)
        except BadInput as error:
            yield str(error)
        except NameError as error:
            yield f"the type of {field.name} cannot be resolved ({error}); import it outside TYPE_CHECKING"
        else:
            if parsed != value:
                yield f"{field.name} is {value!r}, which a recipe would read as {parsed!r}; use that"


def frozen(rule: Rule) -> Iterator[str]:
    """The class itself is a frozen dataclass: its annotations are parameters, which cannot be changed."""
    if "__dataclass_fields__" not in vars(type(rule)):
        yield "the class is no dataclass of its own; decorate it with @dataclass(frozen=True)"
        return
    for field in fields(rule):
        try:
            setattr(rule, field.name, getattr(rule, field.name))
        except FrozenInstanceError:
            continue
        yield f"{field.name} can be set; decorate the class with @dataclass(frozen=True)"


def hashable(rule: Rule) -> Iterator[str]:
    """Equal rules compare equal and have equal hashes, so that their decisions can be looked up."""
    same = replace(rule)
    if same != rule:
        yield "two rules with the same parameters differ; leave __eq__ to the dataclass"
    try:
        if hash(same) != hash(rule):
            yield "two rules with the same parameters hash differently; leave __hash__ to the dataclass"
    except TypeError as error:
        yield f"the rule cannot be hashed ({error}); use tuples for lists and frozensets for sets"


def picklable(rule: Rule) -> Iterator[str]:
    """The rule can be sent to another process."""
    try:
        same = pickle.loads(pickle.dumps(rule))  # noqa: S301 - written in this line
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        yield f"the rule cannot be pickled ({error}); define it at the top of a module, with plain values"
        return
    if same != rule:
        yield f"the rule comes back from a pickle as {same!r}"


def reads_declared(rule: Rule) -> Iterator[str]:
    """`reads` returns a tuple of distinct column names without `id`."""
    columns = rule.reads()
    if not (isinstance(columns, tuple) and all(isinstance(name, str) and name for name in columns)):
        yield f"reads() returns {columns!r}; return a tuple of column names"
        return
    if len(set(columns)) < len(columns) or "id" in columns:
        yield f"reads() returns {columns!r}; name every column once, and leave out `id`, always there"


def gold_declared(rule: Rule) -> Iterator[str]:
    """A rule that reads the label, or a measurement made from it, declares it."""
    gold = [name for name in rule.reads() if name in GOLD_COLUMNS or name.endswith(f".{P_GOLD}")]
    if gold and not rule.uses_gold:
        yield f"reads() names {', '.join(gold)}, which hold the label; set uses_gold = True"
