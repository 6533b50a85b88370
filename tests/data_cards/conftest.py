"""A manifest as a build would write it: easy-VQA and NLVR, eleven rules, exact balance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from twokeys.data_cards.blindness import Blindness, Ceiling, Score
from twokeys.data_cards.manifest import (
    BalancePart,
    Config,
    Effect,
    Example,
    GroupKind,
    Manifest,
    Partners,
    RuleReport,
    Source,
    SplitCount,
    Step,
)

# Rule, what it dropped; the rules saw 50,225 items in this order.
DROPS = [
    ("gold-not-in-choices", 0, "the answer is none of the options"),
    ("degenerate-image", 3, "the picture is blank or nearly so"),
    ("duplicate-item", 11, "the same question about the same picture stands there before"),
    ("contradicting-golds", 8, "same question, same picture, different answers"),
    ("near-duplicate-across-splits", 26, "a near-duplicate of its picture is in another split"),
    ("answer-in-question", 0, "the question names the answer"),
    ("low-agreement", 0, "too few annotators gave the answer"),
    ("solved-by-k", 9_417, "several baselines answer it from the question alone"),
    ("solved-from-image", 1_204, "several baselines answer it from the picture alone"),
    ("prior-neighbours", 0, "the nearest questions carry the same answer"),
    ("aflite", 2_000, "an ensemble of linear models on frozen features finds it easy"),
]
ANSWERS = {
    "motivation": {
        "purpose": "To show every part of a datasheet.",
        "comments": "With *Markdown*,\n\nand two paragraphs.",
    },
    "composition": {"confidential": "No.", "offensive": "No.", "people": False},
    "collection": {"acquired": "Programmes drew the pictures."},
    "distribution": {"restrictions": "No."},
    "maintenance": {"contact": "rita@example.org"},
}
READ, FILTERED, KEPT = 50_225, 37_556, 20_804
SPLITS = {"dev": 412, "test": 4_380, "train": 16_012}


def easy_vqa() -> Source:
    return Source(
        name="easy_vqa",
        format="easy_vqa",
        revision="1.0",
        license="mit",
        license_link="https://github.com/vzhou842/easy-VQA/blob/master/LICENSE",
        citation="Victor Zhou, easy-VQA, 2019.",
        homepage="https://github.com/vzhou842/easy-VQA",
        files={"test/questions.json": "a" * 64, "train/questions.json": "b" * 64},
        splits=[
            SplitCount(split="test", rows=9_673, set_aside=0),
            SplitCount(split="train", rows=38_575, set_aside=0),
        ],
    )


def nlvr() -> Source:
    return Source(
        name="nlvr",
        format="nlvr",
        revision="18924841aa96d519cfb8584f0945350f07a6d860",
        license="cc-by-4.0",
        license_link=None,
        citation="@inproceedings{suhr2017,\n  title = {A Corpus of Natural Language for Visual Reasoning},\n"
        "  author = {Suhr, Alane and Lewis, Mike and Yeh, James and Artzi, Yoav},\n  year = {2017},\n"
        "  doi = {10.18653/v1/P17-2034}\n}",
        homepage="https://github.com/lil-lab/nlvr",
        files={"dev/dev.json": "c" * 64, "test/test.json": "d" * 64},
        splits=[
            SplitCount(split="dev", rows=989, set_aside=1),
            SplitCount(split="test", rows=990, set_aside=1),
        ],
    )


def score(name: str, items: int, accuracy: float, chance: float, half: float, stratum: str = "all") -> Score:
    view: Any = name.split(".")[0]
    right = round(items * accuracy)
    low, high = right / items - half, right / items + half
    return Score(view=view, baseline=name, stratum=stratum, items=items, right=right, low=low, high=high, chance=chance)


def ceilings(stratum: str, items: int, question: int, image: int, keys: tuple[int, int]) -> list[Ceiling]:
    return [
        Ceiling(view="question", stratum=stratum, right=question, items=items, keys=keys[0]),
        Ceiling(view="image", stratum=stratum, right=image, items=items, keys=keys[1]),
        Ceiling(view="both", stratum=stratum, right=items, items=items, keys=items),
        Ceiling(
            view="image + question type", stratum=stratum, right=(image + items) // 2, items=items, keys=2 * keys[1]
        ),
        Ceiling(view="question + image colour", stratum=stratum, right=question, items=items, keys=3 * keys[0]),
    ]


def before() -> Blindness:
    scores = {
        "question.majority": (0.372, 0.002),
        "question.prior": (0.658, 0.005),
        "question.tfidf": (0.661, 0.0052),
        "question.neighbours": (0.643, 0.0058),
        "image.majority": (0.372, 0.002),
        "image.prior": (0.372, 0.002),
        "image.probe": (0.451, 0.0061),
        "image.neighbours": (0.418, 0.0066),
    }
    return Blindness(
        ceilings=[
            *ceilings("all", READ, 34_210, 28_017, (580, 6_965)),
            *ceilings("split=dev", 988, 626, 988, (120, 975)),
            *ceilings("split=test", 10_662, 7_304, 6_502, (350, 1_977)),
            *ceilings("split=train", 38_575, 26_280, 20_527, (107, 4_000)),
        ],
        scores=[score(name, READ, accuracy, 0.404, half) for name, (accuracy, half) in scores.items()],
    )


def after() -> Blindness:
    scores = {
        "question.majority": (0.377, 0.004),
        "question.prior": (0.468, 0.0091),
        "question.tfidf": (0.461, 0.0088),
        "question.neighbours": (0.447, 0.0093),
        "image.majority": (0.377, 0.004),
        "image.prior": (0.377, 0.004),
        "image.probe": (0.391, 0.0098),
        "image.neighbours": (0.386, 0.0102),
    }
    parts = {"all": KEPT} | {f"split={split}": rows for split, rows in SPLITS.items()}
    return Blindness(
        ceilings=[
            bound
            for name, items in parts.items()
            for bound in ceilings(name, items, items // 2, items // 2, (97, 5_120))
        ],
        scores=[
            *(score(name, KEPT, accuracy, 0.391, half) for name, (accuracy, half) in scores.items()),
            score("question.prior", 4_380, 0.471, 0.388, 0.0192, "split=test"),
        ],
    )


def rules() -> list[RuleReport]:
    reports, left = [], READ
    for place, (name, dropped, summary) in enumerate(DROPS):
        solved = name.startswith("solved")
        reports.append(
            RuleReport(
                id=name,
                version=1,
                summary=summary,
                bias="language prior: the question gives the answer" if solved else "broken items",
                citation="Le Bras et al. 2020, arXiv 2002.04108" if name == "aflite" else "",
                parameters={"k": 2, "baselines": ["question.tfidf", "question.neighbours"]} if solved else {},
                seen=left,
                dropped=dropped,
                examples=[
                    Example(
                        id=f"easy_vqa:train:{place}{number}",
                        question="is there a red | blue *shape*?",
                        answer="no",
                        reason="2 of 2 baselines that see only the question answer it",
                    )
                    for number in range(min(dropped, 3))
                ],
                effects=[
                    Effect(
                        baseline=baseline,
                        before=0.661,
                        after=0.661 - fall,
                        control=0.6609,
                        control_low=0.6581,
                        control_high=0.6637,
                    )
                    for baseline, fall in (
                        ("question.tfidf", dropped / 90_000),
                        ("question.prior", dropped / 80_000),
                    )
                    if dropped > 100
                ],
            )
        )
        left -= dropped
    assert left == FILTERED
    return reports


def make() -> Manifest:
    steps = [
        Step(stage="read", name="rows read", removed=2, left=READ),
        *(Step(stage="filter", name=r.id, removed=r.dropped, left=r.seen - r.dropped) for r in rules()),
        Step(stage="balance", name="largest balanced subset", removed=FILTERED - KEPT, left=KEPT),
    ]
    removed = {"dev": 577, "test": 6_283, "train": 22_563}
    assert sum(removed.values()) + KEPT == READ + 2
    return Manifest(
        name="easy-nlvr-balanced",
        title="easy-VQA and NLVR, balanced",
        description="Synthetic scenes with yes/no, true/false, shape and colour questions.",
        homepage="https://example.org/easy-nlvr-balanced",
        authors=["Roe, Rita", "The Example Group"],
        twokeys="0.1.0",
        packages={"ortools": "9.15.6755", "numpy": "2.4.6", "scikit-learn": "1.9.1"},
        build_key="0123456789abcdef0123456789abcdef",
        recipe={"name": "easy-nlvr-balanced", "language": ["en"], "seed": 0, "datasheet": ANSWERS},
        encoders={"text": "packaged:minilm", "image": "packaged:efficientnet-lite0"},
        confidence=0.95,
        sources=[easy_vqa(), nlvr()],
        groups=[
            GroupKind(
                source="easy_vqa",
                kind="image",
                threshold=None,
                links=5_000,
                largest_share=0.0004,
                used=True,
                note="",
            ),
            GroupKind(
                source="nlvr",
                kind="near_image",
                threshold=0.9731,
                links=188,
                largest_share=0.62,
                used=False,
                note="would put 62% of the corpus into one group",
            ),
        ],
        funnel=steps,
        rules=rules(),
        max_share=0.5,
        balance=[
            BalancePart(
                part={"split": "train"},
                items=28_900,
                kept=16_012,
                weight=16_012,
                bound=16_012,
                solved={"programme": 1},
            ),
            BalancePart(
                part={"split": "test"},
                items=7_893,
                kept=4_380,
                weight=4_380,
                bound=4_391,
                solved={"programme": 2, "circulation": 3},
            ),
            BalancePart(part={"split": "dev"}, items=763, kept=412, weight=412, bound=412, solved={"circulation": 41}),
        ],
        before=before(),
        after=after(),
        partners=Partners(image_partners=KEPT, question_partners=KEPT, both=KEPT, quads=3_911),
        configs={
            "removed": Config(version="1.0.4294967295", fingerprint="f" * 64, splits=removed),
            "balanced": Config(
                version="1.0.3735928559",
                fingerprint="e" * 64,
                splits=dict(sorted(SPLITS.items(), reverse=True)),
            ),
            "measurements": Config(version="1.0.2779096485", fingerprint="d" * 64, splits=SPLITS),
        },
        unique_image_bytes=12_345_678,
        files={"README.md": "0" * 64},
    )


def infos(manifest: Manifest) -> list[dict[str, Any]]:
    """The infos as `datasets` writes them."""
    texts = [{"name": name, "dtype": "string"} for name in ("id", "split", "question")]
    rest = [{"name": name, "dtype": "string"} for name in ("answer", "image_key", "source")]
    choices = {"name": "choices", "list": "string"}
    features = {
        "balanced": [
            *texts,
            choices,
            *rest,
            {"name": "image", "dtype": "image"},
            {"name": "image_partner", "dtype": "string"},
        ],
        "removed": [
            *texts,
            choices,
            *rest,
            {"name": "reason", "dtype": "string"},
            {"name": "question_tfidf_p_gold", "dtype": "float32"},
        ],
        "measurements": [
            {"name": "id", "dtype": "string"},
            {"name": "answers_agreement", "dtype": "float32"},
            {"name": "question_tfidf_p_gold", "dtype": "float32"},
            {"name": "question_tfidf_refit_prediction", "dtype": "string"},
        ],
    }
    return [
        {
            "config_name": name,
            "features": features[name],
            "splits": [
                {"name": split, "num_bytes": 0, "num_examples": rows} for split, rows in sorted(config.splits.items())
            ],
            "download_size": 0,
            "dataset_size": 0,
        }
        for name, config in manifest.configs.items()
    ]


@pytest.fixture
def manifest() -> Manifest:
    return make()


@pytest.fixture
def dataset_info(manifest: Manifest) -> list[dict[str, Any]]:
    return infos(manifest)


@pytest.fixture
def nothing_kept(manifest: Manifest) -> Manifest:
    """The manifest of a build whose balance step kept nothing."""
    last = manifest.funnel[-1]
    return manifest.model_copy(
        update={
            "funnel": [*manifest.funnel[:-1], last.model_copy(update={"left": 0, "removed": FILTERED})],
            "balance": [
                part.model_copy(update={"kept": 0, "weight": 0, "bound": 0, "solved": {}}) for part in manifest.balance
            ],
            "after": Blindness(ceilings=ceilings("all", 0, 0, 0, (0, 0)), scores=[]),
            "partners": Partners(image_partners=0, question_partners=0, both=0, quads=0),
            "configs": {
                name: c.model_copy(update={} if name == "removed" else {"splits": {}})
                for name, c in manifest.configs.items()
            },
        }
    )


@pytest.fixture
def golden_datasheet() -> Path:
    return Path(__file__).with_name("golden_datasheet.md")


@pytest.fixture
def golden() -> Path:
    return Path(__file__).with_name("golden_card.md")
