"""`import twokeys.filters` is light: rules can be listed without loading what they compute with."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = [
    "twokeys.builder", "twokeys.data_cards", "faiss", "numpy", "pandas", "pydantic", "sklearn", "torch", "transformers",
]  # fmt: skip


@pytest.mark.parametrize("statement", ["import twokeys.filters", "from twokeys import filters; filters.rules()"])
def test_nothing_heavy_is_loaded(statement: str) -> None:
    code = f"{statement}; import sys; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_import_takes_less_than_a_third_of_a_second() -> None:
    code = "import time; start = time.process_time(); import twokeys.filters; print(time.process_time() - start)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 0.3
