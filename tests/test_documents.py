"""Documents say what the code does: their commands run, their tables are whole."""

from __future__ import annotations

import re
from pathlib import Path

from twokeys.builder.checks.checks import CHECKS
from twokeys.builder.checks.datasheet import DATASHEET
from twokeys.builder.checks.told import TOLD

ROOT = Path(__file__).parent.parent


def test_the_page_on_verify_names_every_claim_in_the_order_of_the_terminal() -> None:
    text = (ROOT / "docs/verify.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| ([^|]+) \| [^|]+ \|$", text, re.M)
    assert table == ["claim", "---", "manifest", "files", *CHECKS, DATASHEET, TOLD]
