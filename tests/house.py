"""The house: which folder stands on which. Imports go down the floors, and never in a circle.

    python -m tests.house       draws docs/images/house.svg and prints files, lines, circles, parameters

Every import counts: those inside functions and those for type checkers alone, too.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
FLOORS = (
    ("core",),
    ("filters", "data_cards"),
    ("audit",),
    ("builder/sources", "builder/recipe_text", "builder/recipe_errors"),
    ("builder/recipe_audited",),
    ("builder/run", "builder/recipe"),
    ("builder/graph",),
    ("builder/read",),
    ("builder/guess",),
    ("builder/measure",),
    ("builder/filter",),
    ("builder/balance",),
    ("builder/pair",),
    ("builder/certify",),
    ("builder/publish",),
    ("builder/checks",),
    ("builder",),
    ("exports", "browsing"),
    ("commands",),
)
"""Rooms from the ground up: folders, and files beside folders without their ending; `builder` holds its verbs."""
PICTURE = ROOT / "docs/images/house.svg"


@cache
def modules() -> dict[str, Path]:
    """Dotted name, without `twokeys.` -> file of every module that is installed."""
    folders = sorted({room.partition("/")[0] for floor in FLOORS for room in floor})
    files = [path.relative_to(ROOT) for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return {".".join(path.with_suffix("").parts).removesuffix(".__init__"): ROOT / path for path in files}


@cache
def imports() -> dict[str, frozenset[str]]:
    """Module -> the modules of ours that it imports, by any import statement in it."""
    known = modules()
    out: dict[str, frozenset[str]] = {}
    for module, path in known.items():
        named: set[str] = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "twokeys":
                base = str(node.module).partition(".")[2]
                named |= {
                    inner if (inner := f"{base}.{alias.name}".strip(".")) in known else base for alias in node.names
                }
            elif isinstance(node, ast.Import):
                named |= {alias.name.partition(".")[2] for alias in node.names if alias.name.startswith("twokeys.")}
        out[module] = frozenset(named & known.keys()) - {module}
    return out


def room(module: str) -> str:
    """The room of FLOORS in which a module stands: the innermost one."""
    path = module.replace(".", "/")
    return max((room for floor in FLOORS for room in floor if path == room or path.startswith(f"{room}/")), key=len)


def floor(name: str) -> int:
    """On which floor a room is; the ground is 0."""
    return next(number for number, rooms in enumerate(FLOORS) if name in rooms)


def upward() -> list[str]:
    """Imports that do not go down: to a higher floor, or to another room of the same one."""
    found = []
    for module, targets in imports().items():
        here = room(module)
        found += [
            f"{module} -> {target}" for target in targets if room(target) != here and floor(room(target)) >= floor(here)
        ]
    return sorted(found)


def circles() -> list[list[str]]:
    """Modules that import each other, directly or through others."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    names = sorted(imports())
    place = {name: number for number, name in enumerate(names)}
    pairs = [(place[name], place[target]) for name, targets in imports().items() for target in targets]
    rows, columns = zip(*pairs, strict=True)
    graph = csr_array(([1] * len(pairs), (rows, columns)), shape=(len(names), len(names)))
    _, label = connected_components(graph, connection="strong")
    members: dict[int, list[str]] = defaultdict(list)
    for name, circle in zip(names, label, strict=True):
        members[int(circle)].append(name)
    return [found for found in members.values() if len(found) > 1]


def arrows() -> dict[tuple[str, str], int]:
    """(room, room below it) -> how many imports tie them."""
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for module, targets in imports().items():
        for target in targets:
            if room(target) != room(module):
                counts[room(module), room(target)] += 1
    return dict(sorted(counts.items()))


def lines(name: str) -> int:
    """Lines of a room's modules."""
    paths = [path for module, path in modules().items() if room(module) == name]
    return sum(len(path.read_text(encoding="utf-8").splitlines()) for path in paths)


def longest_signature() -> tuple[int, str]:
    """Most parameters of a function, and its name; `self` and `cls` are not counted."""
    most = (0, "")
    for module, path in modules().items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                names = [each.arg for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
                most = max(
                    most, (len([name for name in names if name not in ("self", "cls")]), f"{module}.{node.name}")
                )
    return most


def draw(path: Path) -> None:
    """Draw the floors, the ground at the bottom, and an arc for all imports from one room to another."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure
    from matplotlib.patches import Arc, Rectangle

    from twokeys.data_cards.theme import BLUE, FAINT, INK, ORANGE, STYLE

    rooms = [name for names in FLOORS for name in names]
    height = {name: number for number, name in enumerate(rooms)}
    with rc_context(STYLE | {"svg.hashsalt": "twokeys", "svg.fonttype": "path"}):
        figure = Figure((9, 9.5))
        axes = figure.add_axes((0.01, 0.01, 0.98, 0.98))
        for name, y in height.items():
            inside = name.startswith("builder/")
            axes.add_patch(Rectangle((0, y - 0.36), 5.6, 0.72, facecolor="white", edgecolor=ORANGE if inside else BLUE))
            count = sum(room(module) == name for module in modules())
            axes.text(0.15, y, name.replace("/", " / "), va="center", weight="bold", color=INK)
            axes.text(5.45, y, f"{count} files, {lines(name):,} lines", va="center", ha="right", size=9, color=INK)
        for (upper, lower), count in arrows().items():
            top, bottom = height[upper], height[lower]
            width = 0.35 + 0.75 * (top - bottom)
            middle, colour = (top + bottom) / 2, ORANGE if upper.startswith("builder") else BLUE
            axes.add_patch(
                Arc((5.6, middle), width, top - bottom, theta1=-90, theta2=90, lw=0.4 + 0.25 * count**0.5,
                    color=colour, alpha=0.55)
            )  # fmt: skip
        axes.text(0, len(rooms) - 0.3, "what imports stands above what it imports", size=9, color=INK)
        axes.axhline(-0.55, color=FAINT)
        axes.set(xlim=(-0.1, 12.6), ylim=(-0.6, len(rooms)))
        axes.axis("off")
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    draw(PICTURE)
    most, name = longest_signature()
    every = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in modules().values())
    print(f"{len(modules())} modules, {every:,} lines, {len(upward())} imports upwards, {len(circles())} circles")
    print(f"most parameters: {most}, {name}")
