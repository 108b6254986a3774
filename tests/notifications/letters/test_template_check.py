from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, nodes

from boardcal.notifications.letters.model import FirstContact
from boardcal.notifications.letters.render import TEMPLATES, Templates
from boardcal.notifications.letters.samples import TODAY
from boardcal.notifications.letters.samples import sample_item as item
from boardcal.notifications.letters.samples import sample_letter as letter
from boardcal.notifications.letters.template_check import TemplateProblem

TEMPLATE_NAMES = sorted(path.name for path in (TEMPLATES / "email").glob("*.j2"))


def override(folder: Path, name: str, content: str) -> Templates:
    (folder / "email").mkdir(exist_ok=True)
    (folder / "email" / name).write_text(content, encoding="utf-8")
    return Templates(folder)


def test_the_package_has_no_problem_in_its_templates() -> None:
    assert Templates().check() == []


@pytest.mark.parametrize(
    ("name", "content", "line", "said"),
    [
        ("digest.txt.j2", "\n{{ totl }}", 2, 'uses "totl", which a mail does not have'),
        ("digest.txt.j2", "{% if false %}\n{{ totl }}{% endif %}", 2, 'uses "totl"'),
        ("item.html.j2", "{% macro own(item) %}{{ itme }}{% endmacro %}", 1, 'uses "itme"'),
        ("digest.html.j2", "\n\n{{ letter.itms }}", 3, 'uses "itms", which a mail does not have'),
        ("overview.html.j2", "{{ overview.lat }}", 1, 'uses "lat"'),
        ("letter.txt.j2", "{% if letter %}\n{{ letter.day | lng_date }}{% endif %}", 2, "lng_date"),
        ("letter.html.j2", "\n{% if %}", 2, "is no valid template"),
        ("letter.html.j2", "{% if letter %}", 1, "is no valid template"),
        ("answer.txt.j2", "x\n{% include 'email/gone.j2' %}", 2, 'no template "email/gone.j2"'),
        ("answer.txt.j2", "{{ 1 // 0 }}", 1, "cannot be used: ZeroDivisionError"),
    ],
)
def test_a_broken_template_is_named_with_its_file_and_line(
    tmp_path: Path, name: str, content: str, line: int, said: str
) -> None:
    problems = override(tmp_path, name, content).check()
    place = f"{tmp_path / 'email' / name}, line {line}: "
    assert [problem for problem in problems if problem.startswith(place) and said in problem]


def test_every_broken_template_is_named_at_once(tmp_path: Path) -> None:
    override(tmp_path, "letter.txt.j2", "{% if %}")
    problems = override(tmp_path, "letter.html.j2", "{{ }}").check()
    assert len(problems) == 2


def test_a_template_that_is_not_text_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "email").mkdir()
    (tmp_path / "email" / "digest.txt.j2").write_bytes(b"\xff\xfe")
    assert Templates(tmp_path).check()[0].endswith("the file is not UTF-8 text; save it as UTF-8.")


def test_a_broken_template_stops_the_mail_with_the_same_sentence(tmp_path: Path) -> None:
    broken = override(tmp_path, "digest.txt.j2", "{{ letter.itms }}")
    with pytest.raises(TemplateProblem, match=r'line 1: the template uses "itms"'):
        broken.render(letter(items=(item(),)))


def test_a_template_of_ones_own_takes_the_place_of_the_packages(tmp_path: Path) -> None:
    own = override(tmp_path, "first_contact.txt.j2", "Hello from {{ letter.first_contact.board }}")
    note = FirstContact(board="Cumbria LSCB", roles=(), go_live=TODAY)
    assert own.check() == []
    assert "Hello from Cumbria LSCB" in own.render(letter(items=(item(),), first_contact=note)).text


def test_the_samples_reach_every_name_that_the_templates_use() -> None:
    reached: set[tuple[str, str]] = set()

    class Watched(Environment):
        def getattr(self, obj: Any, attribute: str) -> Any:
            reached.add((Path(sys._getframe(1).f_code.co_filename).name, attribute))
            return super().getattr(obj, attribute)

    templates = Templates()
    environment = templates._environment
    environment.__class__ = Watched
    assert templates.check() == []
    used = {
        (name, node.attr)
        for name in TEMPLATE_NAMES
        for node in environment.parse((TEMPLATES / "email" / name).read_text("utf-8")).find_all(
            nodes.Getattr
        )
    }
    assert used - reached == set()
