"""The courier as a whole: its roads, mailings to expand, leases to renew, nudges to hear, a heartbeat to give."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import aio_pika
import pymongo
from aio_pika.abc import AbstractIncomingMessage, AbstractRobustConnection
from aio_pika.exceptions import AMQPError
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError

from services.contracts.errors import StoreAway
from services.notifications.model import QuietHours
from services.notifications.model.delivery import LANES
from services.runtime import heartbeat, logging, topology
from services.runtime.cancelling import together
from services.runtime.rpc_client import RpcClient
from services.runtime.settings import BadSettings, Settings
from services.runtime.store import Document

from .claims import RENEW_EVERY, Claims
from .errand import Errands
from .hastening import Hastening
from .hooks import Hooks
from .letters import Writer
from .mailings import Mailings
from .post import MailServer, Post
from .recipients import Recipients
from .rounds import GRACE, LOOK_EVERY, Rounds, first_of

log = logging.get(__name__)

URGENT_HANDS, MAIL_HANDS, HOOK_HANDS = 8, 24, 32
"""Some ask and mark while others send."""
COUNT_EVERY = 5.0
COUNT_SHARE = 0.02
"""Of the time: a store counts by reading all that it counts."""


class Courier:
    """Raises BadSettings when the mail server's address or the quiet hours can't be read."""

    def __init__(self, settings: Settings, database: AsyncDatabase[Document]) -> None:
        self._settings, self._database = settings, database
        try:
            self._post = Post(MailServer.parse(settings.smtp_uri))
            QuietHours.parse(settings.quiet_hours, settings.time_zone)
        except ValueError as error:
            raise BadSettings(str(error)) from error
        self._claims = Claims(database)
        self._mailings = Mailings(settings)
        self._expand = asyncio.Event()
        self._numbers: dict[str, float] = {}
        self._store_says = ""

    async def run(self) -> None:
        """Until cancelled."""
        rpc = await RpcClient.connect(self._settings.amqp_uri, self._settings.part)
        hooks = Hooks(private=self._settings.webhooks_private)
        errands = Errands(
            self._settings,
            self._database,
            self._claims,
            Recipients(self._database, rpc, self._settings.secret),
            Writer(self._settings),
            self._post,
            hooks,
            self._mailings,
        )
        urgent, *mail, webhook = LANES
        self._roads = (
            Rounds("urgent", [urgent], URGENT_HANDS, self._claims, errands),
            Rounds("mail", mail, MAIL_HANDS, self._claims, errands),
            Rounds("webhook", [webhook], HOOK_HANDS, self._claims, errands),
        )
        try:
            log.info("started")
            await together(
                *(road.run() for road in self._roads),
                self._expand_mailings(),
                self._watch_store(),
                self._every(RENEW_EVERY, self._claims.renew),
                self._every(RENEW_EVERY, Hastening(self._database).look),
                self._every(COUNT_EVERY, self._count, COUNT_SHARE),
                self._stay_connected(),
                again_after=GRACE + 1,
            )
        finally:
            await hooks.close()
            await self._post.close()
            await rpc.close()

    async def _expand_mailings(self) -> None:
        while True:
            more = False
            try:
                more = await self._mailings.next_part()
            except (StoreAway, PyMongoError) as error:
                log.warning("mailing put off", error=f"{type(error).__name__}: {error}"[:200])
                await asyncio.sleep(LOOK_EVERY)
            if more:
                self._wake_roads()
                continue
            await first_of(self._expand, LOOK_EVERY)

    async def _every(self, seconds: float, do: Callable[[], Awaitable[None]], share: float = 1.0) -> None:
        """share: of the time that it may take; what takes long is done less often."""
        while True:
            began = time.monotonic()
            try:
                await do()
            except PyMongoError as error:
                log.warning("put off", what=do.__name__, error=type(error).__name__)
                await asyncio.sleep(seconds)
            else:
                await asyncio.sleep(max(seconds, (time.monotonic() - began) / share))

    async def _watch_store(self) -> None:
        """For the heartbeat: all else may ask the store for nothing for a while, or wait for it longer."""
        while True:
            try:
                with pymongo.timeout(heartbeat.EVERY):
                    await self._database.command("ping")
                self._store_says = ""
            except PyMongoError as error:
                self._store_says = f"the store does not answer: {type(error).__name__}"
            await asyncio.sleep(heartbeat.EVERY)

    async def _count(self) -> None:
        deliveries = self._database["deliveries"]
        self._numbers = {
            "deliveries_waiting": float(await deliveries.count_documents({"state": "waiting"})),
            "deliveries_dead": float(await deliveries.count_documents({"state": "dead"})),
            "mailings_waiting": float(await self._database["mailings"].count_documents({"state": "waiting"})),
        }

    async def _stay_connected(self) -> None:
        """Hears nudges and gives heartbeats; without a broker the courier goes on by looking every second."""
        while True:
            try:
                connection = await aio_pika.connect_robust(
                    self._settings.amqp_uri,
                    timeout=5,
                    reconnect_interval=1,
                    client_properties={"connection_name": self._settings.part},
                )
                async with connection:
                    await self._hear_and_beat(connection)
            except (AMQPError, OSError, TimeoutError, RuntimeError) as error:
                log.warning("broker away", error=str(error))
            await asyncio.sleep(LOOK_EVERY)

    async def _hear_and_beat(self, connection: AbstractRobustConnection) -> None:
        beating = asyncio.create_task(heartbeat.beat(await connection.channel(), self._settings.part, self._state))
        try:
            channel = await connection.channel()
            queue = await channel.declare_queue(exclusive=True, auto_delete=True)
            # Services declare the exchange; a courier may only read it.
            await queue.bind(topology.NUDGES)
            await queue.consume(self._nudged, no_ack=True)
            await beating
        finally:
            beating.cancel()

    async def _nudged(self, message: AbstractIncomingMessage) -> None:
        if message.body == b"notifications":
            self._expand.set()
            self._roads[0].wake()

    def _wake_roads(self) -> None:
        """What is told to many is made by expanding alone; other couriers' is found within a second."""
        for road in self._roads[1:]:
            road.wake()

    def _state(self) -> tuple[bool, dict[str, float], str]:
        blocked = self._roads[0].blocked or self._roads[1].blocked
        numbers = {**self._numbers, "mail_server_away": 1.0 if blocked else 0.0}
        says = "; ".join(filter(None, (self._store_says, f"mail server: {blocked}" if blocked else "")))
        return not self._store_says, numbers, says[:300]
