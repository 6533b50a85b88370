"""twokeys turns VQA corpora into benchmarks with a proven bound on what one view alone can answer.

The verbs of the command are functions here. All else stands in the packages below:
`from twokeys.filters import Rule`.

Example:
    >>> import twokeys
    >>> twokeys.fingerprint.__module__
    'twokeys.builder.publish.fingerprint'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from twokeys.audit.comparison.compare import compare
    from twokeys.audit.evaluation.evaluate import evaluate
    from twokeys.audit.explanation.explain import explain
    from twokeys.audit.reference.train import train_reference
    from twokeys.browsing.browse import browse
    from twokeys.builder.build import build
    from twokeys.builder.clean import clean
    from twokeys.builder.diagnose import diagnose
    from twokeys.builder.diff import diff
    from twokeys.builder.pairs import pairs
    from twokeys.builder.publish.fingerprint import fingerprint
    from twokeys.builder.push import push
    from twokeys.builder.recipe_check import check_recipe
    from twokeys.builder.recipe_init import init_recipe
    from twokeys.builder.sign import sign
    from twokeys.builder.verify import verify
    from twokeys.core.signing import new_key
    from twokeys.exports.export import export
    from twokeys.filters import check_rule

PUBLIC = {
    "build": "twokeys.builder.build",
    "diagnose": "twokeys.builder.diagnose",
    "pairs": "twokeys.builder.pairs",
    "verify": "twokeys.builder.verify",
    "diff": "twokeys.builder.diff",
    "push": "twokeys.builder.push",
    "sign": "twokeys.builder.sign",
    "new_key": "twokeys.core.signing",
    "check_recipe": "twokeys.builder.recipe_check",
    "init_recipe": "twokeys.builder.recipe_init",
    "fingerprint": "twokeys.builder.publish.fingerprint",
    "check_rule": "twokeys.filters",
    "export": "twokeys.exports.export",
    "browse": "twokeys.browsing.browse",
    "clean": "twokeys.builder.clean",
    "compare": "twokeys.audit.comparison.compare",
    "evaluate": "twokeys.audit.evaluation.evaluate",
    "explain": "twokeys.audit.explanation.explain",
    "train_reference": "twokeys.audit.reference.train",
}
"""Public function -> the module that defines it, imported when the function is first used: `--help` stays quick."""

__all__ = [
    "browse",
    "build",
    "check_recipe",
    "check_rule",
    "clean",
    "compare",
    "diagnose",
    "diff",
    "evaluate",
    "explain",
    "export",
    "fingerprint",
    "init_recipe",
    "new_key",
    "pairs",
    "push",
    "sign",
    "train_reference",
    "verify",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("twokeys")
    if name in PUBLIC:
        return getattr(import_module(PUBLIC[name]), name)
    raise AttributeError(f"module 'twokeys' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, "__version__"})
