"""`twokeys verify` finds changed claims: numbers of the manifest, certificate, texts."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from copy import copy
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.adversary import Adversary, Row, failed, first
from tests.pipeline.conftest import Build
from tests.pipeline.toy import Toy, published, rule_file
from twokeys.builder.balance.select import REASONS
from twokeys.builder.build import Built
from twokeys.builder.checks.checks import CHECKS
from twokeys.builder.checks.report import same_report
from twokeys.builder.publish.folder import Folder
from twokeys.data_cards.manifest import Manifest

pytestmark = pytest.mark.usefixtures("other_checks")


def _kinds(paths: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The last path of each kind: paths that differ only in their place in a list are of one kind."""
    return list({tuple("" if isinstance(step, int) else step for step in path): path for path in paths}.values())


def _numbers(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths of all numbers in a JSON value."""
    if isinstance(value, dict):
        return [found for name, inner in value.items() for found in _numbers(inner, (*path, name))]
    if isinstance(value, list):
        return [found for place, inner in enumerate(value) for found in _numbers(inner, (*path, place))]
    return [path] if isinstance(value, (int, float)) and not isinstance(value, bool) else []


COUNTED_OUTSIDE = {"groups", "format", "recipe"}
"""What the rows of a folder cannot tell: how its groups were made. The recipe is what the rest is held against."""


@pytest.fixture(params=["one of a kind", pytest.param("all", marks=pytest.mark.slow)])
def numbers(request: pytest.FixtureRequest, rich: Built) -> list[tuple[Any, ...]]:
    """Paths of the numbers in a manifest that a folder's rows can tell."""
    found = [path for path in _numbers(rich.manifest.model_dump(mode="json")) if path[0] not in COUNTED_OUTSIDE]
    told = [path for path in found if (path[0], path[-1]) != ("rules", "version")]
    assert len(told) > 150
    return told if request.param == "all" else _kinds(told)


@pytest.fixture(scope="module")
def rich(toy: Toy, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A build with rules that drop, weights, and rows set aside."""
    from twokeys.builder.build import build

    place = tmp_path_factory.mktemp("rich")
    corpora = Path(shutil.copytree(toy.corpora, place / "corpora"))
    spoilt = Toy(corpora, {split: [*rows, rows[0] | {"id": "bad", "question": ""}] for split, rows in toy.rows.items()})
    recipe = spoilt.write().save(
        place / "recipe.yaml",
        bad_rows="set aside",
        rules=[*toy.recipe()["rules"], f"{rule_file(place)}:Nice"],
        balance={"weight": "question.prior.p_gold", "within": ["split"]},
    )
    return build(recipe, place / "out", corpora=corpora, engine="serial")


def test_a_build_with_everything_in_it_passes(rich: Built) -> None:
    assert not failed(rich.folder)
    assert all(rule.effects for rule in rich.manifest.rules)
    assert any(part.weight != part.kept for part in rich.manifest.balance)
    assert rich.manifest.set_aside == 2
    assert not list(same_report(Folder.read(rich.folder, rich.manifest)))


def test_every_number_of_the_manifest_is_recounted(rich: Built, numbers: list[tuple[Any, ...]]) -> None:
    # The rows are read once; then each number is changed, and every check but the card's may find it: a card can be
    # written anew.
    known = Folder.read(rich.folder, rich.manifest)
    first = [name for name in reversed(CHECKS) if not name.startswith("card") and name != "plots"]
    checks = [CHECKS[name] for name in (*first, "plots")]  # drawing takes longest, and would find nearly everything
    missed = []
    for path in numbers:
        claims = rich.manifest.model_dump(mode="json")
        place = claims
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] += 1 if isinstance(place[path[-1]], int) else 0.001
        changed = copy(known)
        changed.manifest = Manifest.model_validate(claims)
        if not any(problem for check in checks for problem in check(changed)):
            missed.append(path)
    assert not missed


@pytest.mark.parametrize(
    ("name", "change"),
    {
        "title": lambda m: m.update(title="Other"),
        "authors": lambda m: m.update(authors=["Eve"]),
        "licence": lambda m: m["sources"][0].update(license="cc0-1.0"),
        "citation": lambda m: m["sources"][0].update(citation="none"),
        "a source more": lambda m: m["sources"].append(m["sources"][0] | {"name": "other", "splits": []}),
        "a rule less": lambda m: m["rules"].pop(0),
        "a step less": lambda m: m["funnel"].pop(1),
        "a step's name": lambda m: m["funnel"][1].update(name="other"),
        "a part less": lambda m: m["balance"].pop(0),
        "a part more": lambda m: m["balance"].append(m["balance"][0]),
        "a part's name": lambda m: m["balance"][0]["part"].update(split="dev"),
        "a solver": lambda m: m["balance"][0].update(solved={"oracle": 1}),
        "a config less": lambda m: m["configs"].pop("removed"),
        "a baseline less": lambda m: m["after"].update(scores=[]),
        "a stratum less": lambda m: m["before"]["ceilings"].pop(),
        "an example": lambda m: m["rules"][0]["examples"][0].update(reason="dull"),
        "promise": lambda m: (m.update(max_share=0.9), m["recipe"]["balance"].update(max_share=0.9)),
        "smaller promise": lambda m: (m.update(max_share=0.4), m["recipe"]["balance"].update(max_share=0.4)),
        "parts": lambda m: m["recipe"]["balance"].update(within=["source", "split", "answer_type"]),
        "seed": lambda m: m["recipe"].update(seed=7),
        "parameters": lambda m: m["recipe"]["rules"][2]["with"].update(word="ugly"),
        "no recipe": lambda m: m.update(recipe={}),
    }.items(),
)
def test_a_changed_claim_is_found(
    rich: Built, tmp_path: Path, name: str, change: Callable[[dict[str, Any]], None]
) -> None:
    adversary = Adversary(Path(shutil.copytree(rich.folder, tmp_path / "copy")))
    change(adversary.manifest)
    try:
        adversary.forge()
    except (ValueError, KeyError):
        adversary.hide()
    problems = failed(adversary.folder)
    assert problems, name
    assert "files" not in problems or name == "a config less", "its tables are of no config"
    assert "fingerprints and versions" not in problems or name == "a config less"


@pytest.mark.parametrize("key", ["verdict", "max_share", "within", "tier", "reasons", "ceilings", "statements"])
def test_a_changed_certificate_is_found(folder: Path, key: str) -> None:
    adversary = Adversary(folder)
    adversary.certificate(lambda said: said.update({key: "certified beyond doubt"}))
    adversary.hide()
    assert list(failed(folder)) == ["certificate"]


@pytest.mark.parametrize("name", ["README.md", "LICENSE", "CITATION.cff", "croissant.json"])
def test_a_changed_text_is_found_when_hashes_were_made_to_fit(folder: Path, name: str) -> None:
    path = folder / name
    path.write_text(path.read_text(encoding="utf-8").replace("toy", "boy").replace("Drawn", "Shown"), encoding="utf-8")
    Adversary(folder).hide()
    assert list(failed(folder)) == ["card, licence and citation"]


def test_sizes_in_the_cards_header_are_recounted(folder: Path) -> None:
    path = folder / "README.md"
    text = path.read_text(encoding="utf-8")
    size = sum(file.stat().st_size for file in (folder / "balanced").glob("*.parquet"))
    assert f"download_size: {size}" in text
    path.write_text(text.replace(f"download_size: {size}", f"download_size: {size + 1}"), encoding="utf-8")
    Adversary(folder).hide()
    assert list(failed(folder)) == ["card, licence and citation"]


def test_a_set_that_was_balanced_on_average_only_is_found(toy: Toy, make: Build) -> None:
    # Three colours leave slack at a question; spending it at another keeps the ceiling and breaks the balance.
    built = make(toy, rules=["duplicate-item", "contradicting-golds"])
    adversary = Adversary(built.folder)
    moved: list[Row] = []

    def take(rows: list[Row]) -> None:
        moved.append(first(rows, question="Is it a circle?", answer="no"))
        rows.remove(moved[0])

    adversary.rows("balanced", take)
    adversary.forge()
    problems = failed(built.folder)
    assert any("right too often" in problem for problem in problems["largest balanced set"])


def test_rules_that_are_used_twice_are_told_apart(toy: Toy, make: Build) -> None:
    strict, lax = (
        {"rule": "solved-by-k", "with": {"baselines": ["question.prior"], "k": 1, "min_p": p}} for p in (0.6, 0.0)
    )
    built = make(toy, rules=[strict, lax])
    assert [rule.id for rule in built.manifest.rules] == ["solved-by-k", "solved-by-k (2)"]
    assert all(rule.dropped for rule in built.manifest.rules)
    assert not failed(built.folder)


def test_two_golds_for_one_question_leave_and_every_item_that_stays_has_both_partners(toy: Toy, make: Build) -> None:
    built = make(toy, rules=[])
    assert built.manifest.partners.both == built.manifest.kept > 0
    assert built.manifest.after.ceiling("both").share == 1 > built.manifest.before.ceiling("both").share
    gone = [row["question"] for row in published(built.folder, "removed") if row["reason"] == REASONS[0]]
    assert gone == ["Is it big?"] * 4
    assert not failed(built.folder)
