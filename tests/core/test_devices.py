"""A device is what was named, or a sentence; without a name it is the GPU where there is one."""

from __future__ import annotations

import pytest
import torch

from twokeys.core.devices import device_for, precision_for
from twokeys.core.errors import BadInput


@pytest.fixture(params=[0, 2])
def gpus(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Number of GPUs of this machine."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: request.param > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: request.param)
    return int(request.param)


def test_without_a_name_it_is_the_gpu_where_there_is_one(gpus: int) -> None:
    assert device_for() == ("cuda" if gpus else "cpu")
    assert device_for("cpu") == "cpu"


@pytest.mark.parametrize("name", ["cuda", "cuda:0", "cuda:1"])
def test_a_gpu_that_is_named_is_there_or_refused(gpus: int, name: str) -> None:
    if gpus:
        assert device_for(name) == name
        return
    with pytest.raises(BadInput, match=r"torch finds no GPU\. Allowed: cpu"):
        device_for(name)


@pytest.mark.parametrize("name", ["cuda:2", "gpu", "cuda:x", "", "cpu:0", "cuda:-1"])
def test_no_other_name_is_a_device(gpus: int, name: str) -> None:
    with pytest.raises(BadInput, match="--device"):
        device_for(name)


def test_weights_have_32_bits_on_a_cpu_and_16_on_a_gpu_unless_they_are_named() -> None:
    assert [precision_for(None, device) for device in ("cpu", "cuda", "cuda:1")] == ["float32", "bfloat16", "bfloat16"]
    assert precision_for("float16", "cpu") == "float16"
    with pytest.raises(BadInput, match=r"no type of weights 'float8'\. Allowed: float32, bfloat16, float16"):
        precision_for("float8", "cpu")
