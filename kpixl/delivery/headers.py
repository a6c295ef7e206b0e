"""Write the headers of a mail as RFC 5322 wants them, Japanese included, whatever text comes in.

Python's own writer folds encoded words and file names differently from version to version, and
some versions break them; here equal input gives equal bytes, and every line is short.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from urllib.parse import quote

from kpixl.delivery.lines import one_line
from kpixl.delivery.mail import Address
from kpixl.errors import UsageProblem

FOLD = "\r\n "
LINE = 76
PIECE = 48
WORD_BYTES = 42  # in base64 56 characters; with "=?utf-8?b?" and "?=" 68
ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
MAILBOX = re.compile(r"(?P<local>[!#-'*+/-9=?A-Z^-~-]+(?:\.[!#-'*+/-9=?A-Z^-~-]+)*)@(?P<domain>.+)")
HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9-]{1,63}")


def text_header(name: str, text: str) -> str:
    """A header of free text, such as Subject, with its line end."""
    shown = one_line(text)
    if not _plain(shown):
        return f"{name}: {FOLD.join(encoded_words(shown, len(name) + 2))}\r\n"
    return f"{name}: {FOLD.join(_folded(shown, len(name) + 2))}\r\n"


def address_header(name: str, address: Address) -> str:
    """A header that names one person. Raises :class:`UsageProblem` ``mail-address`` for what is no
    address."""
    mailbox, shown = mailbox_of(address), one_line(address.name)
    if not shown:
        return f"{name}: {mailbox}\r\n"
    if not _plain(shown):
        phrase = FOLD.join(encoded_words(shown, len(name) + 2))
    elif ATOMS.fullmatch(shown):
        phrase = FOLD.join(_folded(shown, len(name) + 2))
    else:
        phrase = '"' + re.sub(r'(["\\])', r"\\\1", shown) + '"'
        if len(phrase) > LINE - len(name):
            phrase = FOLD.join(encoded_words(shown, len(name) + 2))
    last = f" {phrase.rpartition(FOLD)[2]}" if FOLD in phrase else f"{name}: {phrase}"
    joint = " " if len(last) + len(mailbox) + 3 <= LINE else FOLD
    return f"{name}: {phrase}{joint}<{mailbox}>\r\n"


def mailbox_of(address: Address) -> str:
    """``name@host`` in ASCII: a domain of another script in its IDNA form. Raises
    :class:`UsageProblem` ``mail-address``."""
    email = address.email.strip()
    match = MAILBOX.fullmatch(email)
    host = _ascii_host(match["domain"]) if match else ""
    if match is None or not host:
        raise UsageProblem("mail-address", found=one_line(email, LINE))
    return f"{match['local']}@{host}"


def _ascii_host(domain: str) -> str:
    """The domain as servers know it; blank for what is none."""
    try:
        host = domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""
    return host if HOST.fullmatch(host) else ""


def file_headers(kind: str, name: str) -> str:
    """Content-Type and Content-Disposition of an attached file. The name stands in the second by
    RFC 2231; for older programs, which look into the first only, as encoded words there. That is
    what Apple's Mail writes, and what Outlook and Gmail read."""
    shown = one_line(name).replace("/", "-").replace("\\", "-") or "file"
    kind_line = f"Content-Type: {_kind(kind)};\r\n name={_quoted(shown)}\r\n"
    if _plain(shown) and len(shown) < LINE - 12:
        return kind_line + f"Content-Disposition: attachment;\r\n filename={_quoted(shown)}\r\n"
    return kind_line + f"Content-Disposition: attachment;\r\n {_parameter('filename', shown)}\r\n"


def _kind(kind: str) -> str:
    known = re.fullmatch(r"[a-z0-9.+-]+/[a-z0-9.+-]+", kind.lower())
    return known[0] if known else "application/octet-stream"


def _quoted(text: str) -> str:
    if _plain(text) and len(text) < LINE - 12:
        return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'
    return '"' + FOLD.join(encoded_words(text, 8)) + '"'


def _parameter(name: str, text: str) -> str:
    """``filename*=utf-8''...``, in numbered pieces where it is long (RFC 2231, section 3)."""
    letters = [quote(letter, safe="!#$&+.^_`|~-") for letter in text]
    single = f"{name}*=utf-8''{''.join(letters)}"
    if len(single) < LINE:
        return single
    # Between letters: some programs read each piece for itself.
    pieces = [""]
    for letter in letters:
        if len(pieces[-1]) + len(letter) > PIECE:
            pieces.append("")
        pieces[-1] += letter
    lines = [f"{name}*0*=utf-8''{pieces[0]}"]
    lines += [f"{name}*{n}*={piece}" for n, piece in enumerate(pieces[1:], 1)]
    return f";{FOLD}".join(lines)


def _plain(text: str) -> bool:
    """Whether ``text`` can stand as it is: ASCII, no word too long for a line, and nothing that a
    reader would take for an encoded word."""
    words = text.split(" ")
    return text.isascii() and "=?" not in text and all(len(word) < LINE // 2 for word in words)


def encoded_words(text: str, before: int = 0) -> list[str]:
    """``text`` as encoded words (RFC 2047), one for a line; the first line has ``before``
    characters already. No character is split."""
    found: list[str] = []
    piece = b""
    room = min(WORD_BYTES, (LINE - before - 12) // 4 * 3)
    for letter in text:
        data = letter.encode()
        if len(piece) + len(data) > room:
            found.append(piece.decode())
            piece, room = b"", WORD_BYTES
        piece += data
    found.append(piece.decode())
    return [f"=?utf-8?b?{base64.b64encode(one.encode()).decode()}?=" for one in found]


def _folded(text: str, before: int) -> Iterator[str]:
    """``text`` in lines broken at blanks."""
    line, room = "", LINE - before
    for word in text.split(" "):
        if line and len(line) + 1 + len(word) > room:
            yield line
            line, room = word, LINE - 1
        else:
            line = f"{line} {word}" if line else word
    yield line
