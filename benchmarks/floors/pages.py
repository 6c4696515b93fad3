"""Loads both pages in bare Playwright: python -m benchmarks.floors.pages ORDER.

ORDER is a JSON object with url, browser, flags, sandbox, endpoints, and `stay`, which
keeps the browser open and loads the pages once per line on stdin.
"""

import asyncio
import json
import sys
import time
from typing import Any

from playwright.async_api import BrowserContext, Page, Request, async_playwright


async def load(context: BrowserContext, order: dict[str, Any]) -> dict[str, bytes]:
    """The JSON that the pages fetch by themselves, by endpoint."""
    wanted = set(order["endpoints"])
    bodies: dict[str, bytes] = {}
    whole = asyncio.Event()

    async def take(request: Request, name: str) -> None:
        response = await request.response()
        assert response is not None
        bodies.setdefault(name, await response.body())
        if wanted <= bodies.keys():
            whole.set()

    def on_finished(request: Request) -> None:
        name = request.url.partition("?")[0].rpartition("/")[2]
        if request.resource_type == "fetch" and name in wanted - claimed:
            claimed.add(name)
            reading.append(asyncio.create_task(take(request, name)))

    claimed: set[str] = set()
    reading: list[asyncio.Task[None]] = []

    async def open_page(path: str) -> Page:
        page = await context.new_page()
        page.on("requestfinished", on_finished)
        await page.goto(order["url"] + path, wait_until="commit")
        return page

    pages = await asyncio.gather(open_page("/leaderboard"), open_page("/"))
    await pages[1].get_by_text("MODELCHAT", exact=True).click()
    async with asyncio.timeout(30):
        await whole.wait()
    await asyncio.gather(*reading, *(page.close() for page in pages))
    return bodies


async def main(order: dict[str, Any]) -> None:
    """Launches, loads and closes; with `stay`, prints the seconds of each load."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=order["browser"],
            args=order["flags"],
            chromium_sandbox=order["sandbox"],
        )
        context = await browser.new_context()
        if not order["stay"]:
            await load(context, order)
        else:
            while await asyncio.to_thread(sys.stdin.readline):
                start = time.perf_counter()
                await load(context, order)
                print(time.perf_counter() - start, flush=True)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
