"""The formats that can be exported to."""

from __future__ import annotations

from twokeys.exports import inspect_task, lm_eval, lmms_eval, naturalbench, vlmevalkit, vqa_v2
from twokeys.exports.format import Format

FORMATS: dict[str, Format] = {
    one.name: one
    for one in (
        lmms_eval.FORMAT,
        vlmevalkit.FORMAT,
        inspect_task.FORMAT,
        lm_eval.FORMAT,
        vqa_v2.FORMAT,
        naturalbench.FORMAT,
    )
}
