"""`twokeys verify`: recount everything that a published folder claims, from the folder alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import yaml

from builder import images
from builder.blindness import blindness
from builder.certificate import FILE as CERTIFICATE
from builder.certificate import certify
from builder.errors import BadInput
from builder.fingerprint import Fingerprint, is_measurement, parquet_rows
from builder.items import TextRule, published_order, question_key
from builder.publish import hashes
from builder.recipe import Images, Recipe
from builder.stages import Say, silent
from data_cards.manifest import FILE as MANIFEST
from data_cards.manifest import Blindness, Manifest, Step


@dataclass(frozen=True)
class Finding:
    """One check and what it found.

    Attributes:
        check: What was recounted.
        problems: What does not fit, in words; empty when all fits.
    """

    check: str
    problems: list[str]

    @property
    def ok(self) -> bool:
        """Whether the check passed."""
        return not self.problems


@dataclass(frozen=True)
class Folder:
    """A published folder with its claims and its rows, pictures left on disk.

    Attributes:
        path: The folder.
        manifest: Its claims.
        balanced: Rows of the `balanced` config with `split`, without the pictures.
        removed: Rows of the `removed` config with `split`.
    """

    path: Path
    manifest: Manifest
    balanced: pd.DataFrame
    removed: pd.DataFrame

    def files(self, config: str) -> list[tuple[str, Path]]:
        """Split and path of every Parquet file of a config."""
        return [(path.name.split("-")[0], path) for path in sorted((self.path / config).glob("*.parquet"))]


def verify(folder: str | Path, say: Say = silent) -> list[Finding]:
    """Recount a published folder.

    Args:
        folder: The folder.
        say: Told of each check before it runs.

    Returns:
        One finding per check; all must be `ok`.

    Raises:
        BadInput: When the folder holds no readable manifest at all.
    """
    path = Path(folder)
    if not (path / MANIFEST).is_file():
        raise BadInput(path, None, f"no {MANIFEST}", "a folder that twokeys published", "name the published folder")
    try:
        manifest = Manifest.load(path)
    except ValueError as error:
        return [Finding("manifest", [str(error)])]
    findings = [Finding("manifest", []), Finding("files", _files(path, manifest))]
    try:
        known = Folder(path, manifest, _rows(path, "balanced"), _rows(path, "removed"))
    except (OSError, ValueError) as error:
        return [*findings, Finding("rows", [f"the rows cannot be read: {error}"])]
    for number, (name, check) in enumerate(CHECKS.items()):
        say(name, number, len(CHECKS))
        findings.append(Finding(name, list(check(known))))
    return findings


def _files(folder: Path, manifest: Manifest) -> list[str]:
    found = {name: value for name, value in hashes(folder, MANIFEST).items() if not _foreign(name)}
    problems = [f"{name} is missing" for name in manifest.files.keys() - found.keys()]
    problems += [f"{name} is not in the manifest" for name in found.keys() - manifest.files.keys()]
    both = manifest.files.keys() & found.keys()
    return sorted(problems + [f"{name} was changed" for name in both if manifest.files[name] != found[name]])


def _foreign(name: str) -> bool:
    """Files that version control and the hub's client put into a folder."""
    return name.split("/")[0] in (".git", ".gitattributes", ".cache", ".huggingface")


def _rows(folder: Path, config: str) -> pd.DataFrame:
    tables = []
    for path in sorted((folder / config).glob("*.parquet")):
        names = [name for name in pq.read_schema(path).names if name != "image"]
        table: pd.DataFrame = pq.read_table(path, columns=names).to_pandas()
        tables.append(table.assign(split=path.name.split("-")[0]))
    if not tables:
        return pd.DataFrame({"id": pd.Series(dtype=str)})
    return pd.concat(tables, ignore_index=True).sort_values("id", ignore_index=True)


# ------------------------------------------------------------------------------------------------------- checks


def _fingerprints(known: Folder) -> Iterator[str]:
    """Fingerprints, versions and row counts of every config."""
    for name, config in known.manifest.configs.items():
        total = Fingerprint()
        try:
            for split, path in known.files(name):
                total.add(parquet_rows(path), split)
        except ValueError as error:
            yield f"{name}: {error}"
            continue
        if total.value(measurements=False) != config.fingerprint:
            yield f"{name}: the rows' fingerprint is {total.value(measurements=False)}, not {config.fingerprint}"
        if total.version() != config.version:
            yield f"{name}: version {config.version} does not follow from the rows"
        counts = getattr(known, name)["split"].value_counts().to_dict() if config.splits else {}
        if counts != {split: rows for split, rows in config.splits.items() if rows}:
            yield f"{name}: the splits hold {counts} rows, not {config.splits}"


def _conservation(known: Folder) -> Iterator[str]:
    """Every source row is published or listed as removed, none twice."""
    ids = pd.concat([known.balanced["id"], known.removed["id"]])
    yield from (f"{identity} appears twice" for identity in ids[ids.duplicated()].head(5))
    read = sum(split.rows for source in known.manifest.sources for split in source.splits)
    if len(ids) != read:
        yield f"{len(ids):,} rows are published or removed, {read:,} were read"
    if len(known.removed) and (known.removed["reason"].fillna("") == "").any():
        yield "a removed row has no reason"
    steps = known.manifest.funnel
    named = known.removed["rule"].fillna("") if len(known.removed) else pd.Series(dtype=str)
    for step in steps:
        listed = int(((known.removed["stage"] == step.stage) & (named == _rule(step))).sum()) if len(named) else 0
        if listed != step.removed:
            yield f"{step.name} is said to have removed {step.removed}, {listed} rows say so"


def _rule(step: Step) -> str:
    """What the `rule` column holds for the rows that a step removed."""
    return step.name if step.stage == "filter" else ""


def _keys(known: Folder) -> Iterator[str]:
    """Question keys, canonical text and option order follow from the published text."""
    plan = Recipe.model_validate(known.manifest.recipe)
    text = TextRule(plan.text.unicode, plan.text.lowercase)
    for row in known.balanced[["id", "question", "choices", "answer", "question_key"]].to_dict("records"):
        question, choices = row["question"], list(row["choices"])
        key = question_key(question, choices)
        if key != row["question_key"]:
            yield f"{row['id']}: its question key does not follow from its text"
        elif text(question) != question or published_order(key, choices) != choices:
            yield f"{row['id']}: its text or the order of its options is not canonical"
        elif choices and row["answer"] not in choices:
            yield f"{row['id']}: its answer is not among its options"


def _pictures(known: Folder) -> Iterator[str]:
    """Image keys follow from the pixels, and one image key has one set of bytes."""
    plan = Recipe.model_validate(known.manifest.recipe)
    seen: dict[str, str] = {}
    size = 0
    for _, path in known.files("balanced"):
        for batch in pq.ParquetFile(path).iter_batches(256, columns=["id", "image", "image_key"]):
            for row in batch.to_pylist():
                data = row["image"]["bytes"] if row["image"] else None
                if data is None:
                    yield f"{row['id']}: its picture has no bytes"
                    continue
                sha = hashlib.sha256(data).hexdigest()
                if row["image_key"] not in seen:
                    size += len(data)
                    yield from _picture(row["id"], row["image_key"], data, plan.images)
                elif seen[row["image_key"]] != sha:
                    yield f"{row['id']}: its image key has other bytes elsewhere"
                seen[row["image_key"]] = sha
    if size != known.manifest.unique_image_bytes:
        yield f"the pictures hold {size:,} bytes, not {known.manifest.unique_image_bytes:,}"


def _picture(identity: str, key: str, data: bytes, limits: Images) -> Iterator[str]:
    try:
        if images.describe(data, identity, limits).image_key != key:
            yield f"{identity}: its image key does not follow from its pixels"
    except BadInput as problem:
        yield str(problem)


def _certificate(known: Folder) -> Iterator[str]:
    """The certificate is what a recount gives."""
    said = json.loads((known.path / CERTIFICATE).read_text(encoding="utf-8"))
    plan, config = Recipe.model_validate(known.manifest.recipe), known.manifest.configs["balanced"]
    counted = certify(known.balanced, known.manifest.max_share, list(plan.balance.within), config.fingerprint)
    if json.loads(json.dumps(counted)) != said:
        different = sorted(name for name in counted | said if counted.get(name) != said.get(name))
        yield f"{CERTIFICATE} differs from a recount in: {', '.join(different)}"
    yield from counted["reasons"]


def _partners(known: Folder) -> Iterator[str]:
    """Partners share one side and differ in the other and in the answer; quads are two by two."""
    rows = known.balanced.set_index("id")
    for name, shared, other in (
        ("image_partner", "question_key", "image_key"),
        ("question_partner", "image_key", "question_key"),
    ):
        paired = rows[rows[name].notna()]
        if unknown := sorted(set(paired[name]) - set(rows.index)):
            yield f"{name} {unknown[0]} is not published"
            continue
        partner = rows.loc[paired[name]]
        wrong = (
            (paired[shared].to_numpy() != partner[shared].to_numpy())
            | (paired[other].to_numpy() == partner[other].to_numpy())
            | (paired["answer"].to_numpy() == partner["answer"].to_numpy())
        )
        yield from (f"{identity}: its {name} is no counterfactual" for identity in paired.index[wrong][:5])
    for quad, part in rows[rows["quad"].notna()].groupby("quad"):
        sides = (
            part["question_key"].nunique(),
            part["image_key"].nunique(),
            part["answer"].nunique(),
            len(part),
        )
        crossed = part.groupby("question_key")["answer"].nunique().eq(2).all() and (
            part.groupby("image_key")["answer"].nunique().eq(2).all()
        )
        if sides != (2, 2, 2, 4) or not crossed:
            yield f"quad {quad} is not two questions by two images with answers a b / b a"
    both = (rows["image_partner"].notna() & rows["question_partner"].notna()).sum() if len(rows) else 0
    said = known.manifest.partners
    if len(rows) and (said.both, said.quads) != (both, rows["quad"].nunique()):
        yield "the manifest counts partners or quads that the rows do not have"


def _blindness(known: Folder) -> Iterator[str]:
    """Ceilings and baseline scores, before and after, follow from the rows and their predictions."""
    columns = [c for c in known.balanced if c in ("id", "answer", "answer_type", "choices", "group", "source", "split",
               "question_key", "image_key") or is_measurement(c)]  # fmt: skip
    after = known.balanced[columns]
    read = known.removed[known.removed["stage"] != "read"] if len(known.removed) else known.removed
    before = pd.concat([after, read.reindex(columns=columns)], ignore_index=True) if len(read) else after
    confidence = known.manifest.confidence
    yield from _compare("before", known.manifest.before, before, confidence, refit=False)
    yield from _compare("after", known.manifest.after, after, confidence, refit=True)


def _compare(when: str, said: Blindness, rows: pd.DataFrame, confidence: float, refit: bool) -> Iterator[str]:
    counted = blindness(rows.sort_values("id", ignore_index=True), confidence, refit) if len(rows) else Blindness(
        ceilings=[], scores=[]
    )  # fmt: skip
    if counted.ceilings != said.ceilings:
        yield f"ceilings {when} differ from a recount"
    if counted.scores != said.scores:
        yield f"baseline scores {when} differ from a recount"


def _card(known: Folder) -> Iterator[str]:
    """The card is what the manifest gives, word for word."""
    from data_cards.card import card

    text = (known.path / "README.md").read_text(encoding="utf-8")
    info = yaml.safe_load(text.split("---\n")[1])["dataset_info"]
    if card(known.manifest, info) != text:
        yield "README.md is not the card of this manifest"
    for entry in info:
        declared = {split["name"]: split["num_examples"] for split in entry["splits"]}
        if declared != known.manifest.configs[entry["config_name"]].splits:
            yield f"README.md declares other row counts for {entry['config_name']} than the manifest"


CHECKS: dict[str, Callable[[Folder], Iterator[str]]] = {
    "fingerprints and versions": _fingerprints,
    "no row lost, none twice": _conservation,
    "question keys and options": _keys,
    "image bytes and keys": _pictures,
    "certificate": _certificate,
    "partners and quads": _partners,
    "ceilings and baselines": _blindness,
    "card": _card,
}
