"""kpixl.toml: what it sets up, and what is said of every mistake in it."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

import pytest

from kpixl.delivery.config import (
    DeliveryConfig,
    Login,
    MailConfig,
    MicrosoftConfig,
    Security,
    SmtpConfig,
    Way,
    delivery_config,
    find_config,
    is_loopback,
    mail_config,
    read_config,
    user_folder,
)
from kpixl.delivery.config_table import EXAMPLES, PLACES, ConfigProblem
from kpixl.delivery.mail import Address
from kpixl.errors import UsageProblem
from kpixl.words import LANGUAGES, problem_text
from tests.certificates import Authority

SMALL = """
[mail]
from = "kpi@example.co.jp"
[mail.smtp]
host = "smtp.example.co.jp"
user = "kpi@example.co.jp"
"""
HIDDEN = "correct horse battery"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the user who runs the tests counts."""
    monkeypatch.delenv("KPIXL_CONFIG", raising=False)
    for name in ("XDG_CONFIG_HOME", "APPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "home"))


def written(folder: Path, text: str) -> Path:
    path = folder / "kpixl.toml"
    path.write_text(text, encoding="utf-8")
    return path


def problem(folder: Path, text: str) -> ConfigProblem:
    """What is said of a file; in both languages it names the file, what to expect, and a mend."""
    path = written(folder, text)
    with pytest.raises(ConfigProblem) as caught:
        read_config(path)
    for language in LANGUAGES:
        told = problem_text(caught.value, language)
        assert str(path) in told.what
        assert told.expected
        assert told.mend
        assert HIDDEN not in repr(told)
    assert HIDDEN not in repr(caught.value)
    assert isinstance(caught.value, UsageProblem)
    return caught.value


# ---- What it sets up ------------------------------------------------------------------------


def test_a_small_file_is_enough(tmp_path: Path):
    path = written(tmp_path, SMALL)
    assert read_config(path) == DeliveryConfig(
        MailConfig(
            Address("kpi@example.co.jp"),
            smtp=SmtpConfig(
                "smtp.example.co.jp", 587, Security.STARTTLS, Login.PASSWORD, "kpi@example.co.jp"
            ),
        ),
        ledger_url=None,
        path=path,
    )


def test_every_setting_is_read(tmp_path: Path):
    authority = Authority(tmp_path)
    text = """
    [mail]
    from = "経営企画部 <kpi@example.co.jp>"
    reply_to = "office@example.co.jp"
    transport = "smtp"
    [mail.smtp]
    host = "smtp.example.co.jp"
    port = 2465
    security = "tls"
    login = "xoauth2"
    user = "kpi@example.co.jp"
    ca_file = "ca.pem"
    timeout = 7.5
    hello = "kpi.example.co.jp"
    [mail.microsoft]
    tenant = "example.onmicrosoft.com"
    client_id = "1b2c"
    user = "shared@example.co.jp"
    flow = "delegated"
    [ledger]
    url = "postgresql://kpi@db.example.co.jp/kpixl"
    """
    config = read_config(written(tmp_path, text))
    assert config.mail == MailConfig(
        Address("kpi@example.co.jp", "経営企画部"),
        Address("office@example.co.jp"),
        Way.SMTP,
        SmtpConfig(
            "smtp.example.co.jp", 2465, Security.TLS, Login.XOAUTH2, "kpi@example.co.jp",
            authority.ca_file, 7.5, "kpi.example.co.jp",
        ),
        MicrosoftConfig("example.onmicrosoft.com", "1b2c", "shared@example.co.jp", "delegated"),
    )  # fmt: skip
    assert config.ledger_url == "postgresql://kpi@db.example.co.jp/kpixl"


def test_graph_needs_no_server_and_sends_from_the_sender(tmp_path: Path):
    text = """
    mail.from = "kpi@example.co.jp"
    mail.transport = "graph"
    mail.microsoft = {tenant = "t", client_id = "c"}
    """
    mail = read_config(written(tmp_path, text)).mail
    assert mail is not None
    assert (mail.transport, mail.smtp) == (Way.GRAPH, None)
    assert mail.microsoft == MicrosoftConfig("t", "c", "kpi@example.co.jp", "app")


@pytest.mark.parametrize(
    ("lines", "port", "security"),
    [
        ("", 587, "starttls"),
        ('security = "tls"', 465, "tls"),
        ("port = 465", 465, "tls"),
        ('port = 465\nsecurity = "starttls"', 465, "starttls"),
        ("port = 25", 25, "starttls"),
    ],
)
def test_port_and_security_go_together(lines: str, port: int, security: str, tmp_path: Path):
    mail = read_config(written(tmp_path, SMALL + lines)).mail
    assert mail is not None
    assert mail.smtp is not None
    assert (mail.smtp.port, mail.smtp.security) == (port, security)


@pytest.mark.parametrize(
    ("url", "means"),
    [
        ("ledger.db", "{folder}/ledger.db"),
        ("/srv/kpi/ledger.db", "/srv/kpi/ledger.db"),
        ("sqlite:///ledger.db", "sqlite:///ledger.db"),
        ("postgresql+psycopg://kpi@db/kpixl", "postgresql+psycopg://kpi@db/kpixl"),
    ],
)
def test_the_ledger_is_a_database_or_a_file_beside_the_settings(
    url: str, means: str, tmp_path: Path
):
    config = read_config(written(tmp_path, f'[ledger]\nurl = "{url}"'))
    assert config.ledger_url == means.format(folder=tmp_path)
    assert config.mail is None


def test_notepad_may_begin_the_file_with_a_mark(tmp_path: Path):
    path = tmp_path / "kpixl.toml"
    path.write_bytes(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode())
    assert read_config(path).mail is not None


# ---- Which file counts ----------------------------------------------------------------------


def test_the_first_file_that_is_found_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    workbook = tmp_path / "books" / "plan.xlsx"
    assert find_config(None, workbook) is None
    assert delivery_config(None, workbook) == DeliveryConfig()
    places = [user_folder(), workbook.parent, tmp_path / "env", tmp_path / "named"]
    for place in places:
        place.mkdir(parents=True)
        written(place, SMALL)
    assert find_config(None, None) == places[0] / "kpixl.toml"
    assert find_config(None, workbook) == places[1] / "kpixl.toml"
    monkeypatch.setenv("KPIXL_CONFIG", str(places[2] / "kpixl.toml"))
    assert find_config(None, workbook) == places[2] / "kpixl.toml"
    assert find_config(places[3] / "kpixl.toml", workbook) == places[3] / "kpixl.toml"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has a folder of its own for this")
def test_the_users_own_folder_is_where_the_system_keeps_settings(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("XDG_CONFIG_HOME")
    assert user_folder() == Path.home() / ".config" / "kpixl"
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("APPDATA", "/users/sato/AppData/Roaming")
    assert user_folder() == Path("/users/sato/AppData/Roaming/kpixl")


def test_a_file_that_was_named_has_to_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    written(tmp_path, SMALL)
    with pytest.raises(ConfigProblem) as caught:
        find_config(tmp_path / "other.toml", tmp_path / "plan.xlsx")
    assert (caught.value.code, caught.value.details["given"]) == ("config-not-there", "--config")
    monkeypatch.setenv("KPIXL_CONFIG", str(tmp_path / "other.toml"))
    with pytest.raises(ConfigProblem) as caught:
        find_config(None, tmp_path / "plan.xlsx")
    assert caught.value.details["given"] == "KPIXL_CONFIG"


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_any_file_it_is_said_how_to_begin_and_the_example_works(
    language: str, tmp_path: Path
):
    with pytest.raises(ConfigProblem) as caught:
        mail_config(DeliveryConfig())
    told = problem_text(caught.value, language)
    assert "docs/mail" in told.mend
    mail = mail_config(read_config(written(tmp_path, told.mend.partition("\n")[2])))
    assert mail.smtp is not None
    written(tmp_path, '[ledger]\nurl = "x.db"')
    with pytest.raises(ConfigProblem) as caught:
        mail_config(delivery_config(None, tmp_path / "plan.xlsx"))
    assert caught.value.code == "config-without-mail"


# ---- Mistakes -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "key", "near"),
    [
        ('hots = "x"', "mail.smtp.hots", "mail.smtp.host"),
        ('Security = "tls"', "mail.smtp.Security", "mail.smtp.security"),
        ('reply_to = "x@example.com"', "mail.smtp.reply_to", "mail.reply_to"),
        ('zzz = "x"', "mail.smtp.zzz", None),
        ('[mial]\nfrom = "x"', "mial", "mail"),
        ('[smtp]\nhost = "x"', "smtp", "mail.smtp"),
        ('[ledger]\nurl = "x"\nurll = "y"', "ledger.urll", "ledger.url"),
    ],
)
def test_a_key_that_there_is_not_is_named_with_the_likely_one(
    lines: str, key: str, near: str | None, tmp_path: Path
):
    fault = problem(tmp_path, SMALL + lines)
    assert (fault.code, fault.details["key"]) == ("config-unknown", key)
    assert fault.details.get("near") == near
    assert (near or "") in problem_text(fault, "en").mend


@pytest.mark.parametrize(
    ("lines", "key"),
    [
        (f'password = "{HIDDEN}"', "mail.smtp.password"),
        (f'smtp_passwd = "{HIDDEN}"', "mail.smtp.smtp_passwd"),
        (f'"パスワード" = "{HIDDEN}"', "mail.smtp.パスワード"),
        (f'[mail.microsoft]\nclient_secret = "{HIDDEN}"', "mail.microsoft.client_secret"),
        (f'[anything.else]\nAccess_Token = "{HIDDEN}"', "anything.else.Access_Token"),
        (f'[[list]]\nin = [{{secret = "{HIDDEN}"}}]', "list.in.secret"),
    ],
)
def test_a_secret_is_refused_wherever_it_stands_and_never_shown(
    lines: str, key: str, tmp_path: Path
):
    fault = problem(tmp_path, SMALL + lines)
    assert (fault.code, fault.details["key"]) == ("config-secret", key)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://kpi:correct horse battery@db/kpixl",
        "postgresql://kpi@db/kpixl?password=correct horse battery",
        "postgresql://kpi@db/kpixl?sslmode=require&sslpassword=correct horse battery",
    ],
)
def test_a_password_in_the_ledgers_address_is_refused_and_never_shown(url: str, tmp_path: Path):
    fault = problem(tmp_path, f'[ledger]\nurl = "{url}"')
    assert (fault.code, fault.details["key"]) == ("config-ledger-password", "ledger.url")


@pytest.mark.parametrize("url", ["mysql://kpi@db/kpixl", "postgresql://[half/kpixl", "https://x"])
def test_a_ledger_that_kpixl_cannot_keep_is_refused(url: str, tmp_path: Path):
    assert problem(tmp_path, f'[ledger]\nurl = "{url}"').code == "config-ledger"


@pytest.mark.parametrize(
    ("old", "new", "code", "key", "found"),
    [
        ('"smtp.example.co.jp"', "5", "config-type", "mail.smtp.host", "5"),
        ('"smtp.example.co.jp"', "true", "config-type", "mail.smtp.host", "true"),
        ("user =", 'port = "587"\nuser =', "config-type", "mail.smtp.port", '"587"'),
        ("user =", "port = true\nuser =", "config-type", "mail.smtp.port", "true"),
        ("user =", "port = 0\nuser =", "config-range", "mail.smtp.port", "0"),
        ("user =", "port = 70000\nuser =", "config-range", "mail.smtp.port", "70000"),
        ("user =", "port = 58.7\nuser =", "config-range", "mail.smtp.port", "58.7"),
        ("user =", "timeout = 0\nuser =", "config-range", "mail.smtp.timeout", "0"),
        ("user =", "timeout = nan\nuser =", "config-range", "mail.smtp.timeout", "NaN"),
        ("[mail]", "ledger = 5\n[mail]", "config-type", "ledger", "5"),
        ("user =", 'security = "ssl"\nuser =', "config-choice", "mail.smtp.security", "ssl"),
        ("user =", 'login = "Password"\nuser =', "config-choice", "mail.smtp.login", "Password"),
        ("user =", 'security = "none"\nuser =', "config-not-encrypted", "mail.smtp.security",
         "smtp.example.co.jp"),
        ("user =", 'ca_file = "gone.pem"\nuser =', "config-ca", "mail.smtp.ca_file", None),
        ("user =", 'ca_file = "kpixl.toml"\nuser =', "config-ca", "mail.smtp.ca_file", None),
        ('"smtp.example.co.jp"', '"https://smtp.example.co.jp"', "config-host", "mail.smtp.host",
         "https://smtp.example.co.jp"),
        ('"smtp.example.co.jp"', '"smtp.example.co.jp:587"', "config-host", "mail.smtp.host",
         "smtp.example.co.jp:587"),
        ('"smtp.example.co.jp"', '"kpi:correct horse battery@smtp"', "config-host",
         "mail.smtp.host", "smtp"),
        ("user =", 'hello = "二号館"\nuser =', "config-host", "mail.smtp.hello", "二号館"),
        ('from = "kpi@example.co.jp"', 'from = "kpi"', "config-address", "mail.from", "kpi"),
        ('from = "kpi@example.co.jp"', 'from = "a@example.com, b@example.com"', "config-address",
         "mail.from", "a@example.com, b@example.com"),
        ('from = "kpi@example.co.jp"', 'from = "X\\nBcc: y <kpi@example.co.jp>"', "config-address",
         "mail.from", None),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named_with_its_key(
    old: str, new: str, code: str, key: str, found: str | None, tmp_path: Path
):
    assert old in SMALL
    fault = problem(tmp_path, SMALL.replace(old, new))
    assert (fault.code, fault.details["key"]) == (code, key)
    if found is not None:
        assert fault.details["found"] == found


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (SMALL.replace('from = "kpi@example.co.jp"', ""), "mail.from"),
        (SMALL.replace('host = "smtp.example.co.jp"', 'host = " "'), "mail.smtp.host"),
        (SMALL.replace('user = "kpi@example.co.jp"', ""), "mail.smtp.user"),
        ('[mail]\nfrom = "kpi@example.co.jp"', "mail.smtp"),
        ('[mail]\nfrom = "kpi@example.co.jp"\ntransport = "graph"', "mail.microsoft"),
        (SMALL + 'login = "xoauth2"', "mail.microsoft"),
        (SMALL + '[mail.microsoft]\ntenant = "t"', "mail.microsoft.client_id"),
        ("[ledger]", "ledger.url"),
    ],
)
def test_what_is_missing_is_named_with_an_example(text: str, key: str, tmp_path: Path):
    fault = problem(tmp_path, text)
    assert (fault.code, fault.details["key"]) == ("config-missing", key)
    assert fault.details["example"] == EXAMPLES[key]
    assert set(EXAMPLES) <= set(PLACES)
    # Who types it as it is written has a file that can be read.
    assert tomllib.loads(EXAMPLES[key])


@pytest.mark.parametrize(
    "text", ["[mail", f'password = "{HIDDEN}', "a = 1\na = 2", r'x = "C:\kpi"', "[" * 5000]
)
def test_a_file_that_is_no_toml_is_told_so_without_what_stands_in_it(text: str, tmp_path: Path):
    assert problem(tmp_path, text).code == "config-not-toml"


@pytest.mark.parametrize(
    ("table", "text", "shown"),
    [
        # TOML takes \\t and \\n of such paths for a tab and a new line, without a word.
        ("ledger.url", r'"C:\temp\new.sqlite"', r'"C:\temp\new.sqlite"'),
        ("pack.brand", r'"C:\brand"', r'"C:\brand"'),
    ],
)
def test_a_path_of_windows_between_double_quotes_is_told_how_to_be_written(
    table: str, text: str, shown: str, tmp_path: Path
):
    name, _, key = table.partition(".")
    found = problem(tmp_path, f"[{name}]\n{key} = {text}")
    assert (found.code, found.details["key"], found.details["found"]) == (
        "config-control", table, shown,
    )  # fmt: skip
    for language in LANGUAGES:
        assert "\\" in problem_text(found, language).mend
    single = text.replace('"', "'")
    (tmp_path / "kpixl.toml").write_text(f"[{name}]\n{key} = {single}", encoding="utf-8")
    read_config(tmp_path / "kpixl.toml")


def test_a_space_of_full_width_parts_a_senders_names(tmp_path: Path):
    text = SMALL.replace('"kpi@example.co.jp"', '"山田　太郎　<kpi@example.co.jp>"', 1)
    (tmp_path / "kpixl.toml").write_text(text, encoding="utf-8")
    mail = read_config(tmp_path / "kpixl.toml").mail
    assert mail is not None
    assert mail.sender == Address("kpi@example.co.jp", "山田 太郎")


def test_a_space_of_full_width_is_part_of_a_path(tmp_path: Path):
    (tmp_path / "kpixl.toml").write_text("[pack]\nbrand = '経営　企画'", encoding="utf-8")
    assert read_config(tmp_path / "kpixl.toml").brand == tmp_path / "経営　企画"


def test_a_file_in_another_encoding_or_none_at_all_is_told_so(tmp_path: Path):
    path = tmp_path / "kpixl.toml"
    path.write_bytes('[mail]\nfrom = "経営企画部 <kpi@example.co.jp>"'.encode("cp932"))
    with pytest.raises(ConfigProblem) as caught:
        read_config(path)
    assert caught.value.code == "config-not-utf8"
    with pytest.raises(ConfigProblem) as caught:
        read_config(tmp_path)
    assert caught.value.code == "config-unreadable"


def test_only_this_machine_itself_is_loopback():
    here = ["localhost", "LOCALHOST", "127.0.0.1", "127.8.8.8", "::1"]
    there = ["localhost.example.com", "10.0.0.1", "0.0.0.0", "smtp", "127.0.0.1.example.com"]  # noqa: S104 - none of them is listened at
    assert [is_loopback(host) for host in (*here, *there)] == [True] * 5 + [False] * 5


@pytest.mark.source
@pytest.mark.parametrize("name", ["mail.md", "mail.ja.md"])
def test_the_examples_in_the_documentation_work_and_every_setting_is_explained(
    name: str, tmp_path: Path
):
    text = (Path(__file__).resolve().parents[1] / "docs" / name).read_text(encoding="utf-8")
    examples = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert len(examples) == 6
    (tmp_path / "company-ca.pem").write_bytes(Authority(tmp_path).ca_file.read_bytes())
    for example in examples:
        sender = "" if "[mail]" in example else '[mail]\nfrom = "kpi@example.co.jp"\n'
        assert read_config(written(tmp_path, sender + example)).mail is not None
    explained = set(re.findall(r"`([\w.]+)`", text))
    last = {place.rpartition(".")[2] for place in PLACES} - {"smtp", "microsoft"}
    assert last <= {one.rpartition(".")[2] for one in explained}
