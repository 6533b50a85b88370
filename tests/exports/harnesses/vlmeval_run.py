"""Runs the four views of a VLMEvalKit export through its own inference, and the exported class's evaluation."""

from __future__ import annotations

import importlib.util
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image
from replies import asked, write
from vlmeval.dataset import build_dataset
from vlmeval.inference import infer_data_job
from vlmeval.smp import get_pred_file_path

export, out, reply, limit = asked()
scratch = tempfile.mkdtemp()
os.environ["LMUData"] = scratch  # noqa: SIM112 - the name that VLMEvalKit reads

(file,) = export.glob("*.py")
spec = importlib.util.spec_from_file_location(file.stem, file)
assert spec is not None
assert spec.loader is not None
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
module.register()


class Answering:
    """A model as VLMEvalKit calls them: it is given paths and text."""

    is_api = False

    def generate(self, message: list[dict[str, str]], dataset: str | None = None) -> str:
        image, text = (part["value"] for part in message)
        return reply(text, Image.open(image).convert("RGB"))

    def set_dump_image(self, dump: Any) -> None:
        pass


items: dict[str, Any] = {}
results: dict[str, Any] = {}
for name, view in module.VIEWS.items():
    dataset = build_dataset(name)
    infer_data_job(Answering(), scratch, "answering", dataset, limit=limit)
    predictions = Path(get_pred_file_path(scratch, "answering", name))
    results[view] = dataset.evaluate(str(predictions)).to_dict("records")[0]
    lines = predictions.with_name(f"{predictions.stem}_marked.jsonl").read_text().splitlines()
    items[view] = {one["id"]: float(one["right"]) for one in map(json.loads, lines)}
write(out, {"items": items, "results": results, "versions": {}})
