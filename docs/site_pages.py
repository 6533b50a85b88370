"""A hook of mkdocs: documents that lie outside `docs/` are pages too, and links lead to pages.

Documents link to each other as files of the repository, so that they can be read there. Here README.md,
CONTRIBUTING.md, the changelog and the measurements become pages, and a file of the repository that a document links to
(a module, the Dockerfile, a folder) becomes a page that shows it. Each of these links then is one between pages, and
mkdocs checks it.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File, InclusionLevel

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).parent.parent
DOCUMENTS = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "benchmarks/RESULTS.md": "benchmarks/RESULTS.md",
}
"""Documents of the repository that are pages -> where these lie."""
LINK = re.compile(r"(?<=\]\()(?!https?://|#)([^)\s#]+)(#[^)\s]*)?(?=\))")
FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
LANGUAGES = {".py": "python", ".yml": "yaml", ".yaml": "yaml", ".toml": "toml"}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that lie elsewhere, and one for each other file that any page links to."""
    for path, place in DOCUMENTS.items():
        files.append(File.generated(config, place, abs_src_path=str(ROOT / path)))
    for page in list(files.documentation_pages()):
        for target in _targets(_source(page.src_uri), page.content_string):
            if files.get_file_from_path(_place(target)) is None and (ROOT / target).exists():
                shown = File.generated(
                    config, _place(target), content=_shown(ROOT / target), inclusion=InclusionLevel.NOT_IN_NAV
                )
                files.append(shown)
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn links between files of the repository into links between pages."""
    here = page.file.src_uri
    source = _source(here)

    def turned(match: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(source), match[1]))
        return posixpath.relpath(_place(target), posixpath.dirname(here) or ".") + (match[2] or "")

    parts, end = [], 0
    for fence in FENCE.finditer(markdown):
        parts += [LINK.sub(turned, markdown[end : fence.start()]), fence[0]]
        end = fence.end()
    return "".join([*parts, LINK.sub(turned, markdown[end:])])


def _source(place: str) -> str:
    """The file of the repository that a page shows; its links are relative to it."""
    return {page: path for path, page in DOCUMENTS.items()}.get(place, f"docs/{place}")


def _place(path: str) -> str:
    """The page, or the picture, that stands for a file of the repository."""
    if path in DOCUMENTS:
        return DOCUMENTS[path]
    return path.removeprefix("docs/") if path.startswith("docs/") else f"files/{path}.md"


def _targets(source: str, text: str) -> list[str]:
    """Files of the repository that a document links to."""
    found = LINK.findall(FENCE.sub("", text))
    return [posixpath.normpath(posixpath.join(posixpath.dirname(source), target)) for target, _ in found]


def _shown(path: Path) -> str:
    """A page with the text of a file, or with the names in a folder; search leaves it out."""
    name = path.relative_to(ROOT).as_posix()
    head = f"---\nsearch: {{exclude: true}}\n---\n\n# {name}\n\n"
    if path.is_dir():
        inside = sorted(file.relative_to(path).as_posix() for file in path.rglob("*") if file.is_file())
        return head + "".join(f"* `{file}`\n" for file in inside if "__pycache__" not in file)
    text = path.read_text(encoding="utf-8")
    return f"{head}````{LANGUAGES.get(path.suffix, 'text')}\n{text}\n````\n"
