"""Turn a number that stands in a text cell into the number that it plainly is."""

from __future__ import annotations

import math
import re
from typing import Optional

_LONGEST = 60

# Only full-width forms and spaces are folded: NFKC would read 10² as 102 and ① as 1.
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_NARROW.update({ord("￥"): ord("¥"), ord("￡"): ord("£"), ord("　"): ord(" "), 0xA0: ord(" ")})
_NARROW.update({0x202F: ord(" "), 0x2009: ord(" ")})

_SIGN = r"(?P<sign{0}>[-+−–‐▲△])?\s*"
_FIGURE = re.compile(
    r"\s*" + _SIGN.format(1)
    + r"(?P<open>\()?\s*"
    # In Japanese fonts the backslash is the yen sign, and old systems export it as such.
    + r"(?P<currency>[¥$€£\\]|JPY\b|USD\b|EUR\b|GBP\b)?\s*"
    + _SIGN.format(2)
    + r"(?P<digits>(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+)"
    + r"(?P<exponent>[eE][-+]?[0-9]{1,3})?\s*"
    + r"(?P<percent>%)?\s*(?P<unit>円|¥|€|\$|£|JPY|USD|EUR|GBP)?\s*"
    + r"(?P<close>\))?\s*"
)  # fmt: skip


def read_number(text: str) -> Optional[float]:
    """The number that ``text`` plainly is, or None where it is anything else (SPEC 2, "Reading").

    Understood are full-width digits, ``▲12``, ``△12``, ``(12)``, thousands separators in their
    places, ``%`` (``3.2%`` is 0.032) and currency marks. Two signs, or a sign inside parentheses,
    are not plain; neither is a number beyond what a cell can hold. Empty text is None too.
    """
    if len(text) > _LONGEST:
        return None
    match = _FIGURE.fullmatch(text.translate(_NARROW))
    if match is None:
        return None
    signs = [match[name] for name in ("sign1", "sign2") if match[name]]
    bracketed = match["open"] is not None
    if bracketed != (match["close"] is not None) or len(signs) + bracketed > 1:
        return None
    if (match["currency"] and match["unit"]) or (match["percent"] and match["exponent"]):
        return None
    # The exponent does the division: 14.1% becomes the very float that 0.141 is.
    exponent = "e-2" if match["percent"] else match["exponent"] or ""
    value = float(match["digits"].replace(",", "") + exponent)
    if not math.isfinite(value):
        return None
    negative = bracketed or (signs and signs[0] != "+")
    return -value if negative else value
