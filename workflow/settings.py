"""Every NABOR_* variable: what it means, what it may be, what it is when nobody sets it.

Why: whoever runs the system must find all of it in one place, and hear of every mistake at the start, at once.
Never here: rules of a procedure (definitions have them), reading a variable anywhere else, printing a secret.
"""

from __future__ import annotations

import os
import re
import secrets
import shlex
import shutil
import stat
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeAlias
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic.config import JsonDict
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "NABOR_"

_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_SECRET_LENGTH = 32
_ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+\Z")


class SettingsError(Exception):
    """Some variables are wrong. `problems` holds one sentence for each; the message holds them all."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        head = "A setting is wrong:" if len(problems) == 1 else f"{len(problems)} settings are wrong:"
        super().__init__("\n".join([head, *(f"  {problem}" for problem in problems)]))


@dataclass(frozen=True, slots=True)
class Setting:
    """One variable for the documentation: its name, its default in words, one line of help, what it may be."""

    variable: str
    default: str
    help: str
    allowed: str


def _setting(default: Any, help: str, allowed: str, *, shown: str | None = None, secret: bool = False) -> Any:
    """A field with all that a person needs to set it right. `shown` is the default in words, `secret` hides values."""
    words: JsonDict = {"allowed": allowed, "secret": secret, "shown": str(default) if shown is None else shown}
    return Field(default=default, description=help, json_schema_extra=words, validate_default=True, repr=not secret)


def _split_folders(value: Any) -> Any:
    return tuple(part for part in value.split(os.pathsep) if part) if isinstance(value, str) else value


def _split_words(value: Any) -> Any:
    try:
        return tuple(shlex.split(value)) if isinstance(value, str) else value
    except ValueError:
        raise ValueError("a quotation mark is not closed") from None


_Command: TypeAlias = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split_words)]
_Folders: TypeAlias = Annotated[tuple[Path, ...], NoDecode, BeforeValidator(_split_folders)]


class Settings(BaseSettings):
    """The settings of one process. Frozen; made once, by `Settings.load()`, and handed on."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True, hide_input_in_errors=True
    )

    # A field may look at those above it, so the order matters: what another one depends on comes first.
    data: Path = _setting(Path("var"), "Folder of the database, the mails and the signing secret.", "a folder's path")
    database: str = _setting(
        "",
        "Where everything is stored.",
        "sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME",
        shown="sqlite:///var/nabor.db (nabor.db in the data folder)",
        secret=True,
    )
    definitions: _Folders = _setting(
        (),
        "Further folders with definitions of institutions, beside those that come with the package.",
        f"existing folders, separated by {os.pathsep!r}",
        shown="none",
    )
    mail: Literal["file", "smtp", "console", "memory"] = _setting(
        "file",
        "How mails leave: .eml files in a folder, SMTP, the terminal, or nowhere.",
        "file, smtp, console or memory",
    )
    mail_folder: Path = _setting(
        Path(),
        "Folder of the mails when they leave as files.",
        "a folder's path",
        shown="var/mail (mail in the data folder)",
    )
    mail_from: str = _setting(
        "nabor@localhost",
        "Address that mails come from; must be set for SMTP.",
        "an address such as nabor@town.example",
    )
    smtp_host: str | None = _setting(
        None, "Name of the mail server; must be set for SMTP.", "a host name such as mail.town.example", shown="none"
    )
    smtp_tls: Literal["starttls", "tls", "none"] = _setting(
        "starttls", "How the connection to the mail server is encrypted.", "starttls, tls or none"
    )
    smtp_port: int = _setting(
        0, "Port of the mail server.", "a number from 1 to 65535", shown="587 for starttls, 465 for tls, 25 for none"
    )
    smtp_user: str | None = _setting(None, "User name at the mail server.", "a name, with a password", shown="none")
    smtp_password_file: Path | None = _setting(
        None, "File that holds the password at the mail server.", "a file that can be read", shown="none"
    )
    smtp_password: SecretStr | None = _setting(
        None,
        "Password at the mail server, if it does not lie in a file.",
        "a password, here or in a file, not both",
        shown="none",
        secret=True,
    )
    smtp_timeout: float = _setting(20.0, "Seconds to wait for the mail server.", "seconds, more than 0 and at most 300")
    files: Path = _setting(
        Path(),
        "Folder of the files that were handed in.",
        "a folder's path",
        shown="var/files (files in the data folder)",
    )
    upload_megabytes: int = _setting(25, "The largest file that is accepted, in megabytes.", "1 to 500")
    scan_command: _Command = _setting(
        (),
        "Command that looks at each file before it is kept: the path comes last, exit code 0 lets it in.",
        "a program that is there, with its arguments, such as clamdscan --fdpass --no-summary",
        shown="none",
    )
    scan_seconds: float = _setting(30.0, "Seconds that it has for one file.", "seconds, more than 0 and at most 300")
    host: str = _setting("127.0.0.1", "Address on which the pages are served.", "an address of this machine")
    port: int = _setting(8000, "Port on which the pages are served.", "a number from 1 to 65535")
    trusted_proxies: str = _setting(
        "127.0.0.1",
        "Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.",
        "addresses, separated by commas",
    )
    public_url: str | None = _setting(
        None,
        "Address under which people reach the pages; without it mails carry no personal links.",
        "an address such as https://jobs.town.example",
        shown="none",
    )
    secret_file: Path | None = _setting(
        None,
        "File that holds the secret with which personal links are signed.",
        "a file that can be read",
        shown="none",
    )
    secret: SecretStr | None = _setting(
        None,
        "Secret with which personal links are signed, if it does not lie in a file.",
        f"at least {_SECRET_LENGTH} characters, here or in a file, not both",
        shown="made at first need, kept in the data folder",
        secret=True,
    )
    oidc_issuer: str | None = _setting(
        None,
        "OpenID Connect provider through which people may sign in.",
        "the https address of the issuer",
        shown="none",
    )
    oidc_client: str | None = _setting(
        None, "Client id at the provider.", "the id, with a secret and an issuer", shown="none"
    )
    oidc_secret_file: Path | None = _setting(
        None, "File that holds the client secret at the provider.", "a file that can be read", shown="none"
    )
    oidc_secret: SecretStr | None = _setting(
        None,
        "Client secret at the provider, if it does not lie in a file.",
        "the secret, here or in a file, not both",
        shown="none",
        secret=True,
    )
    sweep_seconds: int = _setting(
        10, "Seconds between two looks at what is due.", "a whole number of seconds from 1 to 3600"
    )
    language: Literal["en", "pl", "bg", "zh", "ru"] = _setting(
        "en", "Language of the command line.", "en, pl, bg, zh or ru"
    )
    log_level: Literal["debug", "info", "warning", "error"] = _setting(
        "info", "From which weight on a server logs messages.", "debug, info, warning or error"
    )

    @classmethod
    def load(cls) -> Self:
        """The settings that the environment holds. Raises SettingsError with everything that is wrong."""
        problems = list(_unknown(cls))
        try:
            settings = cls()
        except ValidationError as error:
            raise SettingsError((*problems, *_problems(cls, error))) from None  # its context would show secrets
        if problems:
            raise SettingsError(tuple(problems))
        return settings

    def signing_secret(self) -> bytes:
        """The secret for signed links; made in the data folder (mode 0600) when none is set and none is there.

        Raises SettingsError when the folder cannot be written, or when others may read the file.
        """
        if self.secret is not None:
            return self.secret.get_secret_value().encode()
        return _kept_secret(self.data / "secret")

    @field_validator("database")
    @classmethod
    def _database(cls, value: str, info: ValidationInfo) -> str:
        if not value:
            return f"sqlite:///{info.data['data'] / 'nabor.db'}" if "data" in info.data else value
        scheme, separator, _ = value.partition("://")
        if scheme not in {"sqlite", "postgresql"} or not separator:
            raise ValueError(f"{scheme!r} is no database that Nabor knows" if separator else "it is not an address")
        rest = value.removeprefix("sqlite://")
        if scheme == "sqlite" and rest and (not rest.startswith("/") or rest == "/"):
            raise ValueError("after sqlite: stand three slashes and the path of a file")
        return value

    @field_validator("definitions")
    @classmethod
    def _definitions(cls, value: tuple[Path, ...]) -> tuple[Path, ...]:
        lost = [str(folder) for folder in value if not folder.is_dir()]
        if lost:
            raise ValueError(f"no such folder: {', '.join(lost)}")
        return value

    @field_validator("mail_folder")
    @classmethod
    def _mail_folder(cls, value: Path, info: ValidationInfo) -> Path:
        return info.data["data"] / "mail" if value == Path() and "data" in info.data else value

    @field_validator("files")
    @classmethod
    def _files(cls, value: Path, info: ValidationInfo) -> Path:
        return info.data["data"] / "files" if value == Path() and "data" in info.data else value

    @field_validator("upload_megabytes")
    @classmethod
    def _upload_megabytes(cls, value: int) -> int:
        return _within(value, 1, 500)

    @field_validator("port")
    @classmethod
    def _port(cls, value: int) -> int:
        return _within(value, 1, 65535)

    @field_validator("oidc_issuer")
    @classmethod
    def _oidc_issuer(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        local = parts.scheme == "http" and parts.hostname in _LOCAL_HOSTS
        if not parts.hostname or not (parts.scheme == "https" or local) or parts.query or parts.fragment:
            raise ValueError("it is not the https address of a provider")
        return value

    @field_validator("oidc_secret")
    @classmethod
    def _oidc_secret(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        value = _from_file(value, info, "oidc_secret_file")
        if "oidc_secret_file" not in info.data or "oidc_issuer" not in info.data:
            return value  # what is wrong with them has been said
        given = {value is not None, info.data["oidc_issuer"] is not None, info.data["oidc_client"] is not None}
        if len(given) > 1:
            raise ValueError(f"{PREFIX}OIDC_ISSUER, {PREFIX}OIDC_CLIENT and the secret belong together")
        return value

    @field_validator("mail_from")
    @classmethod
    def _mail_from(cls, value: str, info: ValidationInfo) -> str:
        if not _ADDRESS.match(value):
            raise ValueError("it is not an address")
        if info.data.get("mail") == "smtp" and value == cls.model_fields["mail_from"].default:
            raise ValueError(f"it is not set, and {PREFIX}MAIL is smtp")
        return value

    @field_validator("smtp_host")
    @classmethod
    def _smtp_host(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None and info.data.get("mail") == "smtp":
            raise ValueError(f"it is not set, and {PREFIX}MAIL is smtp")
        if value is not None and re.search(r"[\s/@]", value):
            raise ValueError("it is not a host name")
        return value

    @field_validator("smtp_port")
    @classmethod
    def _smtp_port(cls, value: int, info: ValidationInfo) -> int:
        if value == 0 and "smtp_port" not in _given(cls):
            return _PORTS[info.data.get("smtp_tls", "starttls")]
        return _within(value, 1, 65535)

    @field_validator("smtp_password_file", "secret_file", "oidc_secret_file")
    @classmethod
    def _readable(cls, value: Path | None) -> Path | None:
        if value is not None:
            _content(value)
        return value

    @field_validator("smtp_password")
    @classmethod
    def _smtp_password(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        value = _from_file(value, info, "smtp_password_file")
        if "smtp_password_file" not in info.data:
            return value  # the file is wrong, and that has been said
        if (value is None) != (info.data.get("smtp_user") is None):
            raise ValueError(f"{PREFIX}SMTP_USER and the password belong together, and one is missing")
        remote = info.data.get("smtp_host") not in {None, *_LOCAL_HOSTS}
        if value is not None and remote and info.data.get("smtp_tls") == "none":
            raise ValueError(f"it would cross the network in clear, because {PREFIX}SMTP_TLS is none")
        return value

    @field_validator("scan_command")
    @classmethod
    def _scan_command(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if value and shutil.which(value[0]) is None:
            raise ValueError(f"there is no program {value[0]}")
        return value

    @field_validator("smtp_timeout", "scan_seconds")
    @classmethod
    def _seconds(cls, value: float) -> float:
        if not 0 < value <= 300:
            raise ValueError("it is out of range")
        return value

    @field_validator("public_url")
    @classmethod
    def _public_url(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("it is not the address of a site")
        return value.rstrip("/")

    @field_validator("secret")
    @classmethod
    def _secret(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        value = _from_file(value, info, "secret_file")
        if value is not None and len(value.get_secret_value()) < _SECRET_LENGTH:
            raise ValueError("it is too short to be safe")
        return value

    @field_validator("sweep_seconds")
    @classmethod
    def _sweep_seconds(cls, value: int) -> int:
        return _within(value, 1, 3600)


def describe() -> tuple[Setting, ...]:
    """Every variable, in the order of its declaration, for the documentation and `--help`."""
    described = []
    for name, field in Settings.model_fields.items():
        words = _words(Settings, name)
        described.append(
            Setting(_variable(name), str(words["shown"]), str(field.description or ""), str(words["allowed"]))
        )
    return tuple(described)


def values(settings: Settings) -> tuple[tuple[Setting, str | bool], ...]:
    """Every variable with its value as text, '' for none; of a secret only whether it is set."""
    told: list[tuple[Setting, str | bool]] = []
    for setting, name in zip(describe(), Settings.model_fields, strict=True):
        value = getattr(settings, name)
        if _words(Settings, name)["secret"]:
            told.append((setting, bool(value)))
        elif isinstance(value, tuple):
            told.append((setting, os.pathsep.join(map(str, value))))
        else:
            told.append((setting, "" if value is None else str(value)))
    return tuple(told)


# --- what is wrong, in words ----------------------------------------------------------------------------------------


def _variable(name: str) -> str:
    return PREFIX + name.upper()


def _words(cls: type[Settings], name: str) -> Mapping[str, object]:
    extra = cls.model_fields[name].json_schema_extra
    assert isinstance(extra, dict)  # _setting makes every field
    return extra


def _given(cls: type[Settings]) -> frozenset[str]:
    return frozenset(name for name in cls.model_fields if os.environ.get(_variable(name)))


def _unknown(cls: type[Settings]) -> tuple[str, ...]:
    """A sentence for every variable with our prefix that means nothing: a typing error must not pass in silence."""
    known = [name.upper() for name in cls.model_fields]
    found = []
    for name in sorted(v.removeprefix(PREFIX) for v in os.environ if v.startswith(PREFIX)):
        if name not in known:
            near = get_close_matches(name, known, n=1, cutoff=0.7)
            remedy = f"did you mean {PREFIX}{near[0]}?" if near else "remove it"
            found.append(f"{PREFIX}{name}: there is no such setting; {remedy}")
    return tuple(found)


def _problems(cls: type[Settings], error: ValidationError) -> tuple[str, ...]:
    found = []
    for entry in error.errors(include_url=False, include_context=True):
        name = str(entry["loc"][0])
        words = _words(cls, name)
        value = os.environ.get(_variable(name))
        shown = "" if value is None or words["secret"] else f" = {value!r}"
        cause = entry.get("ctx", {}).get("error")
        what = str(cause) if cause is not None else _PLAIN.get(entry["type"], "it is none of these")
        found.append(f"{_variable(name)}{shown}: {what}; give {words['allowed']}")
    return tuple(found)


_PLAIN = {
    "int_parsing": "it is not a whole number",
    "float_parsing": "it is not a number",
    "literal_error": "there is no such choice",
}


def _within(value: int, least: int, most: int) -> int:
    if not least <= value <= most:
        raise ValueError("it is out of range")
    return value


# --- secrets --------------------------------------------------------------------------------------------------------


def _content(path: Path) -> str:
    """The text of a secret's file without the newline at its end. Raises ValueError when there is none."""
    try:
        text = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise ValueError(f"{path} cannot be read ({why})") from None
    if not text:
        raise ValueError(f"{path} is empty")
    return text


def _from_file(value: SecretStr | None, info: ValidationInfo, field: str) -> SecretStr | None:
    path = info.data.get(field)
    if path is None:
        return value
    if value is not None:
        raise ValueError(f"it is set twice, here and by {_variable(field)}")
    return SecretStr(_content(path))


def _kept_secret(path: Path) -> bytes:
    variable = _variable("secret")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            # Written aside and linked into place: of two starters one wins, and nobody reads half a secret.
            aside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
            descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                with os.fdopen(descriptor, "w", encoding="ascii") as file:
                    file.write(secrets.token_urlsafe(48))
                    file.flush()
                    os.fsync(file.fileno())
                os.link(aside, path)
            except FileExistsError:
                pass
            finally:
                aside.unlink()
        # Windows has no such modes; there the folder's own rights count.
        if sys.platform != "win32" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise SettingsError((f"{variable}: others may read {path}; run chmod 600 on it",))
        text = _content(path)
    except OSError as error:
        raise SettingsError((f"{variable}: cannot keep it in {path} ({error.strerror}); set {variable}",)) from error
    except ValueError as error:
        raise SettingsError((f"{variable}: {error}; remove the file or set {variable}",)) from error
    if len(text) < _SECRET_LENGTH:
        raise SettingsError((f"{variable}: what lies in {path} is too short to be safe; remove it, or set {variable}",))
    return text.encode()
