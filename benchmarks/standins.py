"""Composed photographs in COCO's, POPE's and VQA v2's formats, whose content is known exactly: cut-outs on backgrounds.

They stand in for corpora whose photos may not be passed on. What is composed is also written beside them (`truth/`),
for judging edits by what no generator reads: a map of the things, and the background without them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from twokeys.builder.pair.generators.photos.needs import needed

WIDTH, HEIGHT = 640, 480
TILES = 12
"""Most tiles of one background."""
NAMES = {
    "birds": "bird", "dogs": "dog", "canines": "dog", "cats": "cat", "bovines": "cow", "equines": "horse",
    "deer": "deer", "fruit": "fruit", "vegetables": "vegetable", "flowers": "flower", "auto": "car", "fish": "fish",
    "insects": "insect", "hats": "hat", "rodents": "rodent", "tools": "tool", "aquatic": "sea mammal",
}  # fmt: skip
"""Folder of cut-outs -> category; the folders are those of Debian's `tuxpaint-stamps-default`."""
Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Thing:
    """One composed thing: category, file of the cut-out, box as x0, y0, x1, y1."""

    label: str
    cutout: str
    box: tuple[int, int, int, int]


def compose(backgrounds: list[Path], cutouts: Path, out: Path, number: int, seed: int = 0) -> None:
    """Write a corpus.

    Args:
        backgrounds: Folders of photographs.
        cutouts: Folder of cut-outs with transparency, in folders as `NAMES` has them.
        out: Where `coco`, `pope`, `vqa_v2` and `truth` are written.
        number: Pictures.
        seed: Of all that is drawn.

    Raises:
        ValueError: When there are too few backgrounds, or cut-outs of too few categories.
    """
    random = np.random.default_rng(seed)
    stock = _stock(cutouts)
    tiles = [tile for folder in backgrounds for tile in _tiles(folder, random)]
    if len(stock) < 6 or len(tiles) < number:
        raise ValueError(f"{len(stock)} categories of cut-outs and {len(tiles)} tiles; needed: 6 and {number}")
    for folder in ("coco/val2014", "coco/annotations", "pope/output/coco", "vqa_v2", "truth"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    shown: dict[int, list[dict[str, Any]]] = {}
    for image, at in enumerate(random.permutation(len(tiles))[:number], start=1):
        plate = _tile(*tiles[at])
        pixels, things, index = _composed(plate, stock, random)
        name = f"COCO_val2014_{image:012d}.jpg"
        form: dict[str, Any] = {
            "quality": int(random.choice([88, 90, 92, 95])),
            "subsampling": int(random.choice([0, 2])),
        }
        Image.fromarray(pixels).save(out / "coco/val2014" / name, **form)
        Image.fromarray(plate).save(out / "truth" / f"{image}-plate.jpg", **form)
        Image.fromarray(index).save(out / "truth" / f"{image}-things.png")
        images.append({"id": image, "file_name": name, "width": WIDTH, "height": HEIGHT})
        for place, thing in enumerate(things, start=1):
            number_ = len(annotations) + 1
            annotations.append(_annotation(number_, image, sorted(stock).index(thing.label) + 1, index == place))
        shown[image] = [asdict(thing) for thing in things]
    categories = [{"id": place, "name": label} for place, label in enumerate(sorted(stock), start=1)]
    _write(out / "coco/annotations/instances_val2014.json",
           {"images": images, "annotations": annotations, "categories": categories})  # fmt: skip
    _write(out / "truth/things.json", shown)
    _ask(out, shown, sorted(stock), random)


def _stock(folder: Path) -> dict[str, list[tuple[str, Image.Image]]]:
    """Cut-outs by category that look like photographs: drawings have few tones."""
    found: dict[str, list[tuple[str, Image.Image]]] = {}
    for file in sorted(folder.rglob("*.png")):
        inside = [NAMES[part] for part in file.parts[:-1] if part in NAMES]
        if not inside or "cartoon" in file.parts:
            continue
        with Image.open(file) as opened:
            if opened.mode != "RGBA":
                continue
            whole = np.asarray(opened)
        solid = whole[whole[..., 3] > 200][:, :3]
        if len(solid) >= 3000 and len(np.unique(solid // 4, axis=0)) >= 900:
            picture = Image.fromarray(whole)
            found.setdefault(inside[-1], []).append((file.name, picture.crop(picture.getbbox())))
    return found


def _tiles(folder: Path, random: np.random.Generator) -> Iterator[tuple[Path, int, int]]:
    """Places of tiles in photographs; what has next to no texture, such as a gradient, is no photograph."""
    for file in sorted(folder.rglob("*.jpg")):
        with Image.open(file) as opened:
            width, height = _fitted(opened.size)
            opened.draft("RGB", (WIDTH, HEIGHT))
            small = np.asarray(opened.convert("L").resize((160, 120))).astype(np.float32)
        busy = (np.abs(np.diff(small, axis=1)) > 2).mean()
        cells = [(x, y) for x in range(0, width - WIDTH + 1, WIDTH) for y in range(0, height - HEIGHT + 1, HEIGHT)]
        if busy > 0.15:
            yield from ((file, *cells[at]) for at in random.permutation(len(cells))[:TILES])


def _fitted(size: tuple[int, int]) -> tuple[int, int]:
    """Large photographs are scaled down to four tiles' width, so that a tile shows something."""
    return size if size[0] <= 4 * WIDTH else (4 * WIDTH, size[1] * 4 * WIDTH // size[0])


def _tile(file: Path, x: int, y: int) -> Pixels:
    with Image.open(file) as opened:
        size = _fitted(opened.size)
        opened.draft("RGB", size)
        picture = opened.convert("RGB").resize(size, Image.Resampling.BICUBIC)
    return np.asarray(picture.crop((x, y, x + WIDTH, y + HEIGHT)))


def _composed(
    plate: Pixels, stock: dict[str, list[tuple[str, Image.Image]]], random: np.random.Generator
) -> tuple[Pixels, list[Thing], NDArray[np.uint8]]:
    """Put two to five things on a background, none over another; one in four at the left or right border."""
    canvas, index = plate.astype(np.float32), np.zeros((HEIGHT, WIDTH), dtype=np.uint8)
    taken = np.zeros((HEIGHT, WIDTH), dtype=bool)
    things: list[Thing] = []
    for label in random.choice(sorted(stock), int(random.integers(2, 5)), replace=False):
        for _ in range(1 + int(random.random() < 0.25)):
            file, cutout = stock[label][int(random.integers(len(stock[label])))]
            h = int(random.integers(70, 170))
            w = min(max(round(cutout.width * h / cutout.height), 8), 240)
            h = max(round(cutout.height * w / cutout.width), 8)
            place = _free(taken, w, h, random)
            if h > 200 or place is None:
                continue
            x, y = place
            part = np.asarray(cutout.resize((w, h), Image.Resampling.LANCZOS)).astype(np.float32)
            alpha, below = part[..., 3:] / 255, canvas[y : y + h, x : x + w]
            light = np.clip((below.mean() + 60) / (part[..., :3][part[..., 3] > 128].mean() + 60), 0.75, 1.25)
            grain = random.normal(0, 1.5, part[..., :3].shape)
            canvas[y : y + h, x : x + w] = below * (1 - alpha) + ((part[..., :3] * light).clip(0, 255) + grain) * alpha
            solid = part[..., 3] > 100
            index[y : y + h, x : x + w][solid] = len(things) + 1
            taken[max(0, y - 8) : y + h + 8, max(0, x - 8) : x + w + 8] = True
            things.append(Thing(str(label), file, (x, y, x + w, y + h)))
    return canvas.clip(0, 255).round().astype(np.uint8), things, index


def _free(taken: NDArray[np.bool_], w: int, h: int, random: np.random.Generator) -> tuple[int, int] | None:
    border = random.random() < 0.25
    for _ in range(60):
        x = int(random.choice([3, WIDTH - w - 3])) if border else int(random.integers(2, WIDTH - w - 2))
        y = int(random.integers((HEIGHT - h) // 4, HEIGHT - h - 2))
        if not taken[y : y + h, x : x + w].any():
            return x, y
    return None


def _annotation(number: int, image: int, category: int, mask: NDArray[np.bool_]) -> dict[str, Any]:
    """As COCO writes it, with an outline of polygons."""
    cv2 = needed("cv2")
    outlines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_TC89_L1)
    ys, xs = np.nonzero(mask)
    return {
        "id": number, "image_id": image, "category_id": category, "iscrowd": 0, "area": int(mask.sum()),
        "bbox": [int(xs.min()), int(ys.min()), int(np.ptp(xs)) + 1, int(np.ptp(ys)) + 1],
        "segmentation": [outline.reshape(-1).tolist() for outline in outlines if len(outline) >= 4],
    }  # fmt: skip


def _ask(out: Path, shown: dict[int, list[dict[str, Any]]], labels: list[str], random: np.random.Generator) -> None:
    """POPE's questions for what is there and as much that is not; VQA v2's for numbers."""
    lines: list[dict[str, Any]] = []
    questions: list[dict[str, Any]] = []
    answers: list[dict[str, Any]] = []
    for image, things in shown.items():
        counts = {label: sum(thing["label"] == label for thing in things) for label in labels}
        there = [label for label in labels if counts[label]]
        absent = [
            str(one) for one in random.permutation([label for label in labels if not counts[label]])[: len(there)]
        ]
        for label in [*there, *absent]:
            article = "an" if label[0] in "aeiou" else "a"
            lines.append({
                "question_id": len(lines) + 1, "image": f"COCO_val2014_{image:012d}.jpg",
                "text": f"Is there {article} {label} in the image?", "label": "yes" if counts[label] else "no",
            })  # fmt: skip
        asked = [(f"How many {label}s are there?", str(counts[label]), "number", "how many") for label in there]
        for text, answer, kind, start in asked:
            place = {"question_id": image * 1000 + len(questions), "image_id": image}
            questions.append(place | {"question": text})
            answers.append(place | {
                "question_type": start, "answer_type": kind, "multiple_choice_answer": answer,
                "answers": [{"answer": answer, "answer_confidence": "yes", "answer_id": one} for one in range(1, 11)],
            })  # fmt: skip
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (out / "pope/output/coco/coco_pope_adversarial.json").write_text(text, encoding="utf-8")
    _write(out / "vqa_v2/v2_OpenEnded_mscoco_val2014_questions.json", {"questions": questions})
    _write(out / "vqa_v2/v2_mscoco_val2014_annotations.json", {"annotations": answers})


def _write(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value), encoding="utf-8")
