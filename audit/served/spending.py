"""What served models cost: requests, tokens, and money at a price that the user states; and a budget that ends it."""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from twokeys.core.errors import BadInput, Halted

MILLION = 1_000_000
LETTERS_A_TOKEN = 3.5
"""Approximate number of letters of a token, for estimates before a server has counted."""
_AMOUNT = re.compile(r"(?P<number>\d[\d_,]*(?:\.\d+)?|\.\d+)\s*(?P<factor>[kKM]?)\s*(?P<unit>[A-Za-z]+|[€$£¥])")
_PRICE = re.compile(r"(?P<prompt>\d+(?:\.\d+)?)\s*/\s*(?P<reply>\d+(?:\.\d+)?)\s*(?P<unit>[A-Za-z]+|[€$£¥])")
_FACTOR = {"": 1, "k": 1_000, "K": 1_000, "M": MILLION}
_BUDGET_FORM = "'500 requests', '2M tokens', or with a price '1.50 USD'"


@dataclass(frozen=True)
class Price:
    """The price of a server.

    Attributes:
        prompt: Money for a million tokens of prompts.
        reply: Money for a million tokens of replies.
        currency: The currency.
    """

    prompt: float
    reply: float
    currency: str

    def of(self, prompt: float, reply: float) -> float:
        """The price of some tokens."""
        return (self.prompt * prompt + self.reply * reply) / MILLION


@dataclass(frozen=True)
class Budget:
    """The budget of a command; None: as much as it needs."""

    requests: float | None = None
    tokens: float | None = None
    money: float | None = None


@dataclass(frozen=True)
class Tokens:
    """Tokens of a request and of its reply.

    Attributes:
        prompt: Tokens of the prompt.
        reply: Tokens of the reply.
        counted: Whether the server counted them; else they are estimated from letters.
    """

    prompt: int
    reply: int
    counted: bool = True

    @classmethod
    def of(cls, body: Any, prompt: str, reply: str) -> Tokens:
        """Tokens as a server's answer states them, estimated where it does not."""
        usage = body.get("usage") if isinstance(body, dict) else None
        stated = [
            usage.get(name) if isinstance(usage, dict) else None for name in ("prompt_tokens", "completion_tokens")
        ]
        if all(isinstance(number, int) and 0 <= number < 2**31 for number in stated):
            return cls(int(stated[0] or 0), int(stated[1] or 0))
        return cls(expected(prompt), expected(reply), False)


def expected(text: str) -> int:
    """Tokens of a text, roughly."""
    return math.ceil(len(text) / LETTERS_A_TOKEN)


class Spending:
    """What one command has spent, and may spend; several threads may spend at once.

    Args:
        budget: What it may spend.
        price: What tokens cost; None: nobody said so.
    """

    def __init__(self, budget: Budget | None = None, price: Price | None = None) -> None:
        self.budget, self.price = budget or Budget(), price
        self.requests = self.prompt = self.reply = 0
        self.estimated = False
        """Whether a server did not count its tokens."""
        self._reserved: list[Tokens] = []
        self._lock = threading.Lock()

    def reserve(self, tokens: Tokens) -> None:
        """Set aside what a request may cost; the first one that the budget does not hold is not sent.

        Raises:
            Halted: When the budget does not hold it.
        """
        with self._lock:
            prompt = self.prompt + sum(each.prompt for each in self._reserved) + tokens.prompt
            reply = self.reply + sum(each.reply for each in self._reserved) + tokens.reply
            money = self.price.of(prompt, reply) if self.price else 0.0
            needs = (
                ("requests", self.requests + 1, self.budget.requests), ("tokens", prompt + reply, self.budget.tokens),
                (self.price.currency if self.price else "", money, self.budget.money),
            )  # fmt: skip
            for unit, need, most in needs:
                if most is not None and need > most:
                    raise Halted(
                        f"the budget of {most:,g} {unit} holds no further request ({self._told()} are spent). All "
                        "replies are kept: the same command goes on from there, and may spend as much again"
                    )
            self._reserved.append(tokens)

    def sent(self) -> None:
        """Count a request that is sent."""
        with self._lock:
            self.requests += 1

    def settle(self, reserved: Tokens, spent: Tokens | None) -> None:
        """Count the actual cost of a request; None if there was no answer."""
        with self._lock:
            self._reserved.remove(reserved)
            if spent is not None:
                self.prompt, self.reply = self.prompt + spent.prompt, self.reply + spent.reply
                self.estimated |= not spent.counted

    @property
    def told(self) -> str:
        """The costs so far, in words."""
        with self._lock:
            return self._told()

    def _told(self) -> str:
        about = "about " if self.estimated else ""
        return f"{self.requests:,} requests, {about}{self.cost(self.prompt, self.reply)}"

    def cost(self, prompt: float, reply: float) -> str:
        """Some tokens, and their price if there is one, in words."""
        text = f"{prompt + reply:,.0f} tokens ({reply:,.0f} of replies)"
        return f"{text}, {self.price.of(prompt, reply):.4g} {self.price.currency}" if self.price else text


def spending(budget: Sequence[str] = (), price: str | None = None) -> Spending:
    """Read what the user states.

    Args:
        budget: Each as `500 requests`, `2M tokens` or, where there is a price, `1.50 USD`.
        price: `0.15/0.60 USD`: a million tokens of prompts, and of replies.

    Raises:
        BadInput: When one cannot be read, or money is stated without a price.

    Example:
        >>> spending(["500 requests", "1.5 USD"], "0.15/0.60 USD").budget
        Budget(requests=500.0, tokens=None, money=1.5)
    """
    rate = None if price is None else _price(price)
    most: dict[str, float] = {}
    for text in [budget] if isinstance(budget, str) else budget:
        match = _AMOUNT.fullmatch(text.strip())
        unit = match["unit"] if match else ""
        kind = unit if unit in ("requests", "tokens") else "money" if rate and unit == rate.currency else ""
        if match is None or not kind:
            allowed = _BUDGET_FORM + (f" in {rate.currency}" if rate else "")
            remedy = "correct it" if rate else "correct it, or state a --price as in '0.15/0.60 USD'"
            raise BadInput("--budget", None, f"{text!r} is no budget", allowed, remedy)
        if kind in most:
            raise BadInput("--budget", None, f"{kind} are limited twice", "one limit of each kind", "take one out")
        most[kind] = float(re.sub("[_,]", "", match["number"])) * _FACTOR[match["factor"]]
    return Spending(Budget(**most), rate)


def _price(text: str) -> Price:
    match = _PRICE.fullmatch(text.strip())
    if match is None:
        allowed = "a million tokens of prompts / of replies, and the currency"
        raise BadInput("--price", None, f"{text!r} is no price", allowed, "write it as in '0.15/0.60 USD'")
    return Price(float(match["prompt"]), float(match["reply"]), match["unit"])
