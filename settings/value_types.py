"""The types of values in config.toml, with their checks and sentences."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, PlainValidator, ValidationInfo
from pydantic_core import PydanticKnownError

from ..core.addresses import Address, parse_address
from ..core.validation.explain import nearest
from ..core.validation.messages import within

SERVER = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(:00)?")
PAGE = re.compile(r"https?://[A-Za-z0-9.:_\[\]-]+(/[A-Za-z0-9/._~%-]*)?", re.IGNORECASE)


# A service on this machine, as tests have it; what is sent there crosses no network.
LOOPBACK = ("127.0.0.1", "::1", "localhost")


# Files beside the zones that are no zones of their own.
NO_ZONES = ("posix/", "right/", "localtime", "posixrules", "Factory")


def folder_of(info: ValidationInfo) -> Path:
    """The folder that relative paths start from; settings made without one keep them as is."""
    context: dict[str, Any] = info.context or {}
    folder: Path = context.get("folder", Path())
    return folder


def _line(value: object) -> str:
    if not isinstance(value, str):
        raise PydanticKnownError("string_type")
    if not value.isprintable():
        raise ValueError("has a character that cannot be seen; type it again")
    return value


def _path(value: object, info: ValidationInfo) -> Path:
    text = _line(str(value) if isinstance(value, Path) else value)
    if not text:
        raise ValueError("must not be empty")
    try:
        return folder_of(info) / Path(text).expanduser()
    except RuntimeError:
        raise ValueError("begins with the home folder of nobody here") from None


def _optional_path(value: object, info: ValidationInfo) -> Path | None:
    return None if value is None or value == "" else _path(value, info)


def _address(value: object) -> Address:
    if isinstance(value, Address):
        return value
    if not isinstance(value, str):  # a line break has its own words in parse_address
        raise PydanticKnownError("string_type")
    return parse_address(value)


def _optional_address(value: object) -> Address | None:
    return None if value is None or value == "" else _address(value)


def _server(value: object) -> str:
    text = _line(value)
    if not text:
        raise ValueError("must not be empty")
    try:
        return str(ip_address(text))
    except ValueError:
        if SERVER.fullmatch(text) is not None:
            return text
    raise ValueError(
        "must be the name or number of a server alone, such as mail.example.org, "
        "without a port or https://"
    )


def _zone_name(value: object) -> str:
    name = _line(value)
    try:
        if not name.startswith(NO_ZONES) and ZoneInfo(name).key == name:
            return name
    except (ZoneInfoNotFoundError, OSError, ValueError):
        pass
    zones = sorted(zone for zone in available_timezones() if not zone.startswith(NO_ZONES))
    meant = nearest(name, zones)
    if meant is None:
        raise ValueError("is not a time zone; use one such as Europe/London")
    raise ValueError(f"is not a time zone; did you mean {meant}?")


def _sending_time(value: object) -> time:
    match = CLOCK.fullmatch(str(value) if isinstance(value, time) else _line(value))
    if match is None:
        raise ValueError('must be a time such as "08:00"')
    if match[1] == "01":
        raise ValueError(
            "falls in the hour that comes twice, or not at all, when the clocks change; "
            'use a time before "01:00" or from "02:00"'
        )
    return time(int(match[1]), int(match[2]))


def _page_address(value: object) -> str:
    url = _line(value)
    try:
        parts = urlsplit(url)
        _server(parts.hostname or "")
        plain = parts.port != 0 and PAGE.fullmatch(url) is not None
    except ValueError:
        plain = False
    if not plain:
        raise ValueError(
            "must be the address of a page such as https://calendar.example.org, "
            "without a user name, ? or #"
        )
    return url.rstrip("/")


def page_address_of(host: str, port: int) -> str:
    """Where the pages of a server are found that listens on `host` and `port`.

    One that listens everywhere is found on its own machine for certain, so that is its address.
    """
    try:
        number = ip_address(host)
    except ValueError:
        return f"http://{host}:{port}"
    if number.is_unspecified:
        return f"http://127.0.0.1:{port}"
    # The part after % names an interface of this machine, which no URL can hold.
    bare = host.partition("%")[0]
    return f"http://[{bare}]:{port}" if number.version == 6 else f"http://{bare}:{port}"


def _ping_address(value: object) -> str:
    url = _line(value)
    if url == "":
        return url
    try:
        parts = urlsplit(url)
        _server(parts.hostname or "")
        plain = parts.scheme in ("http", "https") and parts.port != 0 and " " not in url
        plain = plain and parts.username is None and not parts.fragment
    except ValueError:
        plain = False
    if not plain:
        raise ValueError(
            "must be an address to fetch, such as https://alive.example.org/a-secret, without a "
            "user name or #; empty for none"
        )
    return url


def _service_address(value: object) -> str:
    """The address of a web service that is given secrets, so that they leave encrypted alone."""
    url = _page_address(value)
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise ValueError("must begin with https://, because a secret is sent there")
    return url


def _optional_service_address(value: object) -> str:
    return "" if value == "" else _service_address(value)


def _optional_day(value: object) -> date | None:
    if value is None or value == "":
        return None
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(_line(value))
    except ValueError:
        raise ValueError('must be a date such as "2027-11-30"') from None


Line = Annotated[str, AfterValidator(_line)]
Server = Annotated[str, AfterValidator(_server)]
Port = Annotated[int, within(1, 65535)]
FilePath = Annotated[Path, PlainValidator(_path)]
OptionalFilePath = Annotated[Path | None, PlainValidator(_optional_path)]
Mailbox = Annotated[Address, PlainValidator(_address)]
OptionalMailbox = Annotated[Address | None, PlainValidator(_optional_address)]
OptionalDay = Annotated[date | None, PlainValidator(_optional_day)]
ServiceAddress = Annotated[str, AfterValidator(_service_address)]
OptionalServiceAddress = Annotated[str, AfterValidator(_optional_service_address)]
ZoneName = Annotated[str, AfterValidator(_zone_name)]
SendingTime = Annotated[time, PlainValidator(_sending_time)]
PageAddress = Annotated[str, AfterValidator(_page_address)]
PingAddress = Annotated[str, AfterValidator(_ping_address)]
