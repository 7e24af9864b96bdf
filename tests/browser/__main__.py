"""Open HTML pages in headless Chromium: accessibility, no network, no script, times, and the pictures of docs/images.

    apt-get install -y chromium
    .venv/bin/pip install playwright axe-playwright-python
    .venv/bin/python -m tests.browser            # look, and measure
    .venv/bin/python -m tests.browser --images   # and take the pictures of the documentation anew

Nothing here is collected by pytest: the tests of `.ci/run` need no browser. It ends with 1 where anything is amiss.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.hostile import Sample, hostile
from tests.unit.render import samples as common
from tests.unit.render.html import samples
from tests.unit.render.html.test_pages import page_of

IMAGES = Path(__file__).parents[2] / "docs" / "images"
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
URL = "https://github.com/acme/desk/blob/0a1b2c"
WIDE, NARROW = 1200, 400
LONGEST = 1.0  # seconds until a page of 500 changes is painted
TIMES = """() => {
  const [way] = performance.getEntriesByType("navigation");
  const [paint] = performance.getEntriesByName("first-contentful-paint");
  return [way.domContentLoadedEventEnd, paint ? paint.startTime : 0, way.loadEventEnd];
}"""


def pages() -> dict[str, str]:
    """Return the pages to look at, by name."""
    looked_at: dict[str, Sample] = {
        "plan": samples.day(),
        "report": samples.ended(),
        "environments": samples.environments(),
        "large": samples.large(),
        **{name: sample() for name, sample in common.SAMPLES.items() if name not in ("many", "hostile")},
        **{f"hostile-{name}": sample for name, sample in hostile().items()},
    }
    return {name: page_of(sample, URL) for name, sample in looked_at.items()}


def opened(browser: Browser, file: Path, **how: Any) -> Iterator[Page]:
    """Yield the page of a file in a window of its own, in light and dark, wide and narrow."""
    for scheme in ("light", "dark"):
        for width in (WIDE, NARROW):
            how |= {"color_scheme": scheme, "viewport": {"width": width, "height": 900}}
            context = browser.new_context(**how)
            page = context.new_page()
            page.goto(file.as_uri())
            yield page
            context.close()


def faults_of(browser: Browser, name: str, file: Path) -> Iterator[str]:
    """Yield what is amiss on a page: what axe finds, what does not fit, what is run or fetched."""
    for page in opened(browser, file, bypass_csp=True):
        page.evaluate(
            "() => document.querySelectorAll('details').forEach((each, at) => { if (at < 60) each.open = true })"
        )
        found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        yield from (f"{name}: axe: {each['id']}: {each['nodes'][0]['html'][:200]}" for each in found)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            yield f"{name}: wider than the window"
    said: list[str] = []
    context = browser.new_context()
    context.on("request", lambda request: said.append(request.url))
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("dialog", lambda dialog: said.append(f"dialog {dialog.message}"))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(file.as_uri())
    yield from (f"{name}: {each}" for each in said if each != file.as_uri())
    context.close()


def faults_without_script(browser: Browser, file: Path) -> Iterator[str]:
    """Yield what a plan's page lacks where scripts are off."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(file.as_uri())
    if page.locator(".tools").is_visible():
        yield "without scripts: tools that do nothing are shown"
    page.locator("#show-create").uncheck()
    if page.locator("#create").is_visible() or not page.locator("#delete").is_visible():
        yield "without scripts: a switch does not hide its section, and that alone"
    entry = page.locator("#update details.entry").first
    entry.locator("summary").first.press("Enter")
    if entry.locator(".diff").first.is_visible():
        yield "without scripts: the keyboard does not fold"
    context.close()


def faults_with_script(browser: Browser, file: Path) -> Iterator[str]:
    """Yield what does not work of the search."""
    page = browser.new_page()
    page.goto(file.as_uri())
    page.locator("#find").fill("every-morning cron")
    if page.locator(".entry:visible").count() != 1 or page.locator("#found").inner_text() != "1 of 15 shown":
        yield f"search: {page.locator('.entry:visible').count()} found, {page.locator('#found').inner_text()!r}"
    page.locator("#find").fill("")
    page.goto(f"{file.as_uri()}#support-desk/AgentFlow/answer/Agent/check")
    if not page.locator("[id='support-desk/AgentFlow/answer/Agent/check'] .fields").is_visible():
        yield "a link to a folded change does not unfold it"
    page.close()


def times(browser: Browser, file: Path) -> list[float]:
    """Return the seconds until a page is read, painted and loaded: the median of five visits."""
    taken = []
    for _ in range(5):
        page = browser.new_context(viewport={"width": WIDE, "height": 900}).new_page()
        page.goto(file.as_uri(), wait_until="load")
        page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
        taken.append([number / 1000 for number in page.evaluate(TIMES)])
        page.context.close()
    return [median(column) for column in zip(*taken, strict=True)]


def take_images(browser: Browser, folder: Path) -> None:
    """Take the pictures of the documentation."""
    for name, scheme, width, height in (
        ("plan", "light", WIDE, 1150),
        ("plan", "dark", WIDE, 1150),
        ("plan", "light", NARROW, 1000),
        ("report", "light", WIDE, 1000),
    ):
        how: Any = {"color_scheme": scheme, "viewport": {"width": width, "height": height}}
        context = browser.new_context(**how)
        page = context.new_page()
        page.goto((folder / f"{name}.html").as_uri())
        page.screenshot(path=IMAGES / f"{name}-{scheme}-{width}.png")
        if (name, scheme, width) == ("plan", "light", WIDE):
            page.locator("#update .entry").screenshot(path=IMAGES / "plan-update.png")
            page.locator("#picture").screenshot(path=IMAGES / "plan-picture.png")
        context.close()


def main() -> int:
    """Look at every page. Return 1 where anything is amiss."""
    parser = argparse.ArgumentParser(description="Open HTML pages in headless Chromium.")
    parser.add_argument("--images", action="store_true", help="take the pictures of docs/images anew")
    wants_images = parser.parse_args().images
    with tempfile.TemporaryDirectory() as made, sync_playwright() as playwright:
        folder = Path(made)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        faults = []
        for name, text in pages().items():
            file = folder / f"{name}.html"
            file.write_text(text, encoding="utf-8")
            found = list(dict.fromkeys(faults_of(browser, name, file)))
            print(f"{name:<12} {len(text.encode()) / 1000:>8.0f} kB  {len(found)} faults")
            faults += found
        faults += faults_without_script(browser, folder / "plan.html")
        faults += faults_with_script(browser, folder / "plan.html")
        read, painted, loaded = times(browser, folder / "large.html")
        print(f"500 changes: read in {read:.2f} s, painted in {painted:.2f} s, loaded in {loaded:.2f} s")
        if max(read, painted) > LONGEST:
            faults.append(f"500 changes take more than {LONGEST} s")
        if wants_images:
            take_images(browser, folder)
        browser.close()
    print("\n".join(faults) or "Nothing amiss.")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
