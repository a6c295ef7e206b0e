"""Who gets which mail, by which ID, with which logo."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest

from kpixl.delivery.compose import Letterhead, compose, message_id
from kpixl.delivery.eml import to_bytes
from kpixl.delivery.mail import Address
from kpixl.delivery.picture import logo_picture, picture_size
from kpixl.delivery.records import DeliveryKey, delivery_key
from kpixl.errors import UsageProblem
from kpixl.plan.model import Recipient
from kpixl.review.figures import Review
from kpixl.review.review import review
from tests.mails import LETTERHEAD, PACK, SENT, png, uri
from tests.plans import goal, plan_of, with_settings

KEY = DeliveryKey("BOOK1", "2026-10", "", "ja", 1, "mari@example.com")
SENDER = Address("kpi@例え.テスト")
MARI = Recipient("Mari Sato", "Mari.Sato@Example.com", language="ja")


def part(**settings: Any) -> Review:
    return review(plan_of(goal("A", owner="Ito"), settings=with_settings(**settings)))


# ---- Which delivery this is -----------------------------------------------------------------


def test_a_message_id_is_the_hash_of_what_makes_the_delivery_unique() -> None:
    text = '["BOOK1", "2026-10", "", "ja", 1, "mari@example.com"]'
    digest = hashlib.sha256(text.encode()).hexdigest()[:40]
    assert message_id(KEY, SENDER) == f"<kpixl.{digest}@xn--r8jz45g.xn--zckzah>"


@pytest.mark.parametrize(
    "other",
    [
        {"book_id": "BOOK2"}, {"month": "2026-11"}, {"scope": "A"}, {"language": "en"},
        {"edition": 2}, {"recipient": "ken@example.com"},
    ],
)  # fmt: skip
def test_another_delivery_has_another_id(other: dict[str, Any]) -> None:
    assert message_id(replace(KEY, **other), SENDER) != message_id(KEY, SENDER)


def test_parts_of_a_key_cannot_be_taken_for_each_other() -> None:
    keys = [replace(KEY, book_id="a", month="b,c"), replace(KEY, book_id="a,b", month="c")]
    assert len({message_id(key, SENDER) for key in keys}) == 2


def test_the_key_has_the_address_in_lower_case_and_the_scope_as_the_book_has_it() -> None:
    mari = replace(MARI, scope="owner:Ito", email="Mari.Sato@Example.com")
    key = delivery_key("B7", part().month, mari, 3)
    assert key == DeliveryKey("B7", "2026-06", "owner:Ito", "ja", 3, "mari.sato@example.com")


def test_books_without_an_id_are_told_apart_by_what_the_run_calls_them() -> None:
    first, second = (
        compose(part(), MARI, replace(LETTERHEAD, book=book)) for book in ("a.xlsx", "b.xlsx")
    )
    assert first.message_id != second.message_id


def test_equal_input_gives_equal_bytes_and_later_editions_other_ids() -> None:
    first, again = (compose(part(), MARI, LETTERHEAD, (PACK,)) for _ in range(2))
    assert to_bytes(first) == to_bytes(again)
    second = compose(part(), MARI, replace(LETTERHEAD, number=2, reason="x"), (PACK,))
    assert second.message_id != first.message_id
    assert second.stem != first.stem


# ---- To whom --------------------------------------------------------------------------------


def test_a_mail_is_in_its_readers_language_and_to_that_person_alone() -> None:
    mail = compose(part(), MARI, LETTERHEAD, (PACK,))
    assert mail.recipient == Address("Mari.Sato@Example.com", "Mari Sato")
    assert (mail.language, mail.copy, mail.date) == ("ja", False, SENT)
    assert mail.subject.startswith("【速報】Acme")
    assert mail.attachments == (PACK,)
    english = compose(part(), replace(MARI, language="en", role="cc"), LETTERHEAD)
    assert english.copy
    assert "as a copy" in english.text
    assert english.subject.startswith("Acme · ")


def test_a_sender_that_is_no_address_is_said_at_once() -> None:
    with pytest.raises(UsageProblem, match="mail-address"):
        compose(part(), MARI, Letterhead(Address("kpi"), SENT))


# ---- The logo -------------------------------------------------------------------------------


def test_a_logo_travels_with_the_mail_and_is_shown_at_a_fitting_size() -> None:
    data = png(600, 100)
    mail = compose(part(), MARI, replace(LETTERHEAD, logo=uri(data)))
    (picture,) = mail.pictures
    assert (picture.data, picture.kind, picture.name) == (data, "image/png", "logo.png")
    # 600 x 100 in at most 220 x 44.
    assert f'<img src="cid:{picture.cid}" alt="Acme" width="220" height="37"' in mail.html


@pytest.mark.parametrize(
    ("logo", "why"),
    [
        (uri(b"<svg/>", "image/svg+xml"), "Outlook and Gmail show no SVG"),
        (uri(png(10, 10) + b"x" * 300_001), "too large for every mail"),
        (uri(b"\x89PNG\r\n\x1a\nshort"), "no size"),
        (uri(png(0, 10)), "nothing to see"),
        ("", "none"),
        ("https://example.com/logo.png", "never fetched"),
    ],
)
def test_without_a_logo_that_can_be_shown_the_name_stands_alone(logo: str, why: str) -> None:
    mail = compose(part(), MARI, replace(LETTERHEAD, logo=logo))
    assert mail.pictures == (), why
    assert "<img" not in mail.html
    assert "Acme" in mail.html


def test_the_size_of_a_picture_is_read_from_its_bytes() -> None:
    import io

    from PIL import Image

    for kind, options in (("PNG", {}), ("JPEG", {}), ("JPEG", {"progressive": True})):
        buffer = io.BytesIO()
        Image.new("RGB", (321, 45)).save(buffer, kind, **options)
        assert picture_size(buffer.getvalue()) == (321, 45)


def test_no_bytes_make_reading_a_size_fail_or_go_on_for_ever() -> None:
    for data in (b"", b"\xff\xd8", b"\xff\xd8" + b"\xff" * 1000, b"\xff\xd8\xff\xc0", b"GIF89a",
                 b"\xff\xd8" + b"\xff\xe0\0\0" * 500, b"\xff\xd8\xff\xe0\xff\xff"):  # fmt: skip
        assert picture_size(data) is None
    assert logo_picture("data:image/jpeg;base64,/9j/4AAQ") is None
