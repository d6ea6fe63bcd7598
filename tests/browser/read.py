"""What tests read of a page in the browser.

Belongs here: reading, and the widths it is read at. Not here: opening pages, what they must be.
"""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe

WIDTHS = (1440, 768, 390)
SHEET = 713
"""Width of a sheet of paper between its margins, CSS pixels."""

OF_COLOUR = ("color-contrast", "link-in-text-block")
"""Axe's rules that ask for colours (its category ``cat.color``, without the one that is off)."""

FIGURES = """all => all.map(b => {
    const text = s => b.querySelector(s)?.textContent.trim() ?? null, plot = b.querySelector('.plot');
    const rows = t => [...t.tBodies[0].rows].length;
    return {
        id: b.id, finding: text('.finding'), subtitle: text('.subtitle'), nothing: text('.nothing'),
        chart: plot && {
            role: plot.getAttribute('role'), label: plot.getAttribute('aria-label'),
            words: document.getElementById(plot.getAttribute('aria-describedby').split(' ')[0]).textContent,
            marks: plot.querySelectorAll('.main-svg :is(.point, .js-line, .js-fill, .annotation)').length,
            upload: plot.querySelectorAll('.modebar-btn').length,
        },
        tables: [...b.querySelectorAll('table')].map(t => ({
            caption: t.caption.textContent, rows: rows(t),
            heads: [...t.tHead.rows[0].cells].map(c => c.textContent.trim()),
            buttons: t.querySelectorAll('thead button.sort').length, named: t.querySelectorAll('thead th').length,
        })),
        csv: b.querySelector('a[download]')?.getAttribute('href') ?? null,
        definitions: [...b.querySelectorAll('.links a:not([download])')].map(a => a.getAttribute('href')),
        metrics: [...b.querySelectorAll('.links code span')].map(s => s.textContent.split(' v')[0]),
        commands: [...b.querySelectorAll('.rows pre')].map(p => p.textContent),
    };
})"""

CUT = """all => all.filter(s => s.getBoundingClientRect().width > 0).flatMap(s => {
    const p = s.getBoundingClientRect();
    const beyond = b => b.left < p.left - 1 || b.right > p.right + 1 || b.bottom > p.bottom + 1;
    const out = b => b.width > 0 && beyond(b);
    const words = [...s.querySelectorAll('text')].filter(t => out(t.getBoundingClientRect()));
    const chart = p.left < -1 || p.right > 714 ? ['the chart'] : [];
    return [...chart, ...words.map(t => t.textContent)];
})"""

SHAPE = """() => {
    const colours = /(rgb|hsl)a?\\([^)]*\\)|#[0-9a-f]{3,8}\\b/gi;
    const of = (e, a) => {
        if (e instanceof SVGElement && /^(id|class|clip-path|data-.*)$/.test(a.name)) return '';  // made-up names
        return `${a.name}=${a.value.replace(colours, 'colour')}`;
    };
    const own = e => [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.data.trim()).join(' ');
    const switching = e => e.matches('[data-theme-switch]');  // it names the other ground
    const words = e => switching(e) || e.matches('script, style') ? '' : own(e);
    const all = [document.documentElement, ...document.body.querySelectorAll('*')];
    const size = b => `${Math.round(b.width)} by ${Math.round(b.height)}`;
    const box = e => switching(e) ? 'seen' : size(e.getBoundingClientRect());
    return all.map(e => [
        e.tagName, e.checkVisibility({visibilityProperty: true}) ? box(e) : 'hidden', words(e),
        ...[...e.attributes].filter(a => a.name !== 'data-ground').map(a => of(e, a)).sort(),
    ].join(' '));
}"""
"""Each element with its words and attributes but for colours, and how large it is if it is to be seen.

Two grounds of a page that are alike in this are alike in all that axe looks at but colours.
"""


def violations(page, rules=None):
    """What axe finds: rule, element, what to do; by all of its rules, or by some.

    Not within drawn charts, of which it finds nothing: it cannot tell what lies behind words in a picture, and takes
    them for coloured as text is (``color``) and not as they are (``fill``).
    """
    options = {"resultTypes": ["violations"]} | ({"runOnly": list(rules)} if rules else {})
    found = Axe().run(page, {"exclude": [[".main-svg"]]}, options).response["violations"]
    return [[v["id"], v["nodes"][0]["html"][:200], v["nodes"][0].get("failureSummary")] for v in found]


def resize(page, width):
    """Another width, if it is another."""
    if page.viewport_size["width"] != width:
        page.set_viewport_size({"width": width, "height": 900})
        settle(page)


def settle(page):
    """Two frames later all charts are drawn anew."""
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))))")


def is_inside(url, folder):
    return url.startswith(("data:", "blob:", folder))


def differing(first, second):
    """Where two shapes are not the same, the first few places."""
    pairs = zip(first, second, strict=False)
    return [pair for pair in pairs if pair[0] != pair[1]][:5] or (
        [] if len(first) == len(second) else ["more elements"]
    )
