"""What LLaVA, Qwen-VL and InternVL share: a vision tower whose features stand in a decoder's sequence, images first.

Work that coalitions share is done once: image features once per set of kept patches, and the keys and values of all
tokens before the first maskable one once per set of kept patches too. A coalition then costs only its question tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from twokeys.audit.games.backgrounds import EachOfSeveral, fill_for
from twokeys.audit.models import attention, decision, prompt
from twokeys.audit.models.cache import selected
from twokeys.audit.models.decoder import Decoder
from twokeys.audit.models.layout import in_a_row, tiles_in_a_row
from twokeys.audit.models.model import Floats, Mask, Masking, Prepared, Question, Trace, device_of
from twokeys.audit.models.replies import say, score_items
from twokeys.audit.models.words import word_fill
from twokeys.core.pictures.shown import upright

AT_ONCE = 64
"""Items that are answered together."""


class Generative(Decoder):
    """A model of the game: it answers, scores coalitions, and is traced; see `twokeys.audit.models.model.Model`."""

    def prepare(
        self,
        question: Question,
        answer: str | None = None,
        masking: Masking | None = None,
        donor: Image.Image | None = None,
    ) -> Prepared:
        """Make an item ready; see `twokeys.audit.models.model.Model.prepare`."""
        bare, text = self._bare(question, masking or Masking(), donor)
        if answer is None:
            image, words = everything(bare)
            tokens = say(self, [bare], [(image[0], words[0])], self.most)[0][0]
            return self._answered(bare, *decision.decision(tokens, self.decode, question))
        forms = prompt.answer_forms(self.tokenizer, text, answer, question)
        made = [self._answered(bare, form, tuple(range(len(form)))) for form in forms]
        if len(made) == 1:
            return made[0]
        return made[int(np.argmax([self.score(candidate, *everything(candidate))[0] for candidate in made]))]

    _last: tuple[Question, Masking, Image.Image | None, tuple[Prepared, str]] | None = None
    """The question that was prepared last: several answers to one question are prepared one after the other."""

    def _bare(self, question: Question, masking: Masking, donor: Image.Image | None) -> tuple[Prepared, str]:
        """The item without an answer, and its prompt: a stand-in of one token is no part of the sequence."""
        last = self._last
        if last is None or last[0] is not question or last[1] != masking or last[2] is not donor:
            self._last = last = question, masking, donor, self._read(question, masking, donor)
        return last[3]

    def _read(self, question: Question, masking: Masking, donor: Image.Image | None) -> tuple[Prepared, str]:
        pictures = [upright(picture) for picture in question.pictures]
        layouts = tuple(self.layout(*picture.size) for picture in pictures)
        shown = [self.image_text(layout) for layout in layouts]
        text = prompt.prompt(self.tokenizer, self.template, question, self.placeholder, shown, self.instruction)
        pixels = [self.process(picture) for picture in pictures]
        fills = [fill_for(masking.image, picture, self.process, donor) for picture in pictures]
        shapes = [
            (len(pixel_values), int(pixel_values.shape[-2]), int(pixel_values.shape[-1])) for pixel_values in pixels
        ]
        several = len(pictures) > 1
        fill_id, attended = word_fill(masking.text, self.tokenizer)
        ids = torch.tensor(text.ids, device=device_of(self._module))
        made = Prepared(
            layout=in_a_row(layouts) if several else layouts[0],
            pixels=tiles_in_a_row(pixels) if several else pixels[0],
            ids=ids,
            positions=self.positions(ids, layouts),
            words=text.words,
            image_places=(ids == self.image_token).nonzero().flatten(),
            answer=(0,),
            decision=(0,),
            fill=EachOfSeveral(fills, shapes) if several else fills[0],
            word_fill=fill_id,
            word_attended=attended,
            masking=masking,
            layouts=layouts if several else (),
        )
        return made, text.text

    @property
    def several(self) -> bool:
        """Whether the chat template shows all images of an item of several."""
        return prompt.rendered(self.tokenizer, self.template, "?", 2).count(self.placeholder) == 2

    def _answered(self, bare: Prepared, answer: tuple[int, ...], decided: tuple[int, ...]) -> Prepared:
        """The item with an answer: all of its tokens but the last are read, in order to predict the next."""
        ids = torch.cat([bare.ids, bare.ids.new_tensor(answer[:-1])])
        positions = self.positions(ids, bare.of_images)
        return replace(bare, ids=ids, positions=positions, answer=answer, decision=decided)

    @torch.inference_mode()
    def score(self, prepared: Prepared, image_keep: Mask, text_keep: Mask, target: int | None = None) -> Floats:
        """Probability of the decision per coalition; see `twokeys.audit.models.model.Model.score`."""
        pictures, picture_of = np.unique(image_keep, axis=0, return_inverse=True)
        texts, text_of = np.unique(text_keep, axis=0, return_inverse=True)
        pairs = np.stack([picture_of.flatten(), text_of.flatten()], axis=1)
        games, back = np.unique(pairs, axis=0, return_inverse=True)
        values = np.empty(len(games))
        length = len(prepared.ids)
        split = min(prepared.words.places, default=length - len(prepared.answer))
        at_once = max(1, self.batch // length)
        for start in range(0, len(pictures), at_once):
            block = pictures[start : start + at_once]
            features = self.features(self.masked(prepared, block), prepared.layout.sizes)
            embeddings = self.inputs(prepared, features)[:, :split]
            cache = self.decoded(embeddings, prepared.positions[:, :split], None, use_cache=True).past_key_values
            inside = np.flatnonzero((games[:, 0] >= start) & (games[:, 0] < start + len(block)))
            for first in range(0, len(inside), at_once):
                rows = inside[first : first + at_once]
                values[rows] = self._continue(
                    prepared, features, cache, games[rows, 0] - start, texts[games[rows, 1]], split, target
                )
        return values[back.flatten()]

    def _continue(
        self,
        prepared: Prepared,
        features: Tensor,
        cache: Any,
        pictures: Any,
        keep: Mask,
        split: int,
        target: int | None,
    ) -> Floats:
        """Values of coalitions whose beginnings are cached; tokens that nobody attends to are not computed."""
        embeddings = self.inputs(prepared, features[torch.from_numpy(pictures).to(prepared.ids.device)], keep)
        attended = self.attended(prepared, keep)[:, split:].bool()
        counts = attended.sum(dim=1)
        values = np.empty(len(keep))
        for count in sorted(set(counts.tolist())):
            rows = (counts == count).nonzero().flatten()
            # Places in the sequence that are attended to, in order: (rows, count).
            places = (~attended[rows]).to(torch.uint8).argsort(dim=1, stable=True)[:, :count] + split
            output = self.decoded(
                embeddings[rows].gather(1, places[:, :, None].expand(-1, -1, embeddings.shape[-1])),
                prepared.positions[:, places],
                torch.ones((len(rows), split + count), dtype=torch.long, device=places.device),
                past_key_values=selected(cache, torch.from_numpy(pictures).to(places.device)[rows]),
                use_cache=True,
            )
            cut = len(prepared.ids) - count
            log_p = self._log_p(prepared, output.last_hidden_state, cut, target)[0]
            values[rows.cpu().numpy()] = log_p.exp().double().cpu().numpy()
        return values

    def trace(
        self,
        prepared: Prepared,
        pixels: Tensor | None = None,
        embeddings: Tensor | None = None,
        attentions: bool = False,
        hidden_states: bool = False,
    ) -> Trace:
        """Run with gradients; see `twokeys.audit.models.model.Model.trace`."""
        with torch.enable_grad(), attention.recorded(self._module, attentions) as recorder:
            x = (prepared.pixels[None] if pixels is None else pixels).detach().clone().requires_grad_()
            e = (self.embed(prepared.ids)[None] if embeddings is None else embeddings).detach().clone().requires_grad_()
            n = max(len(x), len(e))
            features = self.features(x, prepared.layout.sizes)
            seen = tuple(attention.Blocks(parts, len(x)) for parts in recorder.take(self.vision))
            inputs = e.expand(n, -1, -1).clone()
            inputs[:, prepared.image_places] = features.to(inputs).expand(n, -1, -1)
            output = self.decoded(inputs, prepared.positions, None, use_cache=False, output_hidden_states=hidden_states)
            log_p, logits = self._log_p(prepared, output.last_hidden_state, 0, None)
            return Trace(
                log_p=log_p,
                logits=logits,
                pixels=x,
                embeddings=e,
                inputs=inputs,
                hidden_states=tuple(output.hidden_states or ()),
                attentions=tuple(weights for (weights,) in recorder.take(self.language)),
                vision_attentions=seen,
            )

    def reply(self, questions: Sequence[Question]) -> list[str]:
        """What the model says to each question; see `twokeys.audit.models.model.Responder.reply`."""
        replies: list[str] = []
        for start in range(0, len(questions), AT_ONCE):
            # The answer is a placeholder of one token: it is not part of the prompt.
            items = [self._bare(question, Masking(), None)[0] for question in questions[start : start + AT_ONCE]]
            keeps = [(image[0], words[0]) for image, words in map(everything, items)]
            replies += [self.decode(tokens).strip() for tokens in say(self, items, keeps, self.most)[0]]
        return replies

    def respond(self, items: Sequence[Prepared], keeps: Sequence[tuple[Mask, Mask]]) -> tuple[list[str], Floats]:
        """Many items, each under one coalition; see `twokeys.audit.models.model.Model.respond`."""
        # Items that differ in the answer alone have one prompt, which is read once.
        prompts: dict[tuple[int, bytes, bytes, bytes], list[int]] = {}
        unanswered = [self._unanswered(item) for item in items]
        for at, (item, (image, text)) in enumerate(zip(unanswered, keeps, strict=True)):
            key = id(item.pixels), item.ids.cpu().numpy().tobytes(), image.tobytes(), text.tobytes()
            prompts.setdefault(key, []).append(at)
        places = list(prompts.values())
        replies = [""] * len(items)
        values = np.empty(len(items))
        for start in range(0, len(places), AT_ONCE):
            part = [same[0] for same in places[start : start + AT_ONCE]]
            tokens, first = say(self, [unanswered[at] for at in part], [keeps[at] for at in part], self.most)
            for row, same in enumerate(places[start : start + AT_ONCE]):
                for at in same:
                    replies[at] = self.decode(tokens[row]).strip()
                    values[at] = float(first[row, items[at].target].exp())
        for start in range(0, len(items), AT_ONCE):
            longer = [at for at in range(start, min(start + AT_ONCE, len(items))) if len(items[at].answer) > 1]
            if longer:  # the first token alone does not tell how likely the whole is
                values[longer] = score_items(self, [items[at] for at in longer], [keeps[at] for at in longer])
        return replies, values

    @staticmethod
    def _unanswered(item: Prepared) -> Prepared:
        """The item's prompt alone; a stand-in of one token is no part of the sequence."""
        length = len(item.ids) - len(item.answer) + 1
        return replace(item, ids=item.ids[:length], positions=item.positions[:, :length], answer=(0,), decision=(0,))

    def _log_p(self, prepared: Prepared, hidden: Tensor, split: int, target: int | None) -> tuple[Tensor, Tensor]:
        """Log-probability of the decision, (n,), and the logits that it is read from."""
        places = [place - split for place in prepared.decision_places]
        wanted = [prepared.answer[at] for at in prepared.decision]
        if target is not None:
            places, wanted = places[:1], [target]
        logits = self.unembed(hidden[:, places]).float()
        rows = torch.tensor(wanted, device=logits.device)
        log_p = logits.log_softmax(dim=-1)[:, torch.arange(len(wanted), device=logits.device), rows]
        return log_p.sum(dim=1), logits


def everything(prepared: Prepared) -> tuple[Mask, Mask]:
    """The coalition of all players, as one row of each mask."""
    return np.ones((1, prepared.patches), dtype=bool), np.ones((1, prepared.tokens), dtype=bool)
