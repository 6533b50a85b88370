"""The command `twokeys`: every verb is one public Python function of the same name and arguments.

Exit status: 0 done, 1 a certificate or a check failed (`diff`: the rows differ), 2 bad input, 3 the budget is spent,
70 an error that no verb expects, 130 interrupted.
"""

from __future__ import annotations

from typing import Annotated

import typer

from twokeys.commands import browsing, building, exporting, folders, lists, models, publishing, recipes, rules
from twokeys.commands.ending import Verbs
from twokeys.commands.verbosity import speaking

app = typer.Typer(
    name="twokeys",
    cls=Verbs,
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
    browsing.browse,
    publishing.datasheet,
    folders.diff,
    folders.clean,
    exporting.export,
    publishing.sign,
    publishing.push,
    models.evaluate,
    models.compare,
    models.explain,
    lists.explainers,
    models.train_reference,
    lists.recipes,
    lists.corpora,
    lists.catalogue,
):
    # A short help that is given is shown whole; the one that is made from the docstring ends after 45 letters.
    app.command(verb.__name__.replace("_", "-"), short_help=(verb.__doc__ or "").partition("\n")[0])(speaking(verb))


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"twokeys {version('twokeys')}")
        raise typer.Exit


@app.callback()
def _options(
    asked: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """Options of the command itself."""


app.add_typer(recipes.app, name="recipe")
app.add_typer(rules.app, name="rules")
