"""The finding of a check of a published folder, and all findings together."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sized
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from twokeys.core.notebook import notebook

if TYPE_CHECKING:
    import pandas as pd

Checked = Generator[str, None, str]
"""A check: it yields problems and returns what it counted, in words; empty if the folder holds nothing to check."""
Outcome = Literal["ok", "failed", "open", "not made", "absent", "stated"]


def counts(**things: Sized | int) -> str:
    """Describe what a check counted; things of which there are none are not named.

    Args:
        things: Name of one thing -> the things, or their number.

    Example:
        >>> counts(row=1200, image_partner=["one"], quad=0)
        '1,200 rows, 1 image partner'
    """
    numbers = {
        name.replace("_", " "): counted if isinstance(counted, int) else len(counted)
        for name, counted in things.items()
    }
    return ", ".join(f"{number:,} {name}{'s' * (number != 1)}" for name, number in numbers.items() if number)


@dataclass(frozen=True)
class Finding:
    """The result of one check.

    Attributes:
        check: Name of the check.
        problems: Contradictions, in words; empty if there are none.
        remedy: What to do about them, if there is a general remedy.
        not_made: Why the check was not made, and how to make it; empty if it was made.
        counted: What was counted, such as `60 rows, 2 ceilings`; empty if the folder holds nothing to check.
        unanswered: Questions without an answer: a warning, since no number depends on them.
        stated: Statements of the folder that cannot be recounted from it.
    """

    check: str
    problems: list[str]
    remedy: str = ""
    not_made: str = ""
    counted: str = ""
    unanswered: list[str] = field(default_factory=list)
    stated: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether the check was made and nothing remains to do."""
        return not self.problems and not self.not_made and not self.unanswered

    @property
    def failed(self) -> bool:
        """Whether the check was made and has problems."""
        return bool(self.problems)

    @property
    def outcome(self) -> Outcome:
        """The outcome of the check, in a word.

        Example:
            >>> Finding("files", [], counted="3 files").outcome, Finding("rows of pairs", []).outcome
            ('ok', 'absent')
        """
        if self.failed:
            return "failed"
        if self.not_made:
            return "not made"
        if self.unanswered:
            return "open"
        if self.stated:
            return "stated"
        return "ok" if self.counted else "absent"


@dataclass(frozen=True)
class Verified:
    """Every check of a published folder.

    Attributes:
        folder: The folder.
        findings: One finding for each check; iteration goes over them.
    """

    folder: Path
    findings: list[Finding]

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    @property
    def ok(self) -> bool:
        """Whether no check failed."""
        return not any(finding.failed for finding in self.findings)

    @property
    def unanswered(self) -> list[str]:
        """Questions without an answer."""
        return [question for finding in self.findings for question in finding.unanswered]

    @property
    def summary(self) -> str:
        """The result of all checks, in a sentence."""
        made = [finding for finding in self.findings if finding.outcome in ("ok", "failed", "open")]
        failed = [finding.check for finding in made if finding.failed]
        claims = f"{len(made)} {'claim' if len(made) == 1 else 'claims'} recounted"
        differences = f"differences in {len(failed)}: {', '.join(failed)}" if failed else "no differences"
        return f"{claims}, {differences}"

    def to_pandas(self) -> pd.DataFrame:
        """One row for each check: `check`, `outcome`, `counted`, `problems`, `unanswered`, `remedy`, `not_made`."""
        import pandas as pd

        columns = ["check", "outcome", "counted", "problems", "unanswered", "remedy", "not_made"]
        rows = [asdict(finding) | {"outcome": finding.outcome} for finding in self.findings]
        return pd.DataFrame(rows, columns=columns)

    def _repr_html_(self) -> str:
        return notebook(f"{self.folder}: {self.summary}", self)

    def json(self) -> list[dict[str, Any]]:
        """The findings as JSON values."""
        return [asdict(finding) | {"ok": finding.ok, "outcome": finding.outcome} for finding in self.findings]


class Unsound(ValueError):  # noqa: N818 - named after the folder
    """A folder that does not pass what it must pass before a verb does anything with it.

    Attributes:
        verified: Every check, with what it found.
    """

    def __init__(self, verified: Verified, command: str, undone: str) -> None:
        self.verified = verified
        failed = ", ".join(finding.check for finding in verified if finding.failed)
        super().__init__(f"{verified.folder} does not pass `{command}` ({failed}): nothing was {undone}")
