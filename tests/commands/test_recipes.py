"""`twokeys recipe init` and `twokeys recipe check`, as people run them."""

from __future__ import annotations

import json

import pytest
from PIL import Image

from tests.pipeline.toy import run


@pytest.fixture
def folder(tmp_path):
    """A folder of a table with its images."""
    rows = []
    for number in range(12):
        (tmp_path / "mine/images").mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (9, 9), (number * 20, 9, 9)).save(tmp_path / f"mine/images/{number}.png")
        rows.append({"question": "Is it red?", "answer": "yes" if number > 5 else "no", "file": f"{number}.png"})
    (tmp_path / "mine/test.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return tmp_path


def test_a_recipe_is_started_and_checked_by_two_commands_that_fit_80_columns(folder):
    started = run("recipe", "init", "mine", cwd=folder, COLUMNS="80")
    assert started.returncode == 0, started.stderr
    assert "Recipe: mine.yaml" in started.stdout
    assert "Next: twokeys recipe check mine.yaml" in started.stdout
    assert (folder / "mine.sample.txt").is_file()
    checked = run("recipe", "check", "mine.yaml", cwd=folder, COLUMNS="80")
    assert checked.returncode == 0, checked.stdout
    assert "nothing is wrong" in checked.stdout
    assert "Look at this: mine: the licence is unknown" in checked.stdout
    printed = [line for line in (started.stdout + checked.stdout).splitlines() if "FILL IN" not in line]
    assert max(map(len, printed)) <= 80
    again = run("recipe", "init", "mine", cwd=folder)
    assert (again.returncode, "there is such a file already" in again.stderr) == (2, True)


def test_what_is_wrong_ends_with_status_2_and_is_json_on_request(folder):
    run("recipe", "init", "mine", cwd=folder)
    text = (folder / "mine.yaml").read_text()
    (folder / "mine.yaml").write_text(
        text.replace("bad_rows:", "bad_row:").replace("license: unknown", "license: cc-by")
    )
    wrong = run("recipe", "check", "mine.yaml", cwd=folder)
    assert wrong.returncode == 2
    assert "did you mean 'bad_rows'" in " ".join(wrong.stdout.split())
    (folder / "mine.yaml").write_text(text.replace("license: unknown", "license: cc-by"))
    told = run("recipe", "check", "mine.yaml", "--json", cwd=folder)
    found = json.loads(told.stdout)
    assert (told.returncode, found["good"], len(found["problems"])) == (2, False, 1)
    assert found["splits"] == [{"corpus": "mine", "split": "test", "rows": 12, "bad": []}]


def test_bad_rows_are_told_by_kind(folder):
    lines = (folder / "mine/test.jsonl").read_text().splitlines()
    bad = [json.dumps(json.loads(line) | {"answer": None}) for line in lines[:3]]
    (folder / "mine/test.jsonl").write_text("\n".join([*bad, *lines[3:]]))
    started = run("recipe", "init", "mine", cwd=folder)
    checked = run("recipe", "check", "mine.yaml", cwd=folder)
    assert "Not read: 3 rows: the answer is missing." in started.stdout
    assert "Bad: 3 rows: the answer is missing." in checked.stdout
    assert "Such as test.jsonl, row 1; test.jsonl, row 2; test.jsonl, row 3." in " ".join(checked.stdout.split())
