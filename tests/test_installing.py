"""What pip installs is one package, `twokeys`, and it runs beside packages whose names are those of its folders."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

from tests.pipeline.toy import ROOT, Toy

PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
FOLDERS = ("audit", "browsing", "builder", "commands", "data_cards", "exports", "filters")
STRANGERS = ("builder", "filters", "audit")
"""Packages of somebody else, in the same environment and in the folder from which the command runs."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the files under version control and from nothing else in the folder."""
    place = tmp_path_factory.mktemp("wheel")
    source = place / "source"
    for name in tracked():
        target = source / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_symlink():
            target.symlink_to((ROOT / name).readlink())
        else:
            target.write_bytes((ROOT / name).read_bytes())
    built = [*PIP, "wheel", "--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", place, source]
    subprocess.run(built, check=True, capture_output=True)
    (path,) = place.glob("*.whl")
    return path


def tracked() -> list[str]:
    """Files of the checkout that belong to the project or to its build."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    wanted = (*FOLDERS, "core", "twokeys", "pyproject.toml", "README.md", "LICENSE")
    return [name for name in listed.split("\0") if name.partition("/")[0] in wanted and (ROOT / name).exists()]


@pytest.fixture(scope="module")
def command(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`twokeys` of a new environment that holds the wheel, its dependencies, and the strangers."""
    place = tmp_path_factory.mktemp("environment")
    venv.create(place, with_pip=False, symlinks=True)
    paths = sysconfig.get_paths("venv", vars={"base": str(place), "platbase": str(place)})
    packages = Path(paths["purelib"])
    # A line of a .pth file adds a folder, but none of that folder's own .pth files: no editable install comes along.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    subprocess.run([*PIP, "--python", place, "install", "--no-index", "--no-deps", wheel], check=True)
    for name in STRANGERS:
        strange(packages / name)
    return Path(paths["scripts"]) / "twokeys"


def strange(folder: Path) -> None:
    folder.mkdir()
    (folder / "__init__.py").write_text("raise ImportError('this is the package of somebody else')\n", encoding="utf-8")


def ran(command: Path, place: Path, *words: object) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder that holds strangers too."""
    for name in STRANGERS:
        if not (place / name).exists():
            strange(place / name)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {"HF_HUB_OFFLINE": "1"}
    return subprocess.run(
        [command, *map(str, words)], cwd=place, env=environment, capture_output=True, text=True, check=False
    )


def test_the_wheel_holds_twokeys_and_nothing_beside_it(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"twokeys"}
    ours = [name for name in tracked() if name.partition("/")[0] in FOLDERS]
    assert [name for name in ours if f"twokeys/{name}" not in names] == []
    kinds = {Path(name).suffix for name in names}
    assert {".safetensors", ".yaml", ".j2", ".lark", ".typed"} <= kinds  # reference models, recipes, templates


def test_the_source_distribution_holds_the_same_files(wheel: Path, tmp_path: Path) -> None:
    build = "import sys; from setuptools import build_meta; build_meta.build_sdist(sys.argv[1])"
    subprocess.run(
        [sys.executable, "-c", build, tmp_path], cwd=wheel.parent / "source", check=True, capture_output=True
    )
    (path,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        members = {member.name.partition("/")[2] for member in archive if member.isfile()}
    names = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("twokeys/")}
    assert names <= members


def test_it_builds_and_verifies_beside_packages_named_as_its_folders(command: Path, tmp_path: Path) -> None:
    toy = Toy.balanced(tmp_path / "corpora")
    recipe = toy.save(tmp_path / "toy.yaml")
    place = ("--corpora", toy.corpora, "--out", tmp_path / "out", "--json")
    built = ran(command, tmp_path, "build", recipe, *place)
    assert built.returncode == 0, built.stderr
    verified = ran(command, tmp_path, "verify", tmp_path / "out")
    assert verified.returncode == 0, verified.stdout


@pytest.mark.slow
def test_it_builds_the_easy_vqa_benchmark_there(command: Path, tmp_path: Path) -> None:
    built = ran(command, tmp_path, "build", "easy-vqa")
    assert built.returncode == 0, built.stderr
    assert (tmp_path / "out/easy-vqa/README.md").is_file()


def test_a_reference_model_is_inside(command: Path, tmp_path: Path) -> None:
    load = (
        "from twokeys.audit.models.loading import load\nfrom twokeys import filters\n"
        "print(type(load('reference:llava-balanced')).__name__, filters.__file__)"
    )
    done = ran(command.with_name("python"), tmp_path, "-c", load)
    assert done.returncode == 0, done.stderr
    name, file = done.stdout.split()
    assert name == "Llava"
    assert Path(file).is_relative_to(command.parents[1])
