"""``kpixl`` and ``python -m kpixl``: Ctrl-C ends either quietly, even while its modules load."""

import os
import signal

STOPPED = 130
"""The exit code of what Ctrl-C has stopped, as shells know it."""


def main() -> None:
    """Run the command line."""
    # A KeyboardInterrupt out of an import shows all of its lines, and some modules swallow it.
    # Whoever started kpixl so that Ctrl-C does not reach it has another handler, which stays.
    waits = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if waits:
        signal.signal(signal.SIGINT, _leave)
    from kpixl.cli import main as run

    run(_interruptible if waits else None)


def _leave(*_: object) -> None:
    """At once: nothing has been begun that would have to be put in order."""
    os._exit(STOPPED)


def _interruptible() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)


if __name__ == "__main__":
    main()
