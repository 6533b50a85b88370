"""The server: on this machine alone, nothing of its disk, no other host, nothing told to anybody."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
from ast import literal_eval
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from twokeys.browsing.browse import browse
from twokeys.core.errors import BadInput

pytestmark = pytest.mark.skipif(
    find_spec("gradio") is None, reason='Gradio is not installed: pip install "twokeys[browse]"'
)


@pytest.fixture(scope="module")
def served(folder: Path, runs: dict[str, Path]) -> Iterator[Any]:
    page = browse(folder, evaluations=[runs["one"], runs["two"]], explanations=[runs["why"]])
    yield page
    page.close()


def port(served: Any) -> int:
    return int(served.url.rstrip("/").rpartition(":")[2])


def ask(served: Any, path: str, method: str = "GET", **headers: str) -> tuple[int, bytes, dict[str, str]]:
    """Ask for a path as it stands: no client of ours makes `..` plain."""
    connection = http.client.HTTPConnection("127.0.0.1", port(served), timeout=20)
    connection.putrequest(method, path, skip_host="Host" in headers, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    found = answer.read(200_000) if "queue/data" not in path else b""
    connection.close()
    return answer.status, found, {name.lower(): value for name, value in answer.getheaders()}


def test_the_page_comes_and_no_other_host_may_be_asked_by_it(served: Any) -> None:
    status, page, headers = ask(served, "/")
    assert status == 200
    assert b"gradio" in page
    policy = headers["content-security-policy"]
    assert policy == "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'; frame-ancestors 'self'"
    assert headers["x-content-type-options"] == "nosniff"


def test_this_machine_alone_is_listened_to(served: Any) -> None:
    own = socket.gethostbyname(socket.gethostname())
    for address in {own, "127.0.0.2"} - {"127.0.0.1"}:
        with socket.socket() as one:
            one.settimeout(2)
            assert one.connect_ex((address, port(served))) != 0


@pytest.mark.parametrize("host", ["evil.example", "evil.example:7860", "127.0.0.1.evil.example:80", "", "0.0.0.0:1"])
def test_a_page_of_another_name_cannot_ask_through_the_browser(served: Any, host: str) -> None:
    assert ask(served, "/config", Host=host)[0] == 404
    assert ask(served, "/config", Host=f"localhost:{port(served)}")[0] == 200


SECRET = "twokeys-secret-of-a-test"


@pytest.mark.parametrize("place", ["beside", "inside", "here", "passwd"])
@pytest.mark.parametrize(
    "way",
    [
        "/gradio_api/file={}",
        "/gradio_api/file=/{}",
        "/file={}",
        "/gradio_api/file/{}",
        "/file/{}",
        "/gradio_api/file={}?x=/",
        "/static/..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2f{}",
        "/assets/../../../../../../../../../{}",
        "/static/../..{}",
        "/..{}",
        "/assets/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/{}",
        "/svelte/../../../../../../../..{}",
        "{}",
        "/static//{}",
        "/assets//{}",
        "/gradio_api/proxy=file://{}",
        "/gradio_api/custom_component/1/client/component/..{}",
        "/gradio_api/stream/a/b/c/{}",
        "/gradio_api/upload?path={}",
        "/gradio_api/run-history/records/a/b/assets/{}",
        "/gradio_api/deep_link?session_hash={}",
        "/static/./{}",
        "/assets/a/..//..//..//..//..//..//..//..//..{}",
    ],
)
def test_no_file_of_the_machine_can_be_fetched(served: Any, folder: Path, way: str, place: str) -> None:
    files = {
        "beside": folder.parent / "secret.txt",
        "inside": folder / "balanced" / "secret.txt",
        "here": Path("secret.tmp"),
    }
    target = files.get(place, Path("/etc/passwd")).resolve()
    if place in files:
        target.write_text(SECRET, encoding="utf-8")
    try:
        status, data, _ = ask(served, way.format(target))
    finally:
        if place in files:
            target.unlink()
    assert status >= 400 or SECRET.encode() not in data
    assert b"root:" not in data
    assert SECRET.encode() not in data


@pytest.mark.parametrize("path", ["/gradio_api/proxy=http://127.0.0.1:1/", "/gradio_api/proxy=https://example.org/x"])
def test_no_other_host_is_asked_for_anybody(served: Any, path: str) -> None:
    assert ask(served, path)[0] == 404


@pytest.mark.parametrize(
    "path", ["/gradio_api/upload", "/gradio_api/run/load", "/gradio_api/call/list", "/login", "/mcp"]
)
def test_nothing_can_be_sent_but_what_the_page_sends(served: Any, path: str) -> None:
    assert ask(served, path, "POST", **{"Content-Length": "0"})[0] == 404


def test_the_settings_tell_no_place_of_the_machine_and_no_text_of_the_corpus(served: Any, folder: Path) -> None:
    status, data, _ = ask(served, "/config")
    assert status == 200
    assert str(folder.parent).encode() not in data
    settings = json.loads(data)
    assert settings["analytics_enabled"] is False
    assert os.environ["GRADIO_ANALYTICS_ENABLED"] == "False"
    assert all(one["api_visibility"] == "private" for one in settings["dependencies"])


def test_where_other_machines_are_let_in_a_space_may_hold_the_page(folder: Path) -> None:
    page = browse(folder, host="0.0.0.0")
    status, _, headers = ask(page, "/config", Host="any.example")
    page.close()
    assert status == 200
    assert "frame-ancestors" not in headers["content-security-policy"]


def test_a_port_that_is_taken_is_bad_input(served: Any, folder: Path) -> None:
    with pytest.raises(BadInput, match="cannot be listened on"):
        browse(folder, port=port(served))


ASKING = """
import socket, sys, time
asked, known, connect = [], socket.getaddrinfo, socket.socket.connect
def looked_up(host, *more, **named):
    asked.append(str(host))
    return known(host, *more, **named)
def connected(self, address):
    asked.append(str(address[0]) if isinstance(address, tuple) else "a file")
    return connect(self, address)
socket.getaddrinfo, socket.socket.connect = looked_up, connected
import twokeys
page = twokeys.browse(sys.argv[1])
time.sleep(3)
page.close()
print(sorted(set(asked)))
"""


def test_the_server_asks_nobody(folder: Path) -> None:
    done = subprocess.run([sys.executable, "-c", ASKING, str(folder)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert set(literal_eval(done.stdout.splitlines()[-1])) <= {"127.0.0.1", "localhost"}
    assert "127.0.0.1" in done.stdout


def test_the_command_names_the_address_and_ctrl_c_ends_it(folder: Path) -> None:
    command = [sys.executable, "-m", "twokeys", "browse", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        told = run.stdout.readline()
        assert re.fullmatch(rf"http://127\.0\.0\.1:\d+/ shows {re.escape(str(folder))}; Ctrl-C ends it\n", told)
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=30)
    assert (run.returncode, out) == (0, ""), err
    assert "Traceback" not in err


def test_a_closed_page_is_gone(folder: Path) -> None:
    page = browse(folder)
    page.close()
    with socket.socket() as one:
        assert one.connect_ex(("127.0.0.1", port(page))) != 0
