"""Read what an HTML tag says of itself."""

from __future__ import annotations

import html
import re


def attribute(attributes: str, name: str) -> str:
    """The value of one of a tag's ``attributes``, as they are written; "" where it is not there."""
    match = re.search(rf"\s{name}\s*=\s*\"([^\"]*)\"", attributes, re.IGNORECASE)
    return html.unescape(match[1]) if match else ""
