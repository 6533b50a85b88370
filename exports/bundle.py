"""One self-contained Python file from a module and those of ours that it imports: one source, frozen where it is sent.

Where an export runs there may be no twokeys. So the very text of the modules that put questions and read replies is
written into it, in the order in which they need each other, with nothing rewritten; what differs is that imports stand
at the top, and that constants of `twokeys.exports.harness.facts` have values.
"""

from __future__ import annotations

import ast
import pprint
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

OURS = ("twokeys",)


def bundled(module: str, heading: str, constants: Mapping[str, object]) -> str:
    """Write a module and all of ours that it needs as one file.

    Args:
        module: Full name of the module that runs in a harness; it is read, not imported.
        heading: Text of the file's docstring.
        constants: Name -> value, for names that the modules assign at their top.

    Raises:
        ValueError: When two modules give one name to two things, or a constant is assigned nowhere.
    """
    parts: dict[str, str] = {}
    _collect(module, parts)
    imports: dict[str, None] = {}
    body: list[str] = []
    owner: dict[str, str] = {}
    for name, source in parts.items():
        if name != module:
            body.append(f"# What follows is the text of twokeys' module {name}.")
        for node in ast.parse(source).body[1:]:  # after the module's docstring
            if isinstance(node, ast.Import | ast.ImportFrom):
                if not _ours(node) and not _future(node):
                    imports[ast.unparse(node)] = None
                continue
            names = _names(node)
            for own in names:
                if owner.setdefault(own, name) != name:
                    raise ValueError(f"{own!r} is a name in {owner[own]} and in {name}: rename one")
            given = next((own for own in names if own in constants), None)
            body.append(_text(source, node) if given is None else f"{given} = {_literal(constants[given])}")
    if missing := set(constants) - set(owner):
        raise ValueError(f"no module of {', '.join(parts)} assigns {', '.join(sorted(missing))}")
    head = f'"""{_escaped(heading.strip())}\n"""\n\nfrom __future__ import annotations\n\n' + "\n".join(sorted(imports))
    return head + "\n\n\n" + "\n\n\n".join(body) + "\n"


def _collect(name: str, parts: dict[str, str]) -> None:
    """Sources of a module and those of ours that it imports, what is needed first."""
    if name in parts:
        return
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ValueError(f"no module {name!r}")
    source = Path(spec.origin).read_text(encoding="utf-8")
    for node in ast.parse(source).body:
        if isinstance(node, ast.ImportFrom) and _ours(node):
            if any(alias.asname for alias in node.names):
                raise ValueError(f"{name}: a name of ours is imported under another: {ast.unparse(node)}")
            _collect(str(node.module), parts)
    parts[name] = source


def _ours(node: ast.Import | ast.ImportFrom) -> bool:
    return isinstance(node, ast.ImportFrom) and str(node.module).partition(".")[0] in OURS


def _future(node: ast.Import | ast.ImportFrom) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _names(node: ast.stmt) -> list[str]:
    """Names that a statement binds at the top of a module."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _text(source: str, node: ast.stmt) -> str:
    """A statement's own text, its decorators included."""
    first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", []))])
    return "\n".join(source.splitlines()[first - 1 : node.end_lineno])


def _escaped(text: str) -> str:
    """Text that can stand in a docstring: a title comes from outside, and must not end the string and go on as code."""
    plain = text.replace("\\", "\\\\").replace('"', '\\"')
    return "".join(c if c == "\n" or c.isprintable() else c.encode("unicode_escape").decode() for c in plain)


def _literal(value: object) -> str:
    return pprint.pformat(value, width=110, sort_dicts=False)
