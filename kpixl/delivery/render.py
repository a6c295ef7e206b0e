"""Turn what a mail says into its subject, its plain text and its HTML, by templates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from pathlib import Path

from kpixl.delivery.contexts import MailContext
from kpixl.delivery.lines import one_line
from kpixl.pack.text_width import text_width
from kpixl.pack.theme import Theme

# What people have on Windows, Macs and phones. Word's engine knows no stack: it gets one name.
FONTS = {
    "en": "'Segoe UI','Helvetica Neue',Helvetica,Arial,'BIZ UDPGothic','Hiragino Sans',Meiryo,"
    "'Yu Gothic',sans-serif",
    "ja": "'BIZ UDPGothic','Hiragino Sans','Hiragino Kaku Gothic ProN',Meiryo,'Yu Gothic',"
    "'Noto Sans CJK JP',sans-serif",
}
OUTLOOK_FONTS = {"en": "'Segoe UI',Meiryo,sans-serif", "ja": "'BIZ UDPGothic',Meiryo,sans-serif"}
MAIL_TEMPLATES = ("mail.html", "mail_macros.html", "mail.txt", "mail_subject.txt")
LONGEST_SUBJECT = 240
LABELLED = re.compile(r"[^\s<>（(、;。]{1,8}\u00a0[+−±▲]\d[\d.,]*%?")
"""A figure with its label, such as 当初比 ▲1.0%: between kanji a line may end anywhere."""
PACKED = 1.12
"""The fonts that a reader has may be wider than those that widths are known of."""


@dataclass(frozen=True)
class Rendered:
    """A mail in words; ``subject`` is one line."""

    subject: str
    text: str
    html: str


def render(context: MailContext, colours: Theme, templates: Path | None = None) -> Rendered:
    """The mail of ``context`` in its ``colours``, by the shipped templates or those in the folder
    ``templates``. Raises :class:`UsageProblem` ``template-broken``."""
    from markupsafe import Markup

    from kpixl.pack.line_ends import FIGURE, SPACED
    from kpixl.pack.templates import environment, rendering

    def whole(text: str) -> Markup:
        """``text`` with figures such as −¥30.1M kept on one line each."""
        kept = escape(SPACED.sub("\u00a0", text))
        for figure in (FIGURE, LABELLED):
            kept = figure.sub(r'<span style="white-space:nowrap">\g<0></span>', kept)
        return Markup(kept)  # noqa: S704 -- escaped just before

    found = environment(templates, context.language)
    found.filters.update(whole=whole, fitted=fitted)
    given = {
        "mail": context,
        "theme": colours,
        "fonts": Markup(FONTS[context.language]),  # noqa: S704 -- our own names of fonts
        "outlook_fonts": Markup(OUTLOOK_FONTS[context.language]),  # noqa: S704 -- as above
    }
    with rendering():
        subject, text, html = (
            found.get_template(name).render(given)
            for name in ("mail_subject.txt", "mail.txt", "mail.html")
        )
    return Rendered(one_line(subject, LONGEST_SUBJECT), _tidy(text), html)


def fitted(text: str, width: float, *sizes: int) -> str:
    """The style of a figure that is not to be broken: the first of ``sizes`` (in pixels) in which
    it takes no more than ``width``; where none is small enough it may break all the same."""
    for size in sizes:
        if text_width(text, size, 700) * PACKED <= width:
            return f"font-size:{size}px;white-space:nowrap"
    return f"font-size:{sizes[-1]}px;word-break:break-word;overflow-wrap:anywhere"


def _tidy(text: str) -> str:
    """Plain text without blanks at line ends and with at most one empty line in a row: parts of
    it may have had nothing to say."""
    lines: list[str] = []
    for line in (one.rstrip() for one in text.split("\n")):
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines).strip("\n") + "\n"
