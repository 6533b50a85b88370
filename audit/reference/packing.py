"""A picture and several of its questions in one sequence: each question sees the picture and itself alone."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from audit.models.generative import Generative
from audit.models.prompt import prompt
from audit.reference import corpus
from audit.reference.vocabulary import ANSWERS


@dataclass(frozen=True)
class Packed:
    """Questions as tokens of one length, after a beginning that all prompts share.

    Attributes:
        start: (start,) token ids of the beginning, image tokens included.
        positions: (axes, start + length) position ids of a picture with one question.
        ids: (items, length) question tokens and the mark that the answer follows, padded on the right.
        words: (items, length) which of them are the question's.
        last: (items,) place of the mark.
        target: (items,) answer tokens.
        weight: (items,) weights in the loss.
        of_picture: For each picture its items, (pictures, most), -1 where it has fewer.
        images: (image tokens,) where the image tokens stand.
    """

    start: Tensor
    positions: Tensor
    ids: Tensor
    words: Tensor
    last: Tensor
    target: Tensor
    weight: Tensor
    of_picture: Tensor
    images: Tensor

    def draw(self, pictures: Tensor, n: int, rng: torch.Generator) -> Tensor:
        """Draw items of each picture, (pictures, n); all of them where it has no more, then again."""
        own = self.of_picture[pictures.to(self.of_picture.device)]
        chance = torch.rand(own.shape, generator=rng).to(own.device)
        order = torch.where(own >= 0, chance, chance + 2).argsort(dim=1)
        count = (own >= 0).sum(dim=1, keepdim=True)
        take = torch.arange(n, device=own.device)[None] % count
        return own.gather(1, order.gather(1, take))

    def logits(self, model: Generative, pixels: Tensor, items: Tensor, deaf: Tensor) -> Tensor:
        """Logits of the answers, (pictures, n, vocabulary).

        Args:
            model: The model.
            pixels: (pictures, 1, 3, height, width).
            items: (pictures, n).
            deaf: (pictures, n) which questions are taken out of attention.
        """
        pictures, n = items.shape
        start, length = len(self.start), self.ids.shape[1]
        ids = torch.cat([self.start.expand(pictures, -1), self.ids[items].flatten(1)], dim=1)
        inputs = model.embed(ids).clone()
        inputs[:, self.images] = model.features(pixels).to(inputs.dtype)
        silent = (self.words[items] & deaf[:, :, None]).flatten(1)
        heard = torch.cat([silent.new_ones(pictures, start), ~silent], dim=1)
        slot = torch.cat([torch.zeros(start), torch.arange(n).repeat_interleave(length) + 1]).to(ids.device)
        # Nobody looks ahead, everybody sees the beginning, a question's tokens see their own question.
        sees = (slot[:, None] == slot[None, :]) | (slot[None, :] == 0)
        sees = sees & torch.ones_like(sees).tril()
        mask = sees[None] & (heard[:, None, :] | torch.eye(len(slot), dtype=torch.bool, device=ids.device)[None])
        positions = torch.cat([self.positions[:, :start], self.positions[:, start:].repeat(1, n)], dim=1)
        hidden = model.decoded(inputs, positions, mask[:, None], use_cache=False).last_hidden_state
        ends = start + torch.arange(n, device=ids.device)[None] * length + self.last[items]
        return model.unembed(hidden.gather(1, ends[..., None].expand(-1, -1, hidden.shape[-1])))


def pack(model: Generative, part: corpus.Part, weight: Tensor, device: torch.device) -> Packed:
    """Tokenise a part of the corpus."""
    layout = model.layout(part.pictures.shape[2], part.pictures.shape[1])
    prompts = {}
    for question in dict.fromkeys(part.questions):
        asked = replace(part.question(0), question=question)
        prompts[question] = prompt(
            model.tokenizer, model.template, asked, model.placeholder, model.image_text(layout), model.instruction
        )
    start = next(iter(prompts.values())).words.places[0]
    longest = max(len(made.ids) for made in prompts.values())
    ids = torch.full((len(part.questions), longest - start), model.tokenizer.pad_token_id)
    words, last = torch.zeros(ids.shape, dtype=torch.bool), torch.empty(len(ids), dtype=torch.long)
    for at, question in enumerate(part.questions):
        made = prompts[question]
        ids[at, : len(made.ids) - start] = torch.tensor(made.ids[start:])
        words[at, torch.tensor(made.words.places) - start] = True
        last[at] = len(made.ids) - start - 1
    whole = torch.tensor(max((made.ids for made in prompts.values()), key=len))
    tokens = model.tokenizer.convert_tokens_to_ids(list(ANSWERS))
    groups = [np.flatnonzero(part.picture_of == at) for at in range(len(part.pictures))]
    of_picture = np.full((len(groups), max(map(len, groups))), -1)
    for at, items in enumerate(groups):
        of_picture[at, : len(items)] = items
    made_ = Packed(
        start=whole[:start],
        positions=model.positions(whole, layout),
        ids=ids,
        words=words,
        last=last,
        target=torch.tensor(tokens)[torch.from_numpy(part.answers)],
        weight=weight,
        of_picture=torch.from_numpy(of_picture),
        images=(whole[:start] == model.image_token).nonzero().flatten(),
    )
    return Packed(**{name: value.to(device) for name, value in vars(made_).items()})
