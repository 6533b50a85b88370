"""What a recipe may set of photo edits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from twokeys.builder.pair.generators.photos.things import Cut, mask_of
from twokeys.core.pictures.limits import Images

Operation = Literal["remove", "paste"]

OFF: dict[Operation, str] = {
    "remove": "156 real photos do not show that edits are not told from originals, and ten of fifty show a trace",
    "paste": "103 real photos do not show that edits are not told, and 45 of 50 things stand where none could",
}
"""Operations that a recipe must name to have them -> what was seen of them on real photos."""


@dataclass(frozen=True)
class Settings:
    """What may be done to photographs, and by which models.

    Attributes:
        operations: What may be done, in order of preference; none is on by itself, see `OFF`.
        instances: COCO's instances file, relative to the corpora folder. None leaves finding things to the detector.
        detector: See `twokeys.builder.pair.generators.photos.detector.detector`; files and folders are relative to the
            corpora folder. With `instances` it only has to agree that
            what was removed is gone. None asks none.
        segmenter: See `twokeys.builder.pair.generators.photos.segmenter.segmenter`: cuts things out where only boxes
            are known. None leaves that to GrabCut.
        inpainting: See `twokeys.builder.pair.generators.photos.removal.inpainting`.
        both_sides: Whether both pictures of a pair are edited in the same manner, each for one of two questions, so
            that a trace of editing says nothing about the answer; otherwise one is the original.
        area: Least and largest share of the picture that a removed or pasted thing takes.
        encoder: Image encoder that finds the most similar picture to take a thing from.
        stamp: Hash of the instances file, filled in by the build.
        detector_stamp: Name and hash of the detector's files, likewise.
        segmenter_stamp: The same of the segmenter's.
        images: The recipe's limits before decoding, likewise.
    """

    operations: tuple[Operation, ...] = ()
    instances: str | None = None
    detector: str | None = None
    segmenter: str | None = None
    inpainting: str = "patches"
    both_sides: bool = True
    area: tuple[float, float] = (0.004, 0.15)
    encoder: str = "packaged:efficientnet-lite0"
    stamp: str = ""
    detector_stamp: str = ""
    segmenter_stamp: str = ""
    images: Images = field(default_factory=Images)

    @property
    def cautions(self) -> tuple[str, ...]:
        """Why the operations are off that a recipe switches on."""
        return tuple(
            f"`{operation}` is off unless a recipe names it: {OFF[operation]}"
            for operation in self.operations if operation in OFF
        )  # fmt: skip

    @property
    def cut(self) -> Cut:
        """What finds the mask of a thing."""
        if self.segmenter is None:
            return mask_of
        from twokeys.builder.pair.generators.photos.segmenter import segmenter

        return segmenter(self.segmenter)
