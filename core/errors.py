"""The one way in which twokeys says that an input is bad: where, what was found, what is allowed, what to do."""

from __future__ import annotations


class BadInput(ValueError):  # noqa: N818 - it is named after what the user has, not after what Python does
    """An input that cannot be used as it is.

    Attributes:
        file: The file (or recipe field) that holds it.
        row: Row, key or field inside the file; None for the file as a whole.
        found: What was found there.
        allowed: What is allowed there.
        remedy: What the user can do.
    """

    def __init__(self, file: object, row: object, found: str, allowed: str, remedy: str) -> None:
        self.file, self.row, self.found, self.allowed, self.remedy = str(file), row, found, allowed, remedy
        super().__init__(str(self))

    def __str__(self) -> str:
        where = self.file if self.row is None else f"{self.file}, row {self.row}"
        return f"{where}: found {self.found}; allowed: {self.allowed}; to do: {self.remedy}"

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions pickle by their message alone; ours must cross process borders whole.
        return type(self), (self.file, self.row, self.found, self.allowed, self.remedy)


class Unscorable(BadInput):
    """One item that a model cannot score, though it may score others."""

    @property
    def why(self) -> str:
        """What cannot be scored, and what could be."""
        return f"{self.file} {self.found}; allowed: {self.allowed}"


class Unsayable(Unscorable):
    """A model has no tokens for an answer, or does not have it in its list."""

    def __init__(self, answer: str, allowed: str, remedy: str) -> None:
        self.answer = answer
        super().__init__("answer", None, repr(answer), allowed, remedy)

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.answer, self.allowed, self.remedy)


class MissingPackage(BadInput):
    """A feature needs a package or a model that is not installed."""

    def __init__(self, feature: str, package: str, command: str) -> None:
        self.feature, self.package, self.command = feature, package, command
        super().__init__(feature, None, f"no package {package!r}", "the package installed", f"run: {command}")

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.feature, self.package, self.command)
