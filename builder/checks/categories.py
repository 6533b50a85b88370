"""Whether the table by category, before and after selection, follows from the rows and their predictions."""

from __future__ import annotations

from twokeys.builder.checks.finding import Checked, counts
from twokeys.builder.measure.categories import categories
from twokeys.builder.publish.folder import Folder
from twokeys.core.categories import places
from twokeys.core.measured import BALANCED, READ


def counted_again(known: Folder) -> Checked:
    """Categories before and after follow from the rows and their predictions."""
    manifest, where = known.manifest, places(known.items, known.recipe.categories)
    before = categories(known.items, where, READ, manifest.confidence)
    after = categories(known.balanced, where, BALANCED, manifest.confidence)
    if before != manifest.categories_before:
        yield "categories of all items read differ from a recount"
    if after != manifest.categories_after:
        yield "categories of the balanced set differ from a recount"
    return counts(row=known.items, part=[*before.rows, *after.rows])
