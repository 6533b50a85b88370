"""The tokenizer of the reference models: one token per word of easy-VQA and per letter, and how a question is put."""

from __future__ import annotations

from string import ascii_uppercase
from typing import Any

SHAPES = ("circle", "rectangle", "triangle")
COLOURS = ("black", "blue", "brown", "gray", "green", "red", "teal", "yellow")
ANSWERS = ("yes", "no", *SHAPES, *COLOURS)
WORDS = (
    *("a", "color", "contain", "does", "image", "in", "is", "it", "not", "of", "present", "shape", "the", "there"),
    *("what", "?"),
)
LETTERS = tuple(ascii_uppercase)
"""Letters of options, in the prompt and as answers. Capitals standing alone: the article `a` is another token."""
SPECIAL = ("<pad>", "<bos>", "<unk>", "<mask>", "<ans>", "<eos>")
IMAGE = {"llava": "<image>", "qwen": "<|image_pad|>", "internvl": "<IMG_CONTEXT>"}
MARKS = {
    "llava": (),
    "qwen": ("<|vision_start|>", "<|vision_end|>", "<|video_pad|>"),
    "internvl": ("<img>", "</img>", "<video>"),
}
"""What stands around an image, and the tokens for video that a family's classes ask for."""


def tokenizer(family: str) -> Any:
    """A tokenizer for one family, with its chat template: image, question, the mark after which the answer comes."""
    from tokenizers import AddedToken, Regex, Tokenizer, normalizers, pre_tokenizers
    from tokenizers.models import WordLevel
    from transformers import PreTrainedTokenizerFast

    marks = MARKS[family]
    words = [*SPECIAL, IMAGE[family], *marks, *WORDS, *ANSWERS, *LETTERS]
    core = Tokenizer(WordLevel({word: at for at, word in enumerate(words)}, unk_token="<unk>"))  # noqa: S106
    core.normalizer = normalizers.Lowercase()
    # The brackets around an option's letter are no tokens: `(B)` and the answer `B` are the same one.
    core.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(r"[()]"), "removed"), pre_tokenizers.Whitespace(),
    ])  # fmt: skip
    core.add_tokens([AddedToken(letter, single_word=True, normalized=False) for letter in LETTERS])
    core.add_special_tokens([*SPECIAL, IMAGE[family], *marks])
    named = {"start_image_token": "<img>", "end_image_token": "</img>", "context_image_token": IMAGE[family]}
    made = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=core,
        pad_token="<pad>",  # noqa: S106
        bos_token="<bos>",  # noqa: S106
        unk_token="<unk>",  # noqa: S106
        mask_token="<mask>",  # noqa: S106
        eos_token="<eos>",  # noqa: S106
        extra_special_tokens=named if family == "internvl" else {},
        padding_side="left",
    )
    around = (marks[0] + IMAGE[family] + marks[1]) if family == "qwen" else IMAGE[family]
    made.chat_template = (
        "<bos>{% for turn in messages %}{% for part in turn['content'] %}"
        "{% if part['type'] == 'image' %}" + around + "{% else %}{{ part['text'] }}{% endif %}"
        "{% endfor %}{% endfor %}<ans>"
    )
    return made
