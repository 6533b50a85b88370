"""A small file cannot take a machine's memory or an hour.

Claim: limits are held before reading and decoding; one image takes at most a second or two and 600 MB at the usual
limits, whatever it is.
Attack: images of a few bytes and many pixels, scans, frames or texts; files of gigabytes that take no room; recipes,
answers and READMEs whose aliases stand for a billion values, or for themselves.
Before (ba22272): a GIF of 35 bytes took 2.3 GB and 23 s, a sparse file of 6 GB was read whole, aliases hung a build.
Now: the measured worst is 0.9 s and 575 MB (`python -m tests.reliability`, docs/reliability.md); the rest is refused.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attacks.bombs import BOMBS
from tests.pipeline.toy import Toy
from tests.reliability.pictures import decoded
from twokeys.builder.read.held import read_held
from twokeys.builder.read.source import find
from twokeys.builder.recipe import Corpus, load
from twokeys.core.errors import BadInput
from twokeys.core.pictures.limits import MAX_BYTES

REFUSED = {"gif-largest", "gif-outside", "png-outside", "png-text", "jpeg-scans"}


@pytest.fixture(autouse=True)
def soon() -> Iterator[None]:
    """No attack may take longer than half a minute."""
    signal.alarm(30)
    yield
    signal.alarm(0)


@pytest.mark.parametrize("name", BOMBS)
def test_an_image_is_decoded_or_refused_in_little_time_and_memory(name: str) -> None:
    addresses = 900 * 2**20  # the system counts addresses; of those the process touches fewer
    assert decoded(BOMBS[name](), seconds=10, memory=addresses) == (2 if name in REFUSED else 0)


def test_a_file_of_gigabytes_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "sparse.png").open("wb") as file:
        file.truncate(6 * 2**30)
    with pytest.raises(BadInput, match=f"at most {MAX_BYTES:,} bytes"):
        read_held(tmp_path, "sparse.png")


LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 10)}]\n" for number in range(1, 10)
)
MERGES = "m0: &m0 {k: v}\n" + "".join(
    f"m{number}: &m{number} {{<<: [{', '.join([f'*m{number - 1}'] * 10)}]}}\n" for number in range(1, 10)
)
YAML = {
    "aliases": LAUGHS,
    "aliases in a field": f"{LAUGHS}title: *a9\n",
    "merges": MERGES,
    "itself": "name: &a [*a]\n",
    "itself as a mapping": "&a {name: *a}",
    "itself merged": "&a {<<: *a}",
    "columns of itself": "columns: &c {values: *c}",
    "deep lists": "[" * 100_000,
    "deep mappings": "{a: " * 5_000,
    "long number": f"name: {'9' * 10_000}",
    "long number by sixty": f"name: 1{':59' * 5_000}",
    "no date": "name: 9999-99-99",
}


@pytest.mark.parametrize("text", YAML.values(), ids=YAML)
def test_a_recipe_that_stands_for_a_billion_values_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "recipe.yaml").write_text(text)
    with pytest.raises(BadInput) as error:
        load(tmp_path / "recipe.yaml")
    assert error.value.remedy
    assert len(str(error.value)) < 2_000


@pytest.mark.parametrize("text", YAML.values(), ids=YAML)
def test_so_are_answers_of_a_datasheet(tmp_path: Path, text: str) -> None:
    (tmp_path / "answers.yaml").write_text(text)
    recipe = Toy(tmp_path).save(tmp_path / "recipe.yaml", datasheet="answers.yaml")
    with pytest.raises(BadInput) as error:
        load(recipe)
    assert error.value.remedy


@pytest.mark.parametrize("name", ["aliases", "merges", "itself", "deep lists"])
def test_so_is_the_head_of_a_readme(tmp_path: Path, name: str) -> None:
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "README.md").write_text(f"---\n{YAML[name]}\n---\n# Title\n")
    with pytest.raises(BadInput, match=r"README\.md"):
        find(Corpus(format="hf", name="c", path="c", revision="r", license="mit"), tmp_path)


def test_a_recipe_of_gigabytes_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "recipe.yaml").open("wb") as file:
        file.truncate(6 * 2**30)
    with pytest.raises(BadInput, match="6,442,450,944 bytes"):
        load(tmp_path / "recipe.yaml")


def test_aliases_in_measure_are_fine(tmp_path: Path) -> None:
    (tmp_path / "recipe.yaml").write_text(
        "title: &t Shapes\nname: shapes\ndescription: *t\n"
        "corpora: [{format: table, name: t, path: t, revision: r, license: mit}]\n"
    )
    assert load(tmp_path / "recipe.yaml").description == "Shapes"
