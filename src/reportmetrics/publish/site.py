"""``site/``: pages rendered, assets copied, the charts' tables exported.

Belongs here: the list of pages, Jinja, assets. Not here: what a page says (``pages``).
"""

from __future__ import annotations

import functools
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import jinja2
import markupsafe

from reportmetrics.profile.load import Profile
from reportmetrics.progress import Track, silent
from reportmetrics.publish import filters, history, numbers, palette, plotly_script
from reportmetrics.publish.blocks import Block, Table
from reportmetrics.publish.cells import table_rows
from reportmetrics.publish.edition import Edition
from reportmetrics.publish.exports import write_table
from reportmetrics.publish.page import Page
from reportmetrics.publish.text import bound, for_script, for_style, isolated, shortened
from reportmetrics.settings import dashboards_folder

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data: blob:; "
    "connect-src 'none'; base-uri 'none'; form-action 'none'"
)


def write_site(
    publication: Path,
    edition: Edition,
    *,
    earlier: Sequence[history.Entry],
    wait_for: Callable[[history.Entry], None] | None = None,
    track: Track = silent,
) -> None:
    """Render all pages of an edition into ``site/`` and their tables into ``exports/charts/``.

    ``earlier`` are the publications that each page links to, ``wait_for`` returns when one of them is there.
    """
    from reportmetrics.publish.pages import (
        burden,
        changes,
        definitions,
        headquarters,
        objective_figures,
        objectives,
        overview,
        quality,
        simulate,
    )

    pages = [
        overview.build(edition),
        *objectives.build(edition),
        *headquarters.build(edition),
        burden.build(edition),
        simulate.build(edition),
        quality.build(edition),
        changes.build(edition),
        *definitions.build(edition),
    ]
    _refuse_doubles([p.file for p in pages])
    if wait_for is not None:
        for entry in earlier:
            wait_for(entry)
    site = publication / "site"
    _copy_assets(site / "assets", _newest_assets(publication.parent))
    environment = _environment()
    navigation = [(p.file, p.navigation) for p in pages if p.navigation]
    listed = [(objective_figures.objective_file(o.objective_id), o.objective_id, o.name) for o in edition.objectives]
    for page in track(pages, "pages", len(pages)):
        html = environment.get_template(page.template).render(
            edition=edition,
            mission=edition.profile.mission,
            page=page,
            current=page.under or page.file,
            navigation=navigation,
            objectives=listed,
            earlier=[(e, _there(e.folder / "site", page)) for e in earlier],
            filters=filters.filters(edition, page, pages),
            filter_terms=filters.for_script(edition, page, pages),
            **page.content,
        )
        (site / page.file).write_text(html, encoding="utf-8")
        for block in page.blocks:
            for table, name in _tables(block):
                path = publication / "exports" / "charts" / f"{Path(page.file).stem}.{name}.csv"
                write_table(path, table, marking=edition.profile.mission.marking)


def _there(site: Path, page: Page) -> str:
    """The same page in an earlier site, its overview where it has none."""
    return page.elsewhere if (site / page.elsewhere.partition("#")[0]).is_file() else "index.html"


def _refuse_doubles(files: Sequence[str]) -> None:
    """One page must not silently take another's place."""
    twice = sorted({f for f in files if files.count(f) > 1})
    if twice:
        raise ValueError(
            f"two pages would be the file {twice[0]}: two headquarters or objectives differ only in capitals; write "
            "the name one way in the profile and map the other to it in the source"
        )


def render_index(profile: Profile, entries: Sequence[history.Entry]) -> str:
    """The list of all publications, newest first; it takes its looks from the newest."""
    template = _environment().get_template("publications.html")
    pages = {e.name: {p.name for p in (e.folder / "site").glob("*.html")} for e in entries}
    newest = pages[entries[0].name]
    lacks = {name: sorted(newest - there) for name, there in pages.items()}
    return template.render(mission=profile.mission, entries=entries, pages=sorted(newest), lacks=lacks)


def _tables(block: Block) -> list[tuple[Table, str]]:
    return [(block.table, block.id)] if block.table else []


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(dashboards_folder() / "pages"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=lambda value: bound(value) if type(value) is str else value,
    )
    environment.filters |= {
        "date_long": numbers.date_long,
        "date_short": numbers.date_short,
        "weekday": numbers.weekday,
        "count": numbers.count,
    }
    # These escape for their place; Jinja must not escape a second time.
    environment.filters["script_json"] = lambda value: markupsafe.Markup(for_script(value))  # noqa: S704
    environment.filters["style_text"] = lambda text: markupsafe.Markup(for_style(text))  # noqa: S704
    environment.filters |= {"shortened": shortened, "isolated": isolated}
    environment.globals |= {
        "content_policy": CONTENT_POLICY,
        "table_rows": table_rows,
        "plotly_template": palette.template(),
        "plotly_config": palette.CONFIG,
        "dark_colours": palette.DARK,
    }
    return environment


def _copy_assets(assets: Path, previous: Path | None) -> None:
    """Theme and script of this product, and Plotly's own script, shared with the publication before where it is."""
    assets.mkdir(parents=True)
    for part in ("theme", "script"):
        for path in sorted((dashboards_folder() / part).iterdir()):
            shutil.copyfile(path, assets / path.name)
    name = plotly_script.NAME
    _share(plotly_script.plotly_script(), previous / name if previous else None, assets / name)


def _share(content: bytes, twin: Path | None, target: Path) -> None:
    """Write ``content`` to ``target``, or link it to ``twin`` when that holds the same: megabytes a week add up."""
    from reportmetrics.publish.files import link_or_copy

    if twin and twin.is_file() and twin.read_bytes() == content:
        link_or_copy(twin, target)
    else:
        target.write_bytes(content)


def _newest_assets(publications: Path) -> Path | None:
    known = history.entries(publications)
    return known[0].folder / "site" / "assets" if known else None
