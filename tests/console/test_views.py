"""Every page of console, chat and board is given a frozen dataclass of its own, and shows what is
in it and nothing else."""

import ast
import inspect
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, nodes
from jinja2.meta import find_undeclared_variables

from bot.board import views as board
from bot.channels import web as chat
from bot.channels import web_problems
from console import app
from console.pages import View, page

FOLDER = Path(app.__file__).parent
TEMPLATES = Environment(loader=FileSystemLoader(FOLDER / "templates"), autoescape=True)
LOOSE = re.compile(r"\b(Any|object)\b|^<class '(dict|list|tuple|set)'>$")
"""Types that say nothing of what is in a part of a page."""


def all_views() -> dict[str, type[View]]:
    return {one.__name__: one for one in View.__subclasses__()}


def made_by(value: ast.expr, function: ast.AST, module: ast.Module) -> set[str]:
    """The classes of which an expression of a page's code can be."""
    if isinstance(value, ast.IfExp):
        return made_by(value.body, function, module) | made_by(value.orelse, function, module)
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        name = value.func.id
        returned = [
            one.returns
            for one in module.body
            if isinstance(one, ast.FunctionDef) and one.name == name and one.returns
        ]
        return {ast.unparse(one) for one in returned} or {name}
    assert isinstance(value, ast.Name), ast.unparse(value)
    found: set[str] = set()
    for one in ast.walk(function):
        if isinstance(one, ast.arg) and one.arg == value.id and one.annotation:
            found |= {ast.unparse(one.annotation)}
        targets = one.targets if isinstance(one, ast.Assign) else []
        if any(ast.unparse(target) == value.id for target in targets):
            assert isinstance(one, ast.Assign)
            found |= made_by(one.value, function, module)
    return found


def shown() -> Iterator[tuple[str, str]]:
    """Each template with each class that it is rendered with."""
    for path in sorted(FOLDER.glob("*.py")):
        module = ast.parse(path.read_text())
        for function in ast.walk(module):
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            for call in ast.walk(function):
                if not (isinstance(call, ast.Call) and ast.unparse(call.func) == "page"):
                    continue
                template = ast.literal_eval(call.args[1])
                (given,) = (one.value for one in call.keywords if one.arg == "view")
                for name in made_by(given, function, module):
                    yield template, name


SHOWN = sorted(set(shown()))


def parsed(template: str, templates: Environment = TEMPLATES) -> nodes.Template:
    assert templates.loader
    source, _, _ = templates.loader.get_source(templates, template)
    return templates.parse(source)


def read_from_view(template: str, templates: Environment = TEMPLATES) -> set[str]:
    """What a template takes from its view."""
    return {
        one.attr
        for one in parsed(template, templates).find_all(nodes.Getattr)
        if isinstance(one.node, nodes.Name) and one.node.name == "view"
    }


def held_by(view: type) -> set[str]:
    return {one for one in dir(view) if not one.startswith("_")}


@pytest.mark.parametrize(("template", "name"), SHOWN)
def test_a_page_shows_what_its_view_holds(template: str, name: str) -> None:
    view = all_views()[name]
    read = read_from_view(template)
    assert read <= held_by(view)
    own = set(re.findall(r"self\.(\w+)", inspect.getsource(view)))
    assert {one.name for one in fields(view)} <= read | own


def test_every_template_is_a_page_with_a_view_or_part_of_one() -> None:
    parts = {"base.html", "parts.html", "lead_forms.html", "lead_told.html", "library_parts.html"}
    parts |= {"looks.parts.html", "course.parts.html"}
    assert {template for template, _ in SHOWN} == set(TEMPLATES.list_templates()) - parts
    assert inspect.get_annotations(page)["view"] is View


PUBLIC = {
    board.BoardView: (board.HERE, set(board.PAGES.values())),
    chat.ChatView: (chat.HERE, {"chat.html"}),
    web_problems.ProblemView: (chat.HERE, {"problem.html"}),
}
"""The pages that residents see: the view of each, where they lie, and which they are."""


@pytest.mark.parametrize("view", PUBLIC, ids=lambda view: view.__name__)
def test_a_page_for_residents_shows_what_its_view_holds(view: type) -> None:
    folder, pages = PUBLIC[view]
    templates = Environment(loader=FileSystemLoader(folder / "templates"), autoescape=True)
    beside = set().union(*(other for at, other in PUBLIC.values() if at == folder))
    assert set(templates.list_templates()) - {"parts.html"} == beside
    read = set().union(*(read_from_view(one, templates) for one in pages))
    assert read <= held_by(view)
    own = set(re.findall(r"self\.(\w+)", inspect.getsource(view)))
    assert {one.name for one in fields(view)} <= read | own
    for one in pages:
        assert find_undeclared_variables(parsed(one, templates)) == {"view"}


def test_the_pages_for_residents_are_given_their_views() -> None:
    assert inspect.get_annotations(chat._page)["return"] is chat.ChatView
    module = ast.parse(inspect.getsource(board))
    (made,) = (one for one in module.body if getattr(one, "name", "") == "render")
    assert made_by(ast.Name("view"), made, module) == {"BoardView"}


@pytest.mark.parametrize("view", [*all_views().values(), *PUBLIC], ids=lambda view: view.__name__)
def test_a_view_is_frozen_and_says_of_what_its_parts_are(view: type) -> None:
    assert is_dataclass(view)
    assert view.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert "__slots__" in vars(view)
    assert not [one.name for one in fields(view) if LOOSE.search(str(one.type))]
