"""Whether a reply gives the gold answer; `exports` writes this file's text into what it exports."""

from __future__ import annotations

from collections.abc import Sequence

from audit.answers import normalise
from audit.parsing import Kind, parse


def right(reply: str, answer_type: str, choices: Sequence[str], answer: str) -> bool:
    """Whether a reply, as it is read, is the answer, as answers are compared.

    Args:
        reply: What the model wrote.
        answer_type: The item's.
        choices: Its options in published order; empty for none.
        answer: Its gold answer.

    Example:
        >>> right("No, it is not.", "yes/no", [], "no"), right("(B)", "choice", ["red", "blue"], "red")
        (True, False)
    """
    kinds: dict[str, Kind] = {"yes/no": "yes/no", "number": "number"}
    found = parse(reply, kinds.get(answer_type, "open"), choices).answer
    return found is not None and normalise(found) == normalise(answer)
