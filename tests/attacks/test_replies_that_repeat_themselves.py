"""Claim: reading a reply takes no long time, whatever it says.

Attack: a model that is caught in a loop: a phrase that marking knows, some hundred times, and then another word.

Before (84b1322): 18 times " in the image" before another word took 2 seconds, and each further time twice as long, so
that one such reply ended an evaluation. Now: all take less than a second.
"""

from __future__ import annotations

import time

import pytest

from twokeys.core.answers.marking import right

PHRASES = [
    " in the image", "x = ", "the answer is ", "not ", "A (b) ", "A. ", "A.B.", "- ", "> ", "✅ ", '{"answer": "', "\\",
    "The color of ", "the ", "3 people ", "1.", "5€", "½", "option B, ", "yes says no ", "i don't see any ", "final ",
    "\n# > ", "选", "probably, ", "it is ", "given the image ", "^{", "\n- B", "color in the ", "answer\n", "I think ",
    "and ", "$", "**", "red, ", "A, ", "one ", "no ", "'", "(", "<think>", "\\frac{", " ", "\n",
]  # fmt: skip
ENDS = ["", "is", "B", "=3", "red", ".", "\nB", "€"]


@pytest.mark.parametrize("phrase", PHRASES)
def test_a_loop_is_read_at_once(phrase: str) -> None:
    for end in ENDS:
        reply = phrase * (2000 // len(phrase)) + end
        began = time.process_time()
        right(reply, "number", [], "3")
        right(reply, "choice", ["red", "blue"], "red")
        assert time.process_time() - began < 5  # a bound on the kind of growth, not on the machine: it had no end
