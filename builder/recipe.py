"""The recipe: everything that determines a build, as one validated object."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, PrivateAttr, ValidationError, ValidationInfo, field_validator, model_validator

from twokeys.audit.served.ways import Manner, Protocol
from twokeys.builder.recipe_audited import Audited as Audited
from twokeys.builder.recipe_errors import BadRecipe, bad_fields
from twokeys.builder.recipe_text import parsed, text_of
from twokeys.builder.sources import Columns as Columns
from twokeys.builder.sources import Corpus as Corpus
from twokeys.builder.sources import Joined as Joined
from twokeys.builder.sources import Part as Part
from twokeys.builder.sources import Pool
from twokeys.core.errors import BadInput, correction
from twokeys.core.items import canonical_json, digest
from twokeys.core.pictures.limits import Images
from twokeys.core.strata import STRATA
from twokeys.data_cards.answers import answered
from twokeys.data_cards.questions import Answers, checked


class Text(Part):
    """Canonical form of published text, see `twokeys.core.items.TextRule`."""

    unicode: Literal["NFC", "NFKC"] = "NFC"
    """Unicode normal form."""
    lowercase: bool = False
    """Whether letter case is dropped."""


class Served(Part):
    """How models behind a server are asked, see `twokeys.audit.served.ways.Manner`."""

    protocol: Protocol = "auto"
    """How the server is spoken to; `auto` finds out."""
    samples: Annotated[int, Field(ge=1, le=100)] = 1
    """Replies to each prompt, where no probabilities are given."""
    tokens: Annotated[int, Field(ge=1, le=100_000)] = 32
    """Tokens of a reply at most."""
    at_once: Annotated[int, Field(ge=1, le=256)] = 4
    """Prompts that are under way at once."""

    @property
    def manner(self) -> Manner:
        """The manner in which they are asked."""
        return Manner(self.protocol, self.samples, self.tokens, self.at_once)


class Encoders(Part):
    """Named encoders. `packaged` ones come from PyPI and work offline; any other name is loaded by transformers."""

    text: str = "packaged:minilm"
    """Of questions and options."""
    image: str = "packaged:efficientnet-lite0"
    """Of images."""
    language: str = "packaged:smollm2"
    """Causal language model of the baselines that score or fine-tune one, see
    `twokeys.builder.measure.language.loading`; or a served one, `http://host/v1#model`, which is asked."""
    panel: list[str] = []
    """Language models, loaded here or served, that are asked every item without its image
    (`twokeys.builder.measure.panel`)."""
    vision_language: str | None = None
    """Vision-language model of the baseline `image.vlm`, as `twokeys evaluate --model` takes it; no default."""


class Measure(Part):
    """Which blind baselines run, and how they are cross-fitted."""

    baselines: list[str] | None = None
    """Names such as `question.tfidf`; when None, all that apply and cost seconds."""
    folds: Annotated[int, Field(ge=2, le=20)] = 5
    """Parts of the items; each is answered by baselines that were fitted on the others."""
    max_answers: Annotated[int, Field(ge=2)] = 200
    """Open answers outside the most frequent ones of the training folds are never predicted."""
    candidates: Annotated[int, Field(ge=2)] = 32
    """Most frequent open answers that language models choose among."""
    confidence: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """Of all intervals."""


class RuleUse(Part):
    """One rule with its parameters."""

    rule: str
    """Id of a registered rule, or `path/to/file.py:ClassName`; the path is relative to the recipe's file."""
    with_: Annotated[dict[str, Any], Field(alias="with")] = {}
    """Parameters of the rule, as `twokeys rules show` lists them."""
    _folder: Path | None = PrivateAttr(None)

    @property
    def located(self) -> str:
        """The rule with the path that its file has on this machine; `rule` is what the recipe says everywhere."""
        path, _, name = self.rule.rpartition(":")
        if self._folder is None or not path.endswith(".py"):
            return self.rule
        return f"{self._folder / Path(path).expanduser()}:{name}"

    def beside(self, folder: Path | None) -> RuleUse:
        """The same, of a recipe that lies in a folder; None: paths are relative to the working directory."""
        use = self.model_copy()
        use._folder = folder
        return use

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, value: Any) -> Any:
        return {"rule": value} if isinstance(value, str) else value


class GeneratorUse(Part):
    """One generator of constructed partners with its parameters."""

    generator: str
    """Name of a registered generator, see `twokeys.builder.pair.generators.registry`."""
    with_: Annotated[dict[str, Any], Field(alias="with")] = {}
    """Parameters of the generator, see docs/pairs.md."""
    budget: Annotated[int, Field(ge=1)] | None = None
    """Edits per item that this generator may make at most; the first ones count."""

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, value: Any) -> Any:
        return {"generator": value} if isinstance(value, str) else value


class Minimal(Part):
    """How little a partner must differ from the item that it was made from."""

    words: Annotated[float, Field(gt=0, le=1)] = 0.5
    """Share of words that a question edit may change (Levenshtein distance over the longer question's length)."""
    pixels: Annotated[float, Field(gt=0, le=1)] = 0.5
    """Share of pixels that an image edit may change."""
    similarity: Annotated[float, Field(ge=-1, le=1)] | None = None
    """Smallest cosine between the embeddings of the changed view; None asks for none."""


class Grammar(Part):
    """How fluent a question edit must be, in the eyes of `encoders.language`."""

    drop: Annotated[float, Field(ge=0)] = 1.25
    """Nats per token by which an edited question may be less likely than the one that it was made from."""


class Verify(Part):
    """Vision-language models that say whether an edit's answer is the one that is expected."""

    models: Annotated[list[str], Field(min_length=1)]
    """As `twokeys evaluate --model` takes them; every one must agree."""
    margin: Annotated[float, Field(ge=0)] = 1.0
    """Nats by which the expected answer must beat the best other one, to the original and to the edit."""
    precision: Annotated[float, Field(gt=0, lt=1)] | None = None
    """In the place of a margin: the smallest one is used at which the lower end of the interval of measured precision
    is at least this (`twokeys.builder.pair.judges.precision`)."""
    accuracy: Annotated[float, Field(ge=0, lt=1)] = 0.8
    """Smallest lower end of the Wilson interval of a model's accuracy on the corpus's own items: a model that cannot
    answer these has no say about their edits."""

    @field_validator("models")
    @classmethod
    def _differ(cls, models: list[str]) -> list[str]:
        if len(set(models)) < len(models):
            raise ValueError("name every model once")
        return models

    @model_validator(mode="after")
    def _one_measure(self) -> Verify:
        if self.precision is not None and self.margin != type(self).model_fields["margin"].default:
            raise ValueError("give a margin or a precision, from which the margin follows")
        return self


class Pair(Part):
    """Counterfactual partners: what is added between filter and balance, and how partners are chosen."""

    mined: list[Literal["paraphrases"]] = []
    """`paraphrases`: questions that differ in harmless changes alone (`twokeys.builder.pair.wording`) are
    published in one wording, so that their images can be paired; `answer_source` is then `constructed`."""
    generators: list[GeneratorUse] = []
    """What makes or finds partners, in this order."""
    minimal: Minimal = Minimal()
    """How little a partner must differ from its original."""
    grammar: Grammar | None = None
    """What a language model must think of question edits; None asks none."""
    verify: Verify | None = None
    """Who says whether an expected answer holds; None: edits whose answer does not follow by itself are refused."""
    lexicon_support: Annotated[int, Field(ge=1)] = 5
    """Annotated pairs that a substitution needs to enter the lexicon."""
    lexicon_confidence: Annotated[float, Field(ge=0, le=1)] = 0.5
    """Smallest lower end of the Wilson interval of a substitution's share of flipped answers."""
    artefacts: Annotated[int, Field(ge=0)] = 0
    """Pairs of each kind of edit among which edit artefacts are looked for; kinds that can be told from originals are
    refused where that helps to answer. 0 looks for none."""
    partners: Literal["nearest", "any"] = "nearest"
    """Which of an item's counterfactuals is published as its partner: the nearest by embedding, or any valid one."""

    publish: bool | None = None
    """Whether the config `pairs` is published, which holds every picture again; None: where anything is added."""

    @property
    def published(self) -> bool:
        """Whether the config `pairs` is published."""
        return self.adds if self.publish is None else self.publish

    @property
    def adds(self) -> bool:
        """Whether pairing changes the items at all."""
        return bool(self.mined or self.generators)


class Balance(Part):
    """The largest balanced subset, see `twokeys.builder.graph.largest`."""

    max_share: Annotated[float, Field(gt=0, lt=1)] = 0.5
    """Largest share of a question, and of an image, that one answer may have."""
    within: list[str] = ["split", "answer_type"]
    """Balance holds inside every combination of these columns by itself: `source`, `split`, `answer_type`, and any
    column that `categories` names. Inside each answer type too unless that keeps fewer than half as many items: who
    sees the image may guess the type of the question."""
    weight: str | None = None
    """Measurement to maximise the sum of; None counts items."""
    node_limit: Annotated[int, Field(ge=1)] = 10_000
    """Branch-and-bound nodes per component when there are more than two answers."""

    @property
    def categories(self) -> list[str]:
        """The columns among `within` that are categories of the recipe."""
        return [name for name in self.within if name not in STRATA]


class Recipe(Part):
    """All that determines a build. Same recipe, sources and versions: same rows."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
    """Names the folder and the dataset."""
    title: str
    """What people call it."""
    description: str = ""
    """What the card begins with."""
    homepage: str = ""
    """Page of the benchmark."""
    authors: list[str] = []
    """People who made it, for citation and datasheet."""
    language: list[Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]] = []
    """Language of the questions, or a list of languages, as ISO 639 codes such as `en`. Card and Croissant leave it out
    if none is given; whatever rewords or understands questions asks for it."""
    license: str | None = None
    """Licence to give the whole on under; when None, that of the sources, or the freest that suits all of them."""
    corpora: Annotated[list[Corpus], Field(min_length=1)]
    """Where the items come from."""
    pool: list[Pool] = []
    """Further images for generators that find partners among images; read only if the recipe names such a one."""
    bad_rows: Literal["stop", "set aside"] = "stop"
    """Whether rows that cannot be used stop the build, or are left out and listed."""
    text: Text = Text()
    """Canonical form of what is published."""
    images: Images = Images()
    """Limits of images."""
    encoders: Encoders = Encoders()
    """Models that stand for texts and images as numbers."""
    served: Served = Served()
    """How models behind a server are asked."""
    measure: Measure = Measure()
    """How blind baselines measure the items."""
    categories: list[str] = []
    """Fields of `meta` by whose values blind accuracy is told, beside source, split and answer type; a dot goes into
    nested fields."""
    rules: list[RuleUse] = []
    """What drops items, in this order."""
    pair: Pair = Pair()
    """Counterfactual partners that are added."""
    balance: Balance = Balance()
    """How the largest balanced set is found."""
    audited: Audited | None = None
    """The second tier, for items that no exact balance can hold; None publishes the balanced tier alone."""
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    """Of everything that is drawn at random."""
    scores: list[Literal["anls"]] = []
    """What evaluations report beside exact match and VQA accuracy where there are annotators' answers: `anls`, the
    similarity of texts that is usual for documents."""
    eval: bool = False
    """Whether `eval.yaml` is written, and the evaluated split once more as it needs it, with pictures as text."""
    datasheet: Answers = {}
    """What people answer to the questions of a datasheet, or the YAML file that holds the answers."""

    @field_validator("language", mode="before")
    @classmethod
    def _languages(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @field_validator("datasheet", mode="before")
    @classmethod
    def _answers(cls, value: Any) -> Answers:
        return checked(value)

    @field_validator("corpora")
    @classmethod
    def _names_differ(cls, corpora: list[Corpus]) -> list[Corpus]:
        names = [corpus.name for corpus in corpora]
        if len(set(names)) < len(names):
            raise ValueError(f"corpora must have different names, got {names}")
        return corpora

    @field_validator("pool")
    @classmethod
    def _pools_differ(cls, pool: list[Pool], info: ValidationInfo) -> list[Pool]:
        names = [source.name for source in (*info.data.get("corpora", []), *pool)]
        if len(set(names)) < len(names):
            raise ValueError(f"pools must have other names than corpora and each other, got {names}")
        return pool

    @field_validator("balance")
    @classmethod
    def _within(cls, balance: Balance, info: ValidationInfo) -> Balance:
        known = [*STRATA, *info.data.get("categories", [])]
        for name in balance.within:
            if name not in known:
                remedy = correction(name, known, "name one of these, or name the column in `categories` first")
                raise ValueError(f"`within` names {name!r}; allowed: {', '.join(known)}; {remedy}")
        if len(set(balance.within)) < len(balance.within):
            raise ValueError("`within` names a column twice")
        return balance

    @field_validator("audited")
    @classmethod
    def _together(cls, audited: Audited | None, info: ValidationInfo) -> Audited | None:
        categories = info.data["balance"].categories if "balance" in info.data else []
        for name in audited.together if audited is not None else []:
            if name not in (known := ["source", "split", *categories]):
                remedy = correction(name, known, "name one of these; `balance.within` adds categories")
                raise ValueError(f"`together` names {name!r}; allowed: {', '.join(known)}; {remedy}")
        return audited

    @property
    def judged_apart(self) -> list[str]:
        """Columns on each of whose values the audited tier is judged by itself."""
        together = self.audited.together if self.audited is not None else []
        return [name for name in (*STRATA, *self.balance.categories) if name not in together]

    @property
    def key(self) -> str:
        """Hash of the whole recipe; paths count as written, so it is the same on every machine."""
        return digest("recipe", canonical_json(self.model_dump(mode="json", by_alias=True)))

    def only(self, *names: str) -> Recipe:
        """This recipe with some of its parts and nothing else: for a stage that depends on no more."""
        blank: dict[str, Any] = {"name": "", "title": "", "corpora": []}
        fields = type(self).model_fields
        given = {name: blank.get(name, fields[name].get_default(call_default_factory=True)) for name in fields}
        return self.model_copy(update=given | {name: getattr(self, name) for name in names})

    @property
    def publishable(self) -> bool:
        """Whether every corpus has its pictures."""
        return all(corpus.images == "required" for corpus in self.corpora)


def shipped() -> list[str]:
    """Names of the recipes that ship with twokeys."""
    files = resources.files("twokeys.builder.recipes").iterdir()
    return sorted(file.name.removesuffix(".yaml") for file in files if file.name.endswith(".yaml"))


def load(source: str | Path | Recipe) -> Recipe:
    """Read a recipe by shipped name or from a YAML file.

    Raises:
        BadInput: When there is no such recipe, or a field is wrong; the message names the field.

    Example:
        >>> load("easy-vqa").title
        'easy-VQA'
    """
    if isinstance(source, Recipe):
        return source
    name, folder = str(source), None
    if name in shipped():
        text = resources.files("twokeys.builder.recipes").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    elif (path := Path(source)).is_file():
        folder = path.parent
        text = text_of(path, name)
    else:
        remedy = correction(name, shipped(), "name a YAML file, or one of the recipes that ship")
        allowed = f"a path, or one of {', '.join(shipped())}"
        raise BadInput(name, None, "there is no such recipe or file", allowed, remedy)
    try:
        plan = parsed(text)
        recipe = Recipe.model_validate(answered(plan, name, folder) if isinstance(plan, dict) else plan)
    except yaml.YAMLError as error:
        raise BadInput(name, None, f"the text is no YAML ({error})", "a YAML mapping", "mend the syntax") from error
    except ValidationError as error:
        raise BadRecipe(bad_fields(name, Recipe, error)) from error
    return recipe.model_copy(update={"rules": [use.beside(folder) for use in recipe.rules]})
