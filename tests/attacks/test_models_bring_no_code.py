"""A model's repository cannot make a build run code of its own, and a rule file is run knowingly.

Claim: nothing from outside is executed or unpickled.
Attack: a model whose configuration names code (`auto_map`) or whose weights are pickled, in a recipe or `--model`; a
recipe of somebody else with a rule file beside it.
Before (ba22272): some loads left `trust_remote_code` to a library's default, two read pickled weights; rule files were
run without a word.
Now: every load says it; weights are read from safetensors, and a folder that has pickled ones alone is refused with how
to convert them; a build says once of each rule file that it is code, and is run.
"""

from __future__ import annotations

import ast
import json
import pickle
import pkgutil
import re
import warnings
from pathlib import Path

import pytest

from tests import house
from tests.pipeline.toy import rule_file
from twokeys.audit.models.loading import load_named
from twokeys.core.errors import BadInput
from twokeys.filters import rule_class

LOADS = ("from_pretrained", "SentenceTransformer", "from_config")


def loads() -> list[tuple[str, ast.Call]]:
    """Every call that loads a model, a tokenizer or a processor, and where it stands."""
    return [
        (f"{module}:{node.lineno}", node)
        for module, path in house.modules().items()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in LOADS
    ]


def test_every_load_says_that_no_code_is_run() -> None:
    assert len(loads()) > 10
    for place, call in loads():
        given = {word.arg: word.value for word in call.keywords}
        said = given.get("trust_remote_code")
        if None in given:  # `**source`, a dictionary that stands beside the call
            path = house.modules()[place.partition(":")[0]]
            assert '"trust_remote_code": False' in path.read_text(encoding="utf-8"), place
        elif getattr(call.func, "attr", "") != "from_config":
            assert isinstance(said, ast.Constant), place
            assert said.value is False, place


def test_weights_are_loaded_by_the_one_function_that_reads_safetensors_alone() -> None:
    """What is called by itself reads no weights, but for GGUF files, which hold no code."""
    called = {ast.unparse(call.func) for _, call in loads()}
    models = {name for name in called if not re.search(r"(Tokenizer|Processor|Config)\.from_pretrained$", name)}
    assert models == {"AutoModelForCausalLM.from_config", "AutoModelForCausalLM.from_pretrained", "SentenceTransformer"}
    text = (house.ROOT / "builder/measure/language/loading.py").read_text(encoding="utf-8")
    assert re.findall(r"AutoModelForCausalLM\.from_pretrained\((.*)\)", text) == [
        "str(file.parent), dtype=torch.float32, **source"
    ]


class Malicious:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.path,)


def vision(folder: Path) -> Path:
    """A small vision model."""
    from transformers import ViTConfig, ViTImageProcessor, ViTModel

    config = ViTConfig(
        hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8, image_size=8, patch_size=4
    )
    ViTModel(config).save_pretrained(folder)
    ViTImageProcessor(size={"height": 8, "width": 8}).save_pretrained(folder)
    return folder


def pickled(folder: Path, run: Path) -> None:
    """Put a pickle into a folder that runs code when it is read, and see that it does."""
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Malicious(run)))
    pickle.loads((folder / "pytorch_model.bin").read_bytes())
    assert run.exists()
    run.unlink()


def test_a_pickle_beside_safetensors_is_not_read(tmp_path: Path) -> None:
    from PIL import Image

    from twokeys.builder.measure.encoders.vision import VisionEncoder

    folder = vision(tmp_path / "model")
    pickled(folder, tmp_path / "run")
    assert VisionEncoder(str(folder)).encode([Image.new("RGB", (8, 8))]).shape == (1, 8)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("what", [
    "twokeys.builder.measure.encoders.vision:VisionEncoder",
    "twokeys.builder.measure.encoders.sentences:SentenceEncoder",
    "twokeys.builder.measure.language.loading:fresh", "twokeys.audit.models.loading:load",
    "twokeys.builder.pair.generators.photos.detector:TransformersDetector",
    "twokeys.builder.pair.generators.photos.detector:check_detector",
    "twokeys.builder.pair.generators.photos.segmenter:segmenter",
    "twokeys.builder.pair.generators.photos.segmenter:check_segmenter",
    "twokeys.builder.pair.generators.photos.diffusion:diffusion",
])  # fmt: skip
def test_a_folder_of_pickles_alone_is_refused_with_how_to_convert_it(tmp_path: Path, what: str) -> None:
    folder = vision(tmp_path / "model")
    (folder / "model.safetensors").unlink()
    pickled(folder, tmp_path / "run")
    (folder / "training_args.bin").write_bytes(b"of no matter")
    load = pkgutil.resolve_name(what)
    with pytest.raises(BadInput, match=r"pytorch_model\.bin: the weights are pickled.*Convert them if you trust"):
        load(str(folder))
    assert not (tmp_path / "run").exists()


def test_a_part_of_a_pipeline_that_is_pickled_alone_is_refused(tmp_path: Path) -> None:
    from twokeys.core.weights import check_weights

    for part in ("unet", "vae"):
        (tmp_path / part).mkdir()
        (tmp_path / part / "diffusion_pytorch_model.safetensors").touch()
    check_weights(str(tmp_path))
    (tmp_path / "vae" / "diffusion_pytorch_model.bin").touch()
    check_weights(str(tmp_path))
    (tmp_path / "text_encoder").mkdir()
    (tmp_path / "text_encoder" / "pytorch_model.bin").touch()
    with pytest.raises(BadInput, match=r"text_encoder/pytorch_model\.bin"):
        check_weights(str(tmp_path))


def test_no_file_is_unpickled() -> None:
    for module, path in house.modules().items():
        text = path.read_text(encoding="utf-8")
        for word in ("pickle.load(", "allow_pickle=True", "joblib.load", "yaml.load("):
            assert word not in text, f"{module}: {word}"
        assert text.count("torch.load(") == text.count("weights_only=True"), module


@pytest.mark.parametrize("name", ["modeling.py", "configuration.py"])
def test_code_beside_a_model_is_not_run(tmp_path: Path, name: str) -> None:
    place = tmp_path / "model"
    place.mkdir()
    (place / name).write_text(f"open({str(tmp_path / 'run')!r}, 'w').close()\n")
    kind = f"{name.removesuffix('.py')}.Mine"
    said = {"model_type": "mine", "auto_map": dict.fromkeys(("AutoConfig", "AutoModel", "AutoModelForCausalLM"), kind)}
    (place / "config.json").write_text(json.dumps(said))
    with pytest.raises(BadInput):
        load_named(str(place))
    assert not (tmp_path / "run").exists()


def test_a_rule_file_is_said_to_be_code_once(tmp_path: Path) -> None:
    path = rule_file(tmp_path)
    with pytest.warns(RuntimeWarning, match=r"mine\.py is code, and is run"):
        rule_class(f"{path}:Nice")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rule_class(f"{path}:Nice")
