"""Claim: the tables that the command prints can be read: no name, number or word is broken inside.

Attack: every verb prints its tables at 80 and at 40 columns, about a corpus whose name, splits, rules, ids and files
are 58 letters long and more.

Before (commit ba22272): 19 of 30 tables broke names at 80 columns ("questio n", "balance d"), 23 of 30 at 40 columns.
Now: none, at either width. Tables of `evaluate` and `explain` are tried in `tests/audit/test_tables.py`.
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from tests.pipeline.toy import Toy, rule_file
from tests.printed import Tables
from twokeys.commands import show_builds
from twokeys.commands.app import app
from twokeys.data_cards import plain

LONG = "shapes-drawn-by-a-programme-and-asked-about-in-plain-words"


class Corpus(Toy):
    """Drawn shapes under long names."""

    @classmethod
    def long(cls, corpora: Path) -> Corpus:
        toy = cls.shapes(corpora)
        for rows in toy.rows.values():
            for row in rows:
                row["id"] = f"{row['id']}-{LONG}"
        (toy.corpora / "toy").joinpath("train.jsonl").unlink()
        toy.rows = {f"{split}_of_{LONG.replace('-', '_')}": rows for split, rows in toy.rows.items()}
        (toy.corpora / "toy").joinpath("test.jsonl").unlink()
        return toy.write()


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return Corpus.long(tmp_path_factory.mktemp(LONG))


@pytest.fixture(params=[80, 40])
def tables(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Tables:
    monkeypatch.setattr(show_builds.OUT, "width", request.param)
    return Tables.recorded(monkeypatch)


def call(*words: object, ends: int = 0) -> None:
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == ends, done.output


def test_verbs_on_a_corpus_of_long_names(corpus: Corpus, tmp_path: Path, tables: Tables) -> None:
    long = {"name": LONG, "corpora": [corpus.corpus(name=LONG)]}
    plain = corpus.save(tmp_path / "plain.yaml", **long)
    own = {"rule": f"{rule_file(tmp_path / LONG)}:Nice", "with": {"word": "red"}}
    ruled = corpus.save(tmp_path / "ruled.yaml", rules=["duplicate-item", "contradicting-golds", own], **long)
    place = ("--corpora", corpus.corpora, "--engine", "serial", "--work", tmp_path / "work")
    first, second = tmp_path / f"first-{LONG}", tmp_path / f"second-{LONG}"
    call("build", plain, "--out", first, *place)
    call("build", ruled, "--out", second, *place)
    call("diagnose", plain, "--out", tmp_path / "diagnosis", *place)
    call("pairs", plain, *place)
    call("diff", first, second, ends=1)
    call("push", first, f"somebody/{LONG}", "--dry-run")
    call("export", first, "--to", "vqa-v2", "--out", tmp_path / "exported")
    (second / f"a-file-of-somebody-{LONG}").write_text("x")
    call("verify", second, ends=1)
    assert {"Drawn shapes", "Blind accuracy", "Largest balanced subset", "What can be balanced", "Rows"} <= {
        *tables.titles
    }
    assert tables.broken() == {}


@pytest.mark.parametrize(
    ("words", "printed"),
    [("recipes", 4), ("corpora", 1), ("explainers", 1), ("rules list", 1), ("rules show solved-by-k", 1)],
)
def test_lists(words: str, printed: int, tables: Tables) -> None:
    call(*words.split())
    assert len(tables.printed) == printed
    assert tables.broken() == {}


def test_edits_and_adversaries_of_long_names(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = [
        SimpleNamespace(kind=f"recolour-{LONG}", made=12_345, refused={f"{LONG} differs": 1}, added=1, published=12_345)
    ]
    told = [SimpleNamespace(classifier="counterfactual.pixel-statistics", accuracy=0.5, low=0.45, high=0.55)]
    cue = SimpleNamespace(most=SimpleNamespace(share=0.01, p=0.5))
    looked = [SimpleNamespace(kind=kinds[0].kind, pairs=12_345, told=told, cue=cue, verdict="undecided")]
    show_builds.show_pairs(
        SimpleNamespace(
            name=LONG, read=1, steps=[], kinds=kinds, retrieved=[], precision=[], artefacts=looked, executed={}
        )
    )  # type: ignore[arg-type]
    judged = SimpleNamespace(
        adversary=f"question.{LONG}", trained_on="removed", accuracy=0.5, low=0.4, high=0.6, chance=0.5, guess=0.5
    )
    view = SimpleNamespace(
        view="question", outcome="too small to tell", reasons=[f"{LONG} is few"], notes=[], judgements=[judged]
    )
    monkeypatch.setattr(plain, "controls", lambda tier: [])
    show_builds._show_audited(SimpleNamespace(items=1, chosen_from=2, verdict="certified", views=[view]))  # type: ignore[arg-type]
    assert len(tables.printed) == 5
    assert tables.broken() == {}


def test_words_that_were_broken_are_found(tables: Tables) -> None:
    tables.printed.append(("t", {"question", "[44.5,"}, "│ questio ┃\n│ n [44.5, │"))
    assert tables.broken() == {"t": {"question"}}
