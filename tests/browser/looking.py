"""What a page is looked at for: complaints in its console, overflow, its title and head, what axe finds."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import ConsoleMessage, Page

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = {1280: 800, 390: 844}
NARROWEST = 320
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# Where only the colours are others, these are the rules that can come out differently.
OF_COLOUR = ["color-contrast", "link-in-text-block"]
_RUN_AXE = """async rules => {
    const chosen = rules ? { runOnly: { type: "rule", values: rules } } : {};
    const found = await axe.run(document, { resultTypes: ["violations"], ...chosen });
    return found.violations.map(rule => [
        rule.id, rule.nodes.length, rule.nodes[0].target.join(" "), rule.nodes[0].failureSummary,
    ]);
}"""
_WIDEST = """() => {
    const over = [...document.querySelectorAll("body *")].filter(
        found => found.getBoundingClientRect().right > window.innerWidth + 1
    );
    return over.slice(0, 3).map(found => `${found.tagName.toLowerCase()}.${found.className}`).join(", ");
}"""


@contextmanager
def console_of(page: Page) -> Iterator[list[str]]:
    """Collect what the page's console complains of: errors, warnings, violations of the policy."""
    complaints: list[str] = []

    def note(said: ConsoleMessage) -> None:
        if said.type in ("error", "warning"):
            complaints.append(f"console: {said.text}")

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(f"script: {error}"))
    yield complaints


def faults_of(page: Page, path: str, complaints: list[str]) -> list[str]:
    """Open a page and return its faults: at both widths, light and dark, and as narrow as phones get."""
    complaints.clear()
    answer = page.goto(path, wait_until="load")
    assert answer is not None
    # Chromium remarks on a page that is not there, which one of them shall not be.
    complaints[:] = [said for said in complaints if f"status of {answer.status}" not in said]
    found = _faults_of_head(page)
    page.evaluate(axe_source())
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        found += [f"{width} px: {fault}" for fault in _overflow(page)]
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            page.evaluate("document.getAnimations().forEach(found => found.finish())")
            rules = OF_COLOUR if scheme == "dark" else None
            found += [f"{width} px, {scheme}: {fault}" for fault in _violations(page, rules)]
    page.set_viewport_size({"width": NARROWEST, "height": 640})
    page.evaluate("document.querySelectorAll('details').forEach(found => { found.open = true; })")
    found += [f"{NARROWEST} px: {fault}" for fault in _overflow(page)]
    return [f"{path}: {fault}" for fault in [*complaints, *found]]


def _faults_of_head(page: Page) -> list[str]:
    heads = [text.strip() for text in page.locator("h1:visible").all_inner_texts()]
    found = [] if len(heads) == 1 and heads[0] else [f"it has {len(heads)} heads: {heads}"]
    return found if page.title().strip() else ["it has no title", *found]


def _overflow(page: Page) -> list[str]:
    width, there = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    return [f"it is {width} px wide: {page.evaluate(_WIDEST)}"] if width > there else []


def _violations(page: Page, rules: list[str] | None) -> list[str]:
    found: list[list[Any]] = page.evaluate(_RUN_AXE, rules)
    return [
        f"axe {rule}, {times} times, first {target}: {' '.join(why.split())[:300]}"
        for rule, times, target, why in found
    ]


@cache
def axe_source() -> str:
    """Return axe-core as npm brought it; it is evaluated, because the policy lets no script in."""
    assert AXE.exists(), "axe-core is missing: tests/run fetches it (npm ci --prefix tests/browser)"
    return AXE.read_text()
