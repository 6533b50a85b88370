"""What the README says is what happens: its Python runs, its figures are those of the build."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from data_cards.tables import percent

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
COMMANDS = re.findall(
    r"^(?:make|twokeys) [^#\n]*", "\n".join(re.findall(r"```bash\n(.*?)```", TEXT, re.DOTALL)), re.MULTILINE
)


def test_the_commands_of_the_readme_exist() -> None:
    from typer.main import get_command

    import twokeys

    verbs = set(get_command(twokeys.app).commands)  # type: ignore[attr-defined]
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert COMMANDS
    for command in COMMANDS:
        tool, verb = command.split()[:2]
        assert verb in (targets if tool == "make" else verbs), command


def test_links_of_the_readme_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert (ROOT / target).exists(), target


@pytest.mark.slow
def test_the_readme_holds_what_the_build_gives(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import twokeys

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    built = twokeys.build("easy-vqa", Path("out/easy-vqa")).manifest
    for block in BLOCKS:
        exec(block, {})
    counted = [float(share) for share in re.findall(r"= ([\d.]+)%", capsys.readouterr().out)]
    assert len(counted) == 4
    assert max(counted) <= 50
    figures = [f"{built.rows_read:,}", f"{built.kept:,}"]
    figures += [percent(b.ceiling(view).share) for b in (built.before, built.after) for view in ("question", "image")]
    for blindness in (built.before, built.after):
        for view in ("question", "image"):
            best = blindness.best(view=view)
            assert best is not None
            figures.append(percent(best.accuracy))
    for figure in figures:
        assert figure in TEXT, figure


def test_the_rule_that_the_contributing_guide_shows_keeps_the_contract(tmp_path: Path) -> None:
    from filters import check_rule, make

    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    path = tmp_path / "no_colour.py"
    path.write_text(textwrap.dedent(shown), encoding="utf-8")
    assert check_rule(make(f"{path}:NoColour", {})) == []
