"""Events into Redis, NATS and RabbitMQ: what a target says that it has is there, also after it was away."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from pathlib import Path

import aio_pika
import nats
import pytest
from redis.asyncio import Redis

from s3gw.db import events
from s3gw.db.events import Wanted, telling
from s3gw.db.pool import Database
from s3gw.errors import ConfigError
from s3gw.jobs.job import Progress
from s3gw.jobs.notify import Notifier
from s3gw.target_url import Destination, parse_all
from s3gw.targets.base import NotTaken
from s3gw.targets.opening import open_target
from tests.gateway import free_port
from tests.targets import servers

pytestmark = [
    pytest.mark.client,
    pytest.mark.skipif(bool(servers.MISSING), reason=f"not installed: {servers.MISSING}"),
]


async def _prepare_nats(port: int) -> None:
    client = await nats.connect(f"nats://127.0.0.1:{port}")
    await client.jetstream().add_stream(name="kept", subjects=["events"])
    await client.close()


async def _read_nats(port: int) -> list[bytes]:
    client = await nats.connect(f"nats://127.0.0.1:{port}")
    reader = await client.jetstream().pull_subscribe("events", durable="test")
    found = await reader.fetch(10, timeout=2)
    await client.close()
    return [message.data for message in found]


async def _prepare_rabbitmq(port: int) -> None:
    connection = await aio_pika.connect(f"amqp://127.0.0.1:{port}/")
    channel = await connection.channel()
    await channel.declare_queue("events", durable=True)
    await connection.close()


async def _read_rabbitmq(port: int) -> list[bytes]:
    connection = await aio_pika.connect(f"amqp://127.0.0.1:{port}/")
    queue = await (await connection.channel()).declare_queue("events", durable=True)
    found = []
    while (message := await queue.get(fail=False)) is not None:
        found.append(message.body)
        await message.ack()
    await connection.close()
    return found


async def _prepare_redis(_: int) -> None:
    pass


async def _read_redis(port: int) -> list[bytes]:
    client = Redis(port=port)
    found = [bytes(one) for one in await client.lrange("events", 0, -1) if isinstance(one, bytes)]
    await client.aclose()
    return found


Server = Callable[[Path, int], AbstractContextManager[None]]
Prepare = Callable[[int], Awaitable[None]]
Read = Callable[[int], Awaitable[list[bytes]]]
KINDS: dict[str, tuple[str, Server, Prepare, Read]] = {
    "redis": ("redis://127.0.0.1:{}/0?list=events", servers.redis, _prepare_redis, _read_redis),
    "nats": ("nats://127.0.0.1:{}/events?jetstream=on", servers.nats, _prepare_nats, _read_nats),
    "rabbitmq": (
        "amqp://127.0.0.1:{}/?routing_key=events",
        servers.rabbitmq,
        _prepare_rabbitmq,
        _read_rabbitmq,
    ),
}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", KINDS)
async def test_events_are_told(kind: str, tmp_path: Path, database: Database) -> None:
    url, server, prepare, read = KINDS[kind]
    port = free_port()
    target = await open_target(Destination("queue", url.format(port)))
    notifier = Notifier(database, {"queue": target}, 1000, 1000)

    async def run() -> dict[str, int]:
        await database.execute("UPDATE event_targets SET retry_at = now() - interval '1 second'")
        progress = Progress()
        await notifier.run(progress)
        return progress.counts

    async def happen(*numbers: int) -> None:
        wanted = [Wanted("queue", {"Number": number}) for number in numbers]
        statement, arguments = telling("SELECT 1 AS one", (), wanted, version="NULL")
        await database.fetch(statement, *arguments)

    await happen(1, 2)
    assert await run() == {"refused": 1}
    with server(tmp_path / "first", port):
        await prepare(port)
        assert await run() == {"told": 2}
        assert [json.loads(message)["Number"] for message in await read(port)] == [1, 2]
    await happen(3)
    assert await run() == {"refused": 1}
    with server(tmp_path / "second", port):
        await prepare(port)
        assert await run() == {"told": 1}
        assert [json.loads(message)["Number"] for message in await read(port)] == [3]
    await target.close()
    assert await events.pending(database) == {}


async def test_nobody_listens_to_nats(tmp_path: Path) -> None:
    """Without JetStream a message is for whoever listens; the server has it, and that is all."""
    port = free_port()
    with servers.nats(tmp_path, port):
        plain = await open_target(Destination("plain", f"nats://127.0.0.1:{port}/events"))
        kept = await open_target(Destination("kept", f"nats://127.0.0.1:{port}/events?jetstream=on"))
        client = await nats.connect(f"nats://127.0.0.1:{port}")
        heard = await client.subscribe("events")
        await client.flush()
        await plain.send(b"{}")
        assert (await heard.next_msg(timeout=60)).data == b"{}"
        await heard.unsubscribe()
        with pytest.raises(NotTaken):
            await kept.send(b"{}")  # there is no stream
        await client.close()
        await plain.close()
        await kept.close()


@pytest.mark.timeout(300)
async def test_a_queue_that_is_not_there(tmp_path: Path) -> None:
    port = free_port()
    with servers.rabbitmq(tmp_path, port):
        target = await open_target(Destination("queue", f"amqp://127.0.0.1:{port}/?routing_key=missing"))
        with pytest.raises(NotTaken):
            await target.send(b"{}")
        await target.close()


@pytest.mark.parametrize(
    "url",
    [
        "redis://localhost/0",
        "redis://localhost/0?list=a&channel=b",
        "nats://localhost",
        "nats://localhost/a?stream=b",
        "amqp://localhost/",
        "amqp://localhost/?queue=a",
    ],
)
async def test_urls_that_say_too_little(url: str) -> None:
    (destination,) = parse_all({"queue": {"url": url}})
    with pytest.raises(ConfigError):
        await open_target(destination)
