"""A real PostgreSQL of the tests' own: made anew, reached by a socket in its folder, with a
password, and gone at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import psycopg

USER, PASSWORD = "kpixl_test", "p@ss w/rd:%"
STARTS_WITHIN = 60
SETTINGS = {
    "listen_addresses": "''",
    "fsync": "on",
    "shared_buffers": "16MB",
    "max_connections": "60",
    "lc_messages": "C",
    "log_min_messages": "fatal",
}


def program(name: str) -> Path:
    """A program of the newest PostgreSQL here; Debian keeps them off the path."""
    there = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parts[4])
    )
    found = there[-1] if there else shutil.which(name)
    assert found is not None, f"{name} is missing: scripts/bootstrap.sh test installs it"
    return Path(found)


class Postgres:
    """A running server. PostgreSQL refuses to run as root: then it runs as its own user."""

    def __init__(self) -> None:
        # Not in pytest's folder, which belongs to the tests' user alone; and a socket's path has
        # to be short.
        self.folder = Path(tempfile.mkdtemp(prefix="kpixl-pg-"))
        self._as: dict[str, Any] = {}
        if os.getuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
            self._as = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        self._schemas = count(1)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        secret = self.folder / "password"
        secret.write_text(PASSWORD, encoding="utf-8")
        secret.chmod(0o644)
        data = self.folder / "data"
        self._run(
            program("initdb"), "-D", data, "-U", USER, "--auth=scram-sha-256",
            f"--pwfile={secret}", "--encoding=UTF8", "--no-locale", "--no-sync",
        )  # fmt: skip
        options = [f"-c{name}={value}".replace("'", "") for name, value in SETTINGS.items()]
        command = [str(program("postgres")), "-D", str(data), "-k", str(self.folder), *options]
        log = (self.folder / "log").open("wb")
        with log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, cwd=self.folder, **self._as
            )
        self._wait()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)  # at once: there is nothing to keep
            self._process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, *command: object) -> None:
        subprocess.run(
            [str(part) for part in command],
            check=True, capture_output=True, cwd=self.folder, **self._as,
        )  # fmt: skip

    def _wait(self) -> None:
        """Until it answers, which its log tells the reason of where it does not."""
        assert self._process is not None
        until = time.monotonic() + STARTS_WITHIN
        while True:
            try:
                self.execute("SELECT 1")
            except psycopg.OperationalError:
                ended = self._process.poll() is not None
                assert not ended, (self.folder / "log").read_text(encoding="utf-8")
                assert time.monotonic() < until, "PostgreSQL does not answer"
                time.sleep(0.05)
            else:
                return

    def execute(self, *statements: str) -> None:
        """Run SQL as the server's own user."""
        with psycopg.connect(
            host=str(self.folder), user=USER, password=PASSWORD, dbname="postgres", autocommit=True
        ) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def url(self, schema: str = "public", user: str = USER, password: str | None = PASSWORD) -> str:
        """A URL for kpixl; ``schema`` is where its tables stand, None leaves the password out."""
        secret = "" if password is None else ":" + quote(password, safe="")
        query = f"host={quote(str(self.folder), safe='')}&options=-csearch_path%3D{schema}"
        return f"postgresql://{user}{secret}@/postgres?{query}"

    def new_schema(self) -> str:
        """An empty schema, as good as a database of its own and made at once."""
        name = f"t{next(self._schemas)}"
        self.execute(f"CREATE SCHEMA {name}")
        return name


@contextmanager
def role(postgres: Postgres, name: str, *rights: str) -> Iterator[None]:
    """A user of the server with these rights, gone afterwards."""
    postgres.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'", *rights)
    try:
        yield
    finally:
        postgres.execute(f"DROP OWNED BY {name}", f"DROP ROLE {name}")
