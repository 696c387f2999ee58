"""The README, the locks and the metadata say what is so."""

from __future__ import annotations

import ast
import doctest
import importlib.util
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

import dlbook

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCKS = sorted(path for path in (ROOT / "requirements").glob("*.txt") if path.name != "torch.txt")


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def load(name: str) -> ModuleType:
    """Import a script of the repository that is no module of a package."""
    loader = SourceFileLoader(Path(name).stem, str(ROOT / name))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def blocks(language: str, text: str) -> list[str]:
    """Return the contents of the fenced blocks in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)


def locked(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ]+)", path.read_text("utf-8"), re.MULTILINE))


# The README


@pytest.mark.slow
def test_the_example_prints_what_the_readme_says() -> None:
    (code,) = blocks("python", read("README.md"))
    expected = blocks("text", read("README.md"))[0]
    assert len(code.strip().splitlines()) <= 16
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stderr, done.stdout) == ("", expected)


def test_a_newcomer_needs_two_commands_of_one_line_each() -> None:
    first, second, *_ = blocks("sh", read("README.md"))
    assert (first, second) == ("./nox -s docs\n", "./nox -s tests\n")


def test_ci_runs_the_command_of_the_readme() -> None:
    (pattern,) = re.findall(r"grep -x '(.*?)' README\.md", read(".ci/run"))
    lines = [line for line in read("README.md").splitlines() if re.fullmatch(pattern, line)]
    assert lines == ["./nox -s tests"]


def test_every_stage_of_ci_has_a_budget_and_all_fit_in_an_hour() -> None:
    rows = re.findall(r"^\| `(\./nox -s .*?)` \| ([\d.]+) \|$", read("CONTRIBUTING.md"), re.M)
    stages = re.findall(r"^stage (\./nox -s .*)$", read(".ci/run"), re.M)
    stages.remove("./nox -s clean")
    assert [row[0] for row in rows] == [*stages, "./nox -s tests -- --torch"]
    assert sum(float(row[1]) for row in rows) <= 60


def test_every_session_that_is_named_exists() -> None:
    functions = [node for node in ast.parse(read("noxfile.py")).body if hasattr(node, "name")]
    there = {function.name for function in functions if function.decorator_list}
    files = ["README.md", "CONTRIBUTING.md", "noxfile.py", ".ci/run", "docs/build_site.py"]
    files += [str(path) for path in (ROOT / ".github" / "workflows").glob("*.yml")]
    for name in files:
        for sessions in re.findall(r"nox -s ((?:[a-z]+ ?)+)", read(name)):
            assert set(sessions.split()) <= there, f"{name}: nox -s {sessions}"


def test_the_map_of_the_code_is_true() -> None:
    drawn = read("README.md").partition("## The map of the code")[2]
    entries: list[str] = []
    folder = ""
    for line in blocks("text", drawn)[0].splitlines():
        name = line.split()[0]
        inside = line.startswith("  ")
        folder = folder if inside else name
        entries.append(folder + name if inside else name)
    missing = [entry for entry in entries if not (ROOT / entry).exists()]
    assert not missing, f"drawn, but not there: {missing}"

    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.splitlines()
    if not listed:
        pytest.skip("not a git checkout")
    tops = {name.partition("/")[0] for name in listed if "/" in name and name[0] != "."}
    rooms = {"/".join(name.split("/")[:2]) for name in listed if name.startswith("dlbook/")}
    rooms -= {"dlbook/__init__.py", "dlbook/__init__.pyi", "dlbook/py.typed"}
    drawn_entries = {entry.rstrip("/") for entry in entries}
    assert tops | rooms <= drawn_entries, f"not drawn: {(tops | rooms) - drawn_entries}"


# The metadata


def test_the_version_is_one() -> None:
    citation = re.search(r"^version: (.+)$", read("CITATION.cff"), re.MULTILINE)
    assert citation is not None
    assert PROJECT["project"]["version"] == dlbook.__version__ == citation[1]


def test_the_licence_expression_names_the_texts_that_are_there() -> None:
    names = PROJECT["project"]["license"].split(" AND ")
    assert names == sorted(path.stem for path in (ROOT / "LICENSES").glob("*.txt"))
    assert all(name in read("LICENSE") for name in names)


def test_the_citation_is_valid() -> None:
    yaml = pytest.importorskip("yaml")
    citation = yaml.safe_load(read("CITATION.cff"))
    assert citation.keys() >= {"cff-version", "message", "title", "authors"}
    assert citation["license"] == PROJECT["project"]["license"].split(" AND ")


@pytest.mark.slow
def test_the_wheel_is_typed_and_holds_data_and_licences(tmp_path: Path) -> None:
    pytest.importorskip("hatchling")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert "dlbook/py.typed" in names
    assert "dlbook/published/writeup2022a.json" in names
    assert sum(name.startswith("dlbook/data/") and name.endswith(".gz") for name in names) == 4
    for path in ("LICENSE", "LICENSES/CC-BY-4.0.txt", "LICENSES/CC-BY-SA-3.0.txt"):
        assert f"dlbook-{dlbook.__version__}.dist-info/licenses/{path}" in names
    assert not [name for name in names if not name.startswith("dlbook")]


def test_a_file_that_git_does_not_track_is_not_packed(
    noxfile: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree, packed = tmp_path / "tree", tmp_path / "packed"
    (tree / "dlbook").mkdir(parents=True)
    for name in ("dlbook/kept.py", "dlbook/draft.py", "secret.txt"):
        (tree / name).write_text("text")
    git = ["git", "-c", "init.defaultBranch=main"]
    subprocess.run([*git, "init", "--quiet"], cwd=tree, check=True)
    subprocess.run([*git, "add", "dlbook/kept.py"], cwd=tree, check=True)
    monkeypatch.setattr(noxfile, "ROOT", tree)
    noxfile._copy_tracked(packed)
    found = [path.relative_to(packed) for path in packed.rglob("*") if path.is_file()]
    assert found == [Path("dlbook/kept.py")]


# The locks


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_a_lock_pins_and_hashes_everything_and_names_no_place(path: Path) -> None:
    text = path.read_text("utf-8")
    entries = [line for line in text.splitlines() if line[:1] not in ("", " ", "#")]
    assert len(locked(path)) == len(entries) > 0
    assert all(
        re.search(rf"^{name}==.*\\\n    --hash=sha256:", text, re.M) for name in locked(path)
    )
    assert not re.search(r"https?://|file:|--index|--find-links|/home/|/tmp/", text)
    assert "torch" not in locked(path)


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_the_locks_agree_with_each_other(path: Path) -> None:
    largest = locked(ROOT / "requirements" / "test.txt")
    versions = locked(path)
    assert {name: versions[name] for name in versions.keys() & largest.keys()}.items() <= (
        largest.items()
    )


def test_the_locks_hold_what_the_project_asks_for() -> None:
    requirements = pytest.importorskip("packaging.requirements")
    versions = {name: version for path in LOCKS for name, version in locked(path).items()}
    asked = [*PROJECT["project"]["dependencies"], *PROJECT["build-system"]["requires"]]
    for extra in ("plot", "train", "docs", "test"):
        asked += PROJECT["project"]["optional-dependencies"][extra]
    for group in PROJECT["dependency-groups"].values():
        asked += group
    for line in asked:
        wanted = requirements.Requirement(line)
        if wanted.name != "dlbook":
            assert versions[wanted.name] in wanted.specifier, f"{line}: run ./nox -s lock"


def test_torch_is_one_version_everywhere() -> None:
    extra = PROJECT["project"]["optional-dependencies"]["torch"]
    lines = [line for line in read("requirements/torch.txt").splitlines() if line[:1] != "#"]
    assert lines == extra


# Setting up and building, cut short


def test_a_set_up_that_fails_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = load("nox")
    started: list[object] = []
    monkeypatch.setattr(script, "VENV", tmp_path)
    monkeypatch.setattr(script, "READY", tmp_path / "nox-ready.txt")
    monkeypatch.setattr(script.os, "execv", lambda *command: started.append(command))

    def cut_short() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(script, "set_up", cut_short)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            script.main()
    assert not started

    monkeypatch.setattr(script, "set_up", lambda: None)
    script.main()
    monkeypatch.setattr(script, "set_up", cut_short)
    script.main()
    assert len(started) == 2


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """`build_site` on a tree of its own, with a build that does nothing and succeeds."""
    (tmp_path / "docs" / "_build").mkdir(parents=True)
    (tmp_path / "dlbook").mkdir()
    (tmp_path / "requirements").mkdir()
    for name in ("docs/index.md", "dlbook/a.py", "requirements/docs.txt", "requirements/torch.txt"):
        (tmp_path / name).write_text("as it was")
    module = load("docs/build_site.py")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "NOTE", tmp_path / "docs" / "_build" / "site.json")
    monkeypatch.setattr(module, "SECONDS", tmp_path / "docs" / "_build" / "seconds.json")
    monkeypatch.setattr(module, "ACCEPTED", tmp_path / "docs" / "seconds.json")
    monkeypatch.setattr(module, "run", lambda *_, **__: 0)
    return module


@pytest.mark.parametrize("name", ["docs/index.md", "dlbook/a.py", "requirements/docs.txt"])
def test_a_site_is_current_until_a_source_changes(site: ModuleType, name: str) -> None:
    assert not site.is_current()
    assert site.build() == 0
    assert site.is_current()
    source = site.ROOT / name
    source.write_text("as it is now")
    assert not site.is_current()
    source.write_text("as it was")
    assert site.is_current()
    source.rename(source.with_stem("renamed"))
    assert not site.is_current()


def test_what_a_build_makes_is_no_source(site: ModuleType) -> None:
    site.build()
    for made in ("docs/_build/html", "docs/node_modules", "dlbook/__pycache__"):
        (site.ROOT / made).mkdir(parents=True)
        (site.ROOT / made / "file").write_text("made")
    assert site.is_current()


def test_how_long_a_build_takes_is_said_as_it_begins(
    site: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert doctest.testmod(site).failed == 0
    site.build()
    assert "not known yet" in capsys.readouterr().out
    site.ACCEPTED.write_text('{"training": 60.0, "pages": 120.0}')
    assert site.is_current(), "it is on no page"
    site.SECONDS.write_text('{"pages": 180.0}')
    site.build()
    assert "4.0 minutes, 60 s of them to train" in capsys.readouterr().out
    assert site.seconds() == {"training": pytest.approx(0, abs=5), "pages": 180.0}


def test_finished_runs_are_kept_for_all_clones_unless_all_is_to_be_made_anew(
    site: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DLBOOK_CACHE", str(tmp_path / "mine"))
    site.keep_runs(cold=False)
    assert os.environ["DLBOOK_CACHE"] == str(tmp_path / "mine" / "book")
    monkeypatch.setenv("DLBOOK_CACHE", str(tmp_path / "mine"))
    for name in ("mine/book", "docs/_build/results", "docs/_build/cache"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "kept").touch()
    site.keep_runs(cold=True)
    assert os.environ["DLBOOK_CACHE"] == str(tmp_path / "docs" / "_build" / "results")
    assert [path.relative_to(tmp_path) for path in tmp_path.rglob("kept")] == [
        Path("mine/book/kept")
    ]


def test_pages_are_found_by_what_people_call_them(site: ModuleType) -> None:
    docs = site.ROOT / "docs"
    for name, title in (("part-2/graphs", "# 9. Graphs"), ("part-2/more", "# 10. More")):
        (docs / name).parent.mkdir(exist_ok=True)
        (docs / f"{name}.md").write_text(f"---\nx: 1\n---\n\n{title}\n")
    path = str(docs / "part-2" / "graphs.md")
    for name in ("9", "graphs", "part-2/graphs", "part-2/graphs.md", "docs/part-2/graphs.md", path):
        assert site.pages(name) == ["part-2/graphs"]
    assert site.pages("part-2") == site.pages("part-2/") == ["part-2/graphs", "part-2/more"]
    with pytest.raises(ValueError, match=r"no page is called '1'; .* part-2/graphs, part-2/more"):
        site.pages("1")


def test_a_site_with_torch_serves_for_one_without(site: ModuleType) -> None:
    site.build()
    assert not site.is_current(torch=True)
    site.build(torch=True)
    assert site.is_current(torch=True)
    assert site.is_current()


@pytest.mark.parametrize("cifar10", [False, True])
@pytest.mark.parametrize("torch", [False, True])
def test_the_edition_for_courses_is_made_from_the_cells_that_the_book_executed(
    site: ModuleType, monkeypatch: pytest.MonkeyPatch, torch: bool, cifar10: bool
) -> None:
    """Those of a build with PyTorch, where the book was built with it."""
    site.build(torch=torch, cifar10=cifar10)
    ran: list[tuple[bool, bool]] = []

    def run(*_: str, torch: bool = False, cifar10: bool = True) -> int:
        ran.append((torch, cifar10))
        return 0

    monkeypatch.setattr(site, "run", run)
    assert site.build_course() == 0
    assert ran == [(torch, cifar10)]


def test_a_site_with_cifar10_serves_for_one_without(
    site: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = []
    monkeypatch.setattr(site, "run", lambda *module, **made_with: ran.append((module, made_with)))
    site.build(cifar10=False)
    assert [module[:2] for module, _ in ran] == [
        ("dlbook.train", "--without-cifar10"),
        ("sphinx", "-n"),
    ]
    assert all(made_with == {"torch": False, "cifar10": False} for _, made_with in ran)
    assert not site.SECONDS.exists(), "it took less than a whole build"
    assert site.is_current(cifar10=False)
    assert not site.is_current()
    site.build()
    assert ran[2][0] == ("dlbook.train",)
    assert site.is_current(cifar10=False)
    assert site.is_current()


def test_a_build_that_fails_or_is_cut_short_leaves_no_current_site(
    site: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_short(*_: object, **__: object) -> int:
        raise KeyboardInterrupt

    site.build()
    monkeypatch.setattr(site, "run", lambda *_, **__: 3)
    assert site.build() == 3
    assert not site.is_current()
    monkeypatch.setattr(site, "run", cut_short)
    with pytest.raises(KeyboardInterrupt):
        site.build()
    assert not site.is_current()


def test_an_edit_during_the_build_is_not_in_the_site(
    site: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def edit(*_: object, **__: object) -> int:
        (site.ROOT / "docs" / "index.md").write_text("edited meanwhile")
        return 0

    monkeypatch.setattr(site, "run", edit)
    assert site.build() == 0
    assert not site.is_current()


def test_two_builds_differ_where_more_than_a_timing_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(ROOT / "docs")
    compare = load("docs/compare_builds.py")
    page = '<p>{} in <span class="dl-number dl-number-timing" tabindex="0">{}<span>x</span></span>'
    one, other = tmp_path / "one", tmp_path / "other"
    for folder, seconds in ((one, 11), (other, 12)):
        folder.mkdir()
        (folder / "page.html").write_text(page.format("trained", seconds))
    assert list(compare.differences(one, other)) == []
    (other / "page.html").write_text(page.format("Trained", 11))
    (one / "more.html").touch()
    assert list(compare.differences(one, other)) == [
        "more.html: only in the first build",
        "page.html: differs",
    ]


def test_what_is_tried_in_jupyterlab_is_not_stored_with_the_runs_of_the_book() -> None:
    source = read("noxfile.py")
    (lab,) = [node for node in ast.parse(source).body if getattr(node, "name", "") == "lab"]
    text = ast.get_source_segment(source, lab)
    assert text is not None
    assert "DLBOOK_CACHE" not in text
    assert "DLBOOK_CACHE" not in source.partition("def ")[0], "nor for all sessions"
