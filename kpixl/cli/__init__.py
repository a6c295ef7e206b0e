"""The commands: what a person types, and every sentence that kpixl says back."""

from __future__ import annotations

import sys

from kpixl.ui import PLAIN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from kpixl.cli.application import app

STOPPED = 130
"""The exit code of what Ctrl-C has stopped, as shells know it."""

__all__ = ["app", "main"]


def __getattr__(name: str) -> object:
    """The application is put together when it is first asked for: that takes ten times as long
    as to print its help."""
    if name != "app":
        raise AttributeError(f"module 'kpixl.cli' has no attribute {name!r}")
    from kpixl.cli.application import app

    return app


def _plain_streams() -> None:
    """Windows consoles may speak a code page that lacks ● or −: they get the nearest sign."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors=PLAIN)


def main(loaded: Callable[[], None] | None = None) -> None:
    """Run the command line; ``loaded`` is called when the commands have been put together."""
    from kpixl.cli.help import answered

    _plain_streams()
    try:
        if not answered(sys.argv[1:]):
            from kpixl.cli.application import app
            from kpixl.cli.arguments import as_a_shell

            if loaded is not None:
                loaded()
            # The library would expand more than a shell does, and a name with brackets that is
            # there to the files that it means as a pattern.
            app(as_a_shell(sys.argv[1:]) if sys.platform == "win32" else None)
    except KeyboardInterrupt:  # while the commands are still being put together
        sys.exit(STOPPED)
