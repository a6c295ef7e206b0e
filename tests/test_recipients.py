from __future__ import annotations

from typing import Any, List

import pytest

from kpixl.plan.model import Reading, Recipient
from kpixl.plan.recipients import is_address
from kpixl.words import problem_text
from tests.plan_book import only, read, sound


def reading_of(*row: Any) -> Reading:
    """The reading of the sound book with this one recipient."""
    sheets = sound()
    sheets["Settings"].append(["Language", "Japanese"])
    sheets["Recipients"] = [sheets["Recipients"][0], list(row)]
    return read(sheets)


def recipient(*row: Any) -> Recipient:
    """The recipient where all is well."""
    reading = reading_of(*row)
    assert reading.problems == ()
    assert reading.plan is not None
    return reading.plan.recipients[0]


def test_what_is_left_blank_is_to_the_whole_tree_and_in_the_books_language() -> None:
    assert recipient("Mori", "mori@example.co.jp") == Recipient(
        "Mori", "mori@example.co.jp", "to", "", "ja"
    )


@pytest.mark.parametrize(
    ("written", "scope"),
    [(None, ""), (" ", ""), ("全体", ""), ("all", ""), ("visits", "VISITS"), ("ＧＲＯＷ", "GROW"),
     ("dept:Web", "dept:Web"), ("部門：web", "dept:Web"), ("owner: sato", "owner:Sato"),
     ("担当:Sato", "owner:Sato")],
)  # fmt: skip
def test_a_scope_is_kept_in_its_proper_form(written: Any, scope: str) -> None:
    assert recipient("Mori", "mori@example.com", "Cc", written, "EN").scope == scope


@pytest.mark.parametrize("scope", ["NOBODY", "dept:", "dept:Sales", "owner:Mori", "・", "team:Web"])
def test_a_scope_that_names_nothing_never_becomes_the_whole_tree(scope: str) -> None:
    reading = reading_of("Mori", "mori@example.com", "To", scope)
    assert reading.plan is not None
    assert reading.plan.recipients == ()
    problem = only(reading)
    assert (problem.code, problem.people) == ("recipient-scope-unknown", ("mori@example.com",))
    assert problem.goals == ()


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (["Mori", "mori@example"], "email-bad"),
        (["Mori", None], "email-missing"),
        (["Mori", "mori@example.com", "Bcc"], "role-unknown"),
        (["Mori", "mori@example.com", "To", None, "Latin"], "language-unknown"),
    ],
)
def test_a_bad_row_blocks_only_that_person(row: List[Any], code: str) -> None:
    sheets = sound()
    sheets["Recipients"].append(row)
    reading = read(sheets)
    assert reading.plan is not None
    assert [person.name for person in reading.plan.recipients] == ["Sato"]
    problem = only(reading)
    assert problem.code == code
    assert problem.people == ((row[1] or "Mori"),)


@pytest.mark.parametrize(
    "text",
    [
        "a@b.co",
        "taro.yamada+kpi@example.co.jp",
        "o'neil@example.com",
        "x@日本語.jp",
        "a_b@sub.x-y.org",
    ],
)
def test_addresses(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "mori", "@example.com", "mori@", "mori@example", "mori@@example.com",
        "mori@example.com, sato@example.com", "Mori <mori@example.com>", "mori @example.com",
        "mori@example.com\nBcc: x@example.com", "mori@-example.com", ".mori@example.com",
        "mori.@example.com", "mo..ri@example.com", "mori@example..com", "x" * 65 + "@example.com",
        "mori@example.com\n", "mori@127.0.0.1",
    ],
)  # fmt: skip
def test_what_is_no_address_or_more_than_one(text: str) -> None:
    assert not is_address(text)


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("佐々木@example.com", "local"),
        ("佐々木.彩@example.com", "local"),
        ("佐々木@", None),
        ("佐々木", None),
        ("a@b@例え.jp", None),
    ],
)
def test_letters_that_servers_do_not_take_are_told_apart_from_slips(
    address: str, form: Any
) -> None:
    problem = only(reading_of("Sasaki", address))
    assert (problem.code, problem.details.get("form")) == ("email-bad", form)
    assert address in problem_text(problem, "ja").what


def test_a_full_width_address_is_read_as_what_it_plainly_is() -> None:
    assert recipient("森", "ｍｏｒｉ＠ｅｘａｍｐｌｅ．ｃｏｍ").email == "mori@example.com"
