"""Every recipe that ships, on the real corpora: its blind-solvability, and the items that balance keeps.

    TWOKEYS_CORPORA=path/to/corpora python -m benchmarks.corpora [RECIPE ...]

Writes `docs/results.md`: the rows of the named recipes are replaced, the other rows stay.
A recipe without its files is marked.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from benchmarks.rows import replace
from twokeys.builder.build import build
from twokeys.builder.diagnose import Diagnosis, diagnose
from twokeys.builder.recipe import load, shipped
from twokeys.core.errors import BadInput
from twokeys.data_cards.tables import best, count, percent, result

RESULTS = Path(__file__).parent.parent / "docs" / "results.md"
COLUMNS = (
    "recipe", "items", "question ceiling", "image ceiling", "best that sees only the question",
    "best that sees only the options", "best that sees only the image", "largest balanced", "published", "why not more",
)  # fmt: skip
HEAD = """# What blind models could do on real corpora, and what balance keeps

Ceilings are counts: no function of the view alone is better on that set, by the text of its reply or by the letter of
an option. Baselines are cross-fitted by group. Their 95 % intervals are clustered by group and by question, if
questions repeat: they cover other images and other questions. *New questions* beside a baseline says that its fits
had seen no item with the same question; *too few to tell* says that the groups or questions are too few for an
interval that says something. *Chance* is reached without the view. *Largest balanced* is the proven optimum before
any rule, for each part (splits, and the answer types in them unless the recipe says otherwise); *published* is the
number of items that `twokeys build` keeps after the recipe's rules, if the corpus has images. To reproduce the table,
or the rows of some recipes, run

```bash
TWOKEYS_CORPORA=path/to/corpora python -m benchmarks.corpora
TWOKEYS_CORPORA=path/to/corpora python -m benchmarks.corpora nlvr tri-bench
```

"""


def row(name: str, corpora: Path | None, out: Path) -> tuple[str, ...]:
    """Diagnose a recipe, build it if it has images, and return the results as one row."""
    recipe = load(name)
    work = out / f".{name}.run"
    try:
        diagnosis = diagnose(recipe, out / f"{name}-diagnosis", corpora=corpora, work=work)
    except BadInput as error:
        return (name, *["-"] * (len(COLUMNS) - 2), f"not run: {error.problem}")
    published = "no images"
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
    for name in arguments.recipes:
        measured = row(name, Path(corpora) if corpora else None, arguments.out)
        replace(RESULTS, HEAD, COLUMNS, name, [measured])


if __name__ == "__main__":
    main()
