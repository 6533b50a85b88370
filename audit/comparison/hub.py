"""Results of runs in the forms of the Hub: `.eval_results/*.yaml`, of which it makes leaderboards, and `model-index`.

A leaderboard compares whole tasks, so a run counts that answered every item of a task of the benchmark's `eval.yaml`.
Values are percent. Nothing is sent: the files are for the repositories of the models.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from twokeys.audit.comparison.measures import measures
from twokeys.audit.comparison.runs import RIGHT, Run
from twokeys.core.errors import BadInput
from twokeys.core.intervals.means import mean_interval
from twokeys.data_cards.yaml_text import dump

if TYPE_CHECKING:
    from huggingface_hub import EvalResult, EvalResultEntry

    from twokeys.audit.comparison.result import Compared

REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.ASCII)
TASK = "visual-question-answering"


def results(compared: Compared, repository: str, revision: str | None = None) -> dict[str, str]:
    """Files for the repositories of the models, by relative path: a folder for each run.

    Args:
        compared: The comparison.
        repository: `OWNER/NAME` of the benchmark.
        revision: Commit or tag of it.

    Raises:
        BadInput: When the name is none of a repository, the folder names no tasks, or a run did not answer all items.
    """
    if REPOSITORY.fullmatch(repository) is None:
        raise BadInput("--hub", None, f"{repository!r} is no name of a repository", "OWNER/NAME", "correct the name")
    files = {}
    for run, folder in zip(compared.runs, _folders(compared.names), strict=True):
        name = repository.partition("/")[2]
        files[f"{folder}/.eval_results/{name}.yaml"] = _entries_text(entries(run, repository, revision))
        files[f"{folder}/README.md"] = _card(run, model_index(run, repository, revision))
    return files


def entries(run: Run, repository: str, revision: str | None = None) -> list[EvalResultEntry]:
    """A result for each task of the benchmark's `eval.yaml`.

    Raises:
        BadInput: If the folder names no tasks, or the run did not score all items of a task.
    """
    from huggingface_hub import EvalResultEntry

    if not run.benchmark.tasks:
        problem = f"{run.stated.folder} has no eval.yaml for its config {run.stated.config}, so the Hub knows no task"
        remedy = "write `eval: true` into the recipe, build again, and evaluate the first tier that holds items"
        raise BadInput(run.place, None, problem, "", remedy)
    results = []
    for task in run.benchmark.tasks:
        part = run.items[run.items["choices"].map(len).gt(0) == task.choices]
        if len(part) != task.items or run.stated.split != task.split:
            problem = f"the run scored {len(part):,} items of split {run.stated.split} for the task {task.id}"
            allowed = f"all {task.items:,} items of split {task.split}"
            raise BadInput(run.place, None, problem, allowed, "evaluate without --limit; see `skipped` in result.json")
        share = mean_interval(part[RIGHT], part["group"])
        notes = (
            f"twokeys evaluate, parser {run.stated.parser}: exact match in percent, 95 % interval "
            f"{_percent(share.low)} to {_percent(share.high)}, {task.items} items"
        )
        value = _percent(share.estimate)
        entry = EvalResultEntry(repository, task.id, value, dataset_revision=revision, notes=notes)
        results.append(entry)
    return results


def model_index(run: Run, repository: str, revision: str | None = None) -> list[EvalResult]:
    """Accuracy, accuracy over pairs and quads, and second scores, for the header of a model's card."""
    from huggingface_hub import EvalResult

    return [
        EvalResult(
            task_type=TASK,
            dataset_type=repository,
            dataset_name=run.benchmark.title,
            dataset_config=run.stated.config,
            dataset_split=run.stated.split,
            dataset_revision=revision,
            metric_type="accuracy" if measure.chance is not None else measure.name,
            metric_name=measure.title,
            metric_value=_percent(float(measure.values.mean())),
        )
        for measure in measures([run.items], run.stated.config)
    ]


def _percent(share: float) -> float:
    return round(100 * share, 2)


def _entries_text(results: list[EvalResultEntry]) -> str:
    from huggingface_hub import eval_result_entries_to_yaml

    return dump(eval_result_entries_to_yaml(results))


def _card(run: Run, results: list[EvalResult]) -> str:
    """A model card with only the results: its header belongs into the model's card."""
    from huggingface_hub import ModelCardData

    header = ModelCardData(model_name=run.name, eval_results=results).to_yaml()
    return f"---\n{header}\n---\n"


def _folders(names: list[str]) -> list[str]:
    """Names of folders, one for each run: characters that every system accepts, and a number if two would be equal."""
    made: list[str] = []
    for name in names:
        plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip(".-")[:80] or "run"
        taken = [folder for folder in made if folder.lower() == plain.lower()]
        made.append(f"{plain}-{len(made) + 1}" if taken else plain)
    return made
