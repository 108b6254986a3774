"""Sign-ins at once, on a server that runs: what they cost is in `run.py`, as its memory."""

from __future__ import annotations

import asyncio
import re

import httpx2

AT_ONCE = 50


def flood(port: int) -> None:
    """Lets AT_ONCE people with wrong passwords sign in at the same moment, twice."""
    for turn in range(2):
        statuses = asyncio.run(_signed_in(port, turn))
        if set(statuses) != {422}:
            raise SystemExit(f"not every password was looked at: {sorted(statuses)}")


async def _signed_in(port: int, turn: int) -> list[int]:
    gate = asyncio.Barrier(AT_ONCE)
    return await asyncio.gather(*(_try(port, f"{turn}.{n}", gate) for n in range(AT_ONCE)))


async def _try(port: int, name: str, gate: asyncio.Barrier) -> int:
    """One attempt from a network of its own, so that none has to wait."""
    base = f"http://127.0.0.1:{port}"
    headers = {"Origin": base, "X-Forwarded-For": f"10.0.{name}"}
    async with httpx2.AsyncClient(base_url=base, headers=headers, timeout=300) as client:
        page = await client.get("/sign-in")
        csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)
        await gate.wait()
        fields = {"csrf": csrf[1] if csrf else "", "email": f"{name}@example.org", "password": "x"}
        return (await client.post("/sign-in", data=fields)).status_code
