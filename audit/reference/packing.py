"""An image and several of its questions in one sequence: each question sees the image and itself alone."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from twokeys.audit.models.generative import Generative
from twokeys.audit.models.prompt import prompt
from twokeys.audit.reference import corpus
from twokeys.audit.reference.options import COUNTS, POOL
from twokeys.audit.reference.vocabulary import LETTERS


@dataclass(frozen=True)
class Turns:
    """Questions as they are asked in one step: what stands between the image and the answer.

    Attributes:
        ids: (pictures, n, length) tokens of question and options and the mark that the answer follows, padded on the
            right.
        words: (pictures, n, length) which of them are the question's and the options'.
        last: (pictures, n) place of the mark.
        target: (pictures, n) answer tokens.
    """

    ids: Tensor
    words: Tensor
    last: Tensor
    target: Tensor


@dataclass(frozen=True)
class Packed:
    """Questions as tokens of one length, after a beginning that all prompts share.

    Attributes:
        start: (start,) token ids of the beginning, image tokens included.
        positions: (axes, start + length) position ids of an image with one question of the greatest length.
        ids: (items, length) question tokens, padded on the right.
        lengths: (items,) how many they are.
        mark: Token that the answer follows.
        pad: Token that nothing follows.
        answers: (items,) places in `ANSWERS`.
        pool: (pool,) tokens of what options are drawn from; the answers' first.
        letters: (letters,) tokens of the options' letters.
        weight: (items,) weights in the loss.
        of_picture: For each image its items, (images, most), -1 where it has fewer.
        images: (image tokens,) where the image tokens stand.
    """

    start: Tensor
    positions: Tensor
    ids: Tensor
    lengths: Tensor
    mark: Tensor
    pad: Tensor
    answers: Tensor
    pool: Tensor
    letters: Tensor
    weight: Tensor
    of_picture: Tensor
    images: Tensor

    def draw(self, pictures: Tensor, n: int, rng: torch.Generator) -> Tensor:
        """Draw items of each image, (pictures, n); all of them where it has no more, then again."""
        places = self.of_picture[pictures.to(self.of_picture.device)]
        chance = torch.rand(places.shape, generator=rng).to(places.device)
        order = torch.where(places >= 0, chance, chance + 2).argsort(dim=1)
        count = (places >= 0).sum(dim=1, keepdim=True)
        take = torch.arange(n, device=places.device)[None] % count
        return places.gather(1, order.gather(1, take))

    def asked(self, items: Tensor, options: Tensor | None = None, right: Tensor | None = None) -> Turns:
        """Items as they are asked: answered by a word, or by a letter where there are options.

        Args:
            items: (pictures, n).
            options: (images * n, count) places in `options.POOL`; None for none.
            right: (images * n,) which of them is the answer.
        """
        flat = items.flatten()
        count, lengths = 0 if options is None else options.shape[1], self.lengths[flat]
        ids = self.pad.repeat(len(flat), int(lengths.max()) + 2 * count + 1)
        ids[:, : self.ids.shape[1]] = self.ids[flat][:, : ids.shape[1]]
        target, rows = self.pool[self.answers[flat]], torch.arange(len(flat), device=ids.device)
        if options is not None and right is not None:
            both = torch.stack([self.letters[:count].expand(len(flat), -1), self.pool[options.to(ids.device)]], dim=2)
            places = lengths[:, None] + torch.arange(2 * count, device=ids.device)[None]
            ids.scatter_(1, places, both.flatten(1))
            target = self.letters[right.to(ids.device)]
        last = lengths + 2 * count
        ids[rows, last] = self.mark
        words = torch.arange(ids.shape[1], device=ids.device)[None] < last[:, None]
        shape = items.shape
        return Turns(ids.view(*shape, -1), words.view(*shape, -1), last.view(shape), target.view(shape))

    def logits(self, model: Generative, pixels: Tensor, turns: Turns, deaf: Tensor) -> Tensor:
        """Logits of the answers, (pictures, n, vocabulary).

        Args:
            model: The model.
            pixels: (pictures, 1, 3, height, width).
            turns: What is asked of each image, n questions.
            deaf: (pictures, n) which questions are taken out of attention.
        """
        pictures, n, length = turns.ids.shape
        start = len(self.start)
        ids = torch.cat([self.start.expand(pictures, -1), turns.ids.flatten(1)], dim=1)
        inputs = model.embed(ids).clone()
        inputs[:, self.images] = model.features(pixels).to(inputs.dtype)
        silent = (turns.words & deaf[:, :, None]).flatten(1)
        heard = torch.cat([silent.new_ones(pictures, start), ~silent], dim=1)
        slot = torch.cat([torch.zeros(start), torch.arange(n).repeat_interleave(length) + 1]).to(ids.device)
        # Nobody looks ahead, everybody sees the beginning, a question's tokens see their own question.
        sees = (slot[:, None] == slot[None, :]) | (slot[None, :] == 0)
        sees = sees & torch.ones_like(sees).tril()
        sees = sees[None] & (heard[:, None, :] | torch.eye(len(slot), dtype=torch.bool, device=ids.device)[None])
        # As what is added to scores: eager attention would add a mask of yes and no as 1 and 0.
        mask = torch.zeros(sees.shape, dtype=inputs.dtype, device=ids.device).masked_fill(~sees, -torch.inf)
        rows = self.positions[:, start : start + length].repeat(1, n)
        positions = torch.cat([self.positions[:, :start], rows], dim=1)
        hidden = model.decoded(inputs, positions, mask[:, None], use_cache=False).last_hidden_state
        ends = start + torch.arange(n, device=ids.device)[None] * length + turns.last
        return model.unembed(hidden.gather(1, ends[..., None].expand(-1, -1, hidden.shape[-1])))


def pack(model: Generative, part: corpus.Part, weight: Tensor, device: torch.device) -> Packed:
    """Tokenise a part of the corpus."""
    layout = model.layout(part.pictures.shape[2], part.pictures.shape[1])
    prompts = {}
    for question in dict.fromkeys(part.questions):
        reworded = replace(part.question(0), question=question)
        prompts[question] = prompt(
            model.tokenizer, model.template, reworded, model.placeholder, [model.image_text(layout)], model.instruction
        )
    first = next(iter(prompts.values()))
    start, pad = first.words.places[0], model.tokenizer.pad_token_id
    spoken = {question: made.ids[start:-1] for question, made in prompts.items()}  # the mark ends a prompt
    lengths = torch.tensor([len(spoken[question]) for question in part.questions])
    ids = torch.full((len(part.questions), int(lengths.max())), pad)
    for at, question in enumerate(part.questions):
        ids[at, : lengths[at]] = torch.tensor(spoken[question])
    # Positions do not hang on what the words are: those of the longest question with the most options.
    longest = torch.full((int(lengths.max()) + 2 * max(COUNTS) + 1,), first.ids[-1])
    whole = torch.cat([torch.tensor(first.ids[:start]), longest])
    code = model.tokenizer.convert_tokens_to_ids
    groups = [np.flatnonzero(part.picture_of == at) for at in range(len(part.pictures))]
    of_picture = np.full((len(groups), max(map(len, groups))), -1)
    for at, items in enumerate(groups):
        of_picture[at, : len(items)] = items
    made_ = Packed(
        start=whole[:start],
        positions=model.positions(whole, (layout,)),
        ids=ids,
        lengths=lengths,
        mark=torch.tensor(first.ids[-1]),
        pad=torch.tensor(pad),
        answers=torch.from_numpy(part.answers),
        pool=torch.tensor(code(list(POOL))),
        letters=torch.tensor(code(list(LETTERS))),
        weight=weight,
        of_picture=torch.from_numpy(of_picture),
        images=(whole[:start] == model.image_token).nonzero().flatten(),
    )
    return Packed(**{name: value.to(device) for name, value in vars(made_).items()})
