"""Header lines that mail programs act on, in the very bytes that a mail server received."""

import asyncio
import json
import re
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest

from services.contracts import identifiers
from services.notifications.courier.letters import Writer
from services.notifications.courier.letters.headers import POLICY, phrase
from services.notifications.courier.post import MailServer as Server
from services.notifications.courier.post import Post
from services.notifications.courier.recipients import Addressee
from services.notifications.model import Age, Delivery, Edition, Subject
from services.runtime.settings import Settings
from tests.harness.mailserver import MailServer

from .world import World

LONG = "https://kaivososaamisen.alueellinen-verkosto.esimerkki." + "pitka." * 25 + "example.org/malmi"
TOKEN = "sub_01kahp5v3mf0gt8zqk4c2w7x9e." + "A" * 43
TITLE = "Esimerkkiseminaari rikastushiekoista, sivuvirroista, särmistä ja öljystä pitkällä otsikolla"


def _line(raw: bytes, name: bytes) -> bytes:
    """A header as it stands, from its name to the end of its last line."""
    found = re.search(rb"(?im)^" + name + rb":(?:.*\r\n)(?:[ \t].*\r\n)*", raw)
    assert found is not None, f"no {name!r}"
    return found.group(0).removesuffix(b"\r\n")


def test_the_header_to_unsubscribe_is_literal_in_a_real_mail(world: World) -> None:
    reader = world.subscriber()
    world.event(title={"fi": TITLE}).tell()
    mail = world.letters.wait_for(reader, lambda mail: "Uusi tapahtuma" in mail["subject"])
    (raw,) = [raw for raw in world.letters.raw_to(reader) if b"List-Unsubscribe: " in raw]
    line = _line(raw, b"List-Unsubscribe")
    assert re.fullmatch(rb"List-Unsubscribe: <http://\S+/fi/unsubscribe/[\w.-]+>", line), line
    assert _line(raw, b"List-Unsubscribe-Post") == b"List-Unsubscribe-Post: List-Unsubscribe=One-Click"
    for name in (b"List-Id", b"Message-ID", b"References"):
        assert re.search(rb"<[^<>=?\s]+>$", _line(raw, name)), name
    assert mail["subject"] == f"Uusi tapahtuma: {TITLE}"
    assert b"=?utf-8?" in _line(raw, b"Subject")
    assert max(map(len, _line(raw, b"Subject").split(b"\r\n"))) <= 78


@pytest.mark.parametrize(
    ("public_url", "begins"),
    [
        (LONG, LONG.encode()),
        ("https://kaivos-järvi.example.org", b"https://xn--kaivos-jrvi-s8a.example.org"),
    ],
)
def test_a_long_or_a_finnish_address_of_the_node_stays_a_literal_url(public_url: str, begins: bytes) -> None:
    raw = _through_a_server(public_url, "Pohjois-Karjalan äärimmäisen pitkä kaivososaamisen verkosto " * 4)
    assert (
        _line(raw, b"List-Unsubscribe") == b"List-Unsubscribe: <" + begins + b"/fi/unsubscribe/" + TOKEN.encode() + b">"
    )
    listed = _line(raw, b"List-Id")
    assert listed.endswith(b"<pohjois-karjala.malmi.example.org>")
    assert max(map(len, listed.split(b"\r\n"))) <= 78
    parsed = message_from_bytes(raw, policy=policy.default)
    assert str(parsed["list-id"]).startswith("Pohjois-Karjalan äärimmäisen pitkä kaivososaamisen")
    assert parsed["subject"] == TITLE


def test_a_nodes_name_cannot_pose_as_a_list_or_add_a_header() -> None:
    raw = _through_a_server("https://malmi.example.org", 'Example" <forged.example.org>\r\nBcc: thief@example.org')
    assert _line(raw, b"List-Id").startswith(b'List-Id: "Example\\" <forged.example.org> Bcc: thief@example.org"')
    assert _line(raw, b"List-Id").endswith(b" <pohjois-karjala.malmi.example.org>")
    assert not re.search(rb"(?m)^Bcc:", raw.partition(b"\r\n\r\n")[0])
    assert phrase("Åsa") == "=?utf-8?q?=C3=85sa?="


@pytest.mark.parametrize("name", ["List-Unsubscribe", "List-Id", "Message-ID", "References"])
@pytest.mark.parametrize("value", ["<a>\r\nBcc: x@example.org", "<a>\nBcc: x@example.org", "<a>\rBcc: x@example.org"])
def test_a_line_break_in_a_literal_header_is_refused(name: str, value: str) -> None:
    with pytest.raises(ValueError, match="linefeed or carriage return"):
        POLICY.header_store_parse(name, value)


def _through_a_server(public_url: str, node_name: str) -> bytes:
    """The bytes of a mail to a subscriber, as a server received them."""
    settings = Settings.from_environment(
        {
            "MALMI_PART": "courier",
            "MALMI_NODE": "pohjois-karjala",
            "MALMI_NODE_NAME": json.dumps({"fi": node_name}),
            "MALMI_REGIONS": "FI1DC",
            "MALMI_PUBLIC_URL": public_url,
            "MALMI_SECRET": "ab" * 32,
            "MAIL_FROM": "malmi@example.org",
            "AMQP_URI": "amqp://127.0.0.1",
        }
    )
    now = datetime.now(UTC)
    data = {"id": "nws_1", "home": "pohjois-karjala", "title": {"fi": TITLE}, "body": {"fi": "Esimerkki."}}
    edition = Edition("e", "pohjois-karjala/nws_1", "news", Age(1, 1), "posted", True, Subject(), data, "{}", now)
    made = identifiers.new_id(identifiers.DELIVERY)
    delivery = Delivery(made, "mail", "bulk", "sub_1", "news.posted", "waiting", now, now, "c", edition.record, "e")
    reader = Addressee("reader@example.org", "", "fi", token=TOKEN)
    writer, server = Writer(settings), MailServer()
    try:
        asyncio.run(_post(server, writer, delivery, reader, edition))
    finally:
        server.stop()
    (raw,) = server.raw_to(reader.email)
    return raw


async def _post(server: MailServer, writer: Writer, delivery: Delivery, reader: Addressee, edition: Edition) -> None:
    post = Post(Server.parse(server.uri))
    await post.send(writer.write(delivery, reader, edition, None))
    await post.close()
