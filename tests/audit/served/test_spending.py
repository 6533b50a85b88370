"""Requests, tokens and money: counted, and held to a budget."""

from __future__ import annotations

import pytest

from twokeys.audit.served.spending import Budget, Price, Tokens, spending
from twokeys.core.errors import BadInput, Halted


@pytest.mark.parametrize(
    ("text", "budget"),
    [
        ("500 requests", Budget(requests=500)),
        ("1,500requests", Budget(requests=1500)),
        ("2M tokens", Budget(tokens=2_000_000)),
        ("2.5k tokens", Budget(tokens=2500)),
        ("1.50 USD", Budget(money=1.5)),
        (".5USD", Budget(money=0.5)),
    ],
)
def test_a_budget_is_read(text: str, budget: Budget) -> None:
    assert spending([text], "1/2 USD").budget == budget


@pytest.mark.parametrize("text", ["", "5", "-5 requests", "5 EUR", "five tokens", "1e9 tokens", "5 USD 5"])
def test_what_is_no_budget_is_refused_with_the_forms(text: str) -> None:
    with pytest.raises(BadInput, match="500 requests"):
        spending([text], "1/2 USD")


def test_money_needs_a_price_and_each_kind_stands_once() -> None:
    with pytest.raises(BadInput, match="--price"):
        spending(["5 USD"])
    with pytest.raises(BadInput, match="twice"):
        spending(["5 tokens", "6 tokens"])
    for price in ("1", "1/2", "a/b USD", "-1/2 USD"):
        with pytest.raises(BadInput, match="--price"):
            spending([], price)


def test_what_is_spent_is_counted_at_the_price() -> None:
    spent = spending(["0.01 USD"], "10/100 USD")
    assert spent.price == Price(10, 100, "USD")
    reserved = Tokens(100, 50)
    spent.reserve(reserved)
    spent.sent()
    spent.settle(reserved, Tokens(200, 10))
    # 200 tokens at 10 a million and 10 at 100 a million are 0.003.
    assert spent.told == "1 requests, 210 tokens (10 of replies), 0.003 USD"
    with pytest.raises(Halted, match=r"0\.01 USD"):
        spent.reserve(Tokens(0, 71))
    spent.reserve(Tokens(0, 70))


def test_requests_under_way_count_before_they_are_replied_to() -> None:
    spent = spending(["100 tokens"])
    spent.reserve(Tokens(50, 40))
    with pytest.raises(Halted, match="same command goes on"):
        spent.reserve(Tokens(10, 1))


@pytest.mark.parametrize("usage", [None, {}, {"prompt_tokens": -1, "completion_tokens": 1}, {"prompt_tokens": "7"}, 3])
def test_tokens_that_a_server_does_not_count_are_estimated(usage: object) -> None:
    found = Tokens.of({"usage": usage}, "a" * 35, "b" * 7)
    assert found == Tokens(10, 2, counted=False)
    assert Tokens.of({"usage": {"prompt_tokens": 3, "completion_tokens": 4}}, "", "") == Tokens(3, 4)
