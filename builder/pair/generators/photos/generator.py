"""The generator `photo-edits`: what a recipe may set, and what is learned from the whole corpus before it edits a part.

Where things are comes from annotations (`instances`) or, without them, from a detector; answers that rest on a detector
alone are only expected, and the recipe's models must confirm them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd

from twokeys.builder.balance.nearest import nearest_other
from twokeys.builder.pair.edit import Edit, EditView, ReadImage
from twokeys.builder.pair.generators.photos.annotated import coco_instances
from twokeys.builder.pair.generators.photos.asking import parse
from twokeys.builder.pair.generators.photos.detector import check_detector, detector
from twokeys.builder.pair.generators.photos.donors import Donor, cut_out
from twokeys.builder.pair.generators.photos.editor import PhotoEditor, Question
from twokeys.builder.pair.generators.photos.needs import needed
from twokeys.builder.pair.generators.photos.removal import check_inpainting, inpainting
from twokeys.builder.pair.generators.photos.segmenter import check_segmenter
from twokeys.builder.pair.generators.photos.settings import OFF, Settings
from twokeys.builder.pair.generators.photos.things import Known
from twokeys.builder.pair.generators.photos.writing import pixels_of
from twokeys.core.errors import BadInput
from twokeys.core.files import sha256_of_all
from twokeys.core.partners import NONE
from twokeys.core.pictures.decoding import decode

MOST_DONORS = 24
"""Donors of one label at most: they travel to every process."""


@dataclass(frozen=True)
class PhotoEdits(Settings):
    """Removes things from photographs, or pastes them."""

    name: ClassVar[str] = "photo-edits"
    version: ClassVar[int] = 4
    view: ClassVar[EditView] = "image"
    formats: ClassVar[tuple[str, ...]] = ()
    languages: ClassVar[tuple[str, ...]] = ("en",)
    needs: ClassVar[tuple[str, ...]] = ("pictures", "files", "study", "images", "models", "check")

    def located(self, find: Callable[[str], Path]) -> PhotoEdits:
        """The same with the paths of its files, and hashes of them so that a change of one is seen.

        Raises:
            BadInput: When no operation is named, or neither annotations nor a detector, or a file is missing.
        """
        if not self.operations:
            problem = "the recipe names no operation, and none is on by itself"
            remedy = "name some in `operations`; docs/constructed.md says what was seen of each on real photos"
            raise BadInput("recipe", f"pair.generators.{self.name}", problem, ", ".join(OFF), remedy)
        if self.instances is None and self.detector is None:
            remedy = "name `instances` (annotations) or `detector` (and models that verify)"
            problem = "the recipe names neither annotations nor a detector, so nothing says where things are"
            raise BadInput("recipe", f"pair.generators.{self.name}", problem, "", remedy)
        generator = self if self.detector is None else self._with_detector(self.detector, find)
        if self.segmenter is not None and (folder := find(self.segmenter)).is_dir():
            generator = replace(
                generator, segmenter=str(folder), segmenter_stamp=f"{folder.name}@{_hash(_model_files(folder))}"
            )
        if self.instances is None:
            return generator
        path = find(self.instances)
        if not path.is_file():
            remedy = "download annotations_trainval2014.zip of cocodataset.org, or name the file"
            raise BadInput(path, None, "there is no such file", "COCO's instances file", remedy)
        return replace(generator, instances=str(path), stamp=_hash([path]))

    def _with_detector(self, name: str, find: Callable[[str], Path]) -> PhotoEdits:
        path = find(name)
        if path.is_dir():
            files = _model_files(path)
        elif name.endswith(".data"):
            files = [path]
        else:
            return self  # a name on the model hub
        if not all(file.is_file() for file in files):
            remedy = "run `npm pack @mediapipe/objectron` and unpack it, or correct the name"
            raise BadInput(path, None, "there is no such file", "objectron_solution_packed_assets.data", remedy)
        return replace(self, detector=str(path), detector_stamp=f"{path.name}@{_hash(files)}")

    def __repr__(self) -> str:
        """All that the edits depend on; where annotations and detector lie is not part of it."""
        finder = self.detector_stamp or self.detector
        shown = (self.operations, self.stamp or None, finder, self.inpainting, self.both_sides, self.area)
        return f"PhotoEdits{(*shown, self.encoder, self.segmenter_stamp or self.segmenter)}"

    @property
    def weights(self) -> int:
        """Bytes of the models, as torch holds them, that find things, cut them out and fill their places."""
        from twokeys.builder.run.room import weight

        finder = None if self.detector is None else detector(self.detector)
        models = (finder, self.cut, inpainting(self.inpainting))
        return sum(weight(getattr(model, "module", None)) for model in models)

    def check(self, items: pd.DataFrame) -> None:
        """Look for libraries and models, read the annotations, and compare them with the images.

        Raises:
            BadInput: When a model or the annotations cannot be read, or none of the images is annotated, or every one
                has another size than the annotated one.
            MissingPackage: When a library of the extra is not installed.
        """
        for module in ("cv2", "jpeglib", "pycocotools.mask"):
            needed(module)
        if self.detector is not None:
            check_detector(self.detector)
        if self.segmenter is not None:
            check_segmenter(self.segmenter)
        check_inpainting(self.inpainting)
        if self.instances is None:
            return
        contents = self._annotated(items)
        if not contents and len(items):
            problem = f"the file lists none of the {items['image_key'].nunique():,} images"
            allowed = (
                "images whose file names hold COCO's ids, in a corpus whose format reads these (pope, vqa-v2, ...)"
            )
            raise BadInput(self.instances, None, problem, allowed, "name the instances file of these images")
        self._declined(items[items["image_height"] > 0], contents)

    def edits(self, items: pd.DataFrame, picture: ReadImage, seed: int) -> Iterator[Edit]:
        """Study these items alone, then edit them; a build studies all items first."""
        yield from self.study(items, picture).edits(items, picture, seed)

    def study(self, items: pd.DataFrame, picture: ReadImage) -> PhotoEditor:
        """Learn where things are in all pictures, what is asked of each, and what could be pasted.

        Raises:
            BadInput: When every picture has another size than the annotated one.
        """
        every = self._known(items, picture)
        declined = self._declined(items, every)
        contents = {key: each for key, each in every.items() if key not in declined}
        labels = frozenset().union(*(each.complete for each in contents.values()))
        questions: dict[str, list[Question]] = {}
        for row in items.sort_values("id").to_dict("records"):
            what = parse(str(row["question"]), labels)
            if what is not None and row["image_key"] in contents and not len(row["choices"]):
                each = Question(str(row["id"]), str(row["question"]), what, str(row["answer"]))
                questions.setdefault(str(row["image_key"]), []).append(each)
        donors = self._donors(items, picture, contents, questions) if "paste" in self.operations else {}
        return PhotoEditor(self, contents, {key: tuple(of) for key, of in questions.items()}, donors, declined)

    def _declined(self, items: pd.DataFrame, contents: Mapping[str, Known]) -> dict[str, str]:
        """Why pictures are left alone: they have another size than the annotated ones."""
        seen = items.drop_duplicates("image_key")[["image_key", "image_height", "image_width"]]
        file = None if self.instances is None else Path(self.instances).name
        why = {
            key: contents[key].misfit(int(height), int(width), file)
            for key, height, width in seen.itertuples(index=False)
            if key in contents
        }
        declined = {key: reason for key, reason in why.items() if reason is not None}
        if declined and len(declined) == len(contents):
            first = next(iter(declined.values()))
            problem = f"none of the {len(contents)} images has the size that was annotated; of the first, {first}"
            remedy = "give the images as they were annotated, or the instances file of these images"
            raise BadInput(self.instances, None, problem, "", remedy)
        return declined

    def _known(self, items: pd.DataFrame, picture: ReadImage) -> dict[str, Known]:
        if self.instances is not None:
            return self._annotated(items)
        assert self.detector is not None
        finder = detector(self.detector)
        seen = {key: finder.things(pixels_of(picture(key), key, self.images)) for key in items["image_key"].unique()}
        return {str(key): Known(things, finder.labels, annotated=False) for key, things in seen.items()}

    def _annotated(self, items: pd.DataFrame) -> dict[str, Known]:
        """What the instances file says, by image key; images that it does not list are missing."""
        keys = items.drop_duplicates("image_key")
        instances = coco_instances(Path(str(self.instances)), [str(link) for links in keys["links"] for link in links])
        of = {key: [instances[link] for link in links if link in instances]
              for key, links in zip(keys["image_key"], keys["links"], strict=True)}  # fmt: skip
        return {str(key): annotated[0] for key, annotated in of.items() if annotated}

    def _donors(
        self, items: pd.DataFrame, picture: ReadImage, contents: Mapping[str, Known],
        questions: Mapping[str, list[Question]],
    ) -> dict[str, tuple[Donor, ...]]:  # fmt: skip
        """By label: things of the pictures that are most similar to pictures without one, most wanted first.

        For each question answered no, the most similar picture of which the same question is answered yes: light,
        size and surroundings then fit best.
        """
        from twokeys.builder.measure.encoders import image_encoder

        rows = [
            (key, question)
            for key, asks in sorted(questions.items())
            for question in asks
            if question.asked.what == "existence"
        ]
        if not rows:
            return {}
        keys = sorted({key for key, _ in rows})
        encoder = image_encoder(self.encoder)
        vectors = np.concatenate([encoder.encode([decode(picture(key), key, self.images)]) for key in keys])
        at = {key: number for number, key in enumerate(keys)}
        labels = sorted({question.asked.label for _, question in rows})
        vertex = np.asarray([labels.index(question.asked.label) for _, question in rows])
        answer = np.asarray([question.answer == "yes" for _, question in rows], dtype=np.int64)
        content = np.asarray([at[key] for key, _ in rows])
        partner, _ = nearest_other(vertex, answer, content, vectors)
        wanted: dict[tuple[str, str], int] = {}
        for (_, question), other in zip(rows, partner, strict=True):
            if question.answer == "no" and other != NONE:
                place = (question.asked.label, rows[int(other)][0])
                wanted[place] = wanted.get(place, 0) + 1
        donors: dict[str, list[Donor]] = {}
        for (label, key), _ in sorted(wanted.items(), key=lambda pair: (-pair[1], pair[0])):
            if len(donors.get(label, ())) < MOST_DONORS:
                pixels = pixels_of(picture(key), key, self.images)
                donor = cut_out(contents[key], label, pixels, key, self.area, self.cut)
                if donor is not None:
                    donors.setdefault(label, []).append(donor)
        return {label: tuple(some) for label, some in donors.items()}


def _model_files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.iterdir() if file.suffix in (".json", ".safetensors"))


def _hash(files: list[Path]) -> str:
    return sha256_of_all(files)[:16]
