"""lmms-eval: one YAML a view and one for their group, and the functions that all of them use."""

from __future__ import annotations

import json
from pathlib import Path

from twokeys.exports.bundle import bundled
from twokeys.exports.format import Format
from twokeys.exports.source import Source
from twokeys.exports.task_yaml import comments, metadata, scalar

VIEWS = {
    "both": ("doc_to_visual", "doc_to_text", "process_results"),
    "image": ("doc_to_visual", "doc_to_text_masked", "process_results_blind"),
    "question": ("doc_to_visual_masked", "doc_to_text", "process_results_blind"),
    "neither": ("doc_to_visual_masked", "doc_to_text_masked", "process_results"),
}
"""What is left -> how image and text are made, and with which sign the view enters the dividend."""


def task_name(source: Source, view: str) -> str:
    """Name of the task of a view."""
    task = str(source.facts["task"])
    return task if view == "both" else f"{task}_{view}"


def write(source: Source, out: Path) -> None:
    """Write the task files."""
    heading = source.heading("Functions of an lmms-eval task")
    text = bundled("twokeys.exports.harness.lmms_eval_utils", heading, {"FACTS": source.facts})
    (out / "utils.py").write_text(text, encoding="utf-8")
    for view in VIEWS:
        (out / f"{task_name(source, view)}.yaml").write_text(_task(source, view), encoding="utf-8")
    (out / f"{source.facts['task']}_views.yaml").write_text(_group(source), encoding="utf-8")


def _task(source: Source, view: str) -> str:
    facts = source.facts
    visual, text, results = VIEWS[view]
    metrics = [(name, "mean_score") for name in ("accuracy", *source.second_scores)]
    metrics += [(f"{kind}_accuracy", f"{kind}_accuracy") for kind in facts["pairs"]]
    listed = "".join(
        f"  - metric: {metric}\n    aggregation: !function utils.{function}\n    higher_is_better: true\n"
        for metric, function in [*metrics, ("dividend", "mean_score")]
    )
    return (
        f"{comments(source, f'An lmms-eval task; what is left of its items: {view}')}"
        f"task: {task_name(source, view)}\n"
        f"dataset_path: {json.dumps(facts['dataset'], ensure_ascii=False)}\n"
        f"dataset_name: {scalar(facts['config'])}\n"
        # The folder's card states a version of its own for these rows, which `load_dataset` caches them under.
        "dataset_kwargs:\n  token: false\n"
        f"test_split: {scalar(facts['split'])}\n"
        "output_type: generate_until\n"
        f"doc_to_visual: !function utils.{visual}\n"
        f"doc_to_text: !function utils.{text}\n"
        "doc_to_target: !function utils.doc_to_target\n"
        f"process_results: !function utils.{results}\n"
        "generation_kwargs:\n  max_new_tokens: 32\n  temperature: 0\n  do_sample: false\n"
        f"cluster_key: group\nmetric_list:\n{listed}{metadata(source)}"
    )


def _group(source: Source) -> str:
    facts = source.facts
    tasks = "".join(f"  - {task_name(source, view)}\n" for view in VIEWS)
    return (
        f"{comments(source, 'The four views of an lmms-eval task: their dividends sum to the dividend')}"
        f"group: {facts['task']}_views\ntask:\n{tasks}"
        "aggregate_metric_list:\n"
        "  - metric: dividend\n    aggregation: !function utils.dividend\n    weight_by_size: false\n"
        f"{metadata(source)}"
    )


def _use(source: Source) -> str:
    task = source.facts["task"]
    return f"""
```bash
lmms-eval --include_path . --tasks {task} --model MODEL --model_args pretrained=... --log_samples --output_path logs
lmms-eval --include_path . --tasks {task}_views --model MODEL --model_args pretrained=...
```

`{task}_views` runs the task and its three blind views (`_image`, `_question`, `_neither`: what is left). An item's four
`dividend` values sum to its dividend, and the group's `dividend` is the sum of the views'. Standard errors that are
clustered by `group` are those named `_stderr_clustered`.

Run from this folder, or give its path. The items are loaded from `{source.facts["dataset"]}`: change `dataset_path`
when the folder moves.
"""


FORMAT = Format("lmms-eval", "lmms-eval task: a YAML for each view, and utils.py", write, _use, several=True)
