"""What may stand on the command line: days, addresses, notes and the options that many share."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from ...core.addresses import Address
    from ...core.local_time import LocalTime

Command = TypeVar("Command", bound=Callable[..., Any])
ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
ORDINAL = re.compile(r"^(\d{1,2})(?:st|nd|rd|th)\b", re.IGNORECASE)
TIME = re.compile(r"(?P<day>.+?)[T ](?P<time>\d{1,2}:\d{2}.*)")
NUMBER = re.compile(r"[0-9]{1,9}")
LONGEST_NOTE = 500  # a note stands in one line of a mail and in the record


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A day, with a time of day or without; the time may state its own offset."""

    day: date
    time: datetime | None = None

    def instant(self, local: LocalTime) -> datetime:
        """The moment as an aware datetime; a day alone means its sending time."""
        if self.time is None:
            return local.sending_instant(self.day)
        return self.time if self.time.tzinfo is not None else self.time.replace(tzinfo=local.zone)


def day_of(text: str) -> date:
    """The day that "2018-03-08" or "8 March 2018" states; ValueError with a sentence if none."""
    # Loaded here because `--help` needs no calendar.
    from ...calendar.rules.date_text import MONTHS, stated_date
    from ...calendar.rules.timing import Precision

    text = " ".join(text.split())
    iso = ISO_DAY.fullmatch(text)
    if iso is not None:
        year, month, day = (int(part) for part in iso.groups())
        if not 1 <= month <= len(MONTHS):
            raise ValueError(f'"{text}" is not a day: there is no month {month}')
        return stated_date(f"{day} {MONTHS[month - 1]} {year:04}").last
    try:
        stated = stated_date(ORDINAL.sub(r"\1", text))
    except ValueError as error:
        if str(error).startswith(("there is no", "the year")):
            raise
        raise ValueError(f'"{text}" is not a day; write 2018-03-08 or "8 March 2018"') from None
    if stated.precision is not Precision.DAY:
        raise ValueError(f'"{text}" is not one day; write 2018-03-08 or "8 March 2018"')
    return stated.last


def moment_of(text: str) -> Moment:
    """The moment that "2018-02-22" or "2018-02-22T08:00" states; ValueError if none."""
    split = TIME.fullmatch(text.strip())
    if split is None:
        return Moment(day=day_of(text))
    day = day_of(split["day"])
    try:
        time = datetime.fromisoformat(f"{day.isoformat()}T{split['time'].strip().zfill(5)}")
    except ValueError:
        raise ValueError(
            f'"{text}" is not a moment; write 2018-02-22T08:00, or a day alone'
        ) from None
    return Moment(day=day, time=time)


class Day(click.ParamType[date]):
    """A day."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """`value` as a day."""
        try:
            return value if isinstance(value, date) else day_of(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class AsOf(click.ParamType[Moment]):
    """A day or a moment."""

    name = "datetime"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Moment:
        """`value` as a moment."""
        try:
            return value if isinstance(value, Moment) else moment_of(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Mailbox(click.ParamType["Address"]):
    """A mail address, with or without the name of its owner: "Dr Jo Example <jo@example.org>"."""

    name = "address"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Address:
        """`value` as mail systems take it."""
        from ...core.addresses import AddressError, parse_address
        from ...core.validation.problems import shown

        try:
            mailbox = parse_address(str(value))
        except AddressError as error:
            self.fail(f"{shown(str(value))} {error}", param, ctx)
        return replace(mailbox, address=mailbox.address.lower())


class MailAddress(click.ParamType[str]):
    """A bare mail address; a name before it is dropped."""

    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """`value` as mail systems take it."""
        return MAILBOX.convert(value, param, ctx).address


class OneOf(click.Choice[str]):
    """One of several words; capitals, hyphens and spaces make no difference."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """`value` as the word that is meant."""
        from ...core.validation.problems import alternatives

        text = "-".join(str(value).casefold().replace("_", " ").replace("-", " ").split())
        if text not in self.choices:
            self.fail(f'"{value}" is not known here; use {alternatives(self.choices)}', param, ctx)
        return text


class Note(click.ParamType[str]):
    """A name or a remark: one line that a mail may hold."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """`value` without spaces around it."""
        text = str(value).strip()
        if not text:
            self.fail("is empty", param, ctx)
        if not text.isprintable():
            self.fail("must be one line without characters that cannot be seen", param, ctx)
        if len(text) > LONGEST_NOTE:
            self.fail(f"is longer than {LONGEST_NOTE} characters; keep it short", param, ctx)
        return text


class Name(click.ParamType[str]):
    """A key, an id or another name that is looked for as it is."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """`value` without spaces around it."""
        text = str(value).strip()
        if not text.isprintable():
            self.fail("holds a character that cannot be seen; copy it once more", param, ctx)
        return text


class Number(click.ParamType[int]):
    """The number of something stored."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """`value` as a number that a database can hold."""
        text = str(value).strip()
        if NUMBER.fullmatch(text) is None:
            self.fail(f'"{text}" is not a number from the list, such as 12', param, ctx)
        return int(text)


DAY, MOMENT, ADDRESS, NOTE = Day(), AsOf(), MailAddress(), Note()
MAILBOX = Mailbox()
NAME, NUMBERED = Name(), Number()


def by(does: str) -> Callable[[Command], Command]:
    """--by, for who `does` what is recorded, such as "decides"."""
    return click.option("--by", "who", metavar="WHO", type=NOTE, help=f"Who {does}; default: you.")


def note(text: str, *, required: bool = False) -> Callable[[Command], Command]:
    """--note, with `text` as its help."""
    return click.option("--note", metavar="TEXT", type=NOTE, required=required, help=text)


SLOT = click.option(
    "--slot", help="Which one, where several are on that day: the end of its key in `upcoming`."
)
SAYS_SO, REMARK = by("says so"), note("A remark for the record.")
WHY, WHY_REQUIRED = (note("Why, for the record.", required=required) for required in (False, True))
YES = click.option("--yes", is_flag=True, help="Do not ask; needed where nobody is at a terminal.")
