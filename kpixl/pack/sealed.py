"""Seal a page for a browser: whatever it may name, scripts, files and addresses are forbidden."""

from __future__ import annotations

import re

POLICY = (
    "default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline' data:; "
    "base-uri 'none'; form-action 'none'"
)

_START = re.compile(r"\A\ufeff?\s*(?:<\?xml[^>]*\?>)?\s*(?:<!doctype[^>]*>)?", re.IGNORECASE)
_REFRESH = re.compile("http-equiv", re.IGNORECASE)


def sealed(html: str) -> str:
    """``html``, which shows nothing but what is inside it: an address that stands in it is not
    followed."""
    # A policy cannot keep a page from sending the browser elsewhere. Written like this the word
    # is the same for a reader, but no longer the name of an attribute.
    whole = _REFRESH.sub("http&#45;equiv", html)
    policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    # First of all: nothing before it could be fetched.
    return _START.sub(lambda _: f"<!DOCTYPE html>{policy}", whole, count=1)
