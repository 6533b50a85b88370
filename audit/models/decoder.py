"""A decoder that reads image features instead of image tokens: its inputs, masked or whole, and its outputs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from twokeys.audit.models.layout import Layout, Sizes
from twokeys.audit.models.model import Mask, Prepared


class Decoder(ABC):
    """A decoder that reads image features in place of image tokens.

    Args:
        module: A transformers model for image-text-to-text.
        tokenizer: Its tokenizer, which must return the place of each token in the text.
        images: Its image processor.
        template: Its chat template.
        name: Name and state of the model, for reports.
        instruction: How to answer, put after the question; None for the usual one.
        batch: Most sequence tokens in one pass; changes speed and memory, not results.
    """

    placeholder: ClassVar[str]
    """The placeholder of an image in chat templates of the family."""

    def __init__(
        self,
        module: nn.Module,
        tokenizer: Any,
        images: Any,
        template: str,
        name: str = "model",
        instruction: str | None = None,
        batch: int = 16384,
    ) -> None:
        self._module: Any = module.eval()
        self.tokenizer, self.images, self.template = tokenizer, images, template
        self._name, self.instruction, self.batch = name, instruction, batch

    @property
    def name(self) -> str:
        """Name and state of the model."""
        return self._name

    @property
    def module(self) -> nn.Module:
        """The transformers model."""
        module: nn.Module = self._module
        return module

    @abstractmethod
    def layout(self, width: int, height: int) -> Layout:
        """The patches of an image of this size."""

    @abstractmethod
    def process(self, picture: Image.Image) -> Tensor:
        """An image as pixels, (tiles, channels, height, width)."""

    @abstractmethod
    def features(self, pixels: Tensor, sizes: Sizes = ()) -> Tensor:
        """Image features of pixels, (n, tiles, channels, height, width) -> (n, image tokens, hidden).

        Args:
            pixels: The pixels.
            sizes: Height and width of each tile, if tiles of several images differ.
        """

    @abstractmethod
    def image_text(self, layout: Layout) -> str:
        """The image tokens of an image, written out; they replace the placeholder."""

    def positions(self, ids: Tensor, layouts: Sequence[Layout]) -> Tensor:
        """Position ids, (axes, length), of a sequence with images of these layouts."""
        return torch.arange(len(ids), device=ids.device)[None]

    @property
    def image_token(self) -> int:
        """Id of the token that an image feature replaces."""
        return int(self._module.config.image_token_id)

    @property
    def language(self) -> Any:
        """The decoder."""
        return self._module.model.language_model

    @property
    def vision(self) -> Any:
        """The vision tower."""
        return self._module.model.vision_tower

    @torch.inference_mode()
    def masked(self, prepared: Prepared, image_keep: Mask) -> Tensor:
        """Pixels of coalitions, (n, tiles, channels, height, width)."""
        keep = torch.from_numpy(np.ascontiguousarray(image_keep)).to(prepared.pixels.device)
        kept = keep[:, prepared.layout.owner.to(prepared.pixels.device)]
        return torch.where(kept[:, :, None], prepared.pixels[None], prepared.fill(prepared.pixels, kept))

    @property
    def most(self) -> int:
        """Most tokens of a reply."""
        return int(getattr(self._module.generation_config, "max_new_tokens", None) or 32)

    def embed(self, ids: Tensor) -> Tensor:
        """Token embeddings."""
        embedded: Tensor = self._module.get_input_embeddings()(ids)
        return embedded

    def unembed(self, hidden: Tensor) -> Tensor:
        """Logits of final hidden states."""
        logits: Tensor = self._module.get_output_embeddings()(hidden)
        return logits

    def decode(self, ids: Sequence[int]) -> str:
        """Token ids as text."""
        return str(self.tokenizer.decode(list(ids), skip_special_tokens=True))

    def inputs(self, prepared: Prepared, features: Tensor, keep: Mask | None = None) -> Tensor:
        """Inputs of the decoder, (n, length, hidden): token embeddings, image features, replaced masked tokens."""
        ids = prepared.ids.expand(len(features), -1)
        if keep is not None and len(prepared.words):
            ids = ids.clone()
            places = torch.tensor(prepared.words.places, device=ids.device)
            kept = torch.from_numpy(np.ascontiguousarray(keep)).to(ids.device)
            ids[:, places] = torch.where(kept, ids[:, places], prepared.word_fill)
        embedded = self.embed(ids)
        embedded = embedded.clone()
        embedded[:, prepared.image_places] = features.to(embedded)
        return embedded

    def attended(self, prepared: Prepared, keep: Mask) -> Tensor:
        """Attention mask of coalitions, (n, length)."""
        attended = torch.ones((len(keep), len(prepared.ids)), dtype=torch.long, device=prepared.ids.device)
        if not prepared.word_attended and len(prepared.words):
            places = torch.tensor(prepared.words.places, device=attended.device)
            attended[:, places] = torch.from_numpy(keep.astype(np.int64)).to(attended.device)
        return attended

    def decoded(self, embeddings: Tensor, positions: Tensor, attended: Tensor | None, **options: Any) -> Any:
        """Run the decoder; positions are (axes, length) for all rows, or (axes, n, length)."""
        if positions.ndim == 2:
            positions = positions[:, None].expand(-1, len(embeddings), -1)
        return self.language(
            inputs_embeds=embeddings,
            attention_mask=attended,
            position_ids=positions if len(positions) > 1 else positions[0],
            **options,
        )
