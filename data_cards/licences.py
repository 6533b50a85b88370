"""The folder's licence: the terms of each source, and the licences under which the compilation can be distributed.

The folder is a compilation of adapted material, since text is made canonical. So every source must allow the
distribution of adapted material together with the other sources. The table below lists, for well-known licences, the
licences of a compilation that may hold their material. It follows the compatibility statements of Creative Commons and
of the Free Software Foundation and errs on the strict side. It prevents plain mistakes and is no legal advice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Protocol

from twokeys.core.errors import BadInput, correction
from twokeys.data_cards.retrieved import retrieved

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twokeys.data_cards.manifest import Manifest, Origin

OTHER = "other"
WHOLE = ("cc-by-4.0", "cc-by-sa-4.0", "cc-by-nc-4.0", "cc-by-nc-sa-4.0", "odbl", "gpl-3.0", OTHER)
"""Licences of a compilation; the first that suits all sources is used. `other`: each part keeps its terms."""

_CC = "https://creativecommons.org/licenses"
_BY = tuple(whole for whole in WHOLE if whole != "odbl")
_ODC_BY = tuple(whole for whole in WHOLE if whole != "gpl-3.0")
_OLD_BY = tuple(whole for whole in _BY if whole != "gpl-3.0")
_BY_NC = ("cc-by-nc-4.0", "cc-by-nc-sa-4.0", OTHER)


class Terms(Protocol):
    """A source with its licence: a corpus or a pool of a recipe, or an origin of a manifest."""

    @property
    def name(self) -> str:
        """Name of the source."""

    @property
    def license(self) -> str:
        """Id of its licence."""

    @property
    def license_link(self) -> str | None:
        """Address of its terms."""


@dataclass(frozen=True)
class Licence:
    """One licence.

    Attributes:
        spdx: Its identifier in the SPDX list.
        link: Its text.
        whole: Licences of a compilation that may hold such material; empty if no compilation may.
    """

    spdx: str
    link: str
    whole: tuple[str, ...] = WHOLE


LICENCES: dict[str, Licence] = {
    "cc0-1.0": Licence("CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
    "pddl": Licence("PDDL-1.0", "https://opendatacommons.org/licenses/pddl/1-0/"),
    "mit": Licence("MIT", "https://opensource.org/license/mit"),
    "bsd-2-clause": Licence("BSD-2-Clause", "https://opensource.org/license/bsd-2-clause"),
    "bsd-3-clause": Licence("BSD-3-Clause", "https://opensource.org/license/bsd-3-clause"),
    "apache-2.0": Licence("Apache-2.0", "https://www.apache.org/licenses/LICENSE-2.0"),
    "isc": Licence("ISC", "https://opensource.org/license/isc-license-txt"),
    "unlicense": Licence("Unlicense", "https://unlicense.org/"),
    "cdla-permissive-1.0": Licence("CDLA-Permissive-1.0", "https://cdla.dev/permissive-1-0/", _ODC_BY),
    "cdla-permissive-2.0": Licence("CDLA-Permissive-2.0", "https://cdla.dev/permissive-2-0/", _ODC_BY),
    "odc-by": Licence("ODC-By-1.0", "https://opendatacommons.org/licenses/by/1-0/", _ODC_BY),
    "cc-by-2.0": Licence("CC-BY-2.0", f"{_CC}/by/2.0/", _OLD_BY),
    "cc-by-2.5": Licence("CC-BY-2.5", f"{_CC}/by/2.5/", _OLD_BY),
    "cc-by-3.0": Licence("CC-BY-3.0", f"{_CC}/by/3.0/", _OLD_BY),
    "cc-by-4.0": Licence("CC-BY-4.0", f"{_CC}/by/4.0/", _BY),
    # Share-alike: the whole takes the same licence, a later version of it, or one declared compatible.
    "cc-by-sa-2.0": Licence("CC-BY-SA-2.0", f"{_CC}/by-sa/2.0/", ("cc-by-sa-4.0",)),
    "cc-by-sa-2.5": Licence("CC-BY-SA-2.5", f"{_CC}/by-sa/2.5/", ("cc-by-sa-4.0",)),
    "cc-by-sa-3.0": Licence("CC-BY-SA-3.0", f"{_CC}/by-sa/3.0/", ("cc-by-sa-4.0",)),
    "cc-by-sa-4.0": Licence("CC-BY-SA-4.0", f"{_CC}/by-sa/4.0/", ("cc-by-sa-4.0", "gpl-3.0")),
    "odbl": Licence("ODbL-1.0", "https://opendatacommons.org/licenses/odbl/1-0/", ("odbl",)),
    "gpl-3.0": Licence("GPL-3.0-only", "https://www.gnu.org/licenses/gpl-3.0.html", ("gpl-3.0",)),
    # Compatible with no other licence here: such a source is published alone.
    "gpl-2.0": Licence("GPL-2.0-only", "https://www.gnu.org/licenses/old-licenses/gpl-2.0.html", ("gpl-2.0",)),
    "agpl-3.0": Licence("AGPL-3.0-only", "https://www.gnu.org/licenses/agpl-3.0.html", ("agpl-3.0",)),
    "cdla-sharing-1.0": Licence("CDLA-Sharing-1.0", "https://cdla.dev/sharing-1-0/", ("cdla-sharing-1.0",)),
    "cc-by-nc-2.0": Licence("CC-BY-NC-2.0", f"{_CC}/by-nc/2.0/", _BY_NC),
    "cc-by-nc-3.0": Licence("CC-BY-NC-3.0", f"{_CC}/by-nc/3.0/", _BY_NC),
    "cc-by-nc-4.0": Licence("CC-BY-NC-4.0", f"{_CC}/by-nc/4.0/", _BY_NC),
    "cc-by-nc-sa-2.0": Licence("CC-BY-NC-SA-2.0", f"{_CC}/by-nc-sa/2.0/", ("cc-by-nc-sa-4.0",)),
    "cc-by-nc-sa-3.0": Licence("CC-BY-NC-SA-3.0", f"{_CC}/by-nc-sa/3.0/", ("cc-by-nc-sa-4.0",)),
    "cc-by-nc-sa-4.0": Licence("CC-BY-NC-SA-4.0", f"{_CC}/by-nc-sa/4.0/", ("cc-by-nc-sa-4.0",)),
    "cc-by-nd-2.0": Licence("CC-BY-ND-2.0", f"{_CC}/by-nd/2.0/", ()),
    "cc-by-nd-3.0": Licence("CC-BY-ND-3.0", f"{_CC}/by-nd/3.0/", ()),
    "cc-by-nd-4.0": Licence("CC-BY-ND-4.0", f"{_CC}/by-nd/4.0/", ()),
    "cc-by-nc-nd-2.0": Licence("CC-BY-NC-ND-2.0", f"{_CC}/by-nc-nd/2.0/", ()),
    "cc-by-nc-nd-3.0": Licence("CC-BY-NC-ND-3.0", f"{_CC}/by-nc-nd/3.0/", ()),
    "cc-by-nc-nd-4.0": Licence("CC-BY-NC-ND-4.0", f"{_CC}/by-nc-nd/4.0/", ()),
}
"""Licences by their id on the Hub. A source with another id, such as `other` or `unknown`, keeps its terms."""
HUB: tuple[str, ...] = tuple(sorted({
    *LICENCES, "afl-3.0", "apple-amlr", "apple-ascl", "artistic-2.0", "bigcode-openrail-m",
    "bigscience-bloom-rail-1.0", "bigscience-openrail-m", "bsd", "bsd-3-clause-clear", "bsl-1.0", "c-uda",
    "cc", "creativeml-openrail-m", "deepfloyd-if-license", "ecl-2.0", "epl-1.0", "epl-2.0", "etalab-2.0",
    "eupl-1.1", "eupl-1.2", "gemma", "gfdl", "gpl", "h-research", "intel-research", "lgpl", "lgpl-2.1",
    "lgpl-3.0", "lgpl-lr", "llama2", "llama3", "llama3.1", "llama3.2", "llama3.3", "llama4", "lppl-1.3c",
    "mpl-2.0", "ms-pl", "ncsa", "ofl-1.1", "openrail", "openrail++", "osl-3.0", "postgresql", "wtfpl", "zlib",
    OTHER, "unknown",
}))  # fmt: skip
"""The ids of licences on the Hub."""


def misspelt(identifier: str) -> tuple[str, str] | None:
    """Return the problem of an id that neither the Hub nor SPDX lists, and a remedy; None for a listed id.

    Example:
        >>> misspelt("CC-BY-4.0"), misspelt("odbl")
        (None, None)
        >>> misspelt("cc-by")
        ("'cc-by' is no licence id of the Hub or of SPDX", 'write cc-by-4.0, or the version that the source states')
    """
    small = identifier.lower()
    if small in HUB or small in {licence.spdx.lower() for licence in LICENCES.values()}:
        return None
    versions = sorted((name for name in LICENCES if re.fullmatch(re.escape(small) + r"-\d\.\d", name)), reverse=True)
    otherwise = "name one, or write `other` and give the terms as `license_link`"
    remedy = correction(small, HUB, otherwise)
    if versions:
        remedy = f"write {versions[0]}, or the version that the source states"
    return f"{identifier!r} is no licence id of the Hub or of SPDX", remedy


def agreed(sources: Sequence[Terms]) -> str | None:
    """Return the common licence of all sources; None if they differ."""
    ids = {source.license.lower() for source in sources}
    return ids.pop() if len(ids) == 1 else None


def whole_licence(manifest: Manifest) -> str:
    """Return the licence of a published folder: it suits its corpora and the pools of its images.

    A pool without a published image demands nothing. Before a build, the published images are unknown; then
    `folder_licence` is called with all pools of the recipe: a licence that suits all pools suits some of them, too.

    Raises:
        BadInput: If the sources cannot be combined, or not under the licence that the recipe states.
    """
    wanted = manifest.recipe.get("license")
    return folder_licence(manifest.origins, str(wanted) if wanted else None)


def folder_licence(sources: Sequence[Terms], wanted: str | None = None) -> str:
    """Return the licence of the compilation: the common licence of the sources, else the freest that suits them all.

    Args:
        sources: The sources of the compilation.
        wanted: The licence that the user wants; None for any.

    Raises:
        BadInput: If a source does not allow adaptations, or if two sources cannot be distributed together, or not under
            the wanted licence.
    """
    for source in sources:
        if not _whole(source):
            problem = (
                f"source {source.name!r} is under {source.license}, which does not let adapted material be given on, "
                "and twokeys makes text canonical"
            )
            remedy = "diagnose this corpus with `twokeys diagnose`, and publish without it"
            raise BadInput("recipe", "corpora.license", problem, "", remedy)
    if wanted is not None:
        return _wanted(sources, wanted.lower())
    if common := agreed(sources):
        return common
    suits = [licence for licence in WHOLE if all(licence in _whole(source) for source in sources)]
    if not suits:
        first, second = next(
            pair for pair in combinations(sources, 2) if not set(_whole(pair[0])) & set(_whole(pair[1]))
        )
        problem = (
            f"the sources {first.name!r} ({first.license}) and {second.name!r} ({second.license}) cannot be "
            f"distributed as one: the first {_demand(first)}, the second {_demand(second)}"
        )
        raise BadInput("recipe", "corpora.license", problem, "", "publish two folders")
    return suits[0]


def _wanted(sources: Sequence[Terms], wanted: str) -> str:
    """Return the wanted licence if every source allows the distribution of its material under it."""
    if wanted not in LICENCES:
        problem, remedy = f"{wanted!r} is no licence that twokeys has", correction(wanted, LICENCES)
        raise BadInput("recipe", "license", problem, ", ".join(LICENCES), remedy)
    for source in sources:
        if wanted in (source.license.lower(), *_whole(source)):
            continue
        commercial = "-nc" in source.license.lower() and "-nc" not in wanted
        obstacle = f"forbids commercial use, which {wanted} would allow" if commercial else _demand(source)
        problem = (
            f"source {source.name!r} is under {source.license}, which {obstacle}: the whole cannot be under {wanted}"
        )
        raise BadInput("recipe", "license", problem, "", "name another licence, or leave the source out")
    return wanted


def link(source: Terms) -> str:
    """Return the address of a source's terms; empty if there is none."""
    licence = LICENCES.get(source.license.lower())
    return source.license_link or (licence.link if licence else "")


def licence_text(manifest: Manifest) -> str:
    """Write the folder's LICENSE file.

    Raises:
        BadInput: If the sources cannot be combined.
    """
    whole = whole_licence(manifest)
    changed = ["", _MODIFIED] if manifest.pairs is not None else []
    if manifest.pairs is not None and any(map(retrieved, manifest.pairs.kinds)):
        changed += ["", _RETRIEVED]
    lines = [manifest.title, "=" * len(manifest.title), "", *_compilation(whole), *changed, "", "Sources", "-------"]
    for source in manifest.sources:
        rows = sum(split.rows - split.set_aside for split in source.splits)
        lines += _terms(source, f"its {rows:,} items, as far as its terms reach (images: see DATASHEET.md)")
    for pool in manifest.pools:
        if pool.published:
            lines += _terms(pool, f"its {pool.published:,} images, of retrieved partners, as far as its terms reach")
    return "\n".join(lines) + "\n"


def _terms(origin: Origin, covers: str) -> list[str]:
    """Return the terms of one origin, and the material that they cover."""
    return [
        "",
        f"{origin.name}: {origin.license}",
        f"  Terms:    {link(origin) or 'none were stated with the source'}",
        f"  Covers:   {covers}",
        f"  Revision: {origin.revision}",
        *([f"  Origin:   {origin.homepage}"] if origin.homepage else []),
        *([f"  Cite:     {' '.join(origin.citation.split())}"] if origin.citation.strip() else []),
        *(
            ["  Notice:", "", *(f"    {line}".rstrip() for line in origin.notice.strip().splitlines())]
            if origin.notice.strip()
            else []
        ),
    ]


_MODIFIED = (
    "Modified material: rows with `edit_of` were made here from the row that they name, by changing its\n"
    "question or its image as `edit_kind` and `edit_note` say; rows with `question_asked` have the wording of\n"
    "another question of their source. They are adaptations, under the licence of the same source."
)

_RETRIEVED = (
    "Rows of a `retrieved` kind are retrieved partners: they show another real image, unchanged, and ask the\n"
    "question of the row that `edit_of` names. They are under the terms of both sources, that of their\n"
    "question and that of their image; `license` names the two."
)


def _compilation(whole: str) -> list[str]:
    terms = (
        "The questions, answers and images were taken from the sources below. Each remains under the\n"
        "licence of its source; the columns `source` and `license` say which. Questions and answers were\n"
        "made canonical, images are the original bytes. Keep the sources' notices and cite them."
    )
    added = "What was added here (selection, partners, measurements, reasons, certificate and text)"
    if whole in LICENCES:
        return [terms, "", f"{added} is\nunder {LICENCES[whole].spdx}: {LICENCES[whole].link}"]
    return [
        terms,
        "",
        f"{added}\ngrants nothing beyond the terms of the sources: read them before you distribute anything.",
    ]


def _whole(source: Terms) -> tuple[str, ...]:
    licence = LICENCES.get(source.license.lower())
    return licence.whole if licence else (OTHER,)


def _demand(source: Terms) -> str:
    allowed = _whole(source)
    if allowed == (OTHER,):
        return "keeps terms of its own"
    return f"may only be distributed under {' or '.join(whole for whole in allowed if whole != OTHER)}"
