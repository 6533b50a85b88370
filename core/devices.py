"""Devices and types of weights of networks: whatever loads a network looks up their names here."""

from __future__ import annotations

from twokeys.core.errors import BadInput

PRECISIONS = ("float32", "bfloat16", "float16")
"""Types of weights that a caller can request."""


def device_for(named: str | None = None) -> str:
    """Return the device of this name; for None, the GPU if there is one, else the CPU.

    Args:
        named: `cpu`, `cuda`, or `cuda:1` for the second of several.

    Raises:
        BadInput: If there is no such device, or no GPU that torch can use.

    Example:
        >>> device_for("cpu")
        'cpu'
    """
    import torch

    has_gpu = torch.cuda.is_available()
    if named is None:
        return "cuda" if has_gpu else "cpu"
    kind, _, number = named.partition(":")
    if named != "cpu" and (kind != "cuda" or (number and not number.isdecimal())):
        raise BadInput("--device", None, f"there is no device {named!r}", "cpu, cuda, cuda:NUMBER", "name one of these")
    if kind == "cuda" and not has_gpu:
        remedy = "name cpu, or install a torch that knows your GPU"
        raise BadInput("--device", None, f"{named!r} is named, and torch finds no GPU", "cpu", remedy)
    if number and int(number) >= torch.cuda.device_count():
        allowed = ", ".join(f"cuda:{index}" for index in range(torch.cuda.device_count()))
        raise BadInput("--device", None, f"there is no device {named!r}", allowed, "name one of these")
    return named


def precision_for(named: str | None, device: str) -> str:
    """Return the type of weights of this name; for None, 32 bits on a CPU and 16 bits on a GPU.

    Raises:
        BadInput: If there is no such type.

    Example:
        >>> precision_for(None, "cpu"), precision_for(None, "cuda:1"), precision_for("float32", "cuda")
        ('float32', 'bfloat16', 'float32')
    """
    if named is None:
        return "float32" if device == "cpu" else "bfloat16"
    if named not in PRECISIONS:
        raise BadInput("--dtype", None, f"there is no type of weights {named!r}", ", ".join(PRECISIONS), "name one")
    return named
