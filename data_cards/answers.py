"""The answers that a datasheet needs from people: they are read from one YAML file and checked; a template asks."""

from __future__ import annotations

import textwrap
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from twokeys.core.errors import BadInput
from twokeys.core.yaml_reading import parsed
from twokeys.data_cards import questions

SHIPPED = "datasheets"
"""Folder of the answers that ship with twokeys, beside the recipes."""
_HEAD = """\
Answers to the questions of "Datasheets for Datasets" (Gebru et al. 2018) that no build can know.
Name this file in the recipe, relative to it:  datasheet: THIS-FILE.yaml
`twokeys push` asks for every answer that is marked REQUIRED. To the others the build adds what it knows;
an answer here stands before it. Leave a place empty where you have nothing to say. Answers are text, Markdown is
fine; a mere yes or no needs no quotes, a number or date does. One question takes nothing but yes or no, and says so."""


def answered(recipe: dict[str, Any], source: str, folder: Path | None) -> dict[str, Any]:
    """Replace the file name of the answers in a recipe by the answers.

    Args:
        recipe: The recipe, as read from YAML; it is returned unchanged if its `datasheet` is no path.
        source: The name of the recipe, for messages.
        folder: The folder of the recipe file; None for a recipe that ships with twokeys.

    Raises:
        BadInput: If the file cannot be read or holds no answers.
    """
    name = recipe.get("datasheet")
    if not isinstance(name, str):
        return recipe
    file = resources.files("twokeys.builder.recipes") / SHIPPED / name if folder is None else folder / name
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        problem = f"the file {file} cannot be read ({error})"
        remedy = "write it with `twokeys datasheet`, or correct its name, which is relative to the recipe"
        raise BadInput(source, "datasheet", problem, "a YAML file", remedy) from None
    try:
        return recipe | {"datasheet": questions.checked(parsed(text) or {})}
    except (ValueError, yaml.YAMLError) as error:
        problem = f"it is no YAML ({error})" if isinstance(error, yaml.YAMLError) else str(error)
        remedy = "start from the file that `twokeys datasheet` prints, which holds every question"
        raise BadInput(file, None, problem, "", remedy) from None


def template(answers: questions.Answers) -> str:
    """Write the YAML file of answers: every question as a comment, with its answer if there is one."""
    lines = [f"# {line}" for line in _HEAD.splitlines()]
    last = ""
    for question in questions.questions():
        section, _, name = question.key.partition(".")
        if section != last:
            lines += ["", f"{section}:"]
            last = section
        marks = " REQUIRED" * question.required + " (where it relates to people)" * question.people
        marks += " (yes or no)" * (question.key == questions.PEOPLE)
        lines += ["", *textwrap.wrap(f"{question.text}{marks}", 110, initial_indent="  # ", subsequent_indent="  # ")]
        lines += _place(name, questions.answer(answers, question))
    return "\n".join(lines) + "\n"


def _place(name: str, answer: str | bool | None) -> list[str]:
    if answer is None:
        return [f"  {name}:"]
    if isinstance(answer, bool):
        return [f"  {name}: {'yes' if answer else 'no'}"]
    answer = answer.strip()
    if answer == " ".join(answer.split()):
        folded = textwrap.wrap(answer, 114, break_long_words=False, break_on_hyphens=False)
        return [f"  {name}: >-", *(f"    {line}" for line in folded)]
    return [f"  {name}: |-", *(f"    {line}".rstrip() for line in answer.splitlines())]
