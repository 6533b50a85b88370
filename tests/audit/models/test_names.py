"""A misspelt model is named with the one that was meant, before any network is asked."""

from __future__ import annotations

import pytest

from twokeys.audit.models import loading
from twokeys.audit.models.loading import load, references
from twokeys.core.errors import BadInput


@pytest.mark.parametrize(
    "name", ["reference:qwen-naturl", "reference:Qwen-natural", "qwen-natural", "qwen_natural", "qwen-naturl"]
)
def test_a_misspelt_reference_model_is_corrected(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(BadInput, match=r"did you mean 'reference:qwen-natural'\?"):
        load(name)


@pytest.mark.parametrize("name", ["gpt2", "owner/qwen-natural", "clip"])
def test_names_of_the_hub_are_not_taken_for_misspelt_ones(name: str) -> None:
    assert "qwen-natural" in references()
    assert loading._place(name) == (name, None)
