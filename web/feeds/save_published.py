"""Save beside the pages which events the feeds have published, so that their numbers rise."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from ...queries.feeds.feed_contents import FeedCache
from ...storage.database.errors import DatabaseError

EVERY_SECONDS = 60


@asynccontextmanager
async def saving_published(
    feeds: FeedCache, announce: Callable[[str], None], *, every: float = EVERY_SECONDS
) -> AsyncIterator[None]:
    """Save now and then, and at the end, what was published since."""

    async def save() -> None:
        try:
            await asyncio.to_thread(feeds.save)
        except DatabaseError as error:
            announce(f"What the feeds published could not be noted. {error}")

    async def again_and_again() -> None:
        while True:
            await asyncio.sleep(every)
            await save()

    task = asyncio.create_task(again_and_again(), name="feeds")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await save()
