"""The page in headless Chromium, by keyboard and by mouse; slow, since a browser and a server start."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.browser import CHROMIUM, axe
from twokeys.browsing.browse import browse

from .folders import HOSTILE, answer, evaluated, explained, explanation, item, png, published, write

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.skipif(find_spec("gradio") is None, reason='Gradio is not installed: pip install "twokeys[browse]"'),
    pytest.mark.skipif(find_spec("playwright") is None, reason="Playwright is not installed: pip install playwright"),
]
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
WIDE, NARROW = 1280, 400
Open = Callable[..., Any]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser with a profile of its own, which goes when it ends."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def served(folder: Path, runs: dict[str, Path]) -> Iterator[Any]:
    page = browse(folder, evaluations=[runs["one"], runs["two"]], explanations=[runs["why"]])
    yield page
    page.close()


@pytest.fixture
def opened(chromium: Any, served: Any) -> Iterator[Open]:
    """Opens the page in a window; at the end no script has failed, and nothing but the server was asked."""
    contexts, faults, asked = [], list[str](), list[str]()

    def open_(path: str = "", width: int = WIDE, url: str = served.url, **more: Any) -> Any:
        context = chromium.new_context(viewport={"width": width, "height": 900}, **more)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(url + path)
        page.wait_for_selector(".browse.list, .browse.item")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert faults == []
    assert {address.partition("://")[2].partition(":")[0] for address in asked if "://" in address} <= {"127.0.0.1"}


def heading(page: Any) -> str:
    return " ".join(page.locator("#view h2").inner_text().split())


def choose(page: Any, label: str, option: str) -> None:
    page.get_by_label(label, exact=True).click()
    page.get_by_role("option").filter(has_text=option).first.click()


def settled(page: Any) -> None:
    """Wait until the page has not changed for as long as a hand takes to the next key."""
    page.evaluate("""() => new Promise((done) => {
        let timer = setTimeout(done, 300);
        new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(done, 300); })
            .observe(document.body, { childList: true, subtree: true });
    })""")


def wait_for(page: Any, text: str) -> None:
    page.locator("#view h2", has_text=text).wait_for()
    settled(page)


def test_by_mouse(opened: Open) -> None:
    page = opened()
    assert heading(page) == "12 items"
    choose(page, "Set", "removed")
    wait_for(page, "3 items")
    choose(page, "Rule", "duplicate-item")
    wait_for(page, "1 item")
    page.locator(".card a").click()
    page.locator(".reason", has_text="the same item as 'q0i0'").wait_for()
    assert page.locator("#about h4").all_inner_texts()[:3] == [
        "Its question, asked of other items", "Other questions about its image", "Named in the reason",
    ]  # fmt: skip
    assert page.get_by_label("Words").count() == 0 or not page.get_by_label("Words").is_visible()
    page.locator("#about .card a").first.click()
    page.locator(".gold-line", has_text="yes").wait_for()
    assert page.url.endswith("?item=q0i0")
    page.locator(".cross a", has_text="no").first.click()
    page.wait_for_url("**/?item=q0i1")
    page.get_by_role("button", name="All items").click()
    wait_for(page, "1 item")
    assert "?" not in page.url


def test_by_keyboard(opened: Open) -> None:
    page = opened()
    words = page.get_by_label("Words")
    words.focus()
    page.keyboard.type('"square red" q1')
    page.keyboard.press("Enter")
    wait_for(page, "2 items")
    page.locator(".card a").first.focus()
    page.keyboard.press("Enter")
    wait_for(page, "is the square red?")
    page.wait_for_function("document.activeElement.tagName === 'H2'")
    settled(page)
    page.get_by_role("button", name="Next").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/?item=q1i1")
    page.locator(".gold-line", has_text="no").wait_for()
    assert page.get_by_role("button", name="Next").is_disabled()
    page.locator("summary", has_text="Where it is from").focus()
    page.keyboard.press("Enter")
    assert page.locator("dd", has_text="lab").is_visible()
    page.go_back()  # the browser's own way back
    assert page.url.endswith("?item=q1i0")
    page.locator(".gold-line", has_text="yes").wait_for()
    page.go_back()
    wait_for(page, "2 items")


def test_pages_turn(opened: Open, tmp_path: Path) -> None:
    rows = [item(f"n{n}", "red", "red", image={"bytes": png("red"), "path": None}) for n in range(50)]
    write(tmp_path, "balanced", rows)
    page_of = browse(tmp_path)
    page = opened(url=page_of.url)
    assert heading(page) == "50 items page 1 of 3"
    assert page.locator(".card").count() == 24
    page.get_by_role("button", name="Next").click()
    wait_for(page, "page 2 of 3")
    page.get_by_role("button", name="Next").click()
    wait_for(page, "page 3 of 3")
    assert page.locator(".card").count() == 2
    page.locator(".card a").first.click()
    page.locator(".browse.item").wait_for()
    page.get_by_role("button", name="All items").click()
    wait_for(page, "page 3 of 3")
    page.close()
    page_of.close()


def test_where_models_differ_and_what_an_explainer_says(opened: Open) -> None:
    page = opened()
    choose(page, "Models", "one and two differ")
    wait_for(page, "1 item")
    assert page.locator(".card .tag").all_inner_texts() == ["one: right", "two: wrong"]
    page.locator(".card a").click()
    shaded = page.locator(".heat .shaded span")
    shaded.first.wait_for()

    def coloured() -> list[str]:
        script = (
            "all => all.filter(one => !/, 0\\)$/.test(getComputedStyle(one).backgroundColor)).map(one => one.innerText)"
        )
        return list(shaded.evaluate_all(script))

    assert coloured() == ["the", "square", "red", "?"]
    slider = page.get_by_role("slider")
    slider.focus()
    settled(page)
    slider.focus()
    page.keyboard.press("Home")
    page.wait_for_function("!document.querySelector('.heat .shaded span[style*=\"0.60\"]')")
    assert coloured() == []
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('.heat .shaded span[style*=\"0.60\"]')")
    assert coloured() == ["red"]
    table = page.locator("#about table.said").first
    assert " ".join(table.inner_text().split()).startswith("model reply image and question")


def test_masks_can_be_hidden(opened: Open) -> None:
    page = opened("?item=q0i0")
    page.locator(".toggle input").wait_for()
    boxes = page.locator(".box")
    assert [boxes.nth(at).is_visible() for at in range(boxes.count())] == [True] * 4
    page.locator(".toggle input").focus()
    page.keyboard.press("Space")
    assert [boxes.nth(at).is_visible() for at in range(boxes.count())] == [False] * 4


def test_an_item_that_is_not_there_leads_to_the_list(opened: Open) -> None:
    page = opened("?item=%3Cscript%3E")
    assert heading(page) == "12 items"


@pytest.mark.parametrize(("width", "scheme"), [(WIDE, "light"), (NARROW, "dark"), (NARROW, "light")])
@pytest.mark.parametrize("path", ["", "?item=q0i0", "?item=r0"])
def test_nothing_is_wider_than_the_screen_and_axe_finds_nothing(
    opened: Open, width: int, scheme: str, path: str
) -> None:
    page = opened(path, width, color_scheme=scheme)
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    assert page.evaluate("[...document.images].filter(one => !one.naturalWidth).length") == 0
    page.evaluate(axe())
    found = page.evaluate("axe.run('.browse')")
    assert [one["id"] + ": " + one["nodes"][0]["html"] for one in found["violations"]] == []
    assert len(found["passes"]) > 8


def test_no_text_of_a_corpus_is_run(opened: Open, tmp_path: Path) -> None:
    names = ("question", "answer", "compared", "answer_type", "source", "license", "edit_note")
    folder = published(tmp_path / "it", **dict.fromkeys(names, HOSTILE), choices=[HOSTILE, "b"])
    one = evaluated(tmp_path / "e", folder, HOSTILE, [answer("q0i0", HOSTILE, True)])
    why = explained(tmp_path / "x", folder, HOSTILE, [explanation("q0i0") | {"words": [HOSTILE] * 5}])
    served = browse(folder, evaluations=[one], explanations=[why])
    for path in ("", "?item=q0i0", "?item=r0"):
        page = opened(path, url=served.url)
        page.wait_for_timeout(700)
        assert page.title() == "twokeys: it"
        assert "${1+1} {{1+1}}" in page.locator("#view").inner_text()
        assert page.evaluate("document.querySelectorAll('.browse script, .browse [onerror]').length") == 0
        page.close()
    served.close()


def test_a_file_that_is_gone_meanwhile_is_told(opened: Open, tmp_path: Path) -> None:
    folder = published(tmp_path / "it")
    served = browse(folder)
    page = opened(url=served.url)
    for path in folder.glob("*/*.parquet"):
        path.unlink()
    page.locator(".card a").first.click()
    page.locator(".toast-body", has_text="cannot be read").wait_for()
    page.close()
    served.close()
