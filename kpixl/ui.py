"""Find the language and signs that kpixl speaks with on this machine, and the words of its help."""

from __future__ import annotations

import codecs
import os

from kpixl.words import word


def interface_language() -> str:
    """``KPIXL_LANG`` where it is set, else Japanese on a Japanese system, else English."""
    for name in ("KPIXL_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return "ja" if value.casefold().startswith("ja") else "en"
    return _system_language() if os.name == "nt" else "en"


def _system_language() -> str:
    import locale

    return "ja" if (locale.getlocale()[0] or "").casefold().startswith("ja") else "en"


def help_text(key: str) -> str:
    """The help of a command or option, in the interface's language."""
    return word(f"help.{key}", interface_language())


# What a code page that lacks these signs shows instead: a minus must stay a minus.
PLAIN_SIGNS = {
    "−": "-", "–": "-", "±": "+-", "▲": "-", "●": "o", "◆": "*", "■": "#", "○": ".", "―": "-",
    "✓": "+", "✗": "x", "·": "-", "→": "->", "│": "|", "├": "+", "└": "`", "“": '"', "”": '"',
    "’": "'", "〜": "～", "¥": "JPY ", "€": "EUR ", "£": "GBP ",
}  # fmt: skip
PLAIN = "kpixl-plain"


def plainly(error: UnicodeError) -> tuple[str, int]:
    """The error handler of a stream whose code page lacks a sign: the nearest it has, else ?."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    found = []
    for sign in error.object[error.start : error.end]:
        plain = PLAIN_SIGNS.get(sign, "?")
        try:
            plain.encode(error.encoding)
        except UnicodeEncodeError:
            plain = "?"
        found.append(plain)
    return "".join(found), error.end


codecs.register_error(PLAIN, plainly)
