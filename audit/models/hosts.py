"""Decides which server may be asked, and which server gets the key.

A question carries an image, and a request may carry a key, so neither follows from what a recipe says. A server is
asked when its host was named by the user: with `--allow-host`, in the environment variable `TWOKEYS_ALLOW_HOST`, or as
the model of a verb that evaluates one. The key `OPENAI_API_KEY` belongs to one server, the one that `OPENAI_BASE_URL`
names (OpenAI's own where it is unset), and goes to no other, whatever is asked; and over plain http to this machine
alone.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from twokeys.core.errors import BadInput

KEY, BASE, ALLOW = "OPENAI_API_KEY", "OPENAI_BASE_URL", "TWOKEYS_ALLOW_HOST"
"""Environment variables: the key, the server that it belongs to, hosts that recipes may ask."""
OPENAI = "https://api.openai.com/v1"
PORTS = {"http": 80, "https": 443}
_ADDRESS = re.compile(r"(?i)\s*https?:|.*://")
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
_PATH = re.compile(r"[A-Za-z0-9._~/!$&'()*+,;=:@%-]*")
_PORT = re.compile(r"(?P<host>\[[^\]]*\]|[^:\[\]]*)(?::(?P<port>\d{1,5}))?")
_EXAMPLE = "write it as in http://localhost:8000/v1#my-model"


def is_address(model: str) -> bool:
    """Whether a model's name is the address of a server, or would be one for a library that is less strict.

    Example:
        >>> is_address("HTTP://localhost:8000/v1#m"), is_address("owner/name")
        (True, False)
    """
    return _ADDRESS.match(model) is not None


@dataclass(frozen=True)
class Server:
    """A server as it is connected to, in one spelling.

    Attributes:
        scheme: `http` or `https`.
        host: Its name in small letters, or its IP address without brackets.
        port: Its port.
        path: Where the protocol's own paths begin.
    """

    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port; a key belongs to them."""
        return self.scheme, self.host, self.port

    @property
    def shown(self) -> str:
        """Host, and port if it is not the default of the scheme."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """Its address."""
        return f"{self.scheme}://{self.shown}{self.path}"

    @property
    def here(self) -> bool:
        """Whether it is this machine, so that requests leave no network interface."""
        return self.host == "localhost" or (_is_ip(self.host) and ipaddress.ip_address(self.host).is_loopback)


@dataclass(frozen=True)
class Hosts:
    """Hosts that the user named outside any recipe.

    Attributes:
        named: Host, and port or None for every port.
    """

    named: frozenset[tuple[str, int | None]] = frozenset()

    def require(self, where: str, address: str) -> Server:
        """Return the server of an address, if it may be asked.

        Args:
            where: The option or the field of the recipe that holds the address.
            address: `http://host/v1`, with or without `#model`.

        Raises:
            BadInput: When the address is not plain, or nobody named its host.
        """
        served = server(where, address)
        if not self.named & {(served.host, None), (served.host, served.port)}:
            allowed = ", ".join(sorted(_shown(*host) for host in self.named)) or "no host, since none was named"
            problem = f"the model is at the host {served.shown}, and nothing but the recipe names that host"
            remedy = f"name it with --allow-host {served.shown} or in the variable {ALLOW} if images may go there"
            raise BadInput(where, None, problem, allowed, remedy)
        return served


def hosts(allow_host: Sequence[str] = ()) -> Hosts:
    """Hosts that the user named: by option or argument, and in the environment.

    Args:
        allow_host: `HOST` for every port of a host, `HOST:PORT` for one.

    Raises:
        BadInput: When one is not a host.
    """
    given = [("--allow-host", host) for host in ([allow_host] if isinstance(allow_host, str) else allow_host)]
    given += [(ALLOW, host) for host in re.split(r"[,\s]+", os.environ.get(ALLOW, "")) if host]
    return Hosts(frozenset(_named(where, host) for where, host in given))


def host_of(address: str) -> Hosts:
    """The host of a model that the user named, and no other."""
    served = server("--model", address)
    return Hosts(frozenset({(served.host, served.port)}))


def key_for(asked: Server, environment: Mapping[str, str] = os.environ) -> str | None:
    """The key for requests to a server; None if it must not get the key.

    Raises:
        BadInput: If there is a key, and the variable that names its server holds no plain address.
    """
    if not (key := environment.get(KEY, "").strip()):
        return None
    home = server(BASE, environment.get(BASE, "").strip() or OPENAI)
    return key if asked.origin == home.origin and (asked.scheme == "https" or asked.here) else None


def server(where: str, address: str) -> Server:
    """Read an address strictly: an address that programs could read differently is refused.

    Args:
        where: The option, field or variable that holds it.
        address: The address; a model after `#` is ignored.

    Raises:
        BadInput: When it has another scheme, a user, a query, or a host that is not spelt plainly.

    Example:
        >>> server("--model", "HTTPS://Example.ORG:443/v1/#m").url
        'https://example.org/v1'
    """
    base = address.partition("#")[0]
    try:
        parts = urlsplit(base)
    except ValueError as error:
        raise BadInput(where, None, f"{base!r} is no address ({error})", "", _EXAMPLE) from None
    scheme, plain = parts.scheme.lower(), base.isascii() and base.isprintable() and " " not in base
    if not plain or scheme not in PORTS or "\\" in base or "?" in base or not _PATH.fullmatch(parts.path):
        raise BadInput(where, None, f"{base!r} is no address", "http:// or https://, a host, and a path", _EXAMPLE)
    if "@" in parts.netloc:
        problem = f"a user or a password stands before the host {parts.hostname!r}"
        raise BadInput(where, None, problem, "a host alone", f"take it out: a key goes into the variable {KEY}")
    host, port = _split(where, parts.netloc)
    return Server(scheme, host, PORTS[scheme] if port is None else port, parts.path.rstrip("/"))


def _named(where: str, text: str) -> tuple[str, int | None]:
    """A host as the user allows it; a bare IPv6 address needs no brackets."""
    bare = f"[{text}]" if text.count(":") > 1 and not text.startswith("[") else text
    return _split(where, bare)


def _split(where: str, text: str) -> tuple[str, int | None]:
    """Host and port of `HOST`, `HOST:PORT`, `[IPV6]` or `[IPV6]:PORT`."""
    match = _PORT.fullmatch(text)
    if match is None or (match["port"] and not 0 < int(match["port"]) < 2**16):
        raise BadInput(where, None, f"{text!r} is no host", "HOST or HOST:PORT", "write it as in localhost:8000")
    return _host(where, match["host"]), int(match["port"]) if match["port"] else None


def _host(where: str, text: str) -> str:
    """The canonical spelling of a host."""
    host = text.lower()
    if host.startswith("["):
        host = host[1:-1]
        if "%" not in host and ":" in host and _is_ip(host):
            return str(ipaddress.ip_address(host))
    elif _is_ip(host) or (_NAME.fullmatch(host) and not _NUMBER.fullmatch(host.rpartition(".")[2])):
        # A name whose last part is a number is an address in a spelling of its own (0x7f.1, 2130706433).
        return host
    allowed = "a name in ASCII letters (xn--... for others) without a dot at its end, or an IP address"
    raise BadInput(where, None, f"{text!r} is no host", allowed, "spell the host plainly")


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _shown(host: str, port: int | None) -> str:
    host = f"[{host}]" if ":" in host else host
    return host if port is None else f"{host}:{port}"
