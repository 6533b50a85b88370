"""A VLMEvalKit dataset over the TSV beside this file: prompts and reading of replies are those of `twokeys evaluate`.

`register()` makes the four views known to VLMEvalKit; as a program it registers them and runs one model on one view.
"""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any

import pandas as pd
from vlmeval.dataset.image_base import ImageBaseDataset

from twokeys.audit.evaluation.scores import second_scores
from twokeys.audit.wording import BLIND_PROMPT, worded
from twokeys.core.answers.marking import right
from twokeys.core.pictures.shown import mean_colour, opened, upright
from twokeys.exports.harness.facts import FACTS
from twokeys.exports.harness.wholly import wholly_right

VIEWS = {FACTS["task"]: "both"} | {f"{FACTS['task']}_{view}": view for view in ("image", "question", "neither")}
"""Name of a dataset -> what is left of its items."""


def rows(path: Path) -> pd.DataFrame:
    """The TSV's rows, every cell as the text that it is: pandas would take answers such as `null` or `3.0` away."""
    return pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)


class TwokeysDataset(ImageBaseDataset):
    """Items of a published folder under one view."""

    TYPE = "VQA"
    img_root: str
    force_use_dataset_prompt = True  # models' own prompts would ask something else

    @classmethod
    def supported_datasets(cls) -> list[str]:
        """The four views."""
        return list(VIEWS)

    def load_data(self, dataset: str) -> pd.DataFrame:
        """Read the TSV beside this file; images are kept apart from those of any other dataset."""
        self.view = VIEWS[dataset]
        self.img_root = str(Path(self.img_root).with_name(dataset))
        return rows(Path(__file__).with_name(f"{FACTS['task']}.tsv"))

    def dump_image(self, line: Any) -> list[str]:
        """Write the images as they are shown under the view; as a model reads them, without loss."""
        keys = json.loads(line["image_keys"]) if "image_keys" in line else [line["image_key"]]
        images = line["image"] if isinstance(line["image"], list) else [line["image"]]
        return [self._written(key, data) for key, data in zip(keys, images, strict=True)]

    def _written(self, key: str, data: str) -> str:
        path = Path(self.img_root) / f"{key.replace(':', '-')}.png"
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            shown = upright(opened(base64.b64decode(data)))
            part = path.with_name(f".{os.getpid()}-{path.name}")
            (mean_colour(shown) if self.view in ("question", "neither") else shown).save(part)
            part.replace(path)
        return str(path)

    def build_prompt(self, line: Any) -> list[dict[str, str]]:
        """The images, then the text."""
        if isinstance(line, int):
            line = self.data.iloc[line]
        asked = self.view in ("both", "question")
        question, choices = (line["question"], json.loads(line["choices"])) if asked else (BLIND_PROMPT, [])
        text = worded(question, choices, FACTS["instruction"])
        return [{"type": "image", "value": path} for path in self.dump_image(line)] + [{"type": "text", "value": text}]

    @classmethod
    def evaluate(cls, eval_file: str, **judge: Any) -> pd.DataFrame:
        """Mark the predictions; items' marks are written beside them, `..._marked.jsonl`."""
        said = _predictions(Path(eval_file))
        items = rows(Path(__file__).with_name(f"{FACTS['task']}.tsv")).to_dict("records")
        marked: list[dict[str, Any]] = [
            {name: item[name] or None for name in ("id", "group", "image_partner", "question_partner", "quad")}
            | {
                "answer_type": item["answer_type"],
                "reply": said[item["index"]],
                "right": right(said[item["index"]], item["answer_type"], json.loads(item["choices"]), item["gold"]),
                **second_scores(said[item["index"]], json.loads(item["answers"]), FACTS["scores"]),
            }
            for item in items
            if item["index"] in said
        ]
        path = Path(eval_file)
        with path.with_name(f"{path.stem}_marked.jsonl").open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(one, ensure_ascii=False) + "\n" for one in marked)
        score = {"Overall": sum(one["right"] for one in marked) / len(marked)}
        for kind in sorted({one["answer_type"] for one in marked}):
            own = [one["right"] for one in marked if one["answer_type"] == kind]
            score[kind] = sum(own) / len(own)
        for name in ("vqa_accuracy", "anls"):
            if own := [one[name] for one in marked if name in one]:
                score[name] = sum(own) / len(own)
        score |= {f"{kind} accuracy": wholly_right(marked, kind) for kind in FACTS["pairs"]}
        return pd.DataFrame([{name: 100 * value for name, value in score.items()}])


def _predictions(path: Path) -> dict[str, str]:
    """Index -> reply, each as the text that it is."""
    if path.suffix == ".json":
        found = pd.DataFrame(json.loads(path.read_text(encoding="utf-8")))
    elif path.suffix == ".xlsx":
        found = pd.read_excel(path, dtype=str, keep_default_na=False)
    else:
        found = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
    return {str(index): str(reply) for index, reply in zip(found["index"], found["prediction"], strict=True)}


def register() -> None:
    """Make the views known to `vlmeval.dataset.build_dataset`."""
    from vlmeval import dataset

    if TwokeysDataset not in dataset.DATASET_CLASSES:
        dataset.DATASET_CLASSES.insert(0, TwokeysDataset)


def main() -> None:
    """Run one model of VLMEvalKit on one view."""
    import argparse

    from vlmeval.config import supported_VLM
    from vlmeval.dataset import build_dataset
    from vlmeval.inference import infer_data_job
    from vlmeval.smp import get_pred_file_path

    words = argparse.ArgumentParser(description=main.__doc__)
    words.add_argument("--model", required=True, choices=sorted(supported_VLM))
    words.add_argument("--data", default=FACTS["task"], choices=list(VIEWS))
    words.add_argument("--work-dir", default="outputs")
    said = words.parse_args()
    register()
    Path(said.work_dir).mkdir(parents=True, exist_ok=True)
    infer_data_job(said.model, said.work_dir, said.model, build_dataset(said.data))
    print(TwokeysDataset.evaluate(get_pred_file_path(said.work_dir, said.model, said.data)).to_string(index=False))


if __name__ == "__main__":
    main()
