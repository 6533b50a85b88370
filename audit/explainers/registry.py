"""All explainers by name: the built-in ones, and those of installed packages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import is_dataclass
from typing import TYPE_CHECKING, Any

from twokeys.core.errors import BadInput
from twokeys.core.plugins import Registry

if TYPE_CHECKING:
    from twokeys.audit.explainers.explainer import Explainer

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


def _explains(candidate: Any) -> bool:
    return isinstance(candidate, type) and is_dataclass(candidate) and callable(getattr(candidate, "cost", None))


EXPLAINERS: Registry[type[Any]] = Registry(
    kind="explainer",
    group="twokeys.explainers",
    built_in=BUILT_IN,
    fits=_explains,
    must="explainer: a frozen dataclass with name, published, promises, cost, __call__",
    place="--explainers",
)


def explainers() -> dict[str, type[Any]]:
    """Return all explainers by name, built-in ones first.

    An explainer of a package that cannot be loaded is left out, with a warning that names the package.

    Raises:
        BadInput: When two have one name.
    """
    return EXPLAINERS.all()


def named(names: Iterable[str]) -> list[Explainer]:
    """Make explainers with their default parameters.

    Raises:
        BadInput: When no explainer has a name, or a name is given twice.
    """
    made: dict[str, Explainer] = {}
    for name in names:
        if name in made:
            raise BadInput(EXPLAINERS.place, None, f"the explainer {name!r} is named twice", "", "name it once")
        made[name] = EXPLAINERS.get(name)()
    return list(made.values())
