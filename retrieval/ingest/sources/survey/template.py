"""Text of a new ``pullquote.toml``, with comments that say what each part is for."""

from __future__ import annotations

import glob
import json
from collections.abc import Iterator

from retrieval.ingest.sources.survey.folder_survey import RELEASE_NOTES, Survey
from retrieval.ingest.sources.survey.sites import Site


def render_config(survey: Survey) -> str:
    """The configuration that fits a folder: what is known of it in force, what the owner may want as comments."""
    lines = [
        "# What Pullquote reads in this folder and where it is published. Made by `pullquote init`, yours to edit;",
        "# `pullquote index` applies it.",
        f"# {survey.describe()}.",
        "",
        *_files(survey),
        *_links(survey),
        *_defaults(survey),
        *_sections(survey),
        *_rows(survey),
        "# One document, by its path or its id (the path without its ending):",
        '#[articles."guides/install"]',
        '#title = "Installing"',
        '#published = "2026-03-01"',
        "#drop = [12]    # paragraphs to leave out; `pullquote source guides/install` shows the numbers",
    ]
    return "\n".join(lines) + "\n"


def _files(survey: Survey) -> Iterator[str]:
    yield "# Globs, as in a .gitignore. Without include, every file in a known format is read."
    folders = [path for site in survey.sites if (path := _within(survey, site))]
    include = ", ".join(_text(_below(path)) for path in folders) or '"guides/**", "*.pdf"'
    yield f"#include = [{include}]"
    active = [pattern for pattern in survey.release_notes if pattern in RELEASE_NOTES]
    proposed = [pattern for pattern in survey.release_notes if pattern not in RELEASE_NOTES]
    if survey.release_notes:
        yield "# Release notes name everything once, in thousands of short entries, and hide the page that explains it."
    if active:
        yield f"exclude = [{', '.join(map(_text, active))}]"
    if proposed or not active:
        yield f"#exclude = [{', '.join(map(_text, [*active, *proposed] or ['drafts/**']))}]"
    yield ""


def _links(survey: Survey) -> Iterator[str]:
    yield "# Where the files are published, so that a quote links to its page."
    outside = [site for site in survey.sites if _within(survey, site) is None]
    if outside and outside[0].links:
        yield from _site(survey, outside[0])
    else:
        yield '#base_url = "https://example.org/docs/"'
        yield '#links = "plain"    # or "mkdocs", "docusaurus", "sphinx": how a path becomes a link'
    yield ""


def _site(survey: Survey, site: Site) -> Iterator[str]:
    if site.base_url:
        below = ""
        if survey.folder != site.folder.resolve():
            below = survey.folder.relative_to(site.folder.resolve()).as_posix() + "/"
        yield f"base_url = {_text(site.base_url.rstrip('/') + '/' + below)}    # {site.settings.name}"
    else:
        yield f'#base_url = "https://example.org/docs/"    # {site.settings.name} does not say'
    if site.links:
        yield f"links = {_text(site.links)}"


def _defaults(survey: Survey) -> Iterator[str]:
    names = dict.fromkeys(site.name for site in survey.sites if site.name)
    yield "# What holds for every document that does not state it."
    yield "[defaults]"
    if len(names) == 1:
        yield f"publisher = {_text(next(iter(names)))}"
    else:
        yield '#publisher = "Our Team"'
    yield '#language = "en"'
    yield ""


def _sections(survey: Survey) -> Iterator[str]:
    for site in survey.sites:
        path = _within(survey, site)
        if path is not None and site.links:
            yield f"[folders.{_text(_below(path))}]    # {site.generator}"
            yield from _site_in(site)
            yield ""


def _site_in(site: Site) -> Iterator[str]:
    if site.base_url:
        yield f"base_url = {_text(site.base_url)}"
    else:
        yield f'#base_url = "https://example.org/docs/"    # {site.settings.name} does not say'
    yield f"links = {_text(site.links or 'plain')}"


def _rows(survey: Survey) -> Iterator[str]:
    if survey.tables:
        yield "# Columns of tables, where they are not found by their names."
        yield f"#[folders.{_text(survey.tables[0])}.rows]"
        yield '#text = "body"'
        yield '#title = "headline"'
        yield '#each = "article"    # or "passage"'
        yield ""


def _within(survey: Survey, site: Site) -> str | None:
    """Path of a site's sources within the folder; ``None`` if they are the folder, or around it."""
    folder = site.folder.resolve()
    inside = folder != survey.folder and folder.is_relative_to(survey.folder)
    return folder.relative_to(survey.folder).as_posix() if inside else None


def _below(path: str) -> str:
    """Glob of all that is in a folder."""
    return f"{glob.escape(path)}/**"


def _text(value: object) -> str:
    """A TOML string. JSON's escapes are TOML's, but for the delete character."""
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
