"""eval.yaml: the Hub's benchmark standard. Inspect runs it: `inspect eval hf/OWNER/NAME`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twokeys.core.columns import CHOICE, OPEN
from twokeys.data_cards.yaml_text import dump

if TYPE_CHECKING:
    from collections.abc import Collection

    from twokeys.data_cards.manifest import Manifest

FILE = "eval.yaml"
SHORT = "{prompt}\n\nAnswer with one word or a short phrase."
METADATA = ["id", "answer_type", "image_key", "question_key", "group"]


def evaluated(splits: Collection[str]) -> str:
    """Return the split for evaluation: the test split, else validation, else the first by name.

    Example:
        >>> evaluated({"train", "test"}), evaluated({"train", "val"}), evaluated({"b", "a"})
        ('test', 'val', 'a')
    """
    usual = ("test", "validation", "val", "testdev", "dev")
    return next((name for name in usual if name in splits), min(splits))


def eval_yaml(manifest: Manifest) -> str | None:
    """Write eval.yaml with a task for each config `eval-...`; None if the recipe requests none of these configs."""
    tasks = [_task(name, manifest) for name in (OPEN, CHOICE) if name in manifest.configs]
    if not tasks:
        return None
    description = " ".join(manifest.description.split()) or manifest.title
    head = {"name": manifest.title, "description": description, "evaluation_framework": "inspect-ai"}
    return dump({**head, "tasks": tasks})


def task_id(name: str, config: str) -> str:
    """The id of a benchmark's task in eval.yaml, by which results on the Hub name it.

    Example:
        >>> task_id("easy-vqa", "eval-open"), task_id("v1.2", "eval-choice")
        ('easy-vqa-open', 'v1-2-choice')
    """
    return f"{name}-{config.removeprefix('eval-')}".replace(".", "-")


def _task(config: str, manifest: Manifest) -> dict[str, Any]:
    fields: dict[str, Any] = {"input": "question", "input_image": "image_uri", "target": "target"}
    task = {
        "id": task_id(manifest.name, config),
        "config": config,
        "split": evaluated(manifest.configs[config].splits),
    }
    if config == CHOICE:
        spec = {"field_spec": fields | {"choices": "choices", "metadata": METADATA}}
        return task | spec | {"solvers": [{"name": "multiple_choice"}], "scorers": [{"name": "choice"}]}
    solvers = [{"name": "prompt_template", "args": {"template": SHORT}}, {"name": "generate"}]
    return task | {"field_spec": fields | {"metadata": METADATA}, "solvers": solvers, "scorers": [{"name": "exact"}]}
