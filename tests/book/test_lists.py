"""Lists of the whole book: each thing once, with a link that leads to it."""

import html
import importlib
import json
import re
from itertools import pairwise
from urllib.parse import parse_qs, urlsplit

import pytest
from _ext.logic.course import points, weeks
from _ext.logic.exercises import Exercise
from _ext.page.summary import MODULES
from build_site import ROOT
from checks import browsed
from test_theorems import CONF, INDEX, ONE, TWO, build, text_of, write


def article(site, name):
    page = (site / f"{name}.html").read_text("utf-8")
    return page[page.index("<article") : page.index("</article>")]


def anchors(markup):
    return [html.unescape(one) for one in re.findall(r'href="[^"#]*#([^"]+)"', markup)]


@pytest.mark.site
def test_all_statements_are_listed_once(site):
    known = [one["label"] for one in json.loads((site.parent / "logic.json").read_text("utf-8"))]
    assert known
    listed = [one for one in anchors(article(site, "statements")) if one in known]
    assert sorted(listed) == sorted(known)


@pytest.mark.site
def test_every_name_of_the_library_has_a_line(site):
    text = article(site, "api/index")
    for module in MODULES:
        for name in importlib.import_module(f"dlbook.{module}").__all__:
            assert re.search(rf">{re.escape(name)}<", text), (module, name)
    links = anchors(text)
    assert len(links) == len(set(links))


def test_subpackages_are_listed_in_the_order_of_the_map():
    text = (ROOT / "README.md").read_text("utf-8")
    library = text[text.index("\ndlbook/ ") : text.index("\ndocs/ ")]
    named = re.findall(r"(?m)^  (\w+)(?:/|\.py) ", library)
    assert [name for name in named if name in MODULES] == list(MODULES)


@pytest.mark.site
def test_the_plan_has_every_exercise_once(site):
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "docs").glob("*-*/*.md"))
    known = re.findall(r"(?m)^:label: (ex-.*)$", sources)
    plan = article(site, "for-instructors")
    plan = plan[plan.index("<table") : plan.index("</table>")]
    assert sorted(anchors(plan)) == sorted(known)
    rows = [re.findall(r"(?s)<td.*?>(.*?)</td>", row) for row in plan.split("<tr")[2:]]
    assert [text_of(row[0]) for row in rows] == [str(i + 1) for i in range(len(rows))]
    minutes = sum(map(int, re.findall(r"(?m)^:minutes: (\d+)$", sources)))
    assert sum(int(text_of(row[3])) for row in rows) == minutes


def test_weeks_are_no_longer_than_two_hours_unless_an_exercise_is():
    made = [
        Exercise(f"ex-{i}", "exercise", "", f"chapter-{i // 7}", "", i, 10 + 25 * (i % 6))
        for i in range(40)
    ]
    found = list(weeks(made))
    assert [one for week in found for one in week] == made
    for week, following in pairwise(found):
        assert len({one.docname for one in week}) == 1
        assert sum(one.minutes for one in week) <= 120 or len(week) == 1
        room = sum(one.minutes for one in week) + following[0].minutes <= 120
        assert not room or following[0].docname != week[0].docname


def test_points_are_those_of_the_checker_or_of_the_rubric():
    checked = Exercise("ex-dag-find-cycle", "exercise", "", "", "", 0, 5, checked=True)
    assert points(checked) == 1
    assert points(Exercise("ex-proof", "exercise", "", "", "", 0, 5)) == 4


@pytest.mark.site
def test_the_gallery_shows_every_named_figure(site):
    markup = article(site, "gallery")
    for path in (ROOT / "docs").glob("part-*/*.md"):
        for name in re.findall(r"(?m)^    name: fig-(.*)$", path.read_text("utf-8")):
            file = f"_downloads/figures/{path.stem}-{name}.svg"
            assert f'src="{file}" alt="' in markup, file
            assert "<svg" in (site / file).read_text("utf-8")
            assert f"fig-{name}" in anchors(markup)


@browsed
def test_the_problem_sheet_shows_the_questions_alone(site, context):
    page = context.new_page()
    chapter = "part-2-graphs/directed-acyclic-graphs.html"
    page.goto(f"{(site / chapter).as_uri()}#problem-sheet")
    shown = page.evaluate(
        """() => [...document.querySelectorAll("article *")].filter(element =>
            element.checkVisibility() && ![...element.children].length
        ).filter(element => !element.closest(".dl-exercise, h1, .dl-sheet-only, .katex"))
        .map(element => element.outerHTML)"""
    )
    assert shown == []
    questions = page.locator(".dl-exercise")
    assert questions.count() > 3
    assert all(one.is_visible() for one in questions.all())
    assert not any(one.is_visible() for one in page.locator("article details").all())
    page.get_by_role("link", name="Back to the whole chapter").click()
    page.locator("article details.dl-solution").first.wait_for(state="visible")
    page.close()


@pytest.mark.site
def test_the_front_page_says_what_the_book_is(site):
    page = (site / "index.html").read_text("utf-8")
    heads = {}
    for tag in re.findall(r"<meta ([^>]*)>", page):
        facts = dict(re.findall(r'([\w:-]+)="([^"]*)"', tag))
        heads[facts.get("name") or facts.get("property")] = facts.get("content")
    sentence = "A textbook of deep learning in which every theorem is proved"
    assert heads["description"].startswith(sentence)
    assert heads["og:description"] == heads["description"]
    assert heads["og:title"] == "Deep learning, proved and run"
    for word in ("Read", "Run", "Teach", "Cite", "Install"):
        assert re.search(rf"<(h\d|p)\b[^>]*>{word}<", page), word


@pytest.mark.slow
def test_mistakes_are_reported_where_the_repository_is_known(tmp_path):
    write(tmp_path, {"index": INDEX, "one": ONE, "two": TWO})
    (tmp_path / "conf.py").write_text(CONF + '\ndlbook_repository = "https://host.example/a/b"\n')
    assert build(tmp_path) == ""
    page = (tmp_path / "site" / "one.html").read_text()
    links = re.findall(r'href="(https://host[^"]*)">Report a mistake<', page)
    asked = [parse_qs(urlsplit(html.unescape(link)).query)["title"][0] for link in links]
    assert all(link.startswith("https://host.example/a/b/issues/new?title=") for link in links)
    assert "A mistake in Theorem 1.2 (Sums of even numbers), version " in asked
    assert len(links) == len(re.findall(r'class="dl-result ', page))
