"""Check that the table by category, before and after selection, follows from the rows and their predictions."""

from __future__ import annotations

from twokeys.builder.checks.finding import Checked, counts
from twokeys.builder.measure.categories import categories
from twokeys.builder.publish.folder import Folder
from twokeys.core.categories import places
from twokeys.core.measured import BALANCED, READ


def counted_again(folder: Folder) -> Checked:
    """Categories before and after follow from the rows and their predictions."""
    manifest, columns = folder.manifest, places(folder.items, folder.recipe.categories)
    before = categories(folder.items, columns, READ, manifest.confidence)
    after = categories(folder.balanced, columns, BALANCED, manifest.confidence)
    if before != manifest.categories_before:
        yield "categories of all items read differ from a recount"
    if after != manifest.categories_after:
        yield "categories of the balanced set differ from a recount"
    return counts(row=folder.items, part=[*before.rows, *after.rows])
