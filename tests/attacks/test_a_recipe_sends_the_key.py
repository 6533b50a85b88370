"""A recipe cannot make a key or a picture travel.

Claim: no host is reached that the user did not name, and a key goes to its own server alone.
Attack: a recipe names a served model at a host of its author's; a server that the user named leads elsewhere; an
address is spelt so that two programmes read two hosts in it; a proxy of the environment stands between.
Before (ba22272): `diagnose` sent OPENAI_API_KEY and every picture to whatever host the recipe named, over plain http,
and the key went along redirects to other hosts and through proxies.
Now: refused before anything is read; a host that is named gets pictures, and the key where OPENAI_BASE_URL says so.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.attacks.serving import Server, serving
from tests.pipeline.toy import Toy, run
from twokeys.audit.models.endpoint import Endpoint
from twokeys.audit.models.hosts import host_of, hosts, key_for, server
from twokeys.audit.models.loading import load, load_game, load_named
from twokeys.audit.models.model import Question
from twokeys.builder.build import build
from twokeys.builder.diagnose import diagnose
from twokeys.builder.pairs import pairs
from twokeys.core.errors import BadInput

SECRET = "sk-a-secret"
ASKED = [Question(Image.fromarray(np.zeros((8, 8, 3), dtype=np.uint8)), "what?")]


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Toy:
    return Toy.shapes(tmp_path_factory.mktemp("corpora"), train=4, test=4)


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> str:
    """The user has a key, as for OpenAI's own server."""
    for name in ("OPENAI_BASE_URL", "TWOKEYS_ALLOW_HOST", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    return f"Bearer {SECRET}"


@pytest.fixture
def evil(key: str) -> Iterator[Server]:
    """A server of which only the recipe speaks."""
    with serving() as made:
        yield made


def recipe(toy: Toy, path: Path, address: str, **fields: Any) -> Path:
    """A recipe whose blind baseline is a served model."""
    measure = {"baselines": ["question.prior", "image.vlm"], "folds": 2}
    return toy.save(path, encoders={"vision_language": f"{address}#m"}, measure=measure, **fields)


# ----------------------------------------------------------------------------------------------- hosts of a recipe


@pytest.mark.parametrize("verb", [build, diagnose, pairs])
def test_a_host_that_the_recipe_alone_names_is_not_asked(toy: Toy, tmp_path: Path, evil: Server, verb: Any) -> None:
    plan = recipe(toy, tmp_path / "recipe.yaml", evil.address())
    with pytest.raises(BadInput) as error:
        verb(plan, corpora=toy.corpora, work=tmp_path / "run", engine="serial")
    assert not evil.requests
    for part in ("encoders.vision_language", f"127.0.0.1:{evil.server_port}", "--allow-host", "TWOKEYS_ALLOW_HOST"):
        assert part in str(error.value)
    assert not (tmp_path / "run").exists(), "refused before any work"


def test_neither_is_one_that_the_recipe_names_to_verify_edits(toy: Toy, tmp_path: Path, evil: Server) -> None:
    plan = toy.save(tmp_path / "recipe.yaml", pair={"verify": {"models": [f"{evil.address()}#m"]}})
    with pytest.raises(BadInput, match="--allow-host"):
        pairs(plan, corpora=toy.corpora, work=tmp_path / "run", engine="serial")
    assert not evil.requests


def test_the_command_ends_with_status_2_and_says_how_to_name_it(toy: Toy, tmp_path: Path, evil: Server) -> None:
    plan = recipe(toy, tmp_path / "recipe.yaml", evil.address())
    done = run("diagnose", plan, "--corpora", toy.corpora, "--work", tmp_path / "run", cwd=tmp_path)
    assert (done.returncode, evil.requests) == (2, [])
    assert f"--allow-host 127.0.0.1:{evil.server_port}" in done.stderr
    assert SECRET not in done.stdout + done.stderr


@pytest.mark.parametrize("named", ["option", "environment"])
def test_a_host_that_the_user_names_gets_pictures_and_no_key_of_another(
    toy: Toy, tmp_path: Path, evil: Server, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    plan, host = recipe(toy, tmp_path / "recipe.yaml", evil.address()), f"127.0.0.1:{evil.server_port}"
    if named == "environment":
        monkeypatch.setenv("TWOKEYS_ALLOW_HOST", f"other.test, {host}")
    allow = (host,) if named == "option" else ()
    found = diagnose(
        plan, tmp_path / "out", corpora=toy.corpora, work=tmp_path / "run", engine="serial", allow_host=allow
    )
    assert "image.vlm" in {score.baseline for score in found.blindness.scores}
    assert evil.requests
    assert all("data:image/png" in request["body"] for request in evil.requests)
    assert evil.keys == {None}, "the key is OpenAI's"
    assert SECRET not in json.dumps(evil.requests)


@pytest.mark.parametrize(
    ("allowed", "address"),
    [
        ("127.0.0.1:1", "http://127.0.0.1:2/v1#m"),
        ("localhost", "http://127.0.0.1/v1#m"),
        ("example.org", "http://example.org.evil.test/v1#m"),
        ("example.org", "http://evil-example.org/v1#m"),
        ("example.org", "http://sub.example.org/v1#m"),
        ("example.org:443", "http://example.org/v1#m"),
        ("::1", "http://[::2]/v1#m"),
    ],
)
def test_another_host_or_port_than_the_one_that_is_named_is_not_asked(key: str, allowed: str, address: str) -> None:
    with pytest.raises(BadInput, match="--allow-host"):
        load(address, hosts=hosts([allowed]))


@pytest.mark.parametrize(
    ("allowed", "address"),
    [
        ("EXAMPLE.org", "http://Example.ORG:8000/v1#m"),
        ("example.org:443", "HTTPS://example.org/v1#m"),
        ("::1", "http://[0:0::1]:8000/v1#m"),
        ("[::1]:8000", "http://[::1]:8000/v1#m"),
    ],
)
def test_one_host_in_other_letters_is_the_same_host(allowed: str, address: str) -> None:
    assert isinstance(load(address, hosts=hosts([allowed])), Endpoint)


@pytest.mark.parametrize("wrong", ["*", "", "https://example.org", "example.org/v1", "a b", "user@host", "h:0", "."])
def test_what_is_no_host_cannot_be_allowed(wrong: str) -> None:
    with pytest.raises(BadInput, match="--allow-host"):
        hosts([wrong])


def test_nothing_is_asked_by_default_and_games_never() -> None:
    for address in ("http://127.0.0.1:8000/v1#m", "HTTPS://api.openai.com/v1#m"):
        with pytest.raises(BadInput, match="--allow-host"):
            load(address)
        with pytest.raises(BadInput, match="evaluated, but not explained"):
            load_game(address)


@pytest.mark.parametrize("address", [" http://h/v1#m", "ftp://h/v1#m", "file:///etc#m", "http:h#m"])
def test_whatever_looks_like_an_address_is_one_and_goes_to_no_library(address: str) -> None:
    with pytest.raises(BadInput, match="--model"):
        load_named(address)
    with pytest.raises(BadInput):
        load(address)


# -------------------------------------------------------------------------------------------------- spelt two ways


@pytest.mark.parametrize(
    "address",
    [
        "http://localhost@evil.test/v1",
        "http://localhost:8000@evil.test/v1",
        "http://user:password@localhost/v1",
        "http://@localhost/v1",
        "http://evil.test\\@localhost/v1",
        "http:\\\\localhost/v1",
        "http:localhost/v1",
        "http:///localhost/v1",
        "http://local\thost/v1",
        "http://localhost\n.evil.test/v1",
        " http://localhost/v1",
        "http://localhost /v1",
        "http://%6c%6f%63alhost/v1",
        "http://localhost%2eevil.test/v1",
        "http://localhost./v1",
        "http://127.0.0.1./v1",
        "http://.localhost/v1",
        "http://a..b/v1",
        "http://127.1/v1",
        "http://0177.0.0.1/v1",
        "http://0x7f000001/v1",
        "http://2130706433/v1",
        "http://\uff11\uff12\uff17.0.0.1/v1",
        "http://localhost\u3002evil/v1",
        "http://l\u043ecalhost/v1",
        "http://[::1/v1",
        "http://::1/v1",
        "http://[::1%25lo]/v1",
        "http://[localhost]/v1",
        "http://localhost:/v1",
        "http://localhost:80:80/v1",
        "http://localhost:99999/v1",
        "http://localhost:8o/v1",
        "http://localhost?/v1",
        "http://localhost/v1?to=http://evil.test",
        "http:///v1",
        "https://",
    ],
)
def test_an_address_that_can_be_read_in_two_ways_is_refused(key: str, address: str) -> None:
    with pytest.raises(BadInput):
        server("--model", address)
    with pytest.raises(BadInput):
        load_named(f"{address}#m")


def test_a_password_in_an_address_is_not_repeated() -> None:
    with pytest.raises(BadInput) as error:
        load_named("https://me:hunter2@example.org/v1#m")
    assert "hunter2" not in str(error.value)


@given(st.text("abz0.:@[]/\\%#?x lLoOcCaAhHsStT-_1", max_size=30))
def test_what_is_read_is_what_is_connected_to(text: str) -> None:
    """Whatever is not refused, the library that connects reads the same host and port."""
    from urllib.parse import urlsplit
    from urllib.request import Request

    try:
        found = server("--model", f"http://{text}")
    except BadInput:
        return
    asked = Request(f"{found.url}/chat/completions")
    assert asked.host == found.shown
    parts = urlsplit(asked.full_url)
    assert (parts.hostname, parts.port or 80) == (found.host, found.port)
    assert server("--model", found.url) == found


# ------------------------------------------------------------------------------------------------- whose key it is


@pytest.mark.parametrize(
    ("base", "address", "goes"),
    [
        (None, "https://api.openai.com/v1", True),
        (None, "https://API.OpenAI.com:443/v1/", True),
        (None, "http://api.openai.com/v1", False),
        (None, "https://api.openai.com:8443/v1", False),
        (None, "https://api.openai.com.evil.test/v1", False),
        (None, "https://eu.api.openai.com/v1", False),
        (None, "https://evil.test/v1", False),
        (None, "http://127.0.0.1:8000/v1", False),
        ("http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1", True),
        ("http://localhost:8000", "http://LOCALHOST:8000/v1", True),
        ("http://[::1]:8000/v1", "http://[0::1]:8000/v1", True),
        ("http://127.0.0.1:8000/v1", "http://127.0.0.1:8001/v1", False),
        ("http://127.0.0.1:8000/v1", "https://127.0.0.1:8000/v1", False),
        ("http://127.0.0.1:8000/v1", "https://api.openai.com/v1", False),
        ("http://vlm.test/v1", "http://vlm.test/v1", False),
        ("http://10.0.0.2:8000/v1", "http://10.0.0.2:8000/v1", False),
        ("http://localhost.evil/v1", "http://localhost.evil/v1", False),
        ("http://127.0.0.1.evil.test/v1", "http://127.0.0.1.evil.test/v1", False),
        ("http://0.0.0.0:8000/v1", "http://0.0.0.0:8000/v1", False),
        ("https://vlm.test/v1", "https://vlm.test/v1", True),
        ("https://vlm.test/v1", "https://vlm.test:444/v1", False),
        ("https://vlm.test/v1", "http://vlm.test:443/v1", False),
    ],
)
def test_the_key_goes_to_its_own_server_alone(base: str | None, address: str, goes: bool) -> None:
    environment = {"OPENAI_API_KEY": SECRET} | ({} if base is None else {"OPENAI_BASE_URL": base})
    assert key_for(server("--model", address), environment) == (SECRET if goes else None)


def test_a_base_that_is_no_address_sends_no_key() -> None:
    environment = {"OPENAI_API_KEY": SECRET, "OPENAI_BASE_URL": "https://user:word@vlm.test/v1"}
    with pytest.raises(BadInput, match="OPENAI_BASE_URL"):
        key_for(server("--model", "https://vlm.test/v1"), environment)
    assert key_for(server("--model", "https://vlm.test/v1"), {"OPENAI_API_KEY": "  "}) is None


def test_a_server_of_this_machine_gets_its_key_where_the_base_names_it(
    evil: Server, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", evil.address())
    assert load_named(f"{evil.address()}#m").reply(ASKED) == ["said"]
    assert evil.keys == {key}


def test_over_plain_http_another_machine_gets_none(evil: Server, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    """The name of another machine, which the test leads to a server here."""
    resolve = socket.getaddrinfo

    def here(host: Any, *rest: Any, **more: Any) -> Any:
        return resolve("127.0.0.1" if host in ("vlm.test", "localhost.evil") else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", here)
    for host in ("vlm.test", "localhost.evil"):
        monkeypatch.setenv("OPENAI_BASE_URL", evil.address(host))
        assert load_named(f"{evil.address(host)}#m").reply(ASKED) == ["said"]
    assert evil.keys == {None}


def test_a_refusal_without_a_key_says_whose_the_key_is(key: str) -> None:
    with serving(leads_to="", status=401) as guarded:
        with pytest.raises(BadInput) as error:
            Endpoint(f"{guarded.address()}#m", host_of(guarded.address()), wait=0.0).reply(ASKED)
        assert "OPENAI_BASE_URL" in str(error.value)
        assert SECRET not in str(error.value)


# ------------------------------------------------------------------------------------------- redirects and proxies


@pytest.mark.parametrize("status", [300, 301, 302, 303, 305, 307, 308])
@pytest.mark.parametrize("same", [False, True], ids=["elsewhere", "the same host"])
def test_no_redirect_is_followed(
    evil: Server, key: str, monkeypatch: pytest.MonkeyPatch, status: int, same: bool
) -> None:
    with serving(evil.address(), status) as honest:
        if same:
            honest.leads_to = honest.address()
        monkeypatch.setenv("OPENAI_BASE_URL", honest.address())
        with pytest.raises(BadInput, match=f"status {status}"):
            Endpoint(f"{honest.address()}#m", host_of(honest.address()), wait=0.0).reply(ASKED)
        assert (len(honest.requests), evil.requests) == (1, [])


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "all_proxy"])
def test_plain_http_goes_through_no_proxy(
    evil: Server, key: str, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    with serving() as proxy:
        monkeypatch.setenv(variable, f"http://127.0.0.1:{proxy.server_port}")
        monkeypatch.setenv("OPENAI_BASE_URL", evil.address())
        assert load_named(f"{evil.address()}#m").reply(ASKED) == ["said"]
        assert (proxy.requests, evil.keys) == ([], {key})
