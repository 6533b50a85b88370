"""Models, and the methods that explain them: `evaluate`, `compare`, `explain`, `train-reference`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from twokeys.commands.options import AsJson, Config, Device, Dtype, Folder, Masks, ModelName, Split
from twokeys.commands.progress import progress
from twokeys.commands.terminal import GOES_ON, plainly, print_json


def evaluate(
    folder: Folder,
    model: ModelName,
    config: Config = None,
    split: Split = None,
    limit: Annotated[int | None, typer.Option(help="How many items are answered. Default: all.")] = None,
    masks: Masks = None,
    device: Device = None,
    dtype: Dtype = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for answers, result and report.html; a stopped run continues from it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Evaluate a model: accuracy, over pairs too, blind accuracy, and what image and question add together."""
    with plainly("with --out the same command goes on where it stopped" if out is None else GOES_ON), progress() as say:
        from twokeys.audit.evaluation.evaluate import evaluate
        from twokeys.audit.models.model import Masking

        evaluation = evaluate(
            folder, model, config=config, split=split, limit=limit, masking=Masking.read(masks), out=out,
            device=device, dtype=dtype, say=say,
        )  # fmt: skip
    if as_json:
        print_json(evaluation.json())
    else:
        from twokeys.commands.show_models import show_evaluation

        show_evaluation(evaluation, out)


def compare(
    runs: Annotated[list[Path], typer.Argument(help="Two or more folders that `twokeys evaluate --out` wrote.")],
    out: Annotated[
        Path | None, typer.Option(help="Folder for tables (Markdown, CSV, LaTeX) and figures (PNG, SVG).")
    ] = None,
    hub: Annotated[
        str | None,
        typer.Option(help="OWNER/NAME of the benchmark on the Hub: --out gets results in the Hub's form too."),
    ] = None,
    revision: Annotated[str | None, typer.Option(help="Commit or tag of that repository, for --hub.")] = None,
    as_json: AsJson = False,
) -> None:
    """Compare evaluations of one folder: rates, paired differences with tests, pairs, quads and categories."""
    with plainly():
        from twokeys.audit.comparison.compare import compare

        compared = compare(*runs, out=out, repository=hub, revision=revision)
    if as_json:
        print_json(compared.json())
    else:
        from twokeys.audit.comparison.files import HUB
        from twokeys.commands.show_compared import show_compared

        show_compared(compared, out, None if out is None or hub is None else out / HUB)


def explain(
    folder: Folder,
    model: ModelName,
    explainers: Annotated[
        str | None,
        typer.Option(
            help="Names joined by commas (see `twokeys explainers`). Default: all except the oracles and kernel-shap."
        ),
    ] = None,
    config: Config = None,
    split: Split = None,
    limit: Annotated[int, typer.Option(help="How many items are explained, 2 or more; 0 for all.")] = 50,
    answer: Annotated[str, typer.Option(help="Explain the model's `own` answer or the `gold` one.")] = "own",
    budget: Annotated[
        int, typer.Option(help="Forward passes of the improved estimate, for each explainer and item.")
    ] = 140,
    masks: Masks = None,
    device: Device = None,
    dtype: Dtype = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for results and report.html; a stopped run continues from it. Default: FOLDER-explained."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of every random draw.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Explain a model's answers, and rank the methods that explain them by the synergy of image and question."""
    out = out or Path("out") / f"{folder.name}-explained"
    with plainly(GOES_ON), progress() as say:
        from twokeys.audit.explanation.explain import DEFAULT, explain
        from twokeys.audit.explanation.result import Explained
        from twokeys.audit.explanation.sensitivity import ALL, Sensitivity, sensitivity
        from twokeys.audit.models.model import Masking

        names = DEFAULT if explainers is None else tuple(name.strip() for name in explainers.split(","))
        arguments: dict[str, Any] = {
            "config": config, "split": split, "limit": limit or None, "answer": answer, "budget": budget, "out": out,
            "seed": seed, "device": device, "dtype": dtype, "say": say,
        }  # fmt: skip
        explained: Explained | Sensitivity
        if masks == ALL:
            explained = sensitivity(folder, model, names, **arguments)
        else:
            explained = explain(folder, model, names, masking=Masking.read(masks), **arguments)
    if as_json:
        print_json(explained.json())
    else:
        from twokeys.commands.show_models import show_explained, show_sensitivity

        if isinstance(explained, Explained):
            show_explained(explained, out)
        else:
            show_sensitivity(explained, out)


def train_reference(
    family: Annotated[str, typer.Option(help="Architecture: llava, qwen or internvl.")],
    questions: Annotated[
        str, typer.Option(help="Training questions: natural, or balanced for each question text.")
    ] = "natural",
    out: Annotated[Path | None, typer.Option(help="Folder to write. Default: out/FAMILY-QUESTIONS.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of weights, order and augmentation.")] = 0,
    device: Device = None,
    as_json: AsJson = False,
) -> None:
    """Train a small model of one family on easy-VQA, from scratch, and measure it once on the test split."""
    with plainly(), progress() as say:
        from twokeys.audit.reference.train import train_reference

        trained = train_reference(family, out or Path("out") / f"{family}-{questions}", questions, seed, say, device)
    if as_json:
        print_json(trained)
    else:
        from twokeys.commands.show_builds import table

        rows = [(kind, f"{value:.2%}") for kind, value in trained["test_accuracy"].items()]
        table(f"{family}, {questions} questions, {trained['seconds']} s", ["test items", "right"], rows)
