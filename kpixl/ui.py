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
    "’": "'", "〜": "～", "¥": "JPY ", "€": "EUR ", "£": "GBP ", "△": "-", "—": "-", "…": "...",
    "×": "x", "÷": "/", "≤": "<=", "≥": ">=", "\u3099": "゛", "\u309a": "゜",
}  # fmt: skip
PLAIN = "kpixl-plain"
ACCENTS = 200
"""From this class of Unicode on, a sign stands above or below a letter."""


def plainly(error: UnicodeError) -> tuple[str, int]:
    """The error handler of a stream whose code page lacks a sign: the nearest it has, else ?. An
    accent that the name of a file from a Mac has for itself is left out; a letter with one that the
    code page lacks loses it."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    found = []
    for sign in error.object[error.start : error.end]:
        near = (PLAIN_SIGNS.get(sign), _without_accents(sign))
        fit = (one for one in near if one is not None and _has(error.encoding, one))
        found.append(next(fit, "?"))
    return "".join(found), error.end


def _without_accents(sign: str) -> str | None:
    from unicodedata import combining, normalize

    # Of letters alone: a stroke through = is no accent, and has a lower class than they.
    bare = "".join(one for one in normalize("NFD", sign) if combining(one) < ACCENTS)
    return bare if bare != sign and (sign.isalpha() or not bare) else None


def _has(code_page: str, text: str) -> bool:
    try:
        text.encode(code_page)
    except UnicodeEncodeError:
        return False
    return True


codecs.register_error(PLAIN, plainly)
