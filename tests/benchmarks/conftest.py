"""What benchmarks are tried on: the published folder of the audit's tests, and tables read back from Markdown."""

from __future__ import annotations

from tests.audit.conftest import folder

__all__ = ["folder"]
