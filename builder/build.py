"""`twokeys build`: from corpora to a published folder.

survey -> filter -> pair -> balance -> certify -> publish
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from twokeys.builder import recipe as recipes
from twokeys.builder.balance.select import Near, Selection, select
from twokeys.builder.certify.audited.certificate import tier
from twokeys.builder.certify.audited.families import adversaries_read
from twokeys.builder.certify.audited.rows import audited_rows, unpublished
from twokeys.builder.certify.audited.tier import audit
from twokeys.builder.certify.balanced import FILE as CERTIFICATE
from twokeys.builder.certify.balanced import certify, holds
from twokeys.builder.filter import described, filtered, left
from twokeys.builder.measure.baselines import View, chosen
from twokeys.builder.measure.blindness import marked
from twokeys.builder.measure.groups import pairs
from twokeys.builder.measure.replies import named_hosts
from twokeys.builder.measure.stage import MEASUREMENTS as MEASURED
from twokeys.builder.measure.stage import measure
from twokeys.builder.measure.survey import Survey, locate, survey
from twokeys.builder.pair.stage import Paired, pair
from twokeys.builder.publish.eval_rows import eval_rows
from twokeys.builder.publish.manifest import PACKAGES, claims
from twokeys.builder.publish.measurements import measurement_rows
from twokeys.builder.publish.pairs import pair_rows
from twokeys.builder.publish.place import check_place
from twokeys.builder.publish.report.compose import folder_report
from twokeys.builder.publish.rows import Written, whole_folder, write_config
from twokeys.builder.recipe import Recipe
from twokeys.builder.run.engines import engine as engine_named
from twokeys.builder.run.stages import Run, Stage, write_json, write_table
from twokeys.core.colours import with_accepted
from twokeys.core.columns import AUDITED, BALANCED, MEASUREMENTS, PAIRS, REMOVED
from twokeys.core.errors import BadInput
from twokeys.core.files import hashes
from twokeys.core.folds import fold_of
from twokeys.core.items import digest
from twokeys.core.measured import REFIT
from twokeys.core.progress import Say, silent, step
from twokeys.data_cards.licences import folder_licence
from twokeys.data_cards.manifest import FILE as MANIFEST
from twokeys.data_cards.manifest import (
    BalancePart,
    Manifest,
    RuleReport,
)

LAYOUT = 6
"""Raised whenever the published folder is written in another way."""


@dataclass(frozen=True)
class Built:
    """A finished build.

    Attributes:
        folder: The published folder.
        manifest: Its manifest.
        certified: Whether the certificate holds: the balanced tier is bounded as promised, the audited one certified.
        executed: Stages that did work, with their seconds; empty when everything was there.
    """

    folder: Path
    manifest: Manifest
    certified: bool
    executed: dict[str, float]


def build(
    recipe: str | Path | Recipe,
    out: Path | None = None,
    *,
    corpora: Path | None = None,
    work: Path | None = None,
    engine: str = "process",
    allow_host: Sequence[str] = (),
    say: Say = silent,
) -> Built:
    """Build a benchmark.

    Args:
        recipe: Name of a shipped recipe, a YAML file, or a recipe object.
        out: The published folder; `out/NAME` when None. An earlier build there is replaced, anything else is not.
        corpora: Folder that corpus paths are relative to; the environment variable TWOKEYS_CORPORA when None.
        work: The run folder, where a stopped build goes on; `.NAME.run` beside `out` when None.
        engine: `serial`, `process` or `ray`.
        allow_host: Hosts whose models the recipe may have asked, `HOST` or `HOST:PORT`, beside those that the
            environment variable TWOKEYS_ALLOW_HOST names. Pictures go to no other.
        say: Told how far each stage is.

    Raises:
        BadInput: When the recipe, a corpus or a rule is bad, or pictures are known by name alone.
    """
    plan = recipes.load(recipe)
    if not plan.publishable:
        names = ", ".join(corpus.name for corpus in plan.corpora if corpus.images == "names")
        problem = f"the images of {names} are known by name alone"
        remedy = "use `twokeys diagnose`, or add the images and set `images: required`"
        raise BadInput(plan.name, "images", problem, "", remedy)
    folder_licence(plan.corpora, plan.license)  # refused before anything is measured
    folder = Path("out") / plan.name if out is None else Path(out)
    place = folder.resolve()
    check_place(place, MANIFEST, "build_key", "build")
    described(plan)  # a mistyped rule is found now, not after an hour of measuring
    adversaries_read(plan)
    hosts = named_hosts(plan, allow_host)
    run = Run(place.with_name(f".{place.name}.run") if work is None else Path(work), engine_named(engine), say, hosts)
    sources = locate(plan, corpora)
    with run.alone():
        known = survey(run, plan, sources)
        filtering = filtered(run, known, plan)
        paired = pair(run, plan, known, left(known.items, filtering), filtering.key)
        kept = paired.known.items
        balancing = run.stage(
            "balance", partial(_balance, paired.known, plan), 2, paired.key, plan.balance.model_dump(mode="json"),
            plan.pair.partners, plan.encoders.model_dump() if plan.pair.partners == "nearest" else "",
        )  # fmt: skip
        refit = _refit(run, kept, plan, paired.known, balancing)
        auditing = (
            audit(run, plan, plan.audited, kept, paired.known.represent, paired.key, adversaries_read(plan))
            if plan.audited
            else None
        )
        key = digest(
            "build",
            str(LAYOUT),
            balancing.key,
            refit.key if refit else "",
            auditing.key if auditing else "",
            plan.key,
            version("twokeys"),
            *(version(name) for name in PACKAGES),
        )
        if (there := _published(place, key)) is None:
            began = time.perf_counter()
            with step(say, "publish"):
                there = _publish(place, key, plan, known, paired, filtering, balancing, refit, auditing)
            run.seconds["publish"] = time.perf_counter() - began
    certified = holds(json.loads((place / CERTIFICATE).read_text(encoding="utf-8")))
    return Built(folder, there, certified, run.seconds)


def _published(folder: Path, key: str) -> Manifest | None:
    """The manifest of an earlier build with the same key, if the folder still is what it says."""
    try:
        there = Manifest.load(folder)
    except (OSError, ValueError):
        return None
    return there if there.build_key == key and hashes(folder, {MANIFEST}) == there.files else None


# ------------------------------------------------------------------------------------------- filter and balance


def _balance(known: Survey, plan: Recipe, stage: Stage) -> dict[str, Any]:
    near = None
    if plan.pair.partners == "nearest" and len(known.items):
        near = Near(known.represent.vectors("question", known.items), known.represent.vectors("image", known.items))
    done = select(known.items, plan.balance, near)
    write_table(stage.folder / "kept.parquet", pa.Table.from_pandas(done.kept, preserve_index=False))
    write_table(stage.folder / "removed.parquet", pa.Table.from_pandas(done.removed, preserve_index=False))
    return {"parts": [part.model_dump(mode="json") for part in done.parts]}


def _refit(run: Run, left: pd.DataFrame, plan: Recipe, known: Survey, balancing: Stage) -> Stage | None:
    """Fit the baselines anew on the balanced set, to see whether another shortcut has opened.

    On a balanced set a question's answers are as many of one kind as of another. A fold that happens to hold more of
    one leaves fewer of it to learn from, and a prior then falls below chance: so counterfactual partners share a fold,
    for predictors that see the question those of the same question, for those that see the image those of the same
    image. None where too few items are left to be folded.
    """
    kept = balancing.table("kept.parquet").to_pandas()
    items = left[left["id"].isin(set(kept["id"]))].reset_index(drop=True)
    same_question = pairs(kept["id"], kept["image_partner"])
    units: dict[View, pd.Series[str]] = {"question": same_question, "choices": same_question, "image": items["group"]}
    folds = min(plan.measure.folds, *(unit.nunique() for unit in units.values()))
    if folds < 2:
        return None
    chosen_folds = {view: fold_of(unit, folds, plan.seed) for view, unit in units.items()}
    return measure(
        run, "refit", items, chosen_folds, chosen(plan.measure.baselines), plan.measure, plan.seed,
        known.represent, balancing.key, known.key,
    )  # fmt: skip


def _refitted(refit: Stage | None, kept: pd.DataFrame) -> pd.DataFrame:
    """Measurements of the refitted baselines, marked as such."""
    if refit is None:
        return kept[["id"]]
    return marked(refit.table(MEASURED).to_pandas(), REFIT)


# ------------------------------------------------------------------------------------------------------ publish


def _publish(
    folder: Path,
    key: str,
    plan: Recipe,
    known: Survey,
    paired: Paired,
    filtering: Stage,
    balancing: Stage,
    refit: Stage | None,
    auditing: Stage | None,
) -> Manifest:
    selection = Selection(
        balancing.table("kept.parquet").to_pandas(),
        balancing.table("removed.parquet").to_pandas(),
        [BalancePart.model_validate(part) for part in balancing.notes()["parts"]],
    )
    reports = [RuleReport.model_validate(report) for report in filtering.notes()["reports"]]
    every = paired.known
    balanced = every.items.merge(selection.kept, on="id", validate="one_to_one").merge(
        _refitted(refit, selection.kept), on="id", validate="one_to_one"
    )
    dropped = filtering.table("removed.parquet").to_pandas()
    removed = _removed(known, paired, dropped, selection.removed)
    if auditing is not None:
        audited = audited_rows(every.items, auditing, plan.balance.within)
        removed = unpublished(removed, auditing)
    with whole_folder(folder) as fresh:
        configs = {
            BALANCED: write_config(fresh, BALANCED, with_accepted(balanced), every.pictures),
            REMOVED: write_config(fresh, REMOVED, removed, None),
        }
        fingerprint = configs[BALANCED].config.fingerprint
        certificate = certify(balanced, plan.balance.max_share, list(plan.balance.within), fingerprint)
        if auditing is not None:
            configs[AUDITED] = write_config(fresh, AUDITED, with_accepted(audited), every.pictures)
            certificate["audited"] = auditing.notes() | {"fingerprint": configs[AUDITED].config.fingerprint}
        write_json(fresh / CERTIFICATE, certificate)
        measured = measurement_rows([balanced] if auditing is None else [balanced, audited])
        configs[MEASUREMENTS] = write_config(fresh, MEASUREMENTS, measured, None)
        if plan.pair.published:
            partners = pair_rows(balanced)
            configs[PAIRS] = write_config(fresh, PAIRS, partners, every.pictures)
        if plan.eval:
            asked = balanced if len(balanced) or auditing is None else audited
            configs |= {
                name: write_config(fresh, name, rows, every.pictures) for name, rows in eval_rows(asked).items()
            }
        shown = set(balanced["image_key"]) | (set(audited["image_key"]) if auditing is not None else set())
        manifest = claims(
            key, plan, known, paired, reports, selection, balanced, shown, {n: w.config for n, w in configs.items()}
        )
        if auditing is not None:
            manifest = manifest.model_copy(update={"audited": tier(auditing.notes())})
        return _write_cards(fresh, manifest, configs)


def _removed(known: Survey, paired: Paired, dropped: pd.DataFrame, unbalanced: pd.DataFrame) -> pd.DataFrame:
    """Every row that is not published, with the stage that removed it and the reason."""
    tables = [
        known.items.merge(dropped.assign(stage="filter"), on="id", validate="one_to_one"),
        paired.refused.assign(stage="pair", rule=None),
        paired.known.items.merge(unbalanced.assign(stage="balance", rule=None), on="id", validate="one_to_one"),
        known.set_aside.rename(columns={"problem": "reason"}).assign(stage="read"),
    ]
    full = [table for table in tables if len(table)]
    # Columns of items always, also where all that is left out are rows that never became items.
    columns = list(dict.fromkeys(name for table in (tables[0], *full) for name in table))
    if not full:
        return tables[0]
    whole = pd.concat([table.reindex(columns=columns) for table in full], ignore_index=True)
    # A column that no row has is all NaN, of which no list of choices can be made; objects are read as missing.
    return whole.astype({name: object for name in columns if not any(name in table for table in full)})


def _write_cards(folder: Path, manifest: Manifest, configs: dict[str, Written]) -> Manifest:
    """Write what people read; returns the manifest with the hashes of all files."""
    from twokeys.data_cards.plots import blindness as draw_blindness
    from twokeys.data_cards.plots import funnel as draw_funnel
    from twokeys.data_cards.report import FILE as REPORT
    from twokeys.data_cards.texts import texts

    (folder / "assets").mkdir()
    draw_funnel(manifest, folder / "assets" / "funnel.png")
    draw_blindness(manifest.before, manifest.after, folder / "assets" / "blindness.png", manifest.title)
    found = texts(manifest, [written.info for written in configs.values()], hashes(folder, {MANIFEST}))
    for name, text in found.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / REPORT).write_text(folder_report(folder, manifest), encoding="utf-8")
    whole = manifest.model_copy(update={"files": hashes(folder, {MANIFEST})})
    (folder / MANIFEST).write_text(whole.text(), encoding="utf-8")
    return whole
