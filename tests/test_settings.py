"""The settings: defaults, every mistake at once, secrets that stay secret."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from workflow.settings import PREFIX, Settings, SettingsError, describe
from workflow.wording import LANGUAGES

Env = Callable[..., None]


@pytest.fixture
def env(monkeypatch: pytest.MonkeyPatch) -> Env:
    """Sets variables by their name without the prefix; every other one of ours is unset."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)

    def put(**values: object) -> None:
        for name, value in values.items():
            monkeypatch.setenv(PREFIX + name, str(value))

    return put


def _problems() -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        Settings.load()
    return caught.value.problems


def test_defaults(env: Env) -> None:
    settings = Settings.load()
    assert settings.database == f"sqlite:///{Path('var/nabor.db')}"
    assert settings.model_dump(exclude={"database"}) == {
        "data": Path("var"),
        "definitions": (),
        "mail": "file",
        "mail_folder": Path("var/mail"),
        "mail_from": "nabor@localhost",
        "smtp_host": None,
        "smtp_tls": "starttls",
        "smtp_port": 587,
        "smtp_user": None,
        "smtp_password_file": None,
        "smtp_password": None,
        "smtp_timeout": 20.0,
        "scan_command": (),
        "scan_seconds": 30.0,
        "files": Path("var/files"),
        "upload_megabytes": 25,
        "host": "127.0.0.1",
        "port": 8000,
        "trusted_proxies": "127.0.0.1",
        "public_url": None,
        "secret_file": None,
        "secret": None,
        "oidc_issuer": None,
        "oidc_client": None,
        "oidc_secret_file": None,
        "oidc_secret": None,
        "sweep_seconds": 10,
        "language": "en",
        "log_level": "info",
    }


def test_data_folder_moves_what_lies_in_it(env: Env, tmp_path: Path) -> None:
    env(DATA=tmp_path)
    settings = Settings.load()
    assert (settings.database, settings.mail_folder) == (f"sqlite:///{tmp_path / 'nabor.db'}", tmp_path / "mail")


def test_every_setting_is_read(env: Env, tmp_path: Path) -> None:
    first, second, password, secret = tmp_path / "a", tmp_path / "b", tmp_path / "password", tmp_path / "secret"
    first.mkdir()
    second.mkdir()
    password.write_text("pass word\n", encoding="utf-8")
    secret.write_text("s" * 40 + "\n", encoding="utf-8")
    env(
        DATA=tmp_path,
        DATABASE="postgresql://nabor:pw@db.example/nabor",
        DEFINITIONS=f"{first}{os.pathsep}{second}",
        MAIL="smtp",
        MAIL_FOLDER=first,
        MAIL_FROM="nabor@town.example",
        SMTP_HOST="mail.town.example",
        SMTP_TLS="tls",
        SMTP_PORT="2465",
        SMTP_USER="nabor",
        SMTP_PASSWORD_FILE=password,
        SMTP_TIMEOUT="2.5",
        SCAN_COMMAND=f"{sys.executable} -c 'import sys'",
        SCAN_SECONDS="5",
        FILES=second,
        UPLOAD_MEGABYTES="5",
        HOST="0.0.0.0",
        PORT="8080",
        TRUSTED_PROXIES="10.0.0.1",
        PUBLIC_URL="https://jobs.town.example/",
        SECRET_FILE=secret,
        OIDC_ISSUER="https://login.town.example/",
        OIDC_CLIENT="nabor",
        OIDC_SECRET_FILE=secret,
        SWEEP_SECONDS="30",
        LANGUAGE="bg",
        LOG_LEVEL="debug",
    )
    settings = Settings.load()
    assert settings.smtp_password is not None
    assert settings.smtp_password.get_secret_value() == "pass word"
    assert settings.signing_secret() == b"s" * 40
    assert settings.model_dump(exclude={"smtp_password", "secret", "oidc_secret"}) == {
        "data": tmp_path,
        "database": "postgresql://nabor:pw@db.example/nabor",
        "definitions": (first, second),
        "mail": "smtp",
        "mail_folder": first,
        "mail_from": "nabor@town.example",
        "smtp_host": "mail.town.example",
        "smtp_tls": "tls",
        "smtp_port": 2465,
        "smtp_user": "nabor",
        "smtp_password_file": password,
        "smtp_timeout": 2.5,
        "scan_command": (sys.executable, "-c", "import sys"),
        "scan_seconds": 5.0,
        "files": second,
        "upload_megabytes": 5,
        "host": "0.0.0.0",
        "port": 8080,
        "trusted_proxies": "10.0.0.1",
        "public_url": "https://jobs.town.example",
        "secret_file": secret,
        "oidc_issuer": "https://login.town.example/",
        "oidc_client": "nabor",
        "oidc_secret_file": secret,
        "sweep_seconds": 30,
        "language": "bg",
        "log_level": "debug",
    }


@pytest.mark.parametrize(("tls", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_port_follows_encryption(env: Env, tls: str, port: int) -> None:
    env(SMTP_TLS=tls)
    assert Settings.load().smtp_port == port


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        (
            {"DATABASE": "mysql://u:hidden@h/n"},
            "NABOR_DATABASE: 'mysql' is no database that Nabor knows; "
            "give sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME",
        ),
        (
            {"DATABASE": "nabor.db"},
            "NABOR_DATABASE: it is not an address; give sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME",
        ),
        (
            {"DATABASE": "sqlite://nabor.db"},
            "NABOR_DATABASE: after sqlite: stand three slashes and the path of a file; "
            "give sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME",
        ),
        (
            {"DEFINITIONS": "no-such-folder"},
            "NABOR_DEFINITIONS = 'no-such-folder': no such folder: no-such-folder; "
            f"give existing folders, separated by {os.pathsep!r}",
        ),
        (
            {"MAIL": "pigeon"},
            "NABOR_MAIL = 'pigeon': there is no such choice; give file, smtp, console or memory",
        ),
        (
            {"MAIL_FROM": "nobody"},
            "NABOR_MAIL_FROM = 'nobody': it is not an address; give an address such as nabor@town.example",
        ),
        (
            {"SMTP_HOST": "http://mail"},
            "NABOR_SMTP_HOST = 'http://mail': it is not a host name; give a host name such as mail.town.example",
        ),
        (
            {"SMTP_PORT": "70000"},
            "NABOR_SMTP_PORT = '70000': it is out of range; give a number from 1 to 65535",
        ),
        (
            {"SMTP_PORT": "0"},
            "NABOR_SMTP_PORT = '0': it is out of range; give a number from 1 to 65535",
        ),
        (
            {"SMTP_TIMEOUT": "long"},
            "NABOR_SMTP_TIMEOUT = 'long': it is not a number; give seconds, more than 0 and at most 300",
        ),
        (
            {"SCAN_SECONDS": "0"},
            "NABOR_SCAN_SECONDS = '0': it is out of range; give seconds, more than 0 and at most 300",
        ),
        (
            {"SCAN_COMMAND": "no-such-scanner --quick"},
            "NABOR_SCAN_COMMAND = 'no-such-scanner --quick': there is no program no-such-scanner; "
            "give a program that is there, with its arguments, such as clamdscan --fdpass --no-summary",
        ),
        (
            {"SCAN_COMMAND": "clamdscan 'x"},
            'NABOR_SCAN_COMMAND = "clamdscan \'x": a quotation mark is not closed; '
            "give a program that is there, with its arguments, such as clamdscan --fdpass --no-summary",
        ),
        (
            {"SMTP_TIMEOUT": "nan"},
            "NABOR_SMTP_TIMEOUT = 'nan': it is out of range; give seconds, more than 0 and at most 300",
        ),
        (
            {"SMTP_USER": "nabor"},
            "NABOR_SMTP_PASSWORD: NABOR_SMTP_USER and the password belong together, and one is missing; "
            "give a password, here or in a file, not both",
        ),
        (
            {"SMTP_USER": "u", "SMTP_PASSWORD": "p", "SMTP_HOST": "mail.example", "SMTP_TLS": "none"},
            "NABOR_SMTP_PASSWORD: it would cross the network in clear, because NABOR_SMTP_TLS is none; "
            "give a password, here or in a file, not both",
        ),
        (
            {"SMTP_PASSWORD_FILE": "no-such-file"},
            "NABOR_SMTP_PASSWORD_FILE = 'no-such-file': no-such-file cannot be read (No such file or directory); "
            "give a file that can be read",
        ),
        (
            {"PUBLIC_URL": "jobs.town.example"},
            "NABOR_PUBLIC_URL = 'jobs.town.example': it is not the address of a site; "
            "give an address such as https://jobs.town.example",
        ),
        (
            {"SECRET": "short"},
            "NABOR_SECRET: it is too short to be safe; give at least 32 characters, here or in a file, not both",
        ),
        (
            {"SWEEP_SECONDS": "1.5"},
            "NABOR_SWEEP_SECONDS = '1.5': it is not a whole number; give a whole number of seconds from 1 to 3600",
        ),
        (
            {"LANGUAGE": "uk"},
            "NABOR_LANGUAGE = 'uk': there is no such choice; give en, pl, bg, zh or ru",
        ),
        (
            {"LOG_LEVEL": "loud"},
            "NABOR_LOG_LEVEL = 'loud': there is no such choice; give debug, info, warning or error",
        ),
        ({"DATABSE": "x"}, "NABOR_DATABSE: there is no such setting; did you mean NABOR_DATABASE?"),
        ({"QQQ": "x"}, "NABOR_QQQ: there is no such setting; remove it"),
    ],
)
def test_mistake_is_named_with_the_remedy(env: Env, values: dict[str, str], problem: str) -> None:
    env(**values)
    assert _problems() == (problem,)


def test_secret_given_twice(env: Env, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("s" * 40, encoding="utf-8")
    env(SECRET="t" * 40, SECRET_FILE=file)
    assert _problems() == (
        "NABOR_SECRET: it is set twice, here and by NABOR_SECRET_FILE; "
        "give at least 32 characters, here or in a file, not both",
    )


def test_empty_variable_is_unset(env: Env) -> None:
    env(SMTP_PORT="", PUBLIC_URL="", SECRET="")
    settings = Settings.load()
    assert (settings.smtp_port, settings.public_url, settings.secret) == (587, None, None)


def test_all_mistakes_come_at_once(env: Env) -> None:
    env(MAIL="smtp", SWEEP_SECONDS="0", LOG_LEVEL="loud", TYPO="1")
    with pytest.raises(SettingsError) as caught:
        Settings.load()
    assert str(caught.value) == "\n".join(
        [
            "5 settings are wrong:",
            "  NABOR_TYPO: there is no such setting; remove it",
            "  NABOR_MAIL_FROM: it is not set, and NABOR_MAIL is smtp; give an address such as nabor@town.example",
            "  NABOR_SMTP_HOST: it is not set, and NABOR_MAIL is smtp; give a host name such as mail.town.example",
            "  NABOR_SWEEP_SECONDS = '0': it is out of range; give a whole number of seconds from 1 to 3600",
            "  NABOR_LOG_LEVEL = 'loud': there is no such choice; give debug, info, warning or error",
        ]
    )


def test_secrets_are_not_shown(env: Env) -> None:
    env(
        DATABASE="postgresql://u:dbhidden@h/n",
        SMTP_USER="u",
        SMTP_PASSWORD="mailhidden",
        SECRET="linkhidden" * 4,
    )
    shown = repr(Settings.load()) + str(Settings.load())
    assert "hidden" not in shown
    env(DATABASE="mysql://u:dbhidden@h/n", SMTP_HOST="mail.example", SMTP_TLS="none", SECRET="linkhidden")
    assert len(_problems()) == 3
    assert "hidden" not in "".join(_problems())


def test_signing_secret_is_made_once_and_kept(env: Env, tmp_path: Path) -> None:
    env(DATA=tmp_path / "var")
    settings = Settings.load()
    assert not (tmp_path / "var").exists()  # reading settings writes nothing
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: settings.signing_secret(), range(32)))
    assert made == {Settings.load().signing_secret()}
    assert [len(secret) for secret in made] == [64]
    assert [(p.name, stat.S_IMODE(p.stat().st_mode)) for p in (tmp_path / "var").iterdir()] == [("secret", 0o600)]


@pytest.mark.parametrize(
    ("content", "mode", "problem"),
    [
        ("s" * 40, 0o644, "NABOR_SECRET: others may read {path}; run chmod 600 on it"),
        ("", 0o600, "NABOR_SECRET: {path} is empty; remove the file or set NABOR_SECRET"),
        (
            "short",
            0o600,
            "NABOR_SECRET: what lies in {path} is too short to be safe; remove it, or set NABOR_SECRET",
        ),
    ],
)
def test_kept_secret_that_is_not_safe(env: Env, tmp_path: Path, content: str, mode: int, problem: str) -> None:
    file = tmp_path / "secret"
    file.write_text(content, encoding="utf-8")
    file.chmod(mode)
    env(DATA=tmp_path)
    with pytest.raises(SettingsError) as caught:
        Settings.load().signing_secret()
    assert caught.value.problems == (problem.format(path=file),)


def test_data_folder_that_is_a_file(env: Env, tmp_path: Path) -> None:
    (tmp_path / "var").write_text("", encoding="utf-8")
    env(DATA=tmp_path / "var")
    with pytest.raises(SettingsError, match=r"cannot keep it in .* set NABOR_SECRET"):
        Settings.load().signing_secret()


def test_every_setting_is_described() -> None:
    described = describe()
    assert [setting.variable for setting in described] == [PREFIX + name.upper() for name in Settings.model_fields]
    assert [s for s in described if not (s.help.endswith(".") and "\n" not in s.help and s.default and s.allowed)] == []


def test_languages_are_those_of_the_wording() -> None:
    allowed = Settings.model_fields["language"].annotation
    assert allowed is not None
    assert allowed.__args__ == LANGUAGES
