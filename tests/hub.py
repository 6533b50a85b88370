"""A stand-in for a hub: what `huggingface_hub` asks over HTTP to make, fill, tag and read a dataset repository.

Content, commits and tags are held in memory. `fail` makes the next answers to a path bad ones.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.local_server import running

TOKEN = "hf_right"
LARGE = (".parquet", ".png")
"""Endings of files that the hub wants as large files."""
Tree = dict[str, bytes]


@dataclass
class Repo:
    """A repository: its commits, the last one is the head, and its tags."""

    private: bool
    commits: list[tuple[str, Tree, str]] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)

    def commit(self, tree: Tree, message: str) -> str:
        """Add a commit; its id follows from its content and place."""
        oid = hashlib.sha1(f"{len(self.commits)} {sorted(tree)} {message}".encode()).hexdigest()
        self.commits.append((oid, tree, message))
        return oid

    @property
    def head(self) -> str:
        return self.commits[-1][0]

    def at(self, revision: str) -> tuple[str, Tree]:
        """Commit and files of a revision."""
        oid = self.tags.get(revision, self.head if revision == "main" else revision)
        return next((oid, tree) for commit, tree, _ in self.commits if commit == oid)


class Hub(ThreadingHTTPServer):
    """The server."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.repos: dict[str, Repo] = {}
        self.large: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.failures: list[tuple[re.Pattern[str], int, str]] = []
        self.before: Callable[[str], None] = lambda place: None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def fail(self, path: str, status: int, message: str = "no") -> None:
        """Answer what matches `METHOD /path` with an error, once."""
        self.failures.append((re.compile(path), status, message))


@contextmanager
def hub() -> Iterator[Hub]:
    """Run a hub of its own."""
    with running(Hub()) as server:
        yield server


def blob(data: bytes) -> str:
    """Git's name of a blob."""
    return hashlib.sha1(f"blob {len(data)}\0".encode() + data).hexdigest()


def pointer(data: bytes) -> bytes:
    """What git holds in the place of a large file."""
    sha = hashlib.sha256(data).hexdigest()
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha}\nsize {len(data)}\n".encode()


def described(path: str, data: bytes) -> dict[str, Any]:
    """A file as the hub lists it."""
    if not path.endswith(LARGE):
        return {"type": "file", "path": path, "oid": blob(data), "size": len(data)}
    held = pointer(data)
    sha = hashlib.sha256(data).hexdigest()
    lfs = {"oid": sha, "size": len(data), "pointerSize": len(held)}
    return {"type": "file", "path": path, "oid": blob(held), "size": len(data), "lfs": lfs}


class Handler(BaseHTTPRequestHandler):
    """One request; methods are named after what is asked, and take the groups of the path."""

    protocol_version = "HTTP/1.1"
    server: Hub
    ROUTES = (
        (r"GET /api/whoami-v2", "whoami"),
        (r"POST /api/repos/create", "create"),
        (r"POST /api/validate-yaml", "validate"),
        (r"GET /api/datasets/([^/]+/[^/]+)(?:/revision/(.+))?", "info"),
        (r"GET /api/datasets/([^/]+/[^/]+)/refs", "refs"),
        (r"GET /api/datasets/([^/]+/[^/]+)/tree/([^/]+)(?:/(.*))?", "tree"),
        (r"POST /api/datasets/([^/]+/[^/]+)/paths-info/(.+)", "paths"),
        (r"POST /api/datasets/([^/]+/[^/]+)/preupload/(.+)", "preupload"),
        (r"POST /api/datasets/([^/]+/[^/]+)/commit/(.+)", "commit"),
        (r"POST /api/datasets/([^/]+/[^/]+)/tag/(.+)", "tag"),
        (r"POST /datasets/([^/]+/[^/]+)\.git/info/lfs/objects/batch", "batch"),
        (r"PUT /upload/(\w+)", "upload"),
        (r"POST /verify", "verified"),
        (r"(?:GET|HEAD) /datasets/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", "resolve"),
    )

    def log_message(self, *args: object) -> None:
        """Say nothing."""

    def handle_any(self) -> None:
        """Find the route, check the token, answer."""
        size = int(self.headers.get("Content-Length") or 0)
        self.body = self.rfile.read(size) if size else self.chunks()
        asked = f"{self.command} {unquote(urlsplit(self.path).path)}"
        self.server.asked.append(asked)
        self.server.before(asked)
        for failure in self.server.failures:
            if failure[0].search(asked):
                self.server.failures.remove(failure)
                return self.say(failure[1], {"error": failure[2]})
        for pattern, name in self.ROUTES:
            if found := re.fullmatch(pattern, asked):
                token = self.headers.get("Authorization")
                repo = self.server.repos.get(found[1]) if found.groups() else None
                if name in ("upload", "verified") or token == f"Bearer {TOKEN}" or (
                    token is None and repo is not None and not repo.private and self.command in ("GET", "HEAD")
                ):  # fmt: skip
                    return getattr(self, name)(*found.groups())
                return self.say(401, {"error": "Invalid credentials in Authorization header"})
        return self.say(404, {"error": f"no {asked}"})

    do_GET = do_HEAD = do_POST = do_PUT = handle_any

    def chunks(self) -> bytes:
        """The body of a request that was sent in chunks."""
        if self.headers.get("Transfer-Encoding") != "chunked":
            return b""
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def say(self, status: int, value: Any = None, data: bytes | None = None, **headers: str) -> None:
        """Answer with JSON or bytes."""
        body = json.dumps(value).encode() if data is None else data
        self.send_response(status)
        if status >= 400:
            self.send_header("X-Error-Message", str((value or {}).get("error", "")))
            if status == 404 and "X-Error-Code" not in headers:
                self.send_header("X-Error-Code", "RepoNotFound")
        self.send_header("Content-Type", "application/json" if data is None else "application/octet-stream")
        self.send_header("Content-Length", str(len(body)))
        for name, text in headers.items():
            self.send_header(name.replace("_", "-"), text)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def repo(self, name: str) -> Repo | None:
        """The repository; None after having said that there is none."""
        found = self.server.repos.get(name)
        if found is None:
            self.say(404, {"error": "Repository not found"})
        return found

    def whoami(self) -> None:
        self.say(200, {"type": "user", "name": "me", "fullname": "Me", "isPro": False, "orgs": [], "auth": {}})

    def create(self) -> None:
        asked = json.loads(self.body)
        name = f"{asked.get('organization') or 'me'}/{asked['name']}"
        if name.split("/")[0] != "me":
            return self.say(403, {"error": f"You don't have the rights to create a dataset under {name}"})
        if name in self.server.repos:
            return self.say(409, {"error": "You already created this dataset repo"})
        private = asked.get("private", asked.get("visibility") == "private")
        self.server.repos[name] = Repo(private)
        self.server.repos[name].commit({".gitattributes": b"*.parquet filter=lfs\n"}, "initial commit")
        return self.say(200, {"url": f"{self.server.url}/datasets/{name}", "name": name, "id": "1"})

    def validate(self) -> None:
        content = json.loads(self.body)["content"]
        if "pretty_name" not in content:
            return self.say(400, {"error": "bad", "errors": [{"message": "pretty_name is missing"}], "warnings": []})
        return self.say(200, {"errors": [], "warnings": []})

    def info(self, name: str, revision: str | None) -> None:
        if (repo := self.repo(name)) is not None:
            oid, tree = repo.at(revision or "main")
            files = [{"rfilename": path} for path in sorted(tree)]
            known = {"id": name, "sha": oid, "private": repo.private, "siblings": files, "tags": [], "downloads": 0}
            self.say(200, known | {"gated": False, "disabled": False, "likes": 0, "author": name.split("/")[0]})

    def refs(self, name: str) -> None:
        if (repo := self.repo(name)) is not None:
            tags = [{"name": tag, "ref": f"refs/tags/{tag}", "targetCommit": oid} for tag, oid in repo.tags.items()]
            heads = [{"name": "main", "ref": "refs/heads/main", "targetCommit": repo.head}]
            self.say(200, {"tags": tags, "branches": heads, "converts": []})

    def tree(self, name: str, revision: str, under: str | None) -> None:
        if (repo := self.repo(name)) is not None:
            files = repo.at(revision)[1]
            inside = [path for path in sorted(files) if not under or path.startswith(f"{under}/")]
            if under and not inside:
                return self.say(404, {"error": "no such path"}, X_Error_Code="EntryNotFound")
            if parse_qs(urlsplit(self.path).query).get("recursive", ["false"])[0].lower() != "true":
                depth = under.count("/") + 2 if under else 1
                inside = sorted({"/".join(path.split("/")[:depth]) for path in inside})
            folder = {"type": "directory", "oid": "0" * 40, "size": 0}
            self.say(200, [described(p, files[p]) if p in files else folder | {"path": p} for p in inside])
        return None

    def paths(self, name: str, revision: str) -> None:
        if (repo := self.repo(name)) is not None:
            wanted = parse_qs(self.body.decode())["paths"]
            files = repo.at(revision)[1]
            self.say(200, [described(path, files[path]) for path in wanted if path in files])

    def preupload(self, name: str, revision: str) -> None:
        if (repo := self.repo(name)) is not None:
            files = repo.at(revision)[1]
            answers = []
            for file in json.loads(self.body)["files"]:
                path = file["path"]
                mode = "lfs" if path.endswith(LARGE) else "regular"
                there = described(path, files[path]) if path in files else {}
                oid = there.get("lfs", there).get("oid")  # of a large file its SHA-256
                answers.append({"path": path, "uploadMode": mode, "shouldIgnore": False, "oid": oid})
            self.say(200, {"files": answers})

    def batch(self, name: str) -> None:
        objects = []
        for wanted in json.loads(self.body)["objects"]:
            if wanted["oid"] not in self.server.large:
                upload = {"href": f"{self.server.url}/upload/{wanted['oid']}", "header": {}}
                wanted["actions"] = {"upload": upload, "verify": {"href": f"{self.server.url}/verify", "header": {}}}
            objects.append(wanted)
        self.say(200, {"transfer": "basic", "objects": objects})

    def upload(self, oid: str) -> None:
        if hashlib.sha256(self.body).hexdigest() != oid:
            return self.say(400, {"error": "other bytes than announced"})
        self.server.large[oid] = self.body
        return self.say(200)

    def verified(self) -> None:
        asked = json.loads(self.body)
        there = self.server.large.get(asked["oid"])
        self.say(200 if there is not None and len(there) == asked["size"] else 404, {})

    def commit(self, name: str, revision: str) -> None:
        repo = self.repo(name)
        if repo is None:
            return None
        lines = [json.loads(line) for line in self.body.splitlines() if line]
        header, tree = lines[0]["value"], dict(repo.at(revision)[1])
        if header.get("parentCommit", repo.head) != repo.head:
            return self.say(412, {"error": "A commit has happened since. Please refresh and try again."})
        for line in lines[1:]:
            value = line["value"]
            if line["key"] == "file":
                tree[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                if value["oid"] not in self.server.large:
                    return self.say(400, {"error": f"{value['path']} was not uploaded"})
                tree[value["path"]] = self.server.large[value["oid"]]
            elif line["key"] == "deletedFile":
                del tree[value["path"]]
        oid = repo.commit(tree, header["summary"])
        url = f"{self.server.url}/datasets/{name}/commit/{oid}"
        return self.say(200, {"success": True, "commitOid": oid, "commitUrl": url, "hookOutput": ""})

    def tag(self, name: str, revision: str) -> None:
        if (repo := self.repo(name)) is not None:
            wanted = json.loads(self.body)["tag"]
            if wanted in repo.tags:
                return self.say(409, {"error": f"Tag {wanted} already exists"})
            repo.tags[wanted] = repo.at(revision)[0]
            self.say(200, {})
        return None

    def resolve(self, name: str, revision: str, path: str) -> None:
        if (repo := self.repo(name)) is not None:
            oid, tree = repo.at(revision)
            if path not in tree:
                return self.say(404, {"error": "Entry not found"}, X_Error_Code="EntryNotFound", X_Repo_Commit=oid)
            data = tree[path]
            etag = hashlib.sha256(data).hexdigest() if path.endswith(LARGE) else blob(data)
            headers = {"ETag": f'"{etag}"', "X_Repo_Commit": oid}
            if (wanted := re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))) is None:
                return self.say(200, data=data, **headers)
            first, last = int(wanted[1]), int(wanted[2] or len(data) - 1)
            headers["Content_Range"] = f"bytes {first}-{min(last, len(data) - 1)}/{len(data)}"
            self.say(206, data=data[first : last + 1], **headers)
        return None
