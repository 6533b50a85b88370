"""`twokeys verify` passes on what was built, and finds whatever is changed afterwards."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.pipeline.adversary import failed
from twokeys.builder.build import Built
from twokeys.builder.checks.checks import CHECKS
from twokeys.builder.checks.datasheet import DATASHEET
from twokeys.builder.checks.signature import CHECK as SIGNED
from twokeys.builder.checks.stated import STATED
from twokeys.builder.checks.told import TOLD
from twokeys.builder.verify import verify

FILES = [
    "CITATION.cff",
    "DATASHEET.md",
    "LICENSE",
    "README.md",
    "assets/answers.csv",
    "assets/answers.png",
    "assets/blindness.csv",
    "assets/blindness.png",
    "assets/categories.csv",
    "assets/categories.png",
    "assets/funnel.csv",
    "assets/funnel.png",
    "balanced/test-00000-of-00001.parquet",
    "balanced/train-00000-of-00001.parquet",
    "certificate.json",
    "croissant.json",
    "manifest.json",
    "measurements/test-00000-of-00001.parquet",
    "measurements/train-00000-of-00001.parquet",
    "removed/test-00000-of-00001.parquet",
    "removed/train-00000-of-00001.parquet",
    "report.html",
]

pytestmark = pytest.mark.usefixtures("other_checks")


def test_the_files_damaged_here_are_all_there_are(built: Built) -> None:
    found = sorted(path.relative_to(built.folder).as_posix() for path in built.folder.rglob("*") if path.is_file())
    assert found == FILES


def test_a_fresh_build_passes_every_check(built: Built) -> None:
    findings = verify(built.folder)
    assert [finding.check for finding in findings] == ["manifest", "files", SIGNED, *CHECKS, DATASHEET, TOLD, STATED]
    assert not failed(built.folder)
    assert {finding.check for finding in findings if finding.outcome == "absent"} == {
        "expected label noise", "constructed partners", "audited tier", "cheap adversaries, fitted again",
        "rows of pairs", "rows of eval.yaml", TOLD, SIGNED,
    }  # fmt: skip
    counted = {finding.check: finding.counted for finding in findings}
    rows = built.manifest.kept
    assert counted["files"] == f"{len(FILES) - 1} files"
    assert counted["rows of measurements"] == f"{rows:,} rows"
    assert counted["certificate"].startswith(f"{rows:,} rows, ")
    table = findings.to_pandas()
    assert table["outcome"].tolist() == [finding.outcome for finding in findings]


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
