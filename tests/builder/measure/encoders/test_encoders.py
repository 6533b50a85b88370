"""Encoders by their names in recipes."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from twokeys.builder.measure.encoders import PACKAGED, encoder, identity, image_encoder, package_folder, text_encoder
from twokeys.builder.measure.encoders.encoder import unit
from twokeys.builder.measure.encoders.sentences import SentenceEncoder
from twokeys.builder.measure.encoders.vision import VisionEncoder
from twokeys.core.errors import BadInput, MissingPackage


def test_unit_rows_have_length_one_and_zero_stays_zero() -> None:
    # 3-4-5: the row (3, 4) has length 5.
    assert unit(np.array([[3, 4], [0, 0]], dtype=np.float32)) == pytest.approx(np.array([[0.6, 0.8], [0, 0]]))
    assert unit(np.array([[1e-20, 0]], dtype=np.float32)).dtype == np.float32


@pytest.mark.parametrize("name", PACKAGED)
def test_a_missing_package_is_named_with_the_command_that_installs_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda module: None)
    for ask in (package_folder, identity):
        with pytest.raises(MissingPackage) as error:
            ask(name)
        assert error.value.package == PACKAGED[name][2]
        assert error.value.remedy == 'run: pip install "twokeys[offline]"'


def test_an_unknown_packaged_name_lists_the_known_ones() -> None:
    with pytest.raises(BadInput, match="packaged:minilm, packaged:efficientnet-lite0, or the name or folder"):
        package_folder("packaged:resnet")


@pytest.mark.parametrize("name", PACKAGED)
def test_the_identity_of_a_packaged_encoder_holds_its_version(name: str) -> None:
    assert identity(name).startswith(f"{name}@0.")


def test_the_identity_of_any_other_encoder_holds_the_version_of_transformers() -> None:
    import transformers

    assert identity("some/model") == f"some/model@transformers-{transformers.__version__}"


def test_an_encoder_is_loaded_once(minilm: SentenceEncoder) -> None:
    assert text_encoder("packaged:minilm") is minilm


@pytest.mark.parametrize(
    ("load", "field"), [(SentenceEncoder, "encoders.text"), (VisionEncoder, "encoders.image")], ids=["text", "image"]
)
def test_a_model_that_does_not_load_names_the_field_of_the_recipe(load: type, field: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as error:
        load(str(tmp_path / "nothing"))
    assert error.value.row == field
    assert "nothing" in error.value.problem
    assert "packaged:" in error.value.remedy


def test_any_other_image_encoder_is_a_transformers_model(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"encoders\.image"):
        image_encoder(str(tmp_path))


def test_glibc_is_told_to_keep_freed_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, int]] = []
    libc = SimpleNamespace(mallopt=lambda option, value: told.append((option, value)))
    monkeypatch.setattr(encoder.ctypes, "CDLL", lambda name: libc)
    encoder.keep_freed_memory()
    assert told == [(-1, 2**30), (-3, 2**30)]  # M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of malloc.h


def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def missing(name: str) -> None:
        asked.append(name)
        raise OSError(name)

    monkeypatch.setattr(encoder.ctypes, "CDLL", missing)
    encoder.keep_freed_memory()
    monkeypatch.setattr(encoder.ctypes, "CDLL", lambda name: object())
    encoder.keep_freed_memory()
    assert asked == ["libc.so.6"]
