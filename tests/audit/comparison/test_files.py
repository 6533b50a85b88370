"""What a comparison writes: tables that read back, text of others that stays text, and the Hub's own reader."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from huggingface_hub import ModelCard, parse_eval_result_entries
from PIL import Image

from tests.audit.comparison.toy import run_folder, table
from twokeys.audit.comparison.compare import compare
from twokeys.audit.comparison.files import latex, page
from twokeys.audit.comparison.result import TABLES, Compared
from twokeys.core.errors import BadInput
from twokeys.core.lock import alone_in

HOSTILE = r"a|b_<script>$\frac$ \input{passwd} & 50%" + "\n\n# head ~^{}"
TASKS = [
    {"id": "shapes-open", "choices": False, "split": "test", "items": 8},
    {"id": "shapes-choice", "choices": True, "split": "test", "items": 4},
]


def two(tmp_path: Path, said: dict[str, Any] | None = None, names: tuple[str, str] = ("one", "two")) -> list[Path]:
    """Two runs over twelve items, four of which have options."""
    items = table(12, choices=[[]] * 8 + [["yes", "no"]] * 4)
    first = run_folder(tmp_path / "first", items, [True] * 9 + [False] * 3, said, model=names[0])
    return [first, run_folder(tmp_path / "second", items, [False] * 6 + [True] * 6, said, model=names[1])]


def test_every_file_is_there_and_holds_the_same_figures(tmp_path: Path) -> None:
    found = compare(*two(tmp_path), out=tmp_path / "out")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    tables = {f"{name.replace(' ', '_')}.csv" for name in TABLES}
    assert names == tables | {"compare.md", "compare.tex", "compare.json", "compare.png", "compare.svg"}
    for name in TABLES[:2]:
        disk = pd.read_csv(tmp_path / "out" / f"{name}.csv")
        pd.testing.assert_frame_equal(disk, found.to_pandas(name), check_dtype=False)
    assert "| one | 75.0 %" in (tmp_path / "out/compare.md").read_text()
    assert "one & 75.0 \\%" in (tmp_path / "out/compare.tex").read_text()
    assert Image.open(tmp_path / "out/compare.png").width > 800
    assert ET.parse(tmp_path / "out/compare.svg").getroot().tag.endswith("svg")


def test_the_same_runs_give_the_same_bytes(tmp_path: Path) -> None:
    runs = two(tmp_path)
    for name in ("a", "b"):
        compare(*runs, out=tmp_path / name)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name


def test_a_folder_that_another_process_writes_is_left_alone(tmp_path: Path) -> None:
    with alone_in(tmp_path / "out"), pytest.raises(BadInput, match="another process is writing"):
        compare(*two(tmp_path), out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_table_can_be_asked_for_by_name_alone(tmp_path: Path) -> None:
    found = compare(*two(tmp_path))
    assert {name: len(found.to_pandas(name)) for name in TABLES} == {
        "rates": 2, "differences": 1, "categories": 0, "category differences": 0,
    }  # fmt: skip
    assert "two" in found._repr_html_()
    with pytest.raises(ValueError, match="there are rates, differences"):
        found.to_pandas("none")  # type: ignore[arg-type]


@pytest.fixture
def hostile(tmp_path: Path) -> Compared:
    """Names of a model and of a category that mean something in Markdown, HTML and LaTeX."""
    import json

    kinds = [json.dumps({"kind": HOSTILE if number < 6 else "plain"}) for number in range(12)]
    said = {"categories": ["kind"]}
    return compare(
        run_folder(tmp_path / "a", table(12, meta=kinds), [True] * 12, said, model=HOSTILE),
        run_folder(tmp_path / "b", table(12, meta=kinds), [False] * 12, said, model="b"),
        out=tmp_path / "out",
    )


def test_text_of_others_stays_text_in_latex(hostile: Compared) -> None:
    text = latex(hostile)
    assert r"\input" not in text
    assert r"\textbackslash input\{" in text
    body = re.sub(r"\\[%$&_#{}]|\\text\w+|\\(top|mid|bottom)rule|\\(begin|end)\{tabular\}(\{\w+\})?|\\\\", "", text)
    for mark in "$#_^~<>|":
        assert mark not in "\n".join(line for line in body.splitlines() if not line.startswith("%")), mark
    for block in re.findall(r"\\toprule\n(.*?)\\bottomrule", text, re.DOTALL):
        lines = [line for line in block.splitlines() if line != "\\midrule"]
        assert len({len(re.findall(r"(?<!\\)&", line)) for line in lines}) == 1
        assert all(line.endswith(r"\\") for line in lines)


def test_text_of_others_stays_text_in_markdown_html_and_figures(hostile: Compared, tmp_path: Path) -> None:
    text = page(hostile)
    assert not re.search(r"(?<!\\)<script", text)
    assert "\n# head" not in text
    for block in text.split("\n\n"):
        lines = block.splitlines()
        if lines[0].startswith("|"):
            assert len({len(re.findall(r"(?<!\\)\|", line)) for line in lines}) == 1
    assert "<script" not in hostile._repr_html_()
    assert "<script" not in (tmp_path / "out/compare.svg").read_text()
    assert ET.parse(tmp_path / "out/categories.svg").getroot() is not None


def test_the_hubs_reader_reads_results_of_tasks(tmp_path: Path) -> None:
    """Eight items without options, of which the first run has 8 and the second 2; four with options: 1 and 4."""
    compare(*two(tmp_path, {"tasks": TASKS}), out=tmp_path / "out", repository="me/shapes", revision="v1.0.7")
    values = {}
    for run in ("one", "two"):
        text = (tmp_path / "out/hub" / run / ".eval_results/shapes.yaml").read_text(encoding="utf-8")
        for entry in parse_eval_result_entries(yaml.safe_load(text)):
            assert (entry.dataset_id, entry.dataset_revision) == ("me/shapes", "v1.0.7")
            assert "95 % interval" in str(entry.notes)
            values[run, entry.task_id] = entry.value
    assert values == {
        ("one", "shapes-open"): 100.0, ("one", "shapes-choice"): 25.0,
        ("two", "shapes-open"): 25.0, ("two", "shapes-choice"): 100.0,
    }  # fmt: skip


def test_the_hubs_reader_reads_the_header_of_a_model_card(tmp_path: Path) -> None:
    compare(*two(tmp_path, {"tasks": TASKS}), out=tmp_path / "out", repository="me/shapes")
    results = ModelCard.load(tmp_path / "out/hub/one/README.md").data.eval_results
    (accuracy,) = results or []
    assert (accuracy.dataset_type, accuracy.dataset_name, accuracy.dataset_config) == (
        "me/shapes",
        "Shapes",
        "balanced",
    )
    assert (accuracy.metric_type, accuracy.metric_value, accuracy.task_type) == (
        "accuracy", 75.0, "visual-question-answering",
    )  # fmt: skip


def test_a_part_of_a_task_is_no_result_of_it(tmp_path: Path) -> None:
    more = [TASKS[0] | {"items": 9}, TASKS[1]]
    with pytest.raises(BadInput, match=r"scored 8 items .* task shapes-open\. Allowed: all 9 items.*--limit"):
        compare(*two(tmp_path / "part", {"tasks": more}), out=tmp_path / "out", repository="me/shapes")
    with pytest.raises(BadInput, match=r"has no eval\.yaml.*eval: true"):
        compare(*two(tmp_path / "none"), out=tmp_path / "out", repository="me/shapes")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("repository", ["shapes", "a/b/c", "../x", "me/sha pes", "/x", "me/", "me/..", "./x"])
def test_a_repository_is_an_owner_and_a_name(repository: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no name of a repository"):
        compare(*two(tmp_path, {"tasks": TASKS}), out=tmp_path / "out", repository=repository)
    assert not (tmp_path / "out").exists()


def test_models_that_are_called_alike_or_like_paths_have_folders_of_their_own(tmp_path: Path) -> None:
    names = ("../../x y", "..\\..\\x-Y")
    compare(*two(tmp_path, {"tasks": TASKS}, names), out=tmp_path / "out", repository="me/shapes")
    assert sorted(path.name for path in (tmp_path / "out/hub").iterdir()) == ["x-Y-2", "x-y"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first", "out", "second"]


def test_the_place_of_results(tmp_path: Path) -> None:
    runs = two(tmp_path, {"tasks": TASKS})
    with pytest.raises(BadInput, match="Name the folder with --out"):
        compare(*runs, repository="me/shapes")
    with pytest.raises(BadInput, match="is the folder of a run"):
        compare(*runs, out=runs[0])
