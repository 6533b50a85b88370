"""A package of somebody else's, built and installed, adds one of each kind; a build and the lists know them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.pipeline.toy import ANSWERS, ROOT, Toy, published, run

LISTS = """
import json
from twokeys.audit.explainers.registry import explainers
from twokeys.builder.measure.baselines import baselines
from twokeys.builder.read.corpora import readers
from twokeys.builder.pair.generators.registry import generators
from twokeys.exports.format import FORMATS
from twokeys.filters import rules
kinds = dict(rules=rules, corpora=readers, baselines=baselines, generators=generators, explainers=explainers)
kinds["formats"] = FORMATS.all
print(json.dumps({kind: [name for name in names() if "example" in name] for kind, names in kinds.items()}))
"""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The search path of a process that has the package installed, from a wheel made of its source."""
    place = tmp_path_factory.mktemp("plugin")
    source = shutil.copytree(ROOT / "tests/plugin", place / "source", ignore=shutil.ignore_patterns("__pycache__"))
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    built = [*pip, "wheel", "--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", place, source]
    subprocess.run(built, check=True, capture_output=True)
    (wheel,) = place.glob("*.whl")
    subprocess.run([*pip, "install", "--no-index", "--no-deps", "--target", place / "site", wheel], check=True)
    return {"PYTHONPATH": os.pathsep.join([str(ROOT), str(place / "site")])}


def test_one_of_each_kind_is_found_by_its_entry_point(path: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", LISTS], env=os.environ | path, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == {
        "rules": ["example-colour"],
        "corpora": ["example-lines"],
        "baselines": ["question.example_length"],
        "generators": ["example-repaint"],
        "explainers": ["example-middle"],
        "formats": ["example-lines"],
    }


def test_the_rule_keeps_the_contract(path: dict[str, str]) -> None:
    done = run("rules", "check", "example-colour", **path)
    assert done.returncode == 0, done.stdout


def test_a_build_reads_measures_filters_and_pairs_with_them(path: dict[str, str], tmp_path: Path) -> None:
    toy = Toy.shapes(tmp_path / "corpora")
    folder = toy.corpora / toy.pictures
    for split, rows in toy.rows.items():
        lines = ["\t".join([row["picture"], row["question"], row["answer"]]) for row in rows]
        (folder / f"{split}.txt").write_text("\n".join(lines), encoding="utf-8")
    recipe: dict[str, Any] = {
        "name": "lines",
        "title": "Lines",
        "datasheet": ANSWERS,
        "corpora": [
            {
                "format": "example-lines",
                "name": "lines",
                "path": toy.pictures,
                "revision": "1",
                "license": "cc-by-4.0",
                "homepage": "https://example.org/lines",
            }
        ],
        "measure": {"baselines": ["question.example_length", "image.majority"], "folds": 3},
        "rules": ["duplicate-item", {"rule": "example-colour", "with": {"word": "big"}}],
        "pair": {"partners": "any", "generators": ["example-repaint"]},
    }
    (tmp_path / "lines.yaml").write_text(yaml.safe_dump(recipe), encoding="utf-8")
    out = tmp_path / "out"
    place = ("--out", out, "--corpora", toy.corpora, "--json")
    done = run("build", tmp_path / "lines.yaml", *place, **path)
    assert done.returncode == 0, done.stderr
    assert "question_example_length_p_gold" in next(published(out, "measurements"))
    reasons = {row["rule"]: row["reason"] for row in published(out, "removed")}
    assert reasons["example-colour"] == "says big"
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["packages"]["twokeys-example"] == "0.1.0"
    (painted,) = manifest["pairs"]["kinds"]
    assert (painted["kind"], painted["made"]) == ("example.repaint", 15)  # one a picture, 9 and 6 of them
    assert 0 < painted["added"] <= 15 - sum(painted["refused"].values())
    verified = run("verify", out, **path)
    assert verified.returncode == 0, verified.stdout
    exported = run("export", out, "--to", "example-lines", "--out", tmp_path / "exported", "--json", **path)
    assert exported.returncode == 0, exported.stderr
    questions = (tmp_path / "exported" / "questions.txt").read_text(encoding="utf-8").splitlines()
    assert len(questions) == json.loads(exported.stdout)["facts"]["items"]


def test_without_the_package_a_recipe_that_names_it_is_told_so(tmp_path: Path) -> None:
    toy = Toy.balanced(tmp_path / "corpora")
    recipe = toy.save(tmp_path / "toy.yaml", rules=["example-colour"])
    done = run("build", recipe, "--corpora", toy.corpora, "--out", tmp_path / "out")
    assert done.returncode == 2
    assert "there is no rule 'example-colour'" in done.stderr
