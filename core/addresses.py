"""Mail addresses as people write them, checked before anything is sent to them."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_ADDRESS = 254  # RFC 5321 4.5.3.1.3: a path of 256 with its angle brackets
MAX_LOCAL = 64  # RFC 5321 4.5.3.1.1
TOO_LONG = f"is longer than the {MAX_ADDRESS} characters an address may have"
MAX_NAME = 200  # long enough for a Board and its county; a header of it stays readable
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
ATOMS = re.compile(r'[^"(),.:;<>@\[\]\\]*')  # RFC 5322 3.2.3: no full stop, though people write one
BARE_NAME = re.compile(r'[^"(),:;<>@\[\]\\]*')


# IDNA 2003 (older mail systems) and 2008 (browsers) send these to different domains.
DEVIATING = frozenset("ßς")
LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"  # RFC 1035 2.3.1
HOST = re.compile(rf"{LABEL}(\.{LABEL})*")
# What stands before the @ of nearly every address; any other is looked at by email-validator.
USUAL_LOCAL = re.compile(r"[A-Za-z0-9]+([._+'-][A-Za-z0-9]+)*")
ANY_DOMAIN = "example.org"  # stands in where only the part before the @ is checked


class AddressError(ValueError):
    """Why a text is no address, worded to follow the text ("has no @")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A mailbox: `name` as people see it (or ""), `address` as mail systems take it.

    The domain is lower-case and in ASCII (IDNA), the part before the @ as it was written.
    """

    name: str = ""
    address: str

    def __str__(self) -> str:
        """The mailbox as `parse_address` reads it again."""
        if not self.name:
            return self.address
        if ATOMS.fullmatch(self.name):
            return f"{self.name} <{self.address}>"
        escaped = self.name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}" <{self.address}>'


def parse_address(text: str) -> Address:
    """The one mailbox that `text` states, "name@domain" or "Name <name@domain>".

    Raises AddressError for anything that a mail system could read in another way: several
    addresses, control characters, a name with an unquoted comma, letters outside ASCII
    before the @ (RFC 5321 without SMTPUTF8).
    """
    text = text.strip(" ")
    if not text:
        raise AddressError("is empty; write an address such as name@example.org")
    if not text.isprintable():
        raise AddressError(
            "holds a line break or another character that cannot be seen; type the address again"
        )
    if not text.endswith(">"):
        return Address(address=_checked(text))
    before, bracket, inside = text[:-1].rpartition("<")
    if not bracket:
        raise AddressError('has a ">" without a "<" before it')
    return Address(name=_name(before.strip(" ")), address=_checked(inside))


def person_name(text: str) -> str:
    """A name as it may stand before an address, or "" for none. Raises AddressError."""
    return parse_address(str(Address(name=text.strip(" "), address=f"name@{ANY_DOMAIN}"))).name


def _name(text: str) -> str:
    quoted = QUOTED.fullmatch(text)
    if quoted is not None:
        name = re.sub(r"\\(.)", r"\1", quoted[1]).strip(" ")
    elif "<" in text or ("@" in text and not text.startswith('"')):
        raise AddressError("holds more than one address; give only one")
    elif BARE_NAME.fullmatch(text) is None:
        raise AddressError(
            "has a comma, a quote or another mark in the name; put the name in double quotes, "
            'as in "Smith, Jo" <name@example.org>'
        )
    else:
        name = text
    if len(name) > MAX_NAME:
        raise AddressError(f"has a name of more than {MAX_NAME} characters")
    if "=?" in name:  # RFC 2047: a mail program would decode it into something else
        raise AddressError('has "=?" in the name, which mail programs do not show as it stands')
    return name


def _checked(text: str) -> str:
    """`text` as a bare address with its domain in ASCII and lower-case."""
    local, at, domain = text.rpartition("@")
    if not at:
        raise AddressError("has no @; write an address such as name@example.org")
    if not (local and domain):
        raise AddressError("needs a name before the @ and a domain after it")
    if re.search(r"[,;]", text) or text.count("@") > 1:
        raise AddressError("holds more than one address; give only one")
    if " " in text:
        raise AddressError("has a space in the address")
    if len(text) > MAX_ADDRESS:
        raise AddressError(TOO_LONG)
    _check_local(local)
    return f"{local}@{_ascii_domain(local, domain)}"


def _check_local(local: str) -> None:
    odd = sorted({character for character in local if not character.isascii()})
    if odd:
        raise AddressError(
            f"has {_listed(odd)} before the @, which many mail systems refuse; "
            "ask for an address in plain letters"
        )
    if len(local) > MAX_LOCAL:
        raise AddressError(f"has more than {MAX_LOCAL} characters before the @")
    if USUAL_LOCAL.fullmatch(local) is None and _domain_of(f"{local}@{ANY_DOMAIN}") is None:
        raise AddressError(
            "has a mark before the @ that an address cannot have there: "
            "a bracket, a quote, a colon, a backslash, or a full stop out of place"
        )


def _ascii_domain(local: str, domain: str) -> str:
    """`domain` in lower-case ASCII, wholly checked; one in Unicode by IDNA 2008 (RFC 5891)."""
    deviating = sorted(DEVIATING & set(domain.lower()))
    if deviating:
        raise AddressError(
            f"has {_listed(deviating)} in the domain, which not all systems read alike; "
            "write the domain in the form that begins with xn--"
        )
    # What is in ASCII already is looked up as it stands. Stored planners hold domains that IDNA
    # 2008 would not make ("ab--cd.org", or a symbol's): they are read and sent to as ever.
    if domain.isascii():
        encoded = domain.lower() if HOST.fullmatch(domain.lower()) else None
    else:
        encoded = _domain_of(f"{local}@{domain}")
    if encoded is None:
        raise AddressError(f'has "{domain}" after the @, which is not a domain')
    if encoded.rpartition(".")[2].isdigit():
        raise AddressError(f'has the number "{domain}" after the @; write the domain by name')
    if "." not in encoded and encoded != "localhost":
        raise AddressError(
            f'has only "{domain}" after the @; write the whole domain, such as example.org'
        )
    return encoded


def _domain_of(address: str) -> str | None:
    """The ASCII domain of `address`, None where it is no address."""
    # A command that reads only usual addresses saves 28 ms and 1 MB; dnspython is never imported.
    import email_validator

    # Offices with a mail server of their own have addresses in .local, trials in .test.
    email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()
    try:
        return email_validator.validate_email(
            address,
            allow_smtputf8=False,
            check_deliverability=False,
            globally_deliverable=False,
        ).ascii_domain
    except email_validator.EmailSyntaxError as error:
        if str(error).startswith("The email address is too long"):
            raise AddressError(TOO_LONG) from None
        return None


def _listed(characters: list[str]) -> str:
    return ", ".join(f'"{character}"' for character in characters)
