"""Events by HTTP: one POST each, taken when the answer is 2xx."""

from __future__ import annotations

from typing import Self

import aiohttp

from s3gw.targets.base import TIMEOUT, NotTaken


class Webhook:
    """An HTTP endpoint. Redirects are not followed: only what the operator named is ever called."""

    def __init__(self, url: str, token: str | None) -> None:
        self._url = url
        headers = {"Content-Type": "application/json", "User-Agent": "s3gw"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=TIMEOUT),
            headers=headers,
            connector=aiohttp.TCPConnector(limit=4),
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    @classmethod
    async def open(cls, url: str, token: str | None) -> Self:
        """Ready to send."""
        return cls(url, token)

    async def send(self, message: bytes) -> None:
        """POST it. Raises NotTaken."""
        try:
            async with self._session.post(self._url, data=message, allow_redirects=False) as answer:
                status = answer.status
                await answer.content.read(65536)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise NotTaken(str(error) or type(error).__name__) from error
        if not 200 <= status < 300:
            raise NotTaken(f"answered {status}")

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()
