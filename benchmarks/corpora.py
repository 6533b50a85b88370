"""Every recipe that ships, on the real corpora: its blind-solvability, and the items that balance keeps.

    TWOKEYS_CORPORA=path/to/corpora python -m benchmarks.corpora

Writes `docs/results.md`. Recipes without their files are marked.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from twokeys.builder.build import build
from twokeys.builder.diagnose import Diagnosis, diagnose
from twokeys.builder.recipe import load, shipped
from twokeys.core.disk import write_text
from twokeys.core.errors import BadInput
from twokeys.data_cards.tables import best, count, markdown, percent, result

RESULTS = Path(__file__).parent.parent / "docs" / "results.md"
COLUMNS = (
    "recipe", "items", "question ceiling", "image ceiling", "best that sees only the question",
    "best that sees only the options", "best that sees only the image", "largest balanced", "published", "why not more",
)  # fmt: skip
HEAD = """# What blind models could do on real corpora, and what balance keeps

Ceilings are counts: no function of the view alone is better on that set, by the text of its reply or by the letter of
an option. Baselines are cross-fitted by group, with 95 % intervals; *chance* needs no look at the view. *Largest
balanced* is the proven optimum before any rule, part by part (splits, and answer types in them unless the recipe says
otherwise); *published* is what `twokeys build` keeps after the recipe's rules, where pictures are there. Get them again
with `TWOKEYS_CORPORA=folder python -m benchmarks.corpora`.

"""


def row(name: str, corpora: Path | None, out: Path) -> tuple[str, ...]:
    """Diagnose a recipe, build it if it has images, and return the results as one row."""
    recipe = load(name)
    work = out / f".{name}.run"
    try:
        diagnosis = diagnose(recipe, out / f"{name}-diagnosis", corpora=corpora, work=work)
    except BadInput as error:
        return (name, *["-"] * (len(COLUMNS) - 2), f"not run: {error.problem}")
    published = "no pictures"
    if recipe.publishable:
        built = build(recipe, out / name, corpora=corpora, work=work)
        published = f"{count(built.manifest.kept)}, {'bounded' if built.certified else 'not bounded'}"
    blind = diagnosis.blindness
    scores = [best(blind.best(view=view)) for view in ("question", "choices", "image")]
    kept = ", ".join(f"{count(part.kept)} of {count(part.items)}" for part in diagnosis.balance)
    ceilings = [result(blind.ceiling(view)) for view in ("question", "image")]
    return name, count(diagnosis.items), *ceilings, *scores, kept, published, reason(diagnosis)


def reason(diagnosis: Diagnosis) -> str:
    """Explain why balance keeps few items: questions or images with one item, or with one answer."""
    kept = sum(part.kept for part in diagnosis.balance)
    if kept > diagnosis.items / 3:
        return "-"
    shares = []
    for view, plural in (("question", "questions"), ("image", "images")):
        ceiling = diagnosis.blindness.ceiling(view)
        shares.append(f"{percent(ceiling.keys / ceiling.items)} as many {plural} as items")
    return f"{' and '.join(shares)}: a question or image with one item, or one answer, has no partner"


def main() -> None:
    """Run the named recipes, or all, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipes", nargs="*", default=shipped())
    parser.add_argument("--out", type=Path, default=Path("out"))
    arguments = parser.parse_args()
    corpora = os.environ.get("TWOKEYS_CORPORA")
    rows = [row(name, Path(corpora) if corpora else None, arguments.out) for name in arguments.recipes]
    write_text(RESULTS, HEAD + markdown(COLUMNS, rows) + "\n")


if __name__ == "__main__":
    main()
