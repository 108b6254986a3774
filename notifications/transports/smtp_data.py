"""DATA in two steps, so that nothing has left until the server has said that it will take it.

The library does both in one call, and then nobody can tell a server that never wanted the mail
from one that fell silent over it.
"""

from __future__ import annotations

import re

import aiosmtplib
from aiosmtplib.typing import SMTPStatus

# RFC 5321 2.3.8 and 4.5.2: lines end with CRLF, and one that begins with a period gets another.
LINE_ENDS = re.compile(rb"\r\n|\n|\r(?!\n)")
PERIOD = re.compile(rb"(?m)^\.")


async def ask_to_begin(client: aiosmtplib.SMTP) -> None:
    """Sends the command DATA and waits for the server's 354; nothing of a mail has left.

    Waits as long as the caller lets it. Raises SMTPDataError for any other answer.
    """
    answer = await client.execute_command(b"DATA", timeout=None)
    if answer.code != SMTPStatus.start_input:
        raise aiosmtplib.SMTPDataError(answer.code, answer.message)


async def give_content(client: aiosmtplib.SMTP, content: bytes) -> aiosmtplib.SMTPResponse:
    """Sends a mail after the server's 354, with the final dot; the server's yes.

    Waits as long as the caller lets it. Raises SMTPDataError for a no.
    """
    protocol = client.protocol
    if protocol is None:
        raise aiosmtplib.SMTPServerDisconnected("the connection was lost before the mail")
    lines = LINE_ENDS.sub(b"\r\n", content)
    if not lines.endswith(b"\r\n"):
        lines += b"\r\n"
    protocol.write(PERIOD.sub(b"..", lines) + b".\r\n")
    answer = await protocol.read_response(timeout=None)
    if answer.code != SMTPStatus.completed:
        raise aiosmtplib.SMTPDataError(answer.code, answer.message)
    return answer
