"""The built site, and a browser to open it in."""

import os
import shutil
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "docs"))
from build_site import ROOT, SITE, is_current  # noqa: F401

AXE_CORE = SITE.parents[1] / "node_modules" / "axe-core" / "axe.min.js"


def absent(reason):
    """Skip what cannot run here; where everything has to be there, fail."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def site():
    """Return the folder of the built site, where it shows the sources as they are."""
    if not is_current():
        absent("the book is not built since its last edit: `./nox -s docs` (`./nox -s tests` does)")
    return SITE


@pytest.fixture(scope="module")
def browser():
    """Return a headless Chromium that can reach this machine alone.

    One for the module: while Playwright lives, asyncio cannot be used beside it.
    """
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        absent("playwright is not installed; it comes with `pip install 'dlbook[test]'`")
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = next(filter(None, map(shutil.which, names)), None)
    with sync_playwright() as playwright:
        try:
            chromium = playwright.chromium.launch(
                executable_path=found,
                args=[
                    "--no-sandbox",  # the only page opened is ours, and containers have no sandbox
                    "--disable-gpu",
                    "--disable-quic",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                ],
            )
        except Error as error:
            if found or "Executable doesn't exist" not in str(error):
                raise
            absent(
                "no Chromium; get one with `apt install chromium` or `playwright install chromium`"
            )
        yield chromium
        chromium.close()


class Quiet(SimpleHTTPRequestHandler):
    def __init__(self, *arguments, headers, **options):
        self.more_headers = headers
        super().__init__(*arguments, **options)

    def log_message(self, *_):
        pass

    def end_headers(self):
        for name, value in self.more_headers.items():
            self.send_header(name, value)
        super().end_headers()


@pytest.fixture(scope="module")
def serve():
    """Return a function that serves a folder and says where."""
    servers = []

    def start(folder, headers=()):
        handler = partial(Quiet, directory=folder, headers=dict(headers))
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def roots(site, serve):
    """Return both ways to read the site: from the file system and from a server."""
    return {"file": site.as_uri(), "http": serve(site)}


@pytest.fixture(scope="module")
def context(browser):
    # Without motion: what is measured right after a change is not on its way.
    with browser.new_context(
        viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
    ) as opened:
        yield opened


@pytest.fixture(scope="module")
def axe():
    if not AXE_CORE.exists():
        absent("axe-core is not installed; building the book installs it")
    return AXE_CORE.read_text("utf-8")
