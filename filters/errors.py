"""What can be wrong with a rule in a recipe. Messages say what was found, what is allowed, and what to do."""

from __future__ import annotations


class UnknownRule(LookupError):  # noqa: N818 - named after what the user has, not after what Python does
    """A name that no rule has."""


class DuplicateRule(ValueError):  # noqa: N818
    """Two rules that have one id."""


class BadName(ValueError):  # noqa: N818
    """A name that no rule can have."""


class BadParameter(ValueError):  # noqa: N818
    """A parameter that a rule does not have, lacks, or does not allow."""
