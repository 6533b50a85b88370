"""Models by name: a hub name, a local folder, a reference model that ships, or the address of a server.

Weights are read from safetensors only, and no code that comes with a model is run.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twokeys.audit.models.hosts import Hosts, host_of, is_address
from twokeys.audit.models.model import Model, Responder
from twokeys.core.devices import device_for, precision_for
from twokeys.core.errors import BadInput, closest, correction
from twokeys.core.files import sha256_of_weights
from twokeys.core.weights import check_weights, weights

if TYPE_CHECKING:
    from twokeys.audit.models.generative import Generative

REFERENCE = "reference:"
FAMILIES = {
    "llava": ("twokeys.audit.models.llava", "Llava", "LlavaForConditionalGeneration"),
    "qwen2_vl": ("twokeys.audit.models.qwen", "Qwen", "Qwen2VLForConditionalGeneration"),
    "qwen2_5_vl": ("twokeys.audit.models.qwen", "Qwen", "Qwen2_5_VLForConditionalGeneration"),
    "internvl": ("twokeys.audit.models.internvl", "InternVL", "InternVLForConditionalGeneration"),
}
"""transformers' model type -> module, class, transformers' class."""


def references() -> dict[str, Path]:
    """Reference models that ship: name -> folder."""
    root = Path(str(files("twokeys.audit") / "reference"))
    return {folder.parent.name: folder.parent for folder in sorted(root.glob("*/training.json"))}


def load(
    name: str,
    device: str | None = None,
    dtype: str | None = None,
    instruction: str | None = None,
    hosts: Hosts = Hosts(),  # noqa: B008 - frozen
    several: bool = False,
) -> Responder:
    """Load a model.

    Args:
        name: `reference:NAME`, a folder, `owner/name` or `owner/name@revision` on the hub, or for a server that speaks
            OpenAI's protocol its address and model, `http://host/v1#model`.
        device: As `twokeys.core.devices.device_for` takes it: the GPU where there is one when None.
        dtype: `float32`, `bfloat16` or `float16`; 32 bits on a CPU and 16 on a GPU when None.
        instruction: How to answer, put after the question; None for the usual one (for reference models: none).
        hosts: Hosts that the user named: no other is asked.
        several: Whether items have several images. A model whose chat template shows one in a game is then asked in
            words, by its own processor, if that takes several images.

    Returns:
        A `Model` for the families that can be explained as games, otherwise a `Responder`, which can only be evaluated.

    Raises:
        BadInput: When there is no such model, or it cannot be loaded as it is.
    """
    if is_address(name):
        from twokeys.audit.models.endpoint import Endpoint

        return Endpoint(name, hosts, instruction)
    place, revision = _place(name)
    device = device_for(device)
    check_weights(place)
    import torch
    from transformers import AutoConfig

    kind = getattr(torch, precision_for(dtype, device))
    try:
        config = AutoConfig.from_pretrained(place, revision=revision, trust_remote_code=False)
        if (family := FAMILIES.get(config.model_type)) is not None:
            made = _family(family, place, revision, device, kind, _named(name, place, config), instruction)
            if not several or made.several:
                return made
            return _of_several(place, revision, device, kind, made.name, instruction) or made
        if config.model_type == "vilt":
            from twokeys.audit.models.vilt import load_vilt

            if dtype not in (None, "float32"):
                raise BadInput("--dtype", None, f"ViLT is not run in {dtype}", "float32", "leave `--dtype` out")
            return load_vilt(place, revision, device, _named(name, place, config))
        from twokeys.audit.models.anything import load_anything

        return load_anything(place, revision, device, kind, _named(name, place, config), instruction)
    except (OSError, ValueError) as error:
        if isinstance(error, BadInput):
            raise
        names = ", ".join(REFERENCE + reference for reference in references())
        allowed = f"a model for transformers, an address, or one of {names}"
        problem = f"{name!r} cannot be loaded ({_short(error)})"
        raise BadInput("--model", None, problem, allowed, "correct the name") from error


def _of_several(
    place: str, revision: str | None, device: str, dtype: Any, name: str, instruction: str | None
) -> Responder | None:
    """A model with its processor, if the processor accepts several images in an item."""
    from twokeys.audit.models.anything import load_anything

    try:
        model = load_anything(place, revision, device, dtype, name, instruction)
    except (BadInput, OSError, ValueError):
        return None  # without a processor of its own: it is shown one image, or what is wrong with it is told there
    return model if model.several else None


def load_named(name: str, several: bool = False, device: str | None = None, dtype: str | None = None) -> Responder:
    """Load a model that the user named; if it is served, the user has named its host, too.

    Args:
        name: As `load` takes it.
        several: Whether items have several images, as for `load`.
        device: As for `load`.
        dtype: As for `load`.

    Raises:
        BadInput: As `load`.
    """
    if is_address(name):
        return load(name, hosts=host_of(name), several=several)
    return load(name, device, dtype, several=several)


def load_game(name: str, device: str | None = None, dtype: str | None = None) -> Model:
    """Load a model that can be played as a game; arguments as for `load`.

    Raises:
        BadInput: As `load`, and when the model can be evaluated alone.
    """
    model = None if is_address(name) else load(name, device, dtype)
    if not isinstance(model, Model):
        allowed = f"a model of the types {', '.join(FAMILIES)}, vilt"
        problem = f"{name!r} can be evaluated, but not explained"
        raise BadInput("--model", None, problem, allowed, "choose one of these")
    return model


def _family(
    family: tuple[str, str, str], place: str, revision: str | None, device: str, dtype: Any, name: str, said: str | None
) -> Generative:
    """A generative model behind the seam."""
    from importlib import import_module

    import transformers

    from twokeys.audit.models.prompt import chat_template

    library: Any = transformers
    module, kind, theirs = family
    network: Any = weights(getattr(library, theirs).from_pretrained, place, revision=revision, dtype=dtype)
    tokenizer = library.AutoTokenizer.from_pretrained(place, revision=revision, trust_remote_code=False)
    images = library.AutoImageProcessor.from_pretrained(place, revision=revision, trust_remote_code=False)
    if said is None and (Path(place) / "training.json").is_file():
        said = ""
    made: Generative = getattr(import_module(module), kind)(
        network.to(device), tokenizer, images, chat_template(tokenizer, place, revision), name, said
    )
    return made


def _place(name: str) -> tuple[str, str | None]:
    """The place and the revision from which transformers loads a model."""
    if name.startswith(REFERENCE):
        names = references()
        if (folder := names.get(name.removeprefix(REFERENCE))) is None:
            allowed = ", ".join(REFERENCE + each for each in names)
            train = "name one of these, or train it with `twokeys train-reference`"
            remedy = correction(name, [REFERENCE + each for each in names], train)
            raise BadInput("--model", None, f"there is no reference model {name!r}", allowed, remedy)
        return str(folder), None
    if Path(name).is_dir():
        return name, None
    if "/" not in name and (close := closest(name, references(), 0.8)) is not None:
        problem = f"there is no folder {name!r}, and models of the hub are named owner/name"
        raise BadInput("--model", None, problem, "", f"correct the name: did you mean {REFERENCE + close!r}?")
    hub, _, revision = name.partition("@")
    return hub, revision or None


def _named(name: str, place: str, config: Any) -> str:
    """A model and the exact state of it, for reports."""
    if (folder := Path(place)).is_dir():
        digits = sha256_of_weights(folder)[:16]
        return f"{name if name.startswith(REFERENCE) else folder.name}@sha256-{digits}"
    return f"{place}@{getattr(config, '_commit_hash', None) or 'unknown'}"


def _short(error: Exception) -> str:
    return str(error).split("\n", maxsplit=1)[0][:200]
