"""Runs the four views of an lmms-eval export with lmms-eval's own evaluator."""

from __future__ import annotations

from typing import Any

from lmms_eval.api.model import lmms
from lmms_eval.evaluator import simple_evaluate
from lmms_eval.tasks import TaskManager
from replies import asked, write

export, out, reply, limit = asked()
group = next(export.glob("*_views.yaml")).stem


class Answering(lmms):
    """A simple model, as lmms-eval calls them: it is given a document's pictures and text."""

    is_simple = True

    def generate_until(self, requests: list[Any]) -> list[str]:
        said = []
        for text, _, doc_to_visual, doc_id, task, split in (request.args for request in requests):
            (picture,) = doc_to_visual(self.task_dict[task][split][doc_id])
            said.append(reply(text, picture))
        return said

    def loglikelihood(self, requests: list[Any]) -> Any:
        raise NotImplementedError

    def generate_until_multi_round(self, requests: list[Any]) -> Any:
        raise NotImplementedError


found = simple_evaluate(
    model=Answering(),
    tasks=[group],
    task_manager=TaskManager(include_path=str(export), include_defaults=False),
    batch_size=1,
    log_samples=True,
    limit=limit,
    bootstrap_iters=0,
)
write(
    out,
    {
        "items": {
            task: {one["accuracy"]["id"]: [one["accuracy"]["score"], one["dividend"]["score"]] for one in samples}
            for task, samples in found["samples"].items()
        },
        "results": {
            task: {name: value for name, value in own.items() if isinstance(value, int | float)}
            for task, own in found["results"].items()
        },
        "versions": {task: str(version) for task, version in found["versions"].items()},
    },
)
