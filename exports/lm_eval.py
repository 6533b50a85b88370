"""lm-evaluation-harness: the question alone, in words and by likelihood. No image is exported."""

from __future__ import annotations

import json
from pathlib import Path

from twokeys.exports.bundle import bundled
from twokeys.exports.format import Format
from twokeys.exports.source import Source
from twokeys.exports.task_yaml import comments, metadata, scalar

COLUMNS = ("id", "question", "choices", "answer", "compared", "answers", "answer_type", "question_key", "group")
MOST = 26
"""Most answers that an item without options may be scored against by likelihood: beyond, each costs a pass."""


def candidates(source: Source) -> dict[str, list[str]]:
    """Answer type -> the answers that its items without options have, as uniform guesses draw from them."""
    table = source.table
    without = table[table["choices"].map(len) == 0]
    return {str(kind): sorted(set(part["compared"])) for kind, part in without.groupby("answer_type")}


def write(source: Source, out: Path) -> None:
    """Write the items and the tasks; the one by likelihood only where items have few possible answers."""
    answers = candidates(source)
    facts = source.facts | {"answers": answers if fits(source) else {}}
    heading = source.heading("Functions of an lm-evaluation-harness task on questions alone")
    (out / "utils.py").write_text(
        bundled("twokeys.exports.harness.lm_eval_utils", heading, {"FACTS": facts}), encoding="utf-8"
    )
    with (out / "items.jsonl").open("w", encoding="utf-8") as file:
        for row in source.rows:
            file.write(json.dumps({name: row[name] for name in COLUMNS}, ensure_ascii=False) + "\n")
    (out / f"{name(source)}.yaml").write_text(_generated(source), encoding="utf-8")
    if fits(source):
        (out / f"{name(source)}_likelihood.yaml").write_text(_likelihood(source), encoding="utf-8")


def fits(source: Source) -> bool:
    """Whether every item has options or few possible answers."""
    return all(len(own) <= MOST for own in candidates(source).values())


def name(source: Source) -> str:
    """Name of the task."""
    return f"{source.facts['task']}_question"


def _start(source: Source, what: str, task: str) -> str:
    bound = f"No function of the question is right more often than {source.facts['ceilings']['question']:.2%} here."
    return (
        f"{comments(source, what, bound)}task: {task}\n"
        "custom_dataset: !function utils.items\n"
        f"test_split: {scalar(source.facts['split'])}\n"
        "doc_to_text: !function utils.doc_to_text\n"
    )


def _generated(source: Source) -> str:
    metrics = "".join(
        f"  - metric: {name}\n    aggregation: mean\n    higher_is_better: true\n"
        for name in ("accuracy", *source.second_scores)
    )
    return (
        f"{_start(source, 'An lm-evaluation-harness task on questions alone', name(source))}"
        "doc_to_target: !function utils.doc_to_target\n"
        "output_type: generate_until\n"
        "generation_kwargs:\n  until: []\n  max_gen_toks: 32\n  do_sample: false\n  temperature: 0.0\n"
        "process_results: !function utils.process_results\n"
        f"metric_list:\n{metrics}{metadata(source)}"
    )


def _likelihood(source: Source) -> str:
    return (
        f"{_start(source, 'An lm-evaluation-harness task on questions alone', f'{name(source)}_likelihood')}"
        "doc_to_choice: !function utils.doc_to_choice\n"
        "doc_to_target: !function utils.doc_to_place\n"
        "output_type: multiple_choice\n"
        "metric_list:\n"
        "  - metric: acc\n    aggregation: mean\n    higher_is_better: true\n"
        "  - metric: acc_norm\n    aggregation: mean\n    higher_is_better: true\n"
        f"{metadata(source)}"
    )


def _use(source: Source) -> str:
    task, ceilings = name(source), source.facts["ceilings"]
    by_likelihood = (
        f"`{task}_likelihood` scores every possible answer instead (letters where there are options)."
        if fits(source)
        else f"There is no task by likelihood: items of one answer type have more than {MOST} different answers."
    )
    return f"""
```bash
lm-eval run --include_path . --tasks {task} --model hf --model_args pretrained=... --apply_chat_template
```

{by_likelihood}

No picture is shown: no function of the question is right on more than **{ceilings["question"]:.2%}** of these items.
Uniform guesses get {source.facts["chance"]:.2%}. The items lie beside the task: the folder can be moved.
"""


SUMMARY = "lm-evaluation-harness task on questions alone: YAML, utils.py and items"
FORMAT = Format("lm-eval", SUMMARY, write, _use, several=True)
