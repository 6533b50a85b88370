"""Runs both tasks of an lm-evaluation-harness export with that harness's own evaluator."""

from __future__ import annotations

from typing import Any

from lm_eval import simple_evaluate
from lm_eval.api.model import LM
from lm_eval.tasks import TaskManager
from replies import asked, write

export, out, reply, limit = asked()
tasks = sorted(path.stem for path in export.glob("*.yaml"))


class Answering(LM):
    """A language model whose likelihoods follow from the text: the longer continuation is the less likely one."""

    def generate_until(self, requests: list[Any], **options: Any) -> list[str]:
        return [reply(request.args[0], None) for request in requests]

    def loglikelihood(self, requests: list[Any], **options: Any) -> list[tuple[float, bool]]:
        return [(-float(len(request.args[1])), False) for request in requests]

    def loglikelihood_rolling(self, requests: list[Any], **options: Any) -> Any:
        raise NotImplementedError


found = simple_evaluate(
    model=Answering(),
    tasks=tasks,
    task_manager=TaskManager(include_path=str(export), include_defaults=False),
    log_samples=True,
    limit=limit,
    bootstrap_iters=0,
)
assert found is not None
write(
    out,
    {
        "items": {
            task: {one["doc"]["id"]: one.get("accuracy", one.get("acc")) for one in samples}
            for task, samples in found["samples"].items()
        },
        "results": {
            task: {name: value for name, value in own.items() if isinstance(value, int | float)}
            for task, own in found["results"].items()
        },
        "versions": {task: str(version) for task, version in found["versions"].items()},
    },
)
