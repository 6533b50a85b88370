"""The formats that can be exported to: those that ship, and those of installed packages."""

from __future__ import annotations

from twokeys.core.plugins import Registry
from twokeys.exports.format import Format

BUILT_IN = {
    "lmms-eval": "twokeys.exports.lmms_eval:FORMAT",
    "vlmevalkit": "twokeys.exports.vlmevalkit:FORMAT",
    "inspect": "twokeys.exports.inspect_task:FORMAT",
    "lm-eval": "twokeys.exports.lm_eval:FORMAT",
    "vqa-v2": "twokeys.exports.vqa_v2:FORMAT",
    "naturalbench": "twokeys.exports.naturalbench:FORMAT",
}
"""Name -> where its format is."""


FORMATS: Registry[Format] = Registry(
    kind="format",
    group="twokeys.formats",
    built_in=BUILT_IN,
    fits=lambda candidate: isinstance(candidate, Format),
    must="twokeys.exports.format.Format",
    place="--to",
)
