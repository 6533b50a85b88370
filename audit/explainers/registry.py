"""All explainers by name: the built-in ones, and those of installed packages in the group `twokeys.explainers`."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import is_dataclass
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from twokeys.core.errors import BadInput
from twokeys.core.plugins import plugins

if TYPE_CHECKING:
    from twokeys.audit.explainers.explainer import Explainer

GROUP = "twokeys.explainers"
"""Entry-point group under which other packages add explainers: name = "module:Class"."""

BUILT_IN = {
    "attn-lrp": "twokeys.audit.explainers.attn_lrp:AttnLrp",
    "grad-rollout": "twokeys.audit.explainers.grad_rollout:GradRollout",
    "rollout": "twokeys.audit.explainers.rollout:Rollout",
    "tam": "twokeys.audit.explainers.tam:Tam",
    "llava-cam": "twokeys.audit.explainers.llava_cam:LlavaCam",
    "grad-cam": "twokeys.audit.explainers.grad_cam:GradCam",
    "input-x-gradient": "twokeys.audit.explainers.input_x_gradient:InputXGradient",
    "integrated-gradients": "twokeys.audit.explainers.integrated_gradients:IntegratedGradients",
    "occlusion": "twokeys.audit.explainers.occlusion:Occlusion",
    "kernel-shap": "twokeys.audit.explainers.kernel_shap:KernelShap",
    "cross-shapley": "twokeys.audit.explainers.cross_shapley:CrossShapley",
    "random": "twokeys.audit.explainers.chance:Chance",
    "oracle": "twokeys.audit.explainers.oracle:Oracle",
    "anti-oracle": "twokeys.audit.explainers.oracle:AntiOracle",
}
"""Name -> where its class is."""


def explainers() -> dict[str, type[Any]]:
    """Return all explainers by name, built-in ones first.

    One of a package that cannot be loaded is left out, with a warning that names the package.

    Raises:
        BadInput: When two have one name.
    """
    built_in = {name: _load(target) for name, target in BUILT_IN.items()}
    clash = partial(BadInput, "installed packages", GROUP)
    return built_in | plugins(GROUP, BUILT_IN, _name, clash)


def named(names: Iterable[str]) -> list[Explainer]:
    """Make explainers with their default parameters.

    Raises:
        BadInput: For a name that no explainer has, or one that is asked for twice.
    """
    known = explainers()
    made: dict[str, Explainer] = {}
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            remedy = f"did you mean {near[0]}?" if near else "name one of these"
            raise BadInput("--explainers", None, repr(name), ", ".join(known), remedy)
        if name in made:
            raise BadInput("--explainers", None, f"{name!r} twice", "each explainer once", "name it once")
        made[name] = known[name]()
    return list(made.values())


def _load(target: str) -> type[Any]:
    module, _, name = target.partition(":")
    found: type[Any] = getattr(import_module(module), name)
    return found


def _name(found: Any) -> str:
    if not (isinstance(found, type) and is_dataclass(found) and callable(getattr(found, "cost", None))):
        raise TypeError(f"{found!r} is no explainer: a frozen dataclass with name, published, promises, cost, __call__")
    return str(getattr(found, "name", None))
