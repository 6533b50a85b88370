"""The seam: how an item looks to a model, and what everything that explains a model may ask of it.

A model and an item are a game. Players are image patches and question tokens; a coalition keeps some of them and the
others are masked. **Masking patch j changes the pixels of patch j and of no other**: every pixel that a model is given,
in whatever tiles and order, has exactly one owner.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from twokeys.core.errors import BadInput, Unscorable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL import Image
    from torch import Tensor, nn

    from twokeys.audit.games.backgrounds import Fill
    from twokeys.audit.models.attention import Blocks
    from twokeys.audit.models.layout import Layout

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Masking:
    """What a masked player is replaced by; named with every score.

    Attributes:
        image: `mean-colour`, `blur`, `inpainted` or `other-image`.
        text: `removed` (pad, taken out of attention), `mask-token` or `neutral-word`.
    """

    image: str = "mean-colour"
    text: str = "removed"

    @classmethod
    def read(cls, text: str | None) -> Masking | None:
        """Read `IMAGE,TEXT`; None of None.

        Raises:
            BadInput: When it is not two names.
        """
        if text is None:
            return None
        names = [name.strip() for name in text.split(",")]
        if len(names) != 2 or not all(names):
            allowed = "two names, such as mean-colour,removed"
            raise BadInput("--masks", None, f"{text!r} does not name two masks", allowed, "name both masks")
        return cls(*names)


@dataclass(frozen=True)
class Words:
    """The tokens of an item that may be masked: those of its question and its choices.

    Attributes:
        places: Where they stand in the sequence, rising.
        strings: What each of them says, as it stands in the prompt.
    """

    places: tuple[int, ...]
    strings: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.places)


@dataclass(frozen=True, eq=False)
class Prepared:
    """One item as one model reads it.

    Attributes:
        layout: Where the patches are: in the image, in the pixels, in the sequence.
        pixels: (tiles, channels, height, width), normalised, tiles upright as a person would see them.
        ids: (length,) token ids: the prompt, then all answer tokens but the last.
        positions: (axes, length) position ids; they stay as they are when tokens are masked.
        words: The maskable tokens.
        image_places: (image tokens,) where the image tokens stand in the sequence, in the layout's order.
        answer: The answer's token ids.
        decision: Which of them are scored; the others are given.
        fill: What masked pixels become.
        word_fill: Token id that masked tokens become.
        word_attended: Whether masked tokens can still be attended to.
        masking: The names of both.
        read_at: Where the decision is read, if not where its tokens are predicted.
        layouts: Of an item of several images: the layout of each.
    """

    layout: Layout
    pixels: Tensor
    ids: Tensor
    positions: Tensor
    words: Words
    image_places: Tensor
    answer: tuple[int, ...]
    decision: tuple[int, ...]
    fill: Fill
    word_fill: int
    word_attended: bool
    masking: Masking
    read_at: tuple[int, ...] = ()
    layouts: tuple[Layout, ...] = ()

    @property
    def patches(self) -> int:
        """Number of image players."""
        return len(self.layout.boxes)

    @property
    def of_images(self) -> tuple[Layout, ...]:
        """The layout of each image; the image players are the patches of the first, then of the second, and so on."""
        return self.layouts or (self.layout,)

    def without_image(self, place: int) -> Mask:
        """(patches,) the coalition of all patches but those of the image at a place, counted from 0."""
        counts = [len(layout.boxes) for layout in self.of_images]
        return np.repeat(np.arange(len(counts)) != place, counts)

    @property
    def tokens(self) -> int:
        """Number of question players."""
        return len(self.words)

    @property
    def target(self) -> int:
        """Token id of the decision: of its first token where it has several."""
        return self.answer[self.decision[0]]

    @property
    def decision_places(self) -> tuple[int, ...]:
        """Where in the sequence the decision is read."""
        return self.read_at or tuple(len(self.ids) - len(self.answer) + at for at in self.decision)


@dataclass(frozen=True, eq=False)
class Trace:
    """One differentiable pass; ask `torch.autograd.grad(trace.log_p.sum(), ...)` for what is needed.

    Attributes:
        log_p: (n,) log-probability of the decision.
        logits: (n, decision tokens, vocabulary) what the decision is read from.
        pixels: (n, tiles, channels, height, width) leaf.
        embeddings: (n, length, hidden) token embeddings before image features are put in: leaf.
        inputs: (n, length, hidden) what enters the first layer: embeddings with image features put in.
        hidden_states: One (n, length, hidden) for the input and after each layer; empty unless asked for.
        attentions: One (n, heads, length, length) per layer of the language model; empty unless asked for.
        vision_attentions: One per layer of the vision tower: `.weights` and `.gradient(log_p)` are (n, heads, vision
            tokens, vision tokens), tokens in the order of `Layout.vision_to_image`; empty unless asked for.
    """

    log_p: Tensor
    logits: Tensor
    pixels: Tensor
    embeddings: Tensor
    inputs: Tensor
    hidden_states: tuple[Tensor, ...]
    attentions: tuple[Tensor, ...]
    vision_attentions: tuple[Blocks, ...]


@dataclass(frozen=True)
class Question:
    """An item as it is asked.

    Attributes:
        picture: The image, or the first of several.
        question: Its question.
        choices: Its options in published order; empty where there are none.
        kind: `yes/no`, `number`, `choice` or `open`.
        more: Further images, in their order.
    """

    picture: Image.Image
    question: str
    choices: tuple[str, ...] = ()
    kind: str = "open"
    more: tuple[Image.Image, ...] = ()

    @property
    def pictures(self) -> tuple[Image.Image, ...]:
        """All images in their order."""
        return (self.picture, *self.more)


def require_one_image(question: Question) -> Image.Image:
    """The image of an item of which a model is shown one alone: its patches are the players of a game.

    Raises:
        Unscorable: If the item has several images.
    """
    if question.more:
        problem = f"the item has {len(question.pictures)} images, and the model is shown one"
        raise Unscorable("image", None, problem, "an item of one image", "use a model that takes several images")
    return question.picture


@runtime_checkable
class Responder(Protocol):
    """Anything that answers questions about images in words: enough for accuracy.

    A model that takes several images an item says so by an attribute `several`, which is true.
    """

    @property
    def name(self) -> str:
        """Name and state of the model, for reports."""
        ...

    def reply(self, questions: Sequence[Question]) -> list[str]:
        """What the model says to each question, decoded greedily."""
        ...


@runtime_checkable
class Model(Responder, Protocol):
    """A model that can be played as a game and looked into."""

    @property
    def module(self) -> nn.Module:
        """The network itself."""
        ...

    def prepare(
        self,
        question: Question,
        answer: str | None = None,
        masking: Masking | None = None,
        donor: Image.Image | None = None,
    ) -> Prepared:
        """Make an item ready.

        Args:
            question: The item.
            answer: The answer whose probability is the coalition's value; the model's own reply when None. Of a reply
                the decision token alone is scored, of a given answer every token.
            masking: What masked players become; `Masking()` when None.
            donor: The other item's image, for the masking `other-image`.

        Raises:
            BadInput: When the model has no such masking or cannot say the answer.
        """
        ...

    def score(self, prepared: Prepared, image_keep: Mask, text_keep: Mask, target: int | None = None) -> Floats:
        """Probability of the decision when only some patches and tokens are kept.

        Args:
            prepared: The item.
            image_keep: (n, patches).
            text_keep: (n, tokens).
            target: Another token id at the decision's first place; None for the item's own decision.

        Returns:
            (n,) in [0, 1].
        """
        ...

    def respond(self, items: Sequence[Prepared], keeps: Sequence[tuple[Mask, Mask]]) -> tuple[list[str], Floats]:
        """Many items, each under one coalition: what the model says, and the probability of the item's decision.

        Args:
            items: The items.
            keeps: For each, (patches,) and (tokens,).

        Returns:
            Replies, decoded greedily, and (items,) probabilities.
        """
        ...

    def masked(self, prepared: Prepared, image_keep: Mask) -> Tensor:
        """Pixels of the coalitions, (n, tiles, channels, height, width)."""
        ...

    def trace(
        self,
        prepared: Prepared,
        pixels: Tensor | None = None,
        embeddings: Tensor | None = None,
        attentions: bool = False,
        hidden_states: bool = False,
    ) -> Trace:
        """Run the item with gradients.

        Args:
            prepared: The item.
            pixels: (n, tiles, channels, height, width); the item's own when None.
            embeddings: (n, length, hidden); the item's own when None.
            attentions: Return attention weights, of which gradients can be asked.
            hidden_states: Return hidden states, of which gradients can be asked.
        """
        ...

    def embed(self, ids: Tensor) -> Tensor:
        """Token embeddings, (..., hidden)."""
        ...

    def unembed(self, hidden: Tensor) -> Tensor:
        """Logits of final hidden states (after the last norm), (..., vocabulary)."""
        ...

    def decode(self, ids: Sequence[int]) -> str:
        """Token ids as text."""
        ...


def precision_of(model: object) -> dict[str, str]:
    """What a run says of a model whose weights have other than 32 bits: its numbers are not those of 32 bits."""
    module: Any = getattr(model, "module", None)
    kind = "float32" if module is None else str(next(module.parameters()).dtype).removeprefix("torch.")
    return {} if kind == "float32" else {"dtype": kind}


def device_of(module: Any) -> Any:
    """Where a network's first weight lies."""
    return next(module.parameters()).device
