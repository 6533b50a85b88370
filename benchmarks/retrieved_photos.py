r"""Retrieved partners among real COCO photos: what can be asked of the annotations, and what of it balances.

    python -m benchmarks.retrieved_photos --photos corpora/coco_photos --work out/retrieved-photos

`--photos` is a folder with `photos/` (named as COCO names them), `annotations/instances.json`, `pope/{coco,aokvqa}`,
`vqa_v1`, `vqa_v2` and `aokvqa` in their official formats. Each corpus is built with and without retrieved partners; the
pool is all of the photos. The photos are under their owners' licences: what is left in `--work` is not for publication.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.photos import Row
from benchmarks.report import Table, say, section
from twokeys.builder.build import build
from twokeys.builder.pairs import Paired, pairs
from twokeys.builder.recipe import Recipe
from twokeys.data_cards.manifest import Manifest

SPLITS = ("adversarial", "popular", "random")
POPES = ("coco", "aokvqa")
VQAS = {
    "vqa_v2": {"train": ("v2_OpenEnded_mscoco_train2014_questions", "v2_mscoco_train2014_annotations", "train2014")},
    "vqa_v1": {
        part: (f"OpenEnded_mscoco_{part}2014_questions", f"mscoco_{part}2014_annotations", f"{part}2014")
        for part in ("train", "val")
    },
}
NAMES = (*(f"pope-{variant}" for variant in POPES), "vqa-v2", "vqa-v1", "a-okvqa")
PAIRS = 300
"""Retrieved images of each kind that are set against others."""


@dataclass(frozen=True)
class Measured:
    """One corpus, built and looked at.

    Attributes:
        manifest: Of the build.
        paired: What pairing did, with nothing added first.
    """

    manifest: Manifest
    paired: Paired

    def row(self, name: str) -> Row:
        """What users see of it."""
        manifest, told = self.manifest, self.paired.artefacts
        assert manifest.pairs is not None
        asked = manifest.pairs.retrieved[0]
        ceilings = {each.view: each for each in manifest.after.ceilings if each.stratum == "all"}
        scores = [each for each in manifest.after.scores if each.stratum == "all"]
        best = max(scores, key=lambda each: each.accuracy, default=None)
        return (
            name, self.paired.steps[0].items, asked.understood, f"{asked.agreed:,} of {asked.checked:,}",
            self.paired.steps[0].annotated, self.paired.steps[-1].annotated, asked.askable, asked.met,
            sum(part.retrieved for part in manifest.balance),
            " / ".join(f"{ceilings[view].share:.1%}" if view in ceilings else "-" for view in ("question", "image")),
            "-" if best is None else f"{best.baseline} {best.accuracy:.1%}",
            told[0].verdict if told else "-",
        )  # fmt: skip


HEADER = (
    "corpus", "annotated", "understood", "told as annotated", "balanced before", "balanced with", "askable",
    "of these balanced", "added", "ceilings", "best refitted adversary", "artefacts",
)  # fmt: skip


def recipe(name: str) -> Recipe:
    """The recipe of one corpus."""
    return Recipe.model_validate({
        "name": f"{name}-retrieved", "title": name, "language": "en",
        "rules": ["contradicting-golds"], "bad_rows": "set aside",
        "corpora": [_corpus(name)],
        "pool": [{"name": "photos", "format": "images", "path": "photos/photos", "revision": "1", "license": "other",
                  "homepage": "https://cocodataset.org"}],
        "pair": {"generators": [
            {"generator": "retrieved", "with": {"judge": "coco", "files": ["photos/annotations/instances.json"]}},
        ], "artefacts": PAIRS},
    })  # fmt: skip


def _corpus(name: str) -> dict[str, Any]:
    common = {"name": name, "path": "photos", "image_folder": "photos/photos", "revision": "1", "license": "other",
              "homepage": "https://cocodataset.org", "group_by": ["image", "links"]}  # fmt: skip
    if name.startswith("pope"):
        variant = name.removeprefix("pope-")
        files = {split: f"pope/{variant}/{variant}_pope_{split}.json" for split in SPLITS}
        return common | {"format": "pope", "options": {"files": files}}
    if (folder := name.replace("-", "_")) in VQAS:
        parts = {
            split: {"questions": f"{folder}/{questions}.json", "annotations": f"{folder}/{annotations}.json",
                    "subset": subset}
            for split, (questions, annotations, subset) in VQAS[folder].items()
        }  # fmt: skip
        return common | {"format": "vqa-v2", "options": {"files": parts}}
    columns = {"question": "question", "answer": "answer", "image": "image", "choices": "choices", "id": "id"}
    return common | {"format": "table", "path": "a-okvqa", "columns": columns}


def lay_out(photos: Path, corpora: Path) -> None:
    """Link the photos' folder, and write A-OKVQA, whose records have no names of images, as a table."""
    (corpora / "a-okvqa").mkdir(parents=True, exist_ok=True)
    if not (corpora / "photos").is_symlink():
        (corpora / "photos").symlink_to(photos.resolve(), target_is_directory=True)
    there = {int(file.stem[-12:]): file.name for file in (photos / "photos").glob("*.jpg")}
    records = json.loads((photos / "aokvqa/aokvqa_v1p0_val.json").read_text(encoding="utf-8"))
    rows = [
        {"id": record["question_id"], "image": there[record["image_id"]], "question": record["question"],
         "choices": record["choices"], "answer": record["choices"][record["correct_choice_idx"]]}
        for record in records if record["image_id"] in there
    ]  # fmt: skip
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (corpora / "a-okvqa/val.jsonl").write_text(lines, encoding="utf-8")


def measured(name: str, work: Path, engine: str) -> Measured:
    """Build one corpus, and count what balances before and with retrieved partners."""
    plan, corpora, run = recipe(name), work / "corpora", work / f".{name}.run"
    done = build(plan, work / name, corpora=corpora, work=run, engine=engine)
    # Artefacts are told of all candidates that balance needs, also of kinds that a build refuses.
    free = plan.model_copy(update={"pair": plan.pair.model_copy(update={"artefacts": 0})})
    return Measured(done.manifest, pairs(free, corpora=corpora, work=run, engine=engine, artefacts=PAIRS))


def main() -> None:
    """Lay out, build, count; print one section."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("out/retrieved-photos"))
    parser.add_argument("--corpora", nargs="+", choices=NAMES, default=list(NAMES))
    parser.add_argument("--engine", default="process")
    wanted = parser.parse_args()
    lay_out(wanted.photos, wanted.work / "corpora")
    rows: list[Row] = []
    for name in wanted.corpora:
        rows.append(measured(name, wanted.work, wanted.engine).row(name))
        say(f"{name}: {rows[-1]}")
    print(section("Retrieved partners among real photos", "Items that balance, by corpus.", Table(HEADER, rows)))


if __name__ == "__main__":
    main()
