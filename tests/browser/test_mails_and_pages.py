"""What people do who come by a link in a mail, or to the front page, in each language; without JavaScript, and with
the keyboard alone. On every page: no barrier that axe knows (WCAG 2.2 AA), nothing wider than 320 pixels."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page

from tests.browser.conftest import (
    NARROWEST,
    Shown,
    Visiting,
    Visitor,
    barriers,
    link_in_mail,
    picture,
    publish,
    too_wide,
)
from tests.harness.whole import WholeNode

pytestmark = pytest.mark.full

TRANSLATIONS = Path(__file__).parents[2] / "gateway" / "pages" / "translations"
each_language = pytest.mark.parametrize("language", ["fi", "sv", "en"])


def words(language: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((TRANSLATIONS / f"{language}.json").read_text("utf-8"))
    return found


@each_language
def test_subscribe_confirm_change_and_end_without_javascript(
    visiting: Visiting, whole: WholeNode, coordinator: httpx.Client, language: str
) -> None:
    text, address = words(language), f"tilaaja-{language}@example.org"
    visitor = visiting(java_script_enabled=False)
    page = visitor.page
    visitor.open(f"/{language}/")
    page.get_by_label(text["subscribe.email"]).fill(address)
    themes = page.locator("input[name=themes]")
    themes.first.check()
    theme = themes.first.get_attribute("value") or ""
    page.get_by_role("button", name=text["subscribe.button"]).click()
    assert visitor.heading() == text["subscribed.title"]

    confirm = link_in_mail(whole, address, "confirm")
    assert f"/{language}/confirm/" in confirm
    visitor.open(confirm)
    assert visitor.heading() == text["confirm.title"]
    assert page.locator("html").get_attribute("lang") == language
    visitor.press_button()
    assert visitor.heading() == text["confirm.done_title"]

    publish(coordinator, theme)
    visitor.open(link_in_mail(whole, address, "subscription"))
    assert visitor.heading() == text["manage.title"]
    assert page.locator(f"input[name=themes][value={theme}]").is_checked()
    page.locator("input[name=regions]").first.check()
    page.get_by_role("button", name=text["manage.button"]).click()
    assert visitor.heading() == text["manage.saved_title"]
    assert page.locator("input[name=regions]").first.is_checked()

    page.get_by_role("button", name=text["manage.end"]).click()
    assert visitor.heading() == text["subscription.ended_title"]


@each_language
def test_sign_up_wait_and_cancel_without_javascript(
    visiting: Visiting, whole: WholeNode, shown: Shown, language: str
) -> None:
    text = words(language)
    visitor = visiting(java_script_enabled=False)
    page = visitor.page

    def sign_up(name: str, address: str) -> None:
        visitor.open(f"/{language}/events/{shown.full_event}")
        page.get_by_label(text["sign_up.name"]).fill(name)
        page.get_by_label(text["subscribe.email"]).fill(address)
        page.get_by_role("button", name=text["event.sign_up"]).click()

    first, second = f"eka-{language}@example.org", f"toka-{language}@example.org"
    sign_up("Esimerkki Ensimmäinen", first)
    assert page.get_by_role("status").inner_text() == text["signed_up.confirmed"]
    sign_up("Esimerkki Toinen", second)
    assert page.get_by_role("status").inner_text() == text["signed_up.waiting"]

    for address, heading in ((first, text["sign_up.cancelled_title"]), (second, text["sign_up.cancelled_title"])):
        visitor.open(link_in_mail(whole, address, "sign-up"))
        assert visitor.heading() == text["sign_up.title"]
        page.get_by_role("button", name=text["sign_up.cancel"]).click()
        assert visitor.heading() == heading


@each_language
def test_a_wrong_form_keeps_what_was_written_and_says_what_is_wrong(
    visiting: Visiting, shown: Shown, language: str
) -> None:
    text, visitor = words(language), visiting()
    page = visitor.page
    visitor.open(f"/{language}/events/{shown.event}")
    visitor.expected = (422,)
    page.get_by_label(text["sign_up.name"]).fill("Esimerkki")
    page.get_by_label(text["subscribe.email"]).fill("esimerkki@palvelin")
    page.get_by_role("button", name=text["event.sign_up"]).click()
    assert page.get_by_role("alert").inner_text() == text["form.wrong"]
    assert page.get_by_label(text["sign_up.name"]).input_value() == "Esimerkki"
    assert page.locator("#email[aria-invalid=true]").get_attribute("aria-describedby") == "email-wrong"
    assert barriers(page) == []
    picture(page, f"wrong-form-{language}")


def test_all_is_done_with_the_keyboard_alone(visiting: Visiting, whole: WholeNode, shown: Shown) -> None:
    visitor = visiting()
    page = visitor.page
    visitor.open("/en/")
    visitor.tab_to("a.skip")
    page.keyboard.press("Enter")
    visitor.tab_to(f"a[href='/en/events/{shown.event}']")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/en/events/{shown.event}")
    visitor.tab_to("#name")
    page.keyboard.type("Example Person")
    visitor.tab_to("#email")
    page.keyboard.type("keyboard@example.org")
    visitor.tab_to("main button")
    page.keyboard.press("Space")
    page.get_by_role("status").wait_for()
    visitor.open(link_in_mail(whole, "keyboard@example.org", "sign-up"))
    visitor.tab_to("main button")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=words("en")["sign_up.cancelled_title"]).wait_for()

    visitor.open("/en/")
    visitor.tab_to("#email")
    page.keyboard.type("keyboard@example.org")
    visitor.tab_to("#language")
    page.keyboard.press("ArrowDown")
    visitor.tab_to("input[name=themes]")
    page.keyboard.press("Space")
    visitor.tab_to("main button")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=words("en")["subscribed.title"]).wait_for()


def test_one_click_of_a_mail_program_ends_a_subscription(
    visiting: Visiting, whole: WholeNode, coordinator: httpx.Client
) -> None:
    """RFC 8058: the address of List-Unsubscribe takes a POST, and shows people a button."""
    text, address, visitor = words("fi"), "yksi-klikkaus@example.org", visiting()
    visitor.open("/fi/")
    visitor.page.get_by_label(text["subscribe.email"]).fill(address)
    visitor.page.locator("#everything").check()
    visitor.page.get_by_role("button", name=text["subscribe.button"]).click()
    visitor.open(link_in_mail(whole, address, "confirm"))
    visitor.press_button()
    publish(coordinator, "side_streams")
    mail = whole.mails.wait_for(address, lambda mail: "List-Unsubscribe" in mail)
    visitor.open(str(mail["List-Unsubscribe"]).strip("<>"))
    assert visitor.heading() == text["unsubscribe.title"]
    visitor.press_button()
    assert visitor.heading() == text["subscription.ended_title"]


@pytest.fixture(scope="module")
def tokens(whole: WholeNode, shown: Shown) -> dict[str, str]:
    """Paths that links in mails lead to, without the language."""
    address = "kaikki-sivut@example.org"
    with whole.client() as client:
        wishes = {"email": address, "language": "fi", "filter": {"themes": ["side_streams"], "regions": ["FI1DC"]}}
        assert client.post("/subscriptions", json=wishes).status_code == 202
        confirm = link_in_mail(whole, address, "confirm").rpartition("/")[2]
        person = {"name": "Esimerkki Osallistuja", "email": address}
        assert client.post(f"/events/{shown.event}/sign-ups", json=person).status_code == 201
        sign_up = link_in_mail(whole, address, "sign-up").rpartition("/")[2]
    return {"confirm": confirm, "sign-up": sign_up}


def _pages(language: str, shown: Shown, tokens: dict[str, str]) -> Iterator[tuple[str, str, int]]:
    """Name, path, status."""
    token = tokens["confirm"]
    yield "front", f"/{language}/", 200
    yield "event", f"/{language}/events/{shown.event}", 200
    yield "event-with-places", f"/{language}/events/{shown.full_event}", 200
    yield "news", f"/{language}/news/{shown.news}", 200
    yield "sign-in", f"/{language}/sign-in", 200
    yield "sign-in-link", f"/{language}/sign-in/x", 200
    yield "sign-up", f"/{language}/sign-up/{tokens['sign-up']}", 200
    yield "confirm", f"/{language}/confirm/{token}", 200
    yield "manage", f"/{language}/subscription/{token}", 200
    yield "unsubscribe", f"/{language}/unsubscribe/{token}", 200
    yield "link-over", f"/{language}/confirm/x", 410
    yield "not-found", f"/{language}/nothing-here", 404
    if language == "en":
        yield "problem", "/problems/invalid", 200
        yield "docs", "/docs", 200


@each_language
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_barrier(
    visiting: Visiting, shown: Shown, tokens: dict[str, str], language: str, scheme: str
) -> None:
    visitor, found = visiting(color_scheme=scheme, viewport={"width": 1_200, "height": 900}), []
    for name, path, status in _pages(language, shown, tokens):
        visitor.open(path, status)
        _settled(visitor, name)
        found += [] if name == "docs" else barriers(visitor.page)
        assert visitor.page.locator("html").get_attribute("lang") == language
        picture(visitor.page, f"{name}-{language}-{scheme}")
    assert found == []


@each_language
def test_no_page_scrolls_sideways_on_a_narrow_screen(
    visiting: Visiting, shown: Shown, tokens: dict[str, str], language: str
) -> None:
    visitor, found = visiting(viewport={"width": NARROWEST, "height": 640}), []
    for name, path, status in _pages(language, shown, tokens):
        visitor.open(path, status)
        _settled(visitor, name)
        found += [f"{name}: {one}" for one in too_wide(visitor.page)] if name != "docs" else []
        picture(visitor.page, f"{name}-{language}-narrow")
    assert found == []


def _settled(visitor: Visitor, name: str) -> Page:
    if name == "docs":
        visitor.page.locator(".opblock").first.wait_for()
    return visitor.page
