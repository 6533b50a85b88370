"""Runs the four views of an Inspect export with Inspect's own evaluator."""

from __future__ import annotations

import base64
import importlib.util
import io
import tempfile
from typing import Any

from inspect_ai import eval as evaluate
from inspect_ai.model import ChatMessage, ContentImage, ContentText, GenerateConfig, ModelAPI, ModelOutput, modelapi
from PIL import Image
from replies import asked, write

export, out, reply, limit = asked()
(file,) = export.glob("*.py")
spec = importlib.util.spec_from_file_location(file.stem, file)
assert spec is not None
assert spec.loader is not None
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)


@modelapi(name="answering")
def answering() -> type[ModelAPI]:
    class Answering(ModelAPI):
        """A provider that decodes the data URI as a plain reader does."""

        async def generate(
            self,
            input: list[ChatMessage],  # noqa: A002 - the name that Inspect gives it
            tools: Any,
            tool_choice: Any,
            config: GenerateConfig,
        ) -> ModelOutput:
            (message,) = input
            image, text = message.content
            assert isinstance(image, ContentImage)
            assert isinstance(text, ContentText)
            picture = Image.open(io.BytesIO(base64.b64decode(image.image.partition(",")[2]))).convert("RGB")
            return ModelOutput.from_content(self.model_name, reply(text.text, picture))

    return Answering


items: dict[str, Any] = {}
results: dict[str, Any] = {}
versions: dict[str, str] = {}
with tempfile.TemporaryDirectory() as logs:
    for view in ("both", "image", "question", "neither"):
        (log,) = evaluate(
            module.evaluated(view=view), model="answering/replies", log_dir=logs, display="none", limit=limit
        )
        assert log.status == "success", log.error
        assert log.samples
        assert log.results
        items[view] = {str(one.id): float((one.scores or {})["answered"].value == "C") for one in log.samples}
        results[view] = {name: one.value for score in log.results.scores for name, one in score.metrics.items()}
        versions[view] = str(log.eval.task_version)
write(out, {"items": items, "results": results, "versions": versions})
