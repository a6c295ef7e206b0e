"""A real mail server: Postfix from Debian's package, unpacked into build/postfix by
scripts/bootstrap.sh and not installed, with a configuration, a queue and mailboxes of its own."""

from __future__ import annotations

import base64
import contextlib
import os
import pwd
import random
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import pytest

from tests.certificates import Certificate

PATIENCE = 60.0
QUEUES = (
    "active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "maildrop",
    "pid", "private", "public", "saved", "trace",
)  # fmt: skip

# Postfix drops its rights to accounts that every system has; none is made for it.
OWNER, GROUP, MAILBOXES = "daemon", "games", "nobody"

MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = {folder}/usr/sbin
daemon_directory = {folder}/usr/lib/postfix/sbin
shlib_directory = {folder}/usr/lib/postfix
meta_directory = {folder}/conf
import_environment = MAIL_CONFIG MAIL_LOGTAG LD_LIBRARY_PATH TZ LANG=C
maillog_file = {folder}/data/log
maillog_file_prefixes = {folder}
mail_owner = {owner}
setgid_group = {group}
default_privs = {mailboxes}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = localhost
mydestination =
alias_maps =
alias_database =
virtual_mailbox_domains = example.co.jp
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = inline:{{ {{ boss@example.co.jp = boss/ }} }}
virtual_mailbox_limit = 0
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
message_size_limit = 2000000
smtpd_tls_cert_file = {cert}
smtpd_tls_key_file = {key}
smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{login_port}
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
"""

MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


def unpacked() -> Path:
    """Where bootstrap.sh put the package. Skips where there is none, or nobody may run it."""
    for parent in Path(__file__).resolve().parents:
        found = parent / "build" / "postfix"
        if (found / "usr/lib/postfix/sbin/master").is_file():
            break
    else:
        pytest.skip("no Postfix in build/postfix: this system has no Debian packages")
    if (
        os.geteuid() != 0
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode
    ):
        pytest.skip("Postfix starts as root, and there is neither root nor sudo without a password")
    return found


class Postfix:
    """A running server; ``user`` and ``password`` are those that it takes."""

    def __init__(self, certificate: Certificate, user: str, password: str) -> None:
        source = unpacked()
        # Its processes have other accounts, which get into no folder of pytest's.
        self.folder = Path(tempfile.mkdtemp(prefix="kpixl-postfix-"))
        self.folder.chmod(0o755)
        self._root = [] if os.geteuid() == 0 else ["sudo", "-n"]
        self._login = Logins(user, password)
        self.port = _free_port()
        shutil.copytree(source / "usr", self.folder / "usr", symlinks=True)
        self._configure(certificate)

    def _configure(self, certificate: Certificate) -> None:
        person = pwd.getpwnam(MAILBOXES)
        for name in ("conf", "queue", "data", "mail"):
            (self.folder / name).mkdir()
        for kind, path in (("cert", certificate.cert), ("key", certificate.key)):
            shutil.copy(path, self.folder / "conf" / kind)
        values = {
            "folder": self.folder, "owner": OWNER, "group": GROUP, "mailboxes": MAILBOXES,
            "uid": person.pw_uid, "gid": person.pw_gid, "login_port": self._login.port,
            "cert": self.folder / "conf/cert", "key": self.folder / "conf/key",
        }  # fmt: skip
        (self.folder / "conf/main.cf").write_text(MAIN.format(**values))
        (self.folder / "conf/master.cf").write_text(MASTER.format(port=self.port))
        for name in QUEUES:
            (self.folder / "queue" / name).mkdir(mode=0o700)
        queue = [str(self.folder / "queue" / name) for name in QUEUES if name != "pid"]
        self._as_root("chown", OWNER, *queue, str(self.folder / "data"))
        self._as_root("chown", MAILBOXES, str(self.folder / "mail"))
        if self._root:
            self._as_root("chown", "-R", "root", str(self.folder / "conf"))
            self._as_root("chown", "root", str(self.folder / "queue"))

    def _as_root(self, *command: str) -> None:
        subprocess.run([*self._root, *command], check=True, capture_output=True)

    def __enter__(self) -> Self:
        environment = [
            f"LD_LIBRARY_PATH={self.folder}/usr/lib/postfix:{self.folder}/usr/lib/libraries",
            f"MAIL_CONFIG={self.folder}/conf",
        ]
        # Postfix closes every file that it could have been left with, one by one.
        master = f"ulimit -n 1024; exec {self.folder}/usr/lib/postfix/sbin/master -d"
        command = [*self._root, "env", *environment, "sh", "-c", master]
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        try:
            _wait(self._answers, "Postfix did not start", self.log)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        pid = self.folder / "queue/pid/master.pid"
        found = subprocess.run(
            [*self._root, "cat", str(pid)], capture_output=True, text=True, check=False
        )
        if found.stdout.strip():
            subprocess.run([*self._root, "kill", found.stdout.strip()], check=False)
        elif not self._root:
            self._process.terminate()
        self._process.wait(PATIENCE)
        self._login.close()
        self._as_root("rm", "-rf", str(self.folder))

    def _answers(self) -> bool:
        assert self._process.poll() is None, f"Postfix ended: {self.log()}"
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True

    def log(self) -> str:
        """What Postfix notes of its work."""
        found = subprocess.run(
            [*self._root, "cat", str(self.folder / "data/log")], capture_output=True, check=False
        )
        return found.stdout.decode(errors="replace")

    def mailbox(self, count: int) -> list[bytes]:
        """The mails in the only mailbox, once there are ``count``."""
        place = str(self.folder / "mail/boss/new")

        def names() -> list[str]:
            listed = [*self._root, "ls", place]
            done = subprocess.run(listed, capture_output=True, text=True, check=False)
            return done.stdout.split()

        _wait(lambda: len(names()) >= count, "the mail did not get into the mailbox", self.log)
        found = names()
        assert len(found) == count
        return [
            subprocess.run(
                [*self._root, "cat", f"{place}/{name}"], capture_output=True, check=True
            ).stdout
            for name in found
        ]


class Logins:
    """Says to Postfix who may sign in, by Dovecot's protocol for that (version 1.1)."""

    def __init__(self, user: str, password: str) -> None:
        self._right = f"\0{user}\0{password}".encode()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        """Answer nobody any more."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(PATIENCE)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(client,), daemon=True).start()

    def _talk(self, client: socket.socket) -> None:
        with client, client.makefile("rwb") as talk:
            talk.write(
                b"VERSION\t1\t1\nMECH\tPLAIN\tplaintext\nSPID\t1\nCUID\t1\n"
                b"COOKIE\t00000000000000000000000000000000\nDONE\n"
            )
            talk.flush()
            for line in talk:
                word, *parts = line.decode().rstrip("\n").split("\t")
                if word != "AUTH":
                    continue
                given = next(part[5:] for part in parts if part.startswith("resp="))
                right = base64.b64decode(given) == self._right
                user = self._right.split(b"\0")[1].decode()
                answer = f"OK\t{parts[0]}\tuser={user}" if right else f"FAIL\t{parts[0]}"
                talk.write(answer.encode() + b"\n")
                talk.flush()


def _free_port() -> int:
    """A port that stays free until Postfix takes it: the system gives those below 32768 (49152
    elsewhere than on Linux) to nobody who does not ask for them by number."""
    for port in random.sample(range(20_000, 32_000), 100):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    pytest.fail("there is no free port")


def _wait(ready: Callable[[], bool], failing: str, log: Callable[[], str]) -> None:
    end = time.monotonic() + PATIENCE
    while not ready():
        assert time.monotonic() < end, f"{failing}: {log()}"
        time.sleep(0.05)
