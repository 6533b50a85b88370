"""The SSD MobileNet v2 (Liu et al. 2016; Sandler et al. 2018) that the npm package `@mediapipe/objectron` carries.

It knows 23 categories of Open Images, runs offline and takes 10 ms a picture on a CPU. Its one file holds the list of
labels and the network, one after the other.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from twokeys.builder.pair.generators.photos.needs import needed
from twokeys.builder.pair.generators.photos.things import Thing
from twokeys.builder.pair.generators.photos.writing import Pixels
from twokeys.core.errors import BadInput

SIDE = 300
MAPS = (19, 10, 5, 3, 2, 1)
SCALES = (0.2, 0.35, 0.5, 0.65, 0.8, 0.95, 1.0)
RATIOS = (1.0, 2.0, 0.5, 3.0, 0.3333)
IOU = 0.5
_NETWORK = b"TFL3"
"""Identifier of a TensorFlow Lite file; stands 4 bytes after its start."""
NAMES = {
    "computer monitor": "tv", "computer mouse": "mouse", "cattle": "cow", "coffee cup": "cup", "mug": "cup",
    "stationary bicycle": "bicycle",
}  # fmt: skip
"""Open Images' label -> COCO's, where they differ."""
Floats = NDArray[np.float32]


class SsdDetector:
    """The detector.

    Args:
        path: `objectron_solution_packed_assets.data` of the package.

    Raises:
        BadInput: When the file is missing or another one.
        MissingPackage: When `ai-edge-litert` is not installed.
    """

    def __init__(self, path: Path) -> None:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise _bad(path, f"the file cannot be read ({error.strerror})") from None
        start = data.find(_NETWORK) - 4
        names = data[: max(start, 0)].decode("ascii", errors="replace").split("\n")[1:-1]
        if start < 0 or len(names) != 23:
            raise _bad(path, "the file holds no list of 23 labels with a network behind it")
        interpreter = needed("ai_edge_litert.interpreter").Interpreter(model_content=data[start:], num_threads=1)
        interpreter.allocate_tensors()
        self._interpreter = interpreter
        self._names = [NAMES.get(name.casefold(), name.casefold()) for name in names]
        self.labels = frozenset(self._names)
        self._anchors = anchors()

    def things(self, pixels: Pixels, least: float = 0.4) -> tuple[Thing, ...]:
        """As `twokeys.builder.pair.generators.photos.detector.Detector`."""
        height, width = pixels.shape[:2]
        small = np.asarray(Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.BILINEAR), dtype=np.float32)
        net = self._interpreter
        net.set_tensor(net.get_input_details()[0]["index"], small[None] / 127.5 - 1)
        net.invoke()
        outputs = [net.get_tensor(each["index"])[0] for each in net.get_output_details()]
        codes, logits = sorted(outputs, key=lambda output: output.shape[-1])
        scores = 1 / (1 + np.exp(-logits[:, 1:]))
        boxes = decoded(codes, self._anchors).clip(0, 1)
        detections = []
        for at, name in enumerate(self._names):
            for each in kept(boxes, scores[:, at], least):
                y0, x0, y1, x1 = boxes[each] * (height, width, height, width)
                box = int(x0), int(y0), min(int(np.ceil(x1)), width), min(int(np.ceil(y1)), height)
                if box[0] < box[2] and box[1] < box[3]:
                    detections.append(Thing(name, box, score=float(scores[each, at])))
        return tuple(sorted(detections, key=lambda thing: (-float(thing.score or 0), thing.box)))


def anchors() -> Floats:
    """(1917, 4) centre y, centre x, height, width in shares of the picture."""
    boxes = []
    for at, cells in enumerate(MAPS):
        shapes = [(SCALES[at] * 1 / np.sqrt(r), SCALES[at] * np.sqrt(r)) for r in RATIOS]
        shapes.append((np.sqrt(SCALES[at] * SCALES[at + 1]),) * 2)
        if at == 0:
            shapes = [(0.1, 0.1), (SCALES[0] / np.sqrt(2), SCALES[0] * np.sqrt(2)),
                      (SCALES[0] / np.sqrt(0.5), SCALES[0] * np.sqrt(0.5))]  # fmt: skip
        centres = (np.arange(cells) + 0.5) / cells
        boxes += [(y, x, h, w) for y in centres for x in centres for h, w in shapes]
    return np.asarray(boxes, dtype=np.float32)


def decoded(codes: Floats, priors: Floats) -> Floats:
    """Boxes as (y0, x0, y1, x1) in shares of the picture."""
    middle = codes[:, :2] / 10 * priors[:, 2:] + priors[:, :2]
    size = np.exp(codes[:, 2:] / 5) * priors[:, 2:]
    corners: Floats = np.concatenate([middle - size / 2, middle + size / 2], axis=1)
    return corners


def kept(boxes: Floats, scores: Floats, least: float) -> list[int]:
    """Non-maximum suppression: indices of boxes, best first, none of which covers a better one by half."""
    order = [int(at) for at in np.argsort(-scores, kind="stable") if scores[at] >= least]
    chosen: list[int] = []
    for at in order:
        if all(_iou(boxes[at], boxes[other]) <= IOU for other in chosen):
            chosen.append(at)
    return chosen


def _iou(box: Floats, boxes: Floats) -> float:
    low, high = np.maximum(box[:2], boxes[:2]), np.minimum(box[2:], boxes[2:])
    both = float(np.prod(np.clip(high - low, 0, None)))
    return both / max(float(np.prod(box[2:] - box[:2]) + np.prod(boxes[2:] - boxes[:2])) - both, 1e-9)


def _bad(path: Path, problem: str) -> BadInput:
    remedy = "run `npm pack @mediapipe/objectron`, unpack it, and name that file"
    return BadInput(path, None, problem, "objectron_solution_packed_assets.data of @mediapipe/objectron", remedy)
