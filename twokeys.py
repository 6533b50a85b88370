"""The command `twokeys`: every verb is one public Python function of the same name and arguments.

Exit status: 0 done, 1 a certificate or a check failed (`diff`: the rows differ), 2 bad input.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import typer

from commands import building, exporting, folders, lists, models, publishing, rules

if TYPE_CHECKING:
    from audit.evaluate import evaluate
    from audit.explain import explain
    from audit.reference.train import train_reference
    from builder.build import build
    from builder.diagnose import diagnose
    from builder.diff import diff
    from builder.fingerprint import fingerprint
    from builder.pairs import pairs
    from builder.push import push
    from builder.verify import verify
    from exports.export import export
    from filters import check_rule

PUBLIC = {
    "build": "builder.build",
    "diagnose": "builder.diagnose",
    "pairs": "builder.pairs",
    "verify": "builder.verify",
    "diff": "builder.diff",
    "push": "builder.push",
    "fingerprint": "builder.fingerprint",
    "check_rule": "filters",
    "export": "exports.export",
    "evaluate": "audit.evaluate",
    "explain": "audit.explain",
    "train_reference": "audit.reference.train",
}
"""Public function -> the module it lives in; loaded when first asked for, so that `--help` is quick."""

__all__ = [
    "app",
    "build",
    "check_rule",
    "diagnose",
    "diff",
    "evaluate",
    "explain",
    "export",
    "fingerprint",
    "pairs",
    "push",
    "train_reference",
    "verify",
]

app = typer.Typer(
    name="twokeys",
    help="Turn VQA corpora into benchmarks with a proven bound on what one view alone can answer: question or image.",
    no_args_is_help=True,
    rich_markup_mode=None,  # rich breaks paths in its messages
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for verb in (
    building.build,
    building.diagnose,
    building.pairs,
    folders.verify,
    publishing.datasheet,
    folders.diff,
    exporting.export,
    publishing.push,
    models.evaluate,
    models.explain,
    lists.explainers,
    models.train_reference,
    lists.recipes,
    lists.corpora,
    lists.catalogue,
):
    # A short help that is given is shown whole; the one that is made from the docstring ends after 45 letters.
    app.command(verb.__name__.replace("_", "-"), short_help=(verb.__doc__ or "").partition("\n")[0])(verb)
app.add_typer(rules.app, name="rules")


def __getattr__(name: str) -> Any:
    if name in PUBLIC:
        return getattr(import_module(PUBLIC[name]), name)
    raise AttributeError(f"module 'twokeys' has no attribute {name!r}")


if __name__ == "__main__":
    app()
