"""Take the README's picture: a chapter of the built site. `nox -s screenshots` calls this."""

from __future__ import annotations

import io
import shutil

from build_site import ROOT, SITE
from PIL import Image
from playwright.sync_api import sync_playwright

PAGE = SITE / "part-4-networks" / "training-on-mnist.html"
SHOW = "table"  # what the picture has in its upper part
PICTURE = ROOT / ".github" / "screenshot.png"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WIDTH, HEIGHT = 1280, 800


def main() -> None:
    """Photograph `PAGE` in the light theme, with `SHOW` in sight."""
    # Where the system has no Chromium, Playwright starts the one that it has downloaded.
    found = filter(None, map(shutil.which, _BROWSERS))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=next(found, None), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(
            viewport={"width": WIDTH, "height": HEIGHT},
            color_scheme="light",
            reduced_motion="reduce",
        )
        page.goto(PAGE.as_uri(), wait_until="load")
        page.evaluate("document.fonts.ready")
        page.evaluate(
            "show => scrollBy(0, document.querySelector(`article ${show}`)"
            ".getBoundingClientRect().top - innerHeight / 4)",
            SHOW,
        )
        picture = Image.open(io.BytesIO(page.screenshot()))
        browser.close()
    picture.quantize(128).save(PICTURE, optimize=True)


if __name__ == "__main__":
    main()
