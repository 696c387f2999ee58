"""What is asked of a page: of its text (`Page`), and of the page as a browser shows it."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
# A paragraph, list item and the like ends where the next begins; the parser leaves these to us.
OPTIONAL_END = {"p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "option", "colgroup"}
FETCHED = {("img", "src"), ("script", "src"), ("source", "src"), ("iframe", "src"), ("use", "href")}


class Page(HTMLParser):
    """One page of the site: its `links`, `ids` and `findings`."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.ids, self.links, self.findings = set(), [], []
        self.heads, self._open, self._text = {}, [], []
        self.feed(html)
        self.close()
        self.findings += [f"<{tag}> is never closed" for tag in self._open]
        self._judge()

    def handle_starttag(self, tag, attributes):
        self._see(tag, dict(attributes))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self._see(tag, dict(attributes))

    def handle_endtag(self, tag):
        if tag in self._open:
            while (last := self._open.pop()) != tag:
                if last not in OPTIONAL_END:
                    self.findings.append(f"</{tag}> comes before </{last}>")
        elif tag not in VOID:
            self.findings.append(f"</{tag}> closes nothing")

    def handle_data(self, data):
        if not {"script", "style", "pre", "code", "annotation", "title"} & set(self._open):
            self._text.append(data)
        if self._open and self._open[-1] == "title" and "svg" not in self._open:
            self.heads["title"] = self.heads.get("title", "") + data

    def _see(self, tag, attributes):
        if name := attributes.get("id"):
            if name in self.ids:
                self.findings.append(f"id {name!r} twice")
            self.ids.add(name)
        if tag == "html":
            self.heads["lang"] = attributes.get("lang")
        if tag == "meta" and attributes.get("name") in ("description", "viewport"):
            if attributes["name"] in self.heads:
                self.findings.append(f"<meta name={attributes['name']!r}> twice")
            self.heads[attributes["name"]] = attributes.get("content")
        if tag == "link" and "icon" in attributes.get("rel", ""):
            self.heads["icon"] = attributes.get("href")
        # A picture without a message says so with an empty alt text; this book has none such.
        if tag == "img" and not (attributes.get("alt") or "").strip():
            self.findings.append(f"image {attributes.get('src')} has no alt text")
        if (
            tag == "svg"
            and "dl-figure" in (attributes.get("class") or "").split()
            and not (attributes.get("aria-label") or "").strip()
        ):
            self.findings.append("a drawn figure has no label")
        if tag == "script" and "src" not in attributes:
            self.findings.append("a script stands in the page")
        if handlers := [name for name in attributes if name.startswith("on")]:
            self.findings.append(f"a script stands in {', '.join(handlers)}")
        for key in ("href", "src"):
            if address := attributes.get(key):
                fetched = (tag, key) in FETCHED or (tag, attributes.get("rel")) == (
                    "link",
                    "stylesheet",
                )
                if fetched and urlsplit(address).netloc:
                    self.findings.append(f"<{tag}> fetches {address}")
                self.links.append(address)

    def _judge(self):
        for name in ("lang", "title", "description", "viewport", "icon"):
            if not (self.heads.get(name) or "").strip():
                self.findings.append(f"no {name}")
        text = "".join(self._text)
        if raw := re.search(r"\\[([]|\$[^$\n]{0,20}\$?", text):  # this book prices nothing
            self.findings.append(f"mathematics that is not set: {raw[0]!r}")


def read(site):
    """Return path (relative, as text) → `Page` for all pages of a site."""
    return {
        path.relative_to(site).as_posix(): Page(path.read_text("utf-8"))
        for path in sorted(Path(site).rglob("*.html"))
    }


def broken_links(site, pages):
    """Return what the pages link to within the site and is not there: files and anchors."""
    broken = []
    for name, page in pages.items():
        here = Path(site, name).parent
        for address in page.links:
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            target = (here / unquote(parts.path)).resolve() if parts.path else Path(site, name)
            anchor = unquote(parts.fragment)
            if not target.is_file():
                broken.append(f"{name}: {address}: no such file")
            elif anchor and target.suffix == ".html":
                found = pages[target.relative_to(Path(site).resolve()).as_posix()]
                if anchor not in found.ids:
                    broken.append(f"{name}: {address}: no such anchor")
    return broken


SIDEWAYS = """(within) => {
  // These scroll in their own frame; KaTeX's MathML is there for ears and clipped for eyes.
  const frames = "pre, .table-wrapper, .math-wrapper, .dl-frame, .katex-mathml, .visually-hidden";
  const found = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) found.push(`the page is ${root.scrollWidth} wide`);
  for (const element of document.querySelectorAll(`${within ?? "body"} *`)) {
    if (element.parentElement.closest(frames) || element.ownerSVGElement) continue;
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const name = `${element.tagName}.${element.getAttribute("class")}`;
    const { left, right, width } = element.getBoundingClientRect();
    if (width && (right > innerWidth + 1 || left < -1))
      found.push(`${name} reaches from ${left} to ${right}`);
    const hides = !["visible", "clip"].includes(getComputedStyle(element).overflowX);
    const wide = element.clientWidth > 1 && element.scrollWidth > element.clientWidth + 1;
    if (hides && wide && !element.matches(frames)) found.push(`${name} scrolls or hides`);
  }
  return found.slice(0, 5);
}"""

LAYOUT = """() => {
  const found = [], folded = [...document.querySelectorAll("details:not([open])")];
  for (const fold of folded) fold.open = true;
  for (const stop of document.querySelectorAll(".dl-stop")) {
    if (!stop.checkVisibility()) continue; // in a copy for print
    const last = stop.previousSibling, before = document.createRange();
    before.selectNode(last);
    const isElement = stop.previousElementSibling === last;
    const { right, bottom: base } = [...(isElement ? last : before).getClientRects()].at(-1);
    // A slanted letter leans over its box by the margin that follows it.
    const lean = isElement ? parseFloat(getComputedStyle(last).marginRight) : 0;
    const { left, bottom, width } = stop.getBoundingClientRect();
    if (width && (Math.abs(left - right - lean) > 4 || Math.abs(bottom - base) > 40))
      found.push(`"${stop.textContent}" stands ${left - right - lean} from its formula`);
  }
  for (const number of document.querySelectorAll(".math-wrapper .eqno")) {
    const { left, right } = number.getBoundingClientRect();
    const frame = number.closest(".math-wrapper").getBoundingClientRect();
    if (left < frame.left - 1 || right > frame.right + 1)
      found.push(`the number ${number.textContent} is cut off`);
  }
  for (const frame of document.querySelectorAll(
    ".highlight pre, .table-wrapper, .math-wrapper, .dl-frame")) {
    if (frame.scrollWidth <= frame.clientWidth) continue;
    const needs = parseFloat(frame.querySelector("svg.dl-figure")?.style.minWidth || 9999);
    if (needs <= 328) found.push(`a picture that needs ${needs} has ${frame.clientWidth}`);
    // The formulas of the text break; those of the library's own pages may scroll.
    if (frame.matches(".math-wrapper") && frame.clientWidth && !frame.closest("dl.py"))
      found.push(`a formula ${frame.scrollWidth} wide scrolls: ${frame.textContent.slice(-60)}`);
    let behind = frame, ground;
    do ground = getComputedStyle(behind).backgroundColor;
    while (ground === "rgba(0, 0, 0, 0)" && (behind = behind.parentElement));
    if (!getComputedStyle(frame).backgroundImage.includes(ground))
      found.push(`${frame.className || frame.tagName} scrolls without a sign on ${ground}`);
  }
  for (const fold of folded) fold.open = false;
  return found.slice(0, 5);
}"""

TWO_FRAMES = "new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))"

AXE = """async (within) => {
  const { violations } = await axe.run(within, {
    runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] },
    rules: { "target-size": { enabled: true } },
    resultTypes: ["violations"],
    preload: false,  // reads style sheets by request, which a browser refuses on file://
  });
  return violations.map(({ id, help, nodes }) =>
    `${id} (${help}): ${nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`);
}"""


def accessibility(page, axe, within="html"):
    """Return what axe-core minds on a page, or in a part of it."""
    page.evaluate(axe)
    return page.evaluate(AXE, within)


def browsed(function):
    """Mark a test that drives a browser over the built site."""
    for mark in (pytest.mark.site, pytest.mark.browser, pytest.mark.slow):
        function = mark(function)
    return function


class Visit:
    """A page opened in a browser that records what goes wrong: `findings`."""

    def __init__(self, context, address, allowed):
        self.findings = []
        self.page = context.new_page()
        self.page.on("request", lambda request: self._requested(request.url, allowed))
        self.page.on("response", self._answered)
        self.page.on("requestfailed", lambda request: self._add("not loaded", request.url))
        self.page.on("pageerror", lambda error: self._add("error", error))
        self.page.on("console", self._said)
        self.page.goto(address)
        self.page.evaluate("document.fonts.ready")

    def _add(self, kind, what):
        self.findings.append(f"{kind}: {what}")

    def _requested(self, url, allowed):
        if not url.startswith((allowed, "data:", "blob:")):
            self._add("foreign request", url)

    def _answered(self, response):
        if response.status >= 400:
            self._add(f"status {response.status}", response.url)

    def _said(self, message):
        if message.type in ("error", "warning"):
            self._add(f"console {message.type}", message.text)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.page.close()
