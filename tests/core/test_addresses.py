from __future__ import annotations

from email.headerregistry import HeaderRegistry
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boardcal.core.addresses import Address, AddressError, parse_address

LABEL = "b" * 63

WRITE_ONE = "write an address such as name@example.org"
ONLY_ONE = "holds more than one address; give only one"
UNSEEN = "holds a line break or another character that cannot be seen; type the address again"
QUOTE_NAME = (
    "has a comma, a quote or another mark in the name; put the name in double quotes, "
    'as in "Smith, Jo" <name@example.org>'
)
BEFORE_AT = (
    "has a mark before the @ that an address cannot have there: "
    "a bracket, a quote, a colon, a backslash, or a full stop out of place"
)
TOO_LONG = "is longer than the 254 characters an address may have"


@pytest.mark.parametrize(
    ("text", "name", "address"),
    [
        ("pmqag.chair@example.org", "", "pmqag.chair@example.org"),
        ("Cumbria LSCB <lscb@example.org>", "Cumbria LSCB", "lscb@example.org"),
        ('"Chair, PMQAG" <pmqag@example.org>', "Chair, PMQAG", "pmqag@example.org"),
        (r'"The \"A\" \\ team" <a@example.org>', r'The "A" \ team', "a@example.org"),
        ("<lscb@example.org>", "", "lscb@example.org"),
        ('"" <lscb@example.org>', "", "lscb@example.org"),
        ("  lscb@example.org ", "", "lscb@example.org"),
        ("LSCB@EXAMPLE.ORG", "", "LSCB@example.org"),
        ("chair+lscb@example.org", "", "chair+lscb@example.org"),
        ("o'neill.chair@example.org", "", "o'neill.chair@example.org"),
        ("Büro <buero@bücher.example>", "Büro", "buero@xn--bcher-kva.example"),
        ("a@xn--bcher-kva.example", "", "a@xn--bcher-kva.example"),
        # Not what IDNA 2008 makes of anything, and in planners that are stored.
        ("a@ab--cd.org", "", "a@ab--cd.org"),
        ("a@xn--n3h.net", "", "a@xn--n3h.net"),
        ("a@xn--ab-0ea.org", "", "a@xn--ab-0ea.org"),
        ("a@ｅxample.org", "", "a@example.org"),
        ("chair@localhost", "", "chair@localhost"),
        (f"{'a' * 64}@example.org", "", f"{'a' * 64}@example.org"),
        (
            f"a@{LABEL}.{LABEL}.{LABEL}.{'b' * 56}.org",
            "",
            f"a@{LABEL}.{LABEL}.{LABEL}.{'b' * 56}.org",
        ),
    ],
)
def test_an_address_is_read_with_its_domain_in_lower_case_ascii(
    text: str, name: str, address: str
) -> None:
    assert parse_address(text) == Address(name=name, address=address)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", f"is empty; {WRITE_ONE}"),
        ("   ", f"is empty; {WRITE_ONE}"),
        ("lscb", f"has no @; {WRITE_ONE}"),
        ("Chair <lscb>", f"has no @; {WRITE_ONE}"),
        ("@example.org", "needs a name before the @ and a domain after it"),
        ("chair@", "needs a name before the @ and a domain after it"),
        ("chair@example.org>", 'has a ">" without a "<" before it'),
        ("a@example.org, b@example.org", ONLY_ONE),
        ("a@example.org;b@example.org", ONLY_ONE),
        ("a@b@example.org", ONLY_ONE),
        ("a@example.org, B <b@example.org>", ONLY_ONE),
        ("A <a@example.org>, B <b@example.org>", ONLY_ONE),
        ("Smith, Jo <jo@example.org>", QUOTE_NAME),
        ('"Jo" Smith <jo@example.org>', QUOTE_NAME),
        ("Jo (Police) <jo@example.org>", QUOTE_NAME),
        ("Chair\r\nBcc: all@example.org <a@example.org>", UNSEEN),
        ("chair@example.org\nBcc: all@example.org", UNSEEN),
        ("chair\x00@example.org", UNSEEN),
        ("chair\u202e@example.org", UNSEEN),
        ("chair\u200b@example.org", UNSEEN),
        (
            "=?utf-8?q?Bcc=0A?= <a@example.org>",
            'has "=?" in the name, which mail programs do not show as it stands',
        ),
        (f"{'N' * 201} <a@example.org>", "has a name of more than 200 characters"),
        ("jo smith@example.org", "has a space in the address"),
        ("jo@ example.org", "has a space in the address"),
        ('"jo smith"@example.org', "has a space in the address"),
        (
            "jörg@example.org",
            (
                'has "ö" before the @, which many mail systems refuse; '
                "ask for an address in plain letters"
            ),
        ),
        (".jo@example.org", BEFORE_AT),
        ("jo..s@example.org", BEFORE_AT),
        ("mailto:jo@example.org", BEFORE_AT),
        (f"{'a' * 65}@example.org", "has more than 64 characters before the @"),
        (f"a@{LABEL}.{LABEL}.{LABEL}.{'b' * 57}.org", TOO_LONG),
        (f"a@{'b' * 5000}", TOO_LONG),
        (f"a@{'ü.' * 60}org", TOO_LONG),
        ("jo@example..org", 'has "example..org" after the @, which is not a domain'),
        ("jo@-example.org", 'has "-example.org" after the @, which is not a domain'),
        ("jo@ex_ample.org", 'has "ex_ample.org" after the @, which is not a domain'),
        ("jo@example.org.", 'has "example.org." after the @, which is not a domain'),
        (f"jo@{'b' * 64}.org", f'has "{"b" * 64}.org" after the @, which is not a domain'),
        ("jo@[192.0.2.1]", 'has "[192.0.2.1]" after the @, which is not a domain'),
        ("jo@192.0.2.1", 'has the number "192.0.2.1" after the @; write the domain by name'),
        (
            "jo@example",
            'has only "example" after the @; write the whole domain, such as example.org',
        ),
        (
            "jo@straße.example",
            (
                'has "ß" in the domain, which not all systems read alike; '
                "write the domain in the form that begins with xn--"
            ),
        ),
    ],
)
def test_what_a_mail_system_could_read_otherwise_is_refused_with_the_reason(
    text: str, why: str
) -> None:
    with pytest.raises(AddressError) as refused:
        parse_address(text)
    assert str(refused.value) == why


NAMES = st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" "), max_size=60)


@given(NAMES)
def test_an_address_written_out_is_read_as_the_same_address(name: str) -> None:
    written = Address(name=name.strip(" "), address="lscb@example.org")
    if "=?" not in name:
        assert parse_address(str(written)) == written


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40))
def test_pythons_own_mail_parser_reads_every_accepted_text_as_that_one_address(text: str) -> None:
    try:
        address = parse_address(f"{text} <chair@example.org>")
    except AddressError:
        return
    header: Any = HeaderRegistry()("To", str(address))
    assert [each.addr_spec for each in header.addresses] == [address.address]


@given(st.text(max_size=60), st.text(max_size=30))
def test_any_text_gives_an_address_in_printable_ascii_or_an_address_error(
    one: str, two: str
) -> None:
    try:
        address = parse_address(f"{one}@{two}.org").address
    except AddressError:
        return
    assert address.isascii()
    assert address.isprintable()
    assert address.count("@") == 1
