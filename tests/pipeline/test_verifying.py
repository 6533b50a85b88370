"""`twokeys verify` passes on what was built, and finds whatever is changed afterwards."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from builder.build import Built
from builder.checks import CHECKS
from builder.errors import BadInput
from builder.folder import Folder
from builder.report.check import same_report
from builder.verify import verify
from data_cards.manifest import Manifest
from tests.pipeline.adversary import Adversary, Row
from tests.pipeline.conftest import Build
from tests.pipeline.toy import Toy, rule_file

FILES = [
    "CITATION.cff",
    "DATASHEET.md",
    "LICENSE",
    "README.md",
    "assets/blindness.png",
    "assets/funnel.png",
    "balanced/test-00000-of-00001.parquet",
    "balanced/train-00000-of-00001.parquet",
    "certificate.json",
    "croissant.json",
    "manifest.json",
    "removed/test-00000-of-00001.parquet",
    "removed/train-00000-of-00001.parquet",
    "report.html",
]


@pytest.fixture(autouse=True)
def other_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the check of the report, which is written from all rows and claims and would find any change first.

    Each change must be found by the check that counts it. `test_reporting` damages the report.
    """
    monkeypatch.delitem(CHECKS, "report")


def failed(folder: Path) -> dict[str, list[str]]:
    """Checks that fail, with what they found."""
    try:
        return {finding.check: finding.problems for finding in verify(folder) if not finding.ok}
    except BadInput as problem:
        return {"folder": [str(problem)]}


def test_the_files_damaged_here_are_all_there_are(built: Built) -> None:
    found = sorted(path.relative_to(built.folder).as_posix() for path in built.folder.rglob("*") if path.is_file())
    assert found == FILES


def test_a_fresh_build_passes_every_check(built: Built) -> None:
    findings = verify(built.folder)
    assert [finding.check for finding in findings] == ["manifest", "files", *CHECKS]
    assert not failed(built.folder)


def test_a_copy_elsewhere_passes_too_with_what_version_control_adds(folder: Path) -> None:
    (folder / ".git").mkdir()
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (folder / ".gitattributes").write_text("*.parquet filter=lfs\n")
    assert not failed(folder)


@pytest.mark.parametrize(
    ("name", "place"),
    [
        *((name, 0.5) for name in FILES),
        ("manifest.json", 0.0),
        ("manifest.json", 0.999),
        (FILES[6], 0.0),
        (FILES[11], 0.999),
    ],
)
def test_one_flipped_bit_anywhere_is_found(folder: Path, name: str, place: float) -> None:
    data = bytearray((folder / name).read_bytes())
    data[int(place * len(data))] ^= 1
    (folder / name).write_bytes(data)
    assert failed(folder)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_found(folder: Path, name: str) -> None:
    (folder / name).unlink()
    problems = failed(folder)
    assert name in json.dumps(problems)


@pytest.mark.parametrize("name", ["extra.txt", "balanced/extra.parquet", "toy.py", "balanced/.hidden"])
def test_an_added_file_is_found(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"x")
    assert name in json.dumps(failed(folder))


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", "\ufeff{}", '{"digest": 1}', "[" * 5000])
def test_a_manifest_that_is_none_is_a_finding_and_no_crash(folder: Path, text: str) -> None:
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    assert list(failed(folder)) == ["manifest"]


# ------------------------------------------------------------------------------------------------- changed rows
# Each of these changes a cell; the file hashes and the manifest's digest are then made to fit. So only recounting
# finds it. Those under FORGED are found even when fingerprints, versions, certificate and card are made to fit, too.


def first(rows: list[Row], **cells: Any) -> Row:
    """The first row that has these cells."""
    return next(row for row in rows if all(row[name] == value for name, value in cells.items()))


def other(value: str) -> str:
    return "no" if value == "yes" else "yes"


def _answer(rows: list[Row]) -> None:
    row = next(row for row in rows if row["answer_type"] == "yes/no")
    row["answer"] = other(row["answer"])


def _question(rows: list[Row]) -> None:
    rows[0]["question"] += "?"


def _spaces(rows: list[Row]) -> None:
    rows[0]["question"] = f" {rows[0]['question']}"


def _choices(rows: list[Row]) -> None:
    first(rows, answer_type="choice")["choices"].reverse()


def _not_an_option(rows: list[Row]) -> None:
    first(rows, answer_type="choice")["answer"] = "hexagon"


def _unnormalised(rows: list[Row]) -> None:
    row = first(rows, answer_type="open")
    row["answer"] = row["answer"].upper()


def _type(rows: list[Row]) -> None:
    first(rows, answer_type="open")["answer_type"] = "essay"


def _key(rows: list[Row]) -> None:
    rows[0]["question_key"] = rows[1]["question_key"][::-1]


def _partner(rows: list[Row]) -> None:
    rows[0]["image_partner"] = rows[0]["id"]


def _no_partner(rows: list[Row]) -> None:
    rows[0]["question_partner"] = None


def _unknown_partner(rows: list[Row]) -> None:
    rows[0]["question_partner"] = "toy:test:nobody"


def _quad(rows: list[Row]) -> None:
    inside = [row for row in rows if row["quad"]]
    inside[0]["quad"] = inside[-1]["quad"] if inside[-1]["quad"] != inside[0]["quad"] else "elsewhere"


def _no_quads(rows: list[Row]) -> None:
    for row in rows:
        row["quad"] = None


def _prediction(rows: list[Row]) -> None:
    row = next(row for row in rows if row["question.prior.prediction"])
    row["question.prior.prediction"] = row["answer"] if row["question.prior.prediction"] != row["answer"] else "?"


def _refitted(rows: list[Row]) -> None:
    row = next(row for row in rows if row["question.prior.refit.prediction"])
    wrong = row["question.prior.refit.prediction"] != row["answer"]
    row["question.prior.refit.prediction"] = row["answer"] if wrong else "?"


def _probability(rows: list[Row]) -> None:
    next(row for row in rows if row["question.prior.p_gold"] is not None)["question.prior.p_gold"] = 0.125


def _meta(rows: list[Row]) -> None:
    rows[0]["meta"] = '{"a":1}'


def _place(rows: list[Row]) -> None:
    rows[0]["row"] = "elsewhere.jsonl#1"


def _group(rows: list[Row]) -> None:
    rows[0]["group"] = rows[-1]["group"]


def _licence(rows: list[Row]) -> None:
    rows[0]["license"] = "cc0-1.0"


def _identity(rows: list[Row]) -> None:
    rows[0]["id"] += "0"


def _width(rows: list[Row]) -> None:
    for row in rows:
        if row["image_key"] == rows[0]["image_key"]:
            row["image_width"] += 1


def _path(rows: list[Row]) -> None:
    rows[0]["image"]["path"] = "0.png"


def _no_bytes(rows: list[Row]) -> None:
    rows[0]["image"]["bytes"] = None


def _swap(rows: list[Row]) -> None:
    one, two = (
        [row for row in rows if row["image_key"] == key] for key in sorted({row["image_key"] for row in rows})[:2]
    )
    pictures = one[0]["image"], two[0]["image"]
    for row in one:
        row["image"] = pictures[1]
    for row in two:
        row["image"] = pictures[0]


def _repaint(rows: list[Row]) -> None:
    """The same pixels in other bytes, for all rows of a picture."""
    buffer = io.BytesIO()
    Image.open(io.BytesIO(first(rows, image_width=rows[0]["image_width"])["image"]["bytes"])).save(buffer, "WEBP")
    for row in rows:
        if row["image_key"] == rows[0]["image_key"]:
            row["image"] = {"bytes": buffer.getvalue(), "path": None}


def _drop(rows: list[Row]) -> None:
    del rows[0]


def _twice(rows: list[Row]) -> None:
    rows.append(rows[0])


def _reason(rows: list[Row]) -> None:
    first(rows, stage="balance")["reason"] = "it was dull"


def _no_reason(rows: list[Row]) -> None:
    rows[0]["reason"] = ""


def _rule_reason(rows: list[Row]) -> None:
    first(rows, rule="duplicate-item")["reason"] = "it was dull"


def _rule(rows: list[Row]) -> None:
    first(rows, rule="duplicate-item")["rule"] = "contradicting-golds"


def _stage(rows: list[Row]) -> None:
    first(rows, stage="balance")["stage"] = "read"


def _removed_answer(rows: list[Row]) -> None:
    row = first(rows, stage="balance")
    row["answer"] = other(row["answer"])


def _removed_question(rows: list[Row]) -> None:
    row = first(rows, stage="balance")
    row["question"] = row["question"].replace("?", "!")


CHANGED: dict[str, tuple[str, Callable[[list[Row]], None]]] = {
    "probability": ("balanced", _probability),
    "meta": ("balanced", _meta),
    "place": ("balanced", _place),
    "group": ("balanced", _group),
    "repainted": ("balanced", _repaint),
}
"""A fingerprint finds these; who also forges the fingerprint must be met with the fingerprint that was cited."""
FORGED: dict[str, tuple[str, Callable[[list[Row]], None]]] = {
    "answer": ("balanced", _answer),
    "question": ("balanced", _question),
    "spaces": ("balanced", _spaces),
    "order of options": ("balanced", _choices),
    "no option": ("balanced", _not_an_option),
    "not normalised": ("balanced", _unnormalised),
    "answer type": ("balanced", _type),
    "question key": ("balanced", _key),
    "partner": ("balanced", _partner),
    "no partner": ("balanced", _no_partner),
    "unknown partner": ("balanced", _unknown_partner),
    "quad": ("balanced", _quad),
    "no quads": ("balanced", _no_quads),
    "prediction": ("balanced", _prediction),
    "refitted prediction": ("balanced", _refitted),
    "licence": ("balanced", _licence),
    "id": ("balanced", _identity),
    "width": ("balanced", _width),
    "path": ("balanced", _path),
    "swapped pictures": ("balanced", _swap),
    "dropped": ("balanced", _drop),
    "dropped from removed": ("removed", _drop),
    "reason": ("removed", _reason),
    "no reason": ("removed", _no_reason),
    "reason of a rule": ("removed", _rule_reason),
    "rule": ("removed", _rule),
    "stage": ("removed", _stage),
    "answer of a removed row": ("removed", _removed_answer),
    "question of a removed row": ("removed", _removed_question),
    "prediction of a removed row": ("removed", _prediction),
}


NO_FINGERPRINT: dict[str, tuple[str, Callable[[list[Row]], None]]] = {
    "twice": ("balanced", _twice),
    "no bytes": ("balanced", _no_bytes),
}
"""Rows that no fingerprint can be made of."""
HIDDEN = CHANGED | NO_FINGERPRINT | {name: FORGED[name] for name in ("answer", "partner", "quad", "reason", "dropped")}


@pytest.mark.parametrize("name", HIDDEN)
def test_a_changed_cell_is_found_when_hashes_were_made_to_fit(folder: Path, name: str) -> None:
    adversary = Adversary(folder)
    adversary.rows(*HIDDEN[name])
    adversary.hide()
    problems = failed(folder)
    assert problems
    assert not {"manifest", "files"} & set(problems), "hashes fit, so only a recount can have found it"


@pytest.mark.parametrize("name", FORGED)
def test_a_changed_cell_is_found_when_fingerprints_were_made_to_fit_too(folder: Path, name: str) -> None:
    adversary = Adversary(folder)
    adversary.rows(*FORGED[name])
    adversary.forge()
    problems = failed(folder)
    assert problems
    assert not {"manifest", "files", "fingerprints and versions"} & set(problems)


@pytest.mark.parametrize("name", CHANGED)
def test_a_forged_fingerprint_is_another_fingerprint(folder: Path, built: Built, name: str) -> None:
    adversary = Adversary(folder)
    adversary.rows(*CHANGED[name])
    adversary.forge()
    now, cited = adversary.manifest["configs"]["balanced"], built.manifest.configs["balanced"]
    assert now["version"] != cited.version
    assert (now["fingerprint"] == cited.fingerprint) == (name in ("probability", "place"))


def test_dropping_a_row_from_both_sides_of_the_books_is_found(folder: Path) -> None:
    adversary = Adversary(folder)
    adversary.rows("removed", _drop)
    for split in adversary.manifest["sources"][0]["splits"]:
        split["rows"] -= split["split"] == "test"
    adversary.forge()
    assert failed(folder)


# ---------------------------------------------------------------------------------------------- changed claims


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
    from builder.build import build

    place = tmp_path_factory.mktemp("rich")
    corpora = Path(shutil.copytree(toy.corpora, place / "corpora"))
    spoilt = Toy(corpora, {split: [*rows, rows[0] | {"id": "bad", "question": ""}] for split, rows in toy.rows.items()})
    recipe = spoilt.write().save(
        place / "recipe.yaml",
        bad_rows="set aside",
        rules=[*toy.recipe()["rules"], f"{rule_file(place)}:Nice"],
        balance={"weight": "question.prior.p_gold"},
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
    checks = [check for name, check in reversed(CHECKS.items()) if not name.startswith("card")]
    missed = []
    for path in numbers:
        claims = rich.manifest.model_dump(mode="json")
        place = claims
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] += 1 if isinstance(place[path[-1]], int) else 0.001
        changed = replace(known, manifest=Manifest.model_validate(claims))
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
    assert "files" not in problems
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
    assert any("too large a share" in problem for problem in problems["largest balanced set"])


def test_rules_that_are_used_twice_are_told_apart(toy: Toy, make: Build) -> None:
    strict, lax = (
        {"rule": "solved-by-k", "with": {"baselines": ["question.prior"], "k": 1, "min_p": p}} for p in (0.6, 0.0)
    )
    built = make(toy, rules=[strict, lax])
    assert [rule.id for rule in built.manifest.rules] == ["solved-by-k", "solved-by-k (2)"]
    assert all(rule.dropped for rule in built.manifest.rules)
    assert not failed(built.folder)


def test_two_golds_for_one_question_are_no_counterfactuals(toy: Toy, make: Build) -> None:
    built = make(toy, rules=[])
    assert built.manifest.partners.both < built.manifest.kept, (
        "a picture's two golds for one question pair up with nothing"
    )
    assert not failed(built.folder)
