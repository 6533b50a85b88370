"""A build that is killed at any moment goes on where it stopped and ends with the same evidence."""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.pipeline.toy import ROOT, Toy, draw, offline
from twokeys.builder.build import Built, build
from twokeys.builder.verify import verify
from twokeys.core.errors import BadInput

DRIVER = """
import json, os, sys
from pathlib import Path
from twokeys.builder.build import build
from twokeys.data_cards import card, citation, licences, plots

recipe, out, corpora, work = map(Path, sys.argv[1:5])
CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree"}
left = [0]


def moment(event, arguments):
    # Every change to the file system is a moment; a file that is opened for writing is one, too.
    if event not in CHANGES and not (event == "open" and isinstance(arguments[1], str) and arguments[1][0] in "wxa"):
        return
    left[0] -= 1
    if left[0] == 0:
        os.kill(os.getpid(), 9)


sys.addaudithook(moment)
for line in sys.stdin:
    # A child for each order: it is killed at its moment, or says how many moments there were.
    left[0] = int(line)
    if (child := os.fork()) == 0:
        left[0] = int(line) or -1
        build(recipe, out, corpora=corpora, work=work, engine="serial")
        os.write(1, (json.dumps({"ended": -left[0]}) + "\\n").encode())
        os._exit(0)
    left[0] = -(10**9)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -9:
        print(json.dumps({"ended": None}), flush=True)
"""


@dataclass
class Killer:
    """Runs builds in a process that is killed at a chosen change to the file system."""

    recipe: Path
    out: Path
    corpora: Path
    work: Path

    @contextlib.contextmanager
    def started(self) -> Iterator[Killer]:
        words = [sys.executable, "-c", DRIVER, *map(str, (self.recipe, self.out, self.corpora, self.work))]
        with subprocess.Popen(
            words, cwd=ROOT, env=offline(self.work), text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as self._process:
            yield self
            assert self._process.stdin is not None
            self._process.stdin.close()

    def build(self, until: int = 0) -> int | None:
        """Build; None when killed at change number `until`, else how many changes there were."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{until}\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())["ended"]
        return None if answer is None else int(answer)


@pytest.fixture
def killer(toy: Toy, tmp_path: Path) -> Iterator[Killer]:
    recipe = toy.save(tmp_path / "recipe.yaml")
    with Killer(recipe, tmp_path / "out" / "toy", toy.corpora, tmp_path / "work").started() as one:
        yield one


def evidence(folder: Path) -> dict[str, bytes]:
    """What must be the same bytes whatever happened on the way."""
    names = ("certificate.json", "balanced", "removed")
    files = [path for name in names for path in ([folder / name] if "." in name else sorted((folder / name).iterdir()))]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def forget(*folders: Path) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def assert_whole_or_absent(folder: Path) -> None:
    assert not folder.exists() or not [finding for finding in verify(folder) if not finding.ok]


def test_killed_again_and_again_it_goes_on_and_ends_with_the_same_bytes(killer: Killer, built: Built) -> None:
    kills = 0
    while killer.build(until=12 + 25 * kills) is None:  # each time a little later than the time before
        kills += 1
        assert not killer.out.exists()
    assert kills > 4
    assert evidence(killer.out) == evidence(built.folder)


@pytest.mark.slow
def test_killed_while_publishing_nothing_partial_is_visible(killer: Killer, built: Built) -> None:
    killer.build()
    forget(killer.out)
    changes = killer.build()
    assert changes is not None
    for moment in range(2, changes, 6):
        forget(killer.out)
        assert killer.build(until=moment) is None
        assert_whole_or_absent(killer.out)
    killer.build()
    assert evidence(killer.out) == evidence(built.folder)
    assert [path.name for path in killer.out.parent.iterdir()] == [killer.out.name], "nothing is left lying around"


@pytest.mark.slow
def test_killed_while_replacing_an_older_build_one_of_the_two_is_there(killer: Killer, toy: Toy, built: Built) -> None:
    older = toy.save(killer.recipe.with_name("older.yaml"), text={"lowercase": True})
    killer.build()
    forget(killer.out)
    changes = killer.build()
    assert changes is not None
    build(older, killer.out, corpora=toy.corpora, engine="serial")
    old = evidence(killer.out)
    # The end of publishing is where one takes the place of the other; removing the older one takes many changes more.
    for moment in range(changes - 2, changes + 6, 3):
        kept = killer.out.with_name("kept")
        forget(kept)
        shutil.copytree(killer.out, kept)
        if killer.build(until=moment) is not None:
            break
        assert evidence(killer.out) in (old, evidence(built.folder)), "at no moment is neither there"
        assert_whole_or_absent(killer.out)
        forget(killer.out)
        kept.rename(killer.out)
    killer.build()
    assert evidence(killer.out) == evidence(built.folder)
    left = {path.name for path in killer.out.parent.iterdir()} - {killer.out.name, ".toy.run", "kept"}
    assert not left, "the next build clears away what a killed one left"


@pytest.mark.slow
def test_killed_at_any_change_to_the_disk_it_ends_with_the_same_bytes(killer: Killer, built: Built) -> None:
    moment, step = 1, 3
    while killer.build(until=moment) is None:
        assert_whole_or_absent(killer.out)
        killer.build()
        assert evidence(killer.out) == evidence(built.folder), f"killed at change {moment}"
        forget(killer.out, killer.work)
        moment += step


@pytest.mark.slow
def test_the_command_killed_from_outside_goes_on(toy: Toy, built: Built, tmp_path: Path) -> None:
    recipe, out = toy.save(tmp_path / "recipe.yaml"), tmp_path / "out" / "toy"
    words = ["build", str(recipe), "--out", str(out), "--corpora", str(toy.corpora), "--engine", "process", "--verbose"]
    command = [sys.executable, "-m", "twokeys", *words]
    with subprocess.Popen(command, cwd=ROOT, env=offline(tmp_path), text=True, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        assert any(line.startswith("groups") for line in process.stderr)
        process.send_signal(signal.SIGKILL)
    assert not out.exists()
    again = build(recipe, out, corpora=toy.corpora, engine="serial")
    assert "rows" not in again.executed
    assert evidence(out) == evidence(built.folder)


def test_workers_of_a_killed_build_end_too() -> None:
    script = (
        "import time; from twokeys.builder.run.engines import Process\n"
        "if __name__ == '__main__':\n"
        "    for _ in Process(2).map_shards(time.sleep, [0.1, 0.1, 600]): print('slept', flush=True)"
    )
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, text=True, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert [process.stdout.readline(), process.stdout.readline()] == ["slept\n", "slept\n"]
        workers = psutil.Process(process.pid).children(recursive=True)  # one is idle, one at work
        assert len(workers) >= 2
        process.send_signal(signal.SIGKILL)
    _, alive = psutil.wait_procs(workers, timeout=30)
    assert not [worker for worker in alive if worker.status() != psutil.STATUS_ZOMBIE]


def test_a_second_build_at_the_same_time_is_told_to_wait(toy: Toy, built: Built, tmp_path: Path) -> None:
    recipe, out = toy.save(tmp_path / "recipe.yaml"), tmp_path / "toy"
    met: list[str] = []

    def meet(stage: str, done: int, total: int) -> None:
        if (stage, done) == ("publish", 0):
            with pytest.raises(BadInput, match="another build is at work") as error:
                build(recipe, out, corpora=toy.corpora, engine="serial")
            met.append(error.value.file)

    build(recipe, out, corpora=toy.corpora, engine="serial", say=meet)
    assert met == ["--work"]
    assert evidence(out) == evidence(built.folder)
    assert build(recipe, out, corpora=toy.corpora, engine="serial").executed == {}


def test_two_builds_with_one_output_and_run_folders_of_their_own_do_not_mix(
    toy: Toy, built: Built, tmp_path: Path
) -> None:
    recipe, other, out = toy.save(tmp_path / "recipe.yaml"), toy.save(tmp_path / "other.yaml", seed=7), tmp_path / "toy"
    met: list[str] = []

    def meet(stage: str, done: int, total: int) -> None:
        if (stage, done) in (("rows", 0), ("publish", 0)):
            with pytest.raises(BadInput, match="another process is writing") as error:
                build(other, out, corpora=toy.corpora, work=tmp_path / "other", engine="serial")
            met.append(error.value.file)

    build(recipe, out, corpora=toy.corpora, work=tmp_path / "work", engine="serial", say=meet)
    assert met == ["--out", "--out"]
    assert evidence(out) == evidence(built.folder)
    build(other, out, corpora=toy.corpora, work=tmp_path / "other", engine="serial")
    assert not [finding for finding in verify(out) if finding.failed]


def test_what_is_put_into_the_folder_during_a_build_stays_there(toy: Toy, tmp_path: Path) -> None:
    recipe, out = toy.save(tmp_path / "recipe.yaml"), tmp_path / "toy"
    build(recipe, out, corpora=toy.corpora, engine="serial")
    before = evidence(out)

    def put(stage: str, done: int, total: int) -> None:
        if (stage, done) == ("publish", 0):
            (out / "thesis.tex").write_text("mine")

    changed = toy.save(tmp_path / "recipe.yaml", seed=7, title="Other")
    with pytest.raises(BadInput, match=r"thesis\.tex"):
        build(changed, out, corpora=toy.corpora, engine="serial", say=put)
    assert ((out / "thesis.tex").read_text(), evidence(out)) == ("mine", before)
    (out / "thesis.tex").unlink()
    assert list(build(changed, out, corpora=toy.corpora, engine="serial").executed) == ["publish"]


def test_a_second_run_does_no_work(toy: Toy, tmp_path: Path) -> None:
    recipe, out = toy.save(tmp_path / "recipe.yaml"), tmp_path / "toy"
    first = build(recipe, out, corpora=toy.corpora, engine="serial")
    assert {"rows", "pictures", "items", "groups", "measure", "filter", "balance", "publish"} <= set(first.executed)
    before = {path: path.stat().st_mtime_ns for path in sorted(tmp_path.rglob("*"))}
    began = time.process_time()
    second = build(recipe, out, corpora=toy.corpora, engine="serial")
    assert time.process_time() - began < 1
    assert second.executed == {}
    assert second.manifest == first.manifest
    assert {path: path.stat().st_mtime_ns for path in sorted(tmp_path.rglob("*"))} == before


def test_a_damaged_build_is_published_again_without_measuring_again(toy: Toy, tmp_path: Path) -> None:
    recipe, out = toy.save(tmp_path / "recipe.yaml"), tmp_path / "toy"
    build(recipe, out, corpora=toy.corpora, engine="serial")
    expected = evidence(out)
    (out / "certificate.json").write_text("{}")
    again = build(recipe, out, corpora=toy.corpora, engine="serial")
    assert list(again.executed) == ["publish"]
    assert evidence(out) == expected


def test_a_picture_that_changes_is_looked_at_again(tmp_path: Path) -> None:
    toy = Toy.shapes(tmp_path / "corpora", train=6, test=6)
    recipe, out = toy.save(tmp_path / "recipe.yaml"), tmp_path / "toy"
    first = build(recipe, out, corpora=toy.corpora, engine="serial")
    draw(toy.corpora / toy.pictures / "train" / "0.png", "circle", "red", 200)
    second = build(recipe, out, corpora=toy.corpora, engine="serial")
    assert "rows" not in second.executed
    assert "pictures" in second.executed
    assert second.manifest.configs["balanced"].fingerprint != first.manifest.configs["balanced"].fingerprint
    assert not [finding for finding in verify(out) if not finding.ok]
