"""Start a brand folder: a brand.toml that explains itself, a style sheet, a logo and a template."""

from __future__ import annotations

from pathlib import Path

from kpixl.brand.kit import FILE, KEYS
from kpixl.errors import UsageProblem
from kpixl.files import write_all
from kpixl.pack.pages import DEFAULT_PAGES
from kpixl.pack.theme import DEFAULT_BRAND
from kpixl.words import word

ACTIVE = ("brand_colour", "logo")
"""The keys that a new file sets; the others stand in it as comments."""
LOGO = "logo.svg"
WIDEST = 96


def new_kit(folder: Path, language: str) -> tuple[Path, ...]:
    """Write a new brand folder, commented in ``language``; returns its files. Raises
    :class:`UsageProblem` ``already-there`` where one of them is, and CannotWrite."""
    files = {
        FILE: _settings(language),
        "brand.css": _comments("brand.new_css", language, "/* ", " */"),
        "cover.html": _cover(language),
        LOGO: _logo(),
    }
    if folder.exists() and not folder.is_dir():
        raise UsageProblem("already-there", found=str(folder))
    for name in files:
        if (folder / name).exists():
            raise UsageProblem("already-there", found=str(folder / name))
    return write_all((folder / name, text.encode()) for name, text in files.items())


def _settings(language: str) -> str:
    """brand.toml with what it may say, key by key."""
    parts = [_comments("brand.new_about", language, "# ")]
    for key in KEYS:
        line = f"{key} = {_example(key, language)}"
        shown = line if key in ACTIVE else "\n".join(f"# {one}" for one in line.split("\n"))
        parts.append(f"{_comments(f'brand.new_{key}', language, '# ')}{shown}\n")
    return "\n".join(parts)


def _example(key: str, language: str) -> str:
    """What a key may be set to, as TOML."""
    examples = {
        "brand_colour": DEFAULT_BRAND,
        "accent_colour": "#e8762d",
        "latin_font": "Inter",
        "japanese_font": "BIZ UDPGothic",
        "logo": LOGO,
        "mail_logo": "logo.png",
        "footer": word("brand.new_footer_example", language),
        "paper": "A4",
    }
    if key == "pages":
        names = [f'"{name}"' for name in DEFAULT_PAGES]
        half = len(names) // 2
        return f"[\n  {', '.join(names[:half])},\n  {', '.join(names[half:])},\n]"
    return f'"{examples[key]}"'


def _comments(key: str, language: str, before: str, behind: str = "") -> str:
    """A text as comments, one a line."""
    return "".join(f"{before}{line}{behind}\n" for line in word(key, language).split("\n"))


def _cover(language: str) -> str:
    """A template that overrides one block, and leaves it as it is."""
    about = word("brand.new_cover", language)
    return (
        '{% extends "kpixl/cover.html" %}\n'
        f"{{# {about} #}}\n"
        "{% block facts %}\n"
        "{{ super() }}\n"
        "{% endblock %}\n"
    )


def _logo() -> str:
    """A mark to be replaced by the company's own: no text, so that every machine shows the same."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 40" width="120" height="40">\n'
        f'  <rect x="0" y="22" width="10" height="18" fill="{DEFAULT_BRAND}"/>\n'
        f'  <rect x="14" y="12" width="10" height="28" fill="{DEFAULT_BRAND}"/>\n'
        '  <rect x="28" y="2" width="10" height="38" fill="#e8762d"/>\n'
        '  <path d="M50 28h70v4H50zM50 12h46v8H50z" fill="#23272b"/>\n'
        "</svg>\n"
    )
