"""A whole node, and people who come to it with a browser. Debian's Chromium, headless; nothing but loopback."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Route, sync_playwright

from tests.harness import until
from tests.harness.mailserver import text_of
from tests.harness.whole import WholeNode, whole_node

ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text("utf-8")
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
NARROWEST = 320
"""CSS pixels: what is left of a screen of 1280 at a zoom of 400 % (WCAG 1.4.10)."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the node shows: ids of an event with one place, of one with many, of a piece of news."""

    full_event: str
    event: str
    news: str


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeNode]:
    folder = tmp_path_factory.mktemp("browser")
    yield from whole_node(folder, 18_600, MALMI_CONTACT="yllapito@example.org")


@pytest.fixture(scope="module")
def coordinator(whole: WholeNode) -> Iterator[httpx.Client]:
    account = whole.person("koordinaattori@example.org", "coordinator", "FI1DC")
    with whole.client_of(account["id"]) as client:
        client.timeout = httpx.Timeout(30)
        until(lambda: client.get("/me").status_code == 200, says="the key is known")
        yield client


def publish(coordinator: httpx.Client, theme: str) -> None:
    """An event about this theme: subscribers are told."""
    event = {
        "organiser": {"kind": "region", "id": "FI1DC"},
        "title": {"fi": "Esimerkkitapaaminen", "sv": "Exempelträff", "en": "Example meeting"},
        "begins": "2090-06-04T09:00:00+03:00",
        "ends": "2090-06-04T12:00:00+03:00",
        "place": {"name": "Joensuu", "region": "FI1DC"},
        "themes": [theme],
    }
    _made(coordinator, f"/events/{_made(coordinator, '/events', event)}/publish", {})


def _made(client: httpx.Client, path: str, body: dict[str, Any]) -> str:
    response = client.post(path, json=body)
    assert response.status_code in (200, 201), response.text
    return str(response.json()["id"])


@pytest.fixture(scope="module")
def shown(coordinator: httpx.Client) -> Shown:
    def made(path: str, body: dict[str, Any]) -> str:
        return _made(coordinator, path, body)

    name = {
        "fi": "Outokummun kaivosklusteri (esimerkki)",
        "sv": "Gruvkluster (exempel)",
        "en": "Mining cluster (example)",
    }
    consortium = made("/consortia", {"name": name, "kind": "cluster", "regions": ["FI1DC"]})
    made(
        f"/consortia/{consortium}/working-groups",
        {"name": {"fi": "Sivuvirrat (esimerkki)", "en": "Side streams (example)"}},
    )
    news = {
        "target": {"kind": "consortium", "id": consortium},
        "title": {"fi": "Esimerkkiuutinen", "sv": "Exempelnyhet", "en": "Example news"},
        "body": {"fi": "Ensimmäinen kappale.\n\nToinen kappale.", "en": "First paragraph.\n\nSecond paragraph."},
        "link": "https://example.org/" + "pitka-osoite/" * 8,
    }
    event = {
        "organiser": {"kind": "region", "id": "FI1DC"},
        "title": {
            "fi": "Esimerkkiseminaari: kaivannaissivuvirtojen hyödyntämismahdollisuudet",
            "sv": "Exempelseminarium om sidoströmmar",
            "en": "Example seminar on side streams",
        },
        "summary": {"fi": "Lyhyesti: esimerkki.", "en": "In short: an example."},
        "description": {
            "fi": "Ohjelma.\n\n9.00 Aamukahvi\n9.30 Avaus",
            "en": "Programme.\n\n9.00 Coffee\n9.30 Opening",
        },
        "begins": "2090-05-04T09:00:00+03:00",
        "ends": "2090-05-04T12:00:00+03:00",
        "sign_up_closes": "2090-05-01T12:00:00+03:00",
        "place": {"name": "Outokumpu", "address": "Kummunkatu 1", "region": "FI1DC"},
        "link": "https://example.org/" + "verkkokokous/" * 8,
        "themes": ["side_streams"],
    }
    few = {
        **event,
        "title": {"fi": "Esimerkkityöpaja", "sv": "Exempelverkstad", "en": "Example workshop"},
        "capacity": 1,
    }
    ids = [made("/events", one) for one in (event, few)]
    for one in ids:
        made(f"/events/{one}/publish", {})
    return Shown(full_event=ids[1], event=ids[0], news=made("/news", news))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Ended with the file: while it lives, asyncio thinks that its loop runs, and other tests could run none."""
    path = shutil.which("chromium")
    if path is None:
        pytest.fail("These tests need Chromium: `apt-get install chromium` (./malmi test --full does it as root).")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield started
        started.close()


class Visitor:
    """Somebody with a browser window. `wrong`: what the console complained of, and requests to other sites."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.wrong: list[str] = []
        self.expected: tuple[int, ...] = ()
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        page.context.route("**/*", self._route)

    def open(self, address: str, status: int = 200) -> None:
        """A path of the node's, or an address that a mail named."""
        self.expected = () if status == 200 else (status,)
        response = self.page.goto(address if address.startswith("http") else self.url + address)
        assert response is not None
        assert response.status == status, address

    def heading(self) -> str:
        return self.page.locator("h1").inner_text()

    def press_button(self, number: int = 0) -> None:
        self.page.locator("main button").nth(number).click()
        self.page.wait_for_load_state()

    def tab_to(self, selector: str) -> None:
        """By the keyboard alone."""
        for _ in range(120):
            self.page.keyboard.press("Tab")
            focused = self.page.locator(f"{selector}:focus")
            if focused.count():
                outline = focused.evaluate("element => getComputedStyle(element).outlineStyle")
                assert outline != "none", f"nobody sees that {selector} has the focus"
                return
        raise AssertionError(f"{selector} is not reached by Tab")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(
            f"status of {code}" in message.text for code in self.expected
        ):
            self.wrong.append(f"{message.type}: {message.text}")

    def _route(self, route: Route, request: Request) -> None:
        if urlsplit(request.url).hostname == "127.0.0.1" or request.url.startswith("data:"):
            route.continue_()
            return
        self.wrong.append(f"asked another site: {request.url}")
        route.abort()


Visiting = Callable[..., Visitor]


@pytest.fixture
def visiting(browser: Browser, whole: WholeNode) -> Iterator[Visiting]:
    """Opens a window; at the end nothing may have gone wrong in any."""
    visitors: list[Visitor] = []

    def visit(**options: Any) -> Visitor:
        context = browser.new_context(locale="fi-FI", timezone_id="Europe/Helsinki", **options)
        context.set_default_timeout(20_000)
        visitors.append(Visitor(context.new_page(), whole.url))
        return visitors[-1]

    yield visit
    for visitor in visitors:
        visitor.page.context.close()
    assert [wrong for visitor in visitors for wrong in visitor.wrong] == []


def barriers(page: Page) -> list[str]:
    """What axe finds on the page as it is now."""
    page.evaluate(AXE)
    found = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", list(WCAG))
    return [
        f"{page.url}: {violation['id']}: {node['html'][:200]} {node.get('failureSummary', '')[:300]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def too_wide(page: Page) -> list[str]:
    """What makes the page scroll sideways."""
    if page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth"):
        return []
    return page.evaluate(
        """() => [...document.querySelectorAll("body *")]
            .filter(one => one.getBoundingClientRect().right > innerWidth + 1 && !one.classList.contains("skip"))
            .map(one => one.outerHTML.slice(0, 200))"""
    ) or ["the page itself"]


def picture(page: Page, name: str) -> None:
    """Into the folder MALMI_SCREENSHOTS, for people to look at."""
    folder = os.environ.get("MALMI_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def link_in_mail(whole: WholeNode, address: str, page: str) -> str:
    """The link to this page in a mail to this address, as soon as one has it."""
    pattern = re.compile(rf"http\S*/{page}/\S+")
    mail = whole.mails.wait_for(address, lambda mail: pattern.search(text_of(mail)) is not None)
    found = pattern.search(text_of(mail))
    assert found is not None
    return found.group()
