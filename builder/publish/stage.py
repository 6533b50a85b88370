"""The stage `publish`: rows, certificate, manifest and all that people read, in a folder that appears whole."""

from __future__ import annotations

import warnings
from pathlib import Path

from twokeys.builder.certify.audited.certificate import tier
from twokeys.builder.certify.balanced import FILE as CERTIFICATE
from twokeys.builder.certify.balanced import certify
from twokeys.builder.publish.build import Build
from twokeys.builder.publish.eval_rows import eval_rows
from twokeys.builder.publish.manifest import claims
from twokeys.builder.publish.measurements import measurement_rows
from twokeys.builder.publish.pairs import pair_rows
from twokeys.builder.publish.report.compose import folder_report
from twokeys.builder.publish.rows import Written, write_config
from twokeys.builder.run.files import write_json
from twokeys.builder.run.stages import Run
from twokeys.core.columns import AUDITED, BALANCED, MEASUREMENTS, PAIRS, REMOVED
from twokeys.core.files import hashes
from twokeys.core.place import Kind
from twokeys.core.progress import step
from twokeys.core.swap import Output, whole_folder
from twokeys.data_cards.manifest import FILE as MANIFEST
from twokeys.data_cards.manifest import SIGNATURE, Manifest

PUBLISHED = Kind(MANIFEST, "build_key", "build", later=frozenset({SIGNATURE}))
"""Published folders."""


def publish(run: Run, build: Build, output: Output) -> Manifest:
    """Write the published folder, unless it is there already.

    Args:
        run: The build under way.
        build: The results of the stages.
        output: The folder; an earlier build there is replaced.
    """
    if (there := _published(output.place, build.key)) is not None:
        return there
    signed = (output.place / SIGNATURE).exists()
    with step(run.say, "publish"), run.timed("publish"), whole_folder(output) as fresh:
        configs = _write_configs(fresh, build)
        _write_certificate(fresh, build, configs)
        manifest = claims(build, {name: written.config for name, written in configs.items()})
        if build.certified.audited is not None:
            manifest = manifest.model_copy(update={"audited": tier(build.certified.audited.certificate)})
        made = _write_cards(fresh, manifest, configs)
    if signed:
        remedy = f"sign it with `twokeys sign {output.place} --key FILE`"
        message = f"the earlier folder was signed, and the new one is not: {remedy}"
        warnings.warn(message, RuntimeWarning, stacklevel=2)
    return made


def _published(folder: Path, key: str) -> Manifest | None:
    """The manifest of an earlier build with the same key, if the folder has not changed."""
    try:
        there = Manifest.load(folder)
    except (OSError, ValueError):
        return None
    return there if there.build_key == key and hashes(folder, {MANIFEST, SIGNATURE}) == there.files else None


def _write_configs(folder: Path, build: Build) -> dict[str, Written]:
    """Write the rows of every config."""
    images, balanced, audited = build.paired.survey.pictures, build.balanced, build.audited
    configs = {
        BALANCED: write_config(folder, BALANCED, balanced, images),
        REMOVED: write_config(folder, REMOVED, build.removed, None),
    }
    if audited is not None:
        configs[AUDITED] = write_config(folder, AUDITED, audited, images)
    measured = measurement_rows([balanced] if audited is None else [balanced, audited])
    configs[MEASUREMENTS] = write_config(folder, MEASUREMENTS, measured, None)
    if build.recipe.pair.published:
        configs[PAIRS] = write_config(folder, PAIRS, pair_rows(balanced), images)
    if build.recipe.eval:
        evaluated = balanced if len(balanced) or audited is None else audited
        configs |= {name: write_config(folder, name, rows, images) for name, rows in eval_rows(evaluated).items()}
    return configs


def _write_certificate(folder: Path, build: Build, configs: dict[str, Written]) -> None:
    """Write the certificates of both tiers, each with the fingerprint of its config."""
    balance, fingerprint = build.recipe.balance, configs[BALANCED].config.fingerprint
    certificate = certify(build.balanced, balance.max_share, list(balance.within), fingerprint)
    if build.certified.audited is not None:
        fingerprint = configs[AUDITED].config.fingerprint
        certificate["audited"] = build.certified.audited.certificate | {"fingerprint": fingerprint}
    write_json(folder / CERTIFICATE, certificate)


def _write_cards(folder: Path, manifest: Manifest, configs: dict[str, Written]) -> Manifest:
    """Write card, report and other documents; returns the manifest with the hashes of all files."""
    from twokeys.data_cards.figure_files import write_figures
    from twokeys.data_cards.report import FILE as REPORT
    from twokeys.data_cards.report import report_text
    from twokeys.data_cards.texts import texts

    report = folder_report(folder, manifest)
    write_figures(report, folder)
    written = texts(manifest, [config.info for config in configs.values()], hashes(folder, {MANIFEST}))
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / REPORT).write_text(report_text(report), encoding="utf-8")
    whole = manifest.model_copy(update={"files": hashes(folder, {MANIFEST})})
    (folder / MANIFEST).write_text(whole.text(), encoding="utf-8")
    return whole
