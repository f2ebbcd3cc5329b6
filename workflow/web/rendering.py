"""The templates' environment: autoescaping, the interface's language, and how instants and numbers look.

Never here: a template, data.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from workflow.web import local
from workflow.web.access import Access
from workflow.wording import LANGUAGES
from workflow.wording.desk import translations

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"


def environment() -> Environment:
    """A new environment. Templates know `desk`, gettext in the reader's language, and the filters below."""
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
        auto_reload=False,
    )
    # Our own callables and not those of jinja2.ext.i18n, which look themselves up again and format even what has
    # nothing to fill in, some sixty times a page.
    made.globals |= {"_": _gettext, "gettext": _gettext, "ngettext": _ngettext}
    made.filters |= {
        "moment": _moment,
        "short_moment": _short_moment,
        "day": _day,
        "distance": _distance,
        "number": _number,
    }
    versions = {file.name: sha256(file.read_bytes()).hexdigest()[:12] for file in STATIC.iterdir() if file.is_file()}
    made.globals |= {
        "static": lambda name: f"/static/{name}?v={versions[name]}",
        "Access": Access,
        "LANGUAGES": LANGUAGES,
        "OWN_NAMES": local.OWN_NAMES,
    }
    return made


@pass_context
def _gettext(context: Context, message: str, /, **values: Any) -> Markup:
    said = Markup(translations(context["desk"].language).gettext(message))
    return said % values if "%" in said else said


@pass_context
def _ngettext(context: Context, one: str, many: str, n: int, /, **values: Any) -> Markup:
    return Markup(translations(context["desk"].language).ngettext(one, many, n)) % {"num": n, **values}


@pass_context
def _moment(context: Context, value: datetime) -> str:
    return local.moment(value, _zone(context), _language(context))


@pass_context
def _short_moment(context: Context, value: datetime) -> str:
    return local.short_moment(value, _zone(context), _language(context))


@pass_context
def _day(context: Context, value: date) -> str:
    return local.day(value, _language(context))


@pass_context
def _distance(context: Context, value: datetime) -> str:
    return local.distance(value, context["desk"].now, _language(context))


@pass_context
def _number(context: Context, value: int | Decimal) -> str:
    return local.number(value, _language(context))


def _language(context: Mapping[str, Any] | Context) -> str:
    return str(context["desk"].language)


def _zone(context: Context) -> str:
    return str(context["desk"].zone)
