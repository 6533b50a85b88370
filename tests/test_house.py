"""Which folder stands on which: `tests/house.py` has the floors, and CONTRIBUTING the picture."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests import house


def test_imports_go_down_the_floors() -> None:
    assert house.upward() == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert house.circles() == []


def test_every_module_stands_in_a_room_that_the_floors_name() -> None:
    assert len(house.modules()) > 300
    for module in house.modules():
        assert house.floor(house.room(module)) >= 0
    rooms = {house.room(module) for module in house.modules()}
    assert rooms == {room for floor in house.FLOORS for room in floor}


@pytest.mark.parametrize(
    "statement", ["if TYPE_CHECKING:\n    ", "def later():\n    ", ""], ids=["types", "inside", "top"]
)
def test_an_import_upwards_is_seen_wherever_it_stands(
    statement: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "errors.py"
    path.write_text(f"{statement}from twokeys.builder.build import build\n", encoding="utf-8")
    changed = house.modules() | {"core.errors": path}
    monkeypatch.setattr(house, "modules", lambda: changed)
    monkeypatch.setattr(house, "imports", house.imports.__wrapped__)
    assert house.upward() == ["core.errors -> builder.build"]
    assert any("core.errors" in circle for circle in house.circles())


@pytest.mark.parametrize(
    "folder", ["tests", "benchmarks", *sorted({r.partition("/")[0] for f in house.FLOORS for r in f})]
)
def test_everything_is_imported_under_one_name(folder: str) -> None:
    """Folders lie at the top of the checkout, so `import filters` would work here, and nowhere else."""
    ours = {room.partition("/")[0] for floor in house.FLOORS for room in floor}
    for path in (house.ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [str(node.module)] if isinstance(node, ast.ImportFrom) and not node.level else []
            assert not {name.partition(".")[0] for name in names} & ours, path
