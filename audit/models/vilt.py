"""ViLT as a contrast: an encoder that reads words and patches in one sequence and picks an answer from a list.

There is no prompt, no reply word by word, and nothing that coalitions share but identical ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional

from twokeys.audit.games.backgrounds import fill_for
from twokeys.audit.models.layout import Layout, lay_out
from twokeys.audit.models.model import (
    Floats,
    Mask,
    Masking,
    Prepared,
    Question,
    Trace,
    Words,
    device_of,
    require_one_image,
)
from twokeys.audit.models.words import word_fill
from twokeys.core.answers.normal import normalise
from twokeys.core.errors import Unsayable
from twokeys.core.pictures.shown import upright
from twokeys.core.weights import weights


class Vilt:
    """`ViltForQuestionAnswering`.

    Args:
        module: The model.
        tokenizer: A tokenizer that knows the place of each token in the text.
        images: Its image processor.
        name: Name and state, for reports.
        batch: Coalitions per pass.
    """

    def __init__(self, module: Any, tokenizer: Any, images: Any, name: str = "model", batch: int = 64) -> None:
        self._module, self._name, self.batch = module.eval(), name, batch
        self.tokenizer, self.images = tokenizer, images
        labels = {int(place): str(answer) for place, answer in module.config.id2label.items()}
        self.labels = {normalise(answer): place for place, answer in sorted(labels.items(), reverse=True)}
        self.said = labels

    @property
    def name(self) -> str:
        """Name and state of the model."""
        return self._name

    @property
    def module(self) -> nn.Module:
        """The transformers model."""
        module: nn.Module = self._module
        return module

    def prepare(
        self,
        question: Question,
        answer: str | None = None,
        masking: Masking | None = None,
        donor: Image.Image | None = None,
    ) -> Prepared:
        """Make an item ready; answers are places in the model's list."""
        masking = masking or Masking()
        picture = upright(require_one_image(question))
        pixels = self.process(picture)
        coded = self.tokenizer(question.question.strip(), return_offsets_mapping=True, truncation=True)
        inside = [(at, span) for at, span in enumerate(coded["offset_mapping"]) if span[0] < span[1]]
        words = Words(tuple(at for at, _ in inside), tuple(question.question.strip()[a:b] for _, (a, b) in inside))
        fill, attended = word_fill(masking.text, self.tokenizer)
        ids = torch.tensor(coded["input_ids"], device=pixels.device)
        layout = self._layout(picture.size, (int(pixels.shape[-2]), int(pixels.shape[-1])))
        # The sequence is the words, a class token of the image, and the patches.
        places = len(ids) + 1 + torch.arange(len(layout.boxes), device=pixels.device)
        made = Prepared(
            layout=layout,
            pixels=pixels,
            ids=ids,
            positions=torch.arange(len(ids), device=pixels.device)[None],
            words=words,
            image_places=places,
            answer=(0,),
            decision=(0,),
            fill=fill_for(masking.image, picture, self.process, donor),
            word_fill=fill,
            word_attended=attended,
            masking=masking,
        )
        return replace(made, answer=(self._label(made, answer),), read_at=(0,))

    def _label(self, made: Prepared, answer: str | None) -> int:
        if answer is None:
            image, words = np.ones((1, made.patches), dtype=bool), np.ones((1, made.tokens), dtype=bool)
            return int(self._logits(made, image, words).argmax())
        if (label := self.labels.get(normalise(answer))) is None:
            remedy = "leave the item out, or use a model that writes its answers"
            raise Unsayable(answer, f"{answer!r} is none of the model's {len(self.labels)} answers", remedy)
        return label

    def process(self, picture: Image.Image) -> Tensor:
        """Pixels of the single tile, without padding."""
        pixels: Tensor = self.images(images=[picture], return_tensors="pt")["pixel_values"]
        return pixels.to(device_of(self._module))

    def _layout(self, size: tuple[int, int], tile: tuple[int, int]) -> Layout:
        side = self._module.config.patch_size
        grid = (tile[0] // side, tile[1] // side)
        view = (0.0, 0.0, float(size[0]), float(size[1]))
        return lay_out(view, *grid, [view], tile, grid, grid)

    @torch.inference_mode()
    def score(self, prepared: Prepared, image_keep: Mask, text_keep: Mask, target: int | None = None) -> Floats:
        """Probability of the answer per coalition; see `twokeys.audit.models.model.Model.score`."""
        both, back = np.unique(np.concatenate([image_keep, text_keep], axis=1), axis=0, return_inverse=True)
        scores = []
        for start in range(0, len(both), self.batch):
            rows = both[start : start + self.batch]
            logits = self._logits(prepared, rows[:, : prepared.patches], rows[:, prepared.patches :])
            scores.append(logits.float().softmax(dim=-1)[:, prepared.target if target is None else target])
        return np.asarray(torch.cat(scores).double().cpu())[back.flatten()]

    def reply(self, questions: Sequence[Question]) -> list[str]:
        """The most likely answer of the list."""
        return [self.decode(self.prepare(question).answer) for question in questions]

    def respond(self, items: Sequence[Prepared], keeps: Sequence[tuple[Mask, Mask]]) -> tuple[list[str], Floats]:
        """Items one by one: images differ in size."""
        replies, values = [], np.empty(len(items))
        for at, (item, (image, words)) in enumerate(zip(items, keeps, strict=True)):
            share = self._logits(item, image[None], words[None]).float().softmax(dim=-1)[0]
            replies.append(self.said[int(share.argmax())])
            values[at] = float(share[item.target])
        return replies, values

    @torch.inference_mode()
    def masked(self, prepared: Prepared, image_keep: Mask) -> Tensor:
        """Pixels of coalitions."""
        keep = torch.from_numpy(np.ascontiguousarray(image_keep)).to(prepared.pixels.device)
        kept = keep[:, prepared.layout.owner.to(prepared.pixels.device)]
        return torch.where(kept[:, :, None], prepared.pixels[None], prepared.fill(prepared.pixels, kept))

    def _logits(self, prepared: Prepared, image_keep: Mask, text_keep: Mask) -> Tensor:
        ids = prepared.ids.expand(len(image_keep), -1).clone()
        attended = torch.ones_like(ids)
        if len(prepared.words):
            places = torch.tensor(prepared.words.places, device=ids.device)
            kept = torch.from_numpy(np.ascontiguousarray(text_keep)).to(ids.device)
            ids[:, places] = torch.where(kept, ids[:, places], prepared.word_fill)
            if not prepared.word_attended:
                attended[:, places] = kept.long()
        with torch.inference_mode():
            seen = self._seen(self.masked(prepared, image_keep))
            logits: Tensor = self._run(self.embed(ids), seen, attended).logits
        return logits

    def _seen(self, pixels: Tensor) -> Tensor:
        """Image part of the sequence, (n, 1 + patches, hidden), row by row: the model's own embedding shuffles."""
        embeddings = self._module.vilt.embeddings
        patches = embeddings.patch_embeddings(pixels[:, 0])
        side = embeddings.config.image_size // embeddings.config.patch_size
        first, rest = embeddings.position_embeddings[:, :1], embeddings.position_embeddings[:, 1:]
        grid = rest.transpose(1, 2).reshape(1, -1, side, side)
        grid = functional.interpolate(grid, size=patches.shape[-2:], mode="bilinear", align_corners=True)
        rows = (patches + grid).flatten(2).transpose(1, 2)
        return torch.cat([(embeddings.cls_token + first).expand(len(rows), -1, -1), rows], dim=1)

    def _run(self, words: Tensor, seen: Tensor, attended: Tensor, **options: Any) -> Any:
        return self._module(
            inputs_embeds=words,
            attention_mask=attended,
            image_embeds=seen,
            pixel_mask=torch.ones(seen.shape[:2], dtype=torch.long, device=seen.device),
            **options,
        )

    def trace(
        self,
        prepared: Prepared,
        pixels: Tensor | None = None,
        embeddings: Tensor | None = None,
        attentions: bool = False,
        hidden_states: bool = False,
    ) -> Trace:
        """Run with gradients; see `twokeys.audit.models.model.Model.trace`.

        Words and patches share their layers: the attentions are joint, and there is no vision tower.
        """
        with torch.enable_grad():
            x = (prepared.pixels[None] if pixels is None else pixels).detach().clone().requires_grad_()
            e = (self.embed(prepared.ids)[None] if embeddings is None else embeddings).detach().clone().requires_grad_()
            n, length = max(len(x), len(e)), len(prepared.ids)
            inputs = torch.cat([e.expand(n, -1, -1), self._seen(x).expand(n, -1, -1)], dim=1)
            attended = torch.ones((n, length), dtype=torch.long, device=x.device)
            words, seen = inputs[:, :length], inputs[:, length:]
            output = self._run(words, seen, attended, output_attentions=attentions, output_hidden_states=hidden_states)
            logits = output.logits.float()
            return Trace(
                log_p=logits.log_softmax(dim=-1)[:, prepared.target],
                logits=logits[:, None],
                pixels=x,
                embeddings=e,
                inputs=inputs,
                hidden_states=tuple(output.hidden_states or ()),
                attentions=tuple(output.attentions or ()),
                vision_attentions=(),
            )

    def embed(self, ids: Tensor) -> Tensor:
        """Word embeddings."""
        embedded: Tensor = self._module.vilt.embeddings.text_embeddings.word_embeddings(ids)
        return embedded

    def unembed(self, hidden: Tensor) -> Tensor:
        """Logits of the answers, if the decision were read from these hidden states (after the last norm)."""
        pooler = self._module.vilt.pooler
        logits: Tensor = self._module.classifier(pooler.activation(pooler.dense(hidden)))
        return logits

    def decode(self, ids: Sequence[int]) -> str:
        """An answer of the list."""
        return self.said[ids[0]]


def load_vilt(place: str, revision: str | None, device: str, name: str) -> Vilt:
    """Load a model, its tokenizer and image processor."""
    import transformers

    library: Any = transformers
    module = weights(library.ViltForQuestionAnswering.from_pretrained, place, revision=revision)
    tokenizer = library.AutoTokenizer.from_pretrained(place, revision=revision, trust_remote_code=False)
    images = library.AutoImageProcessor.from_pretrained(place, revision=revision, trust_remote_code=False)
    return Vilt(module.to(device), tokenizer, images, name)
