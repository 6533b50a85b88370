"""A folder whose traces are covered: what can be recounted is, and what cannot is listed as stated."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from PIL import Image

from tests.pipeline.adversary import Adversary
from tests.pipeline.toy import Toy
from tests.reliability.alterations import ONLY_STATED, altered
from twokeys.builder.build import Built
from twokeys.builder.checks.stated import STATED
from twokeys.builder.verify import verify
from twokeys.data_cards.figure_files import FILES as FIGURES

pytestmark = pytest.mark.usefixtures("other_checks")


def problems(folder: Path, corpora: Path | None = None) -> dict[str, list[str]]:
    return {one.check: one.problems for one in verify(folder, corpora=corpora) if one.failed}


@pytest.mark.parametrize(
    "name",
    ["notes.txt", "assets/more.png", "loading.py", "balanced/other-00000-of-00001.parquet", "x/y.parquet", ".hidden",
     "balanced/test-00001-of-00001.parquet", "balanced/test.parquet"],
)  # fmt: skip
def test_a_file_that_no_build_writes_is_found_also_if_the_manifest_lists_it(folder: Path, name: str) -> None:
    adversary = Adversary(folder)
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(b"what was never built")
    adversary.hide()
    assert f"{name} is no file of a published folder" in problems(folder)["files"]


def test_a_link_is_found(folder: Path, tmp_path: Path) -> None:
    (folder / "LICENSE").rename(tmp_path / "LICENSE")
    (folder / "LICENSE").symlink_to(tmp_path / "LICENSE")
    Adversary(folder).hide()
    assert problems(folder)["files"] == ["LICENSE is a link"]


@pytest.mark.parametrize(
    "name", ["balanced/train-00000-of-00001.parquet", "more", "assets/plot.png", "manifest.json.minisig"]
)
@pytest.mark.parametrize("linked", [False, True])
def test_a_pipe_in_a_folder_is_a_failed_check_and_no_waiting(
    folder: Path, tmp_path: Path, name: str, linked: bool
) -> None:
    place = folder / name
    place.unlink(missing_ok=True)
    pipe = tmp_path / "pipe" if linked else place
    os.mkfifo(pipe)
    if linked:
        place.symlink_to(pipe)
    problems = [problem for finding in verify(folder) if not finding.ok for problem in finding.problems]
    assert f"{name} is neither a file nor a folder" in problems
    assert any("the rows are not read" in problem for problem in problems)


@pytest.mark.parametrize("name", [name for name in FIGURES if name.endswith(".png")])
def test_a_painted_plot_is_found_and_one_saved_again_is_not(folder: Path, name: str) -> None:
    with Image.open(folder / name) as plot:
        plot.load()
    plot.save(folder / name, compress_level=1)
    Adversary(folder).hide()
    assert not problems(folder)
    plot.paste((200, 20, 20), (100, 100, 120, 120))
    plot.save(folder / name)
    Adversary(folder).hide()
    assert problems(folder) == {"plots": [f"{name} is not the plot that this manifest gives"]}


@pytest.mark.parametrize("name", [name for name in FIGURES if name.endswith(".csv")])
def test_another_number_beside_a_figure_is_found(folder: Path, name: str) -> None:
    """The last digit of the last number of the last row."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    place = max(at for at, letter in enumerate(text) if letter.isdigit())
    path.write_text(f"{text[:place]}{(int(text[place]) + 1) % 10}{text[place + 1 :]}", encoding="utf-8")
    Adversary(folder).hide()
    assert problems(folder) == {"plots": [f"{name} is not the table that this manifest gives"]}


def test_a_figure_that_is_gone_is_missed(folder: Path) -> None:
    (folder / "assets/answers.csv").unlink()
    Adversary(folder).hide()
    assert problems(folder) == {"plots": ["assets/answers.csv is missing"]}


def test_hashes_of_official_files_are_recounted_where_the_files_are(folder: Path, toy: Toy) -> None:
    assert not problems(folder, toy.corpora)
    told = {one.check: one.stated for one in verify(folder, corpora=toy.corpora)}[STATED]
    assert not any("official files" in claim for claim in told)
    adversary = Adversary(folder)
    files = adversary.manifest["sources"][0]["files"]
    name = next(iter(files))
    files[name] = "0" * 64
    adversary.forge()
    assert not problems(folder)
    assert any("2 official files" in claim for one in verify(folder) for claim in one.stated)
    assert problems(folder, toy.corpora) == {
        STATED: [f"toy: {name} is not the file that the manifest states by its hash"]
    }


def test_a_folder_makes_no_file_elsewhere_be_read(folder: Path, toy: Toy, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("mine")
    adversary = Adversary(folder)
    adversary.manifest["sources"][0]["files"] = {"../../secret": "0" * 64, "/etc/passwd": "0" * 64}
    adversary.forge()
    assert STATED not in problems(folder, toy.corpora)


@pytest.mark.parametrize("seed", range(6))
def test_an_alteration_is_found_or_listed(folder: Path, seed: int) -> None:
    """`tests/reliability/alterations.py` does this many times."""
    what = altered(folder, random.Random(seed))
    findings = verify(folder)
    assert not findings.ok or ONLY_STATED.fullmatch(what), what


def test_what_only_the_builder_saw_is_listed(built: Built) -> None:
    (found,) = [one for one in verify(built.folder) if one.check == STATED]
    said = " ".join(found.stated)
    for claim in (
        "versions",
        "key of the build",
        "baselines and adversaries answered",
        "share a fold",
        "official files",
    ):
        assert claim in said
    assert found.outcome == "stated"
