"""What each kind of mail says, as a Letter."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from services.contracts import vocabularies
from services.contracts.envelope import parse_time
from services.notifications.courier.recipients import Addressee
from services.notifications.model import Delivery, Edition, Filter, difference

from .letter import Button, Letter, Row
from .words import Words

RED, AMBER = "#8a1c1c", "#7a4a00"
_LONGEST_BODY: Final = 4_000
_STATE_PURPOSES = {
    "pending": "sign_up.pending",
    "waiting": "sign_up.waitlisted",
    "offered": "sign_up.offered",
    "confirmed": "sign_up.confirmed",
    "cancelled": "sign_up.cancelled",
}
_HOLDS = frozenset(f"sign_up.{what}" for what in ("confirmed", "promoted", "approved", "accepted", "asked", "reminded"))
_ENDED = frozenset(
    {
        "event.cancelled",
        *(f"sign_up.{what}" for what in ("cancelled", "left", "withdrawn", "declined", "expired", "refused")),
    }
)


class Composer:
    """base: the node's address, without a slash at the end."""

    def __init__(self, base: str) -> None:
        self._base = base

    def compose(
        self,
        words: Words,
        delivery: Delivery,
        addressee: Addressee,
        edition: Edition | None,
        before: Edition | None,
    ) -> Letter:
        """Raises LookupError when what it should show is not there any more."""
        kind = delivery.purpose.partition(".")[0]
        if kind == "subscription":
            letter = self._about_subscription(words, delivery.purpose, addressee)
        elif kind == "sign_in":
            letter = self._sign_in(words, addressee)
        elif kind == "my_data":
            letter = self._my_data(words, addressee)
        elif edition is None:
            raise LookupError(f"{delivery.edition} is not kept any more")
        elif kind == "news":
            letter = self._news(words, delivery.purpose, edition)
        elif kind == "sign_up":
            letter = self._sign_up(words, delivery.purpose, addressee, edition)
        else:
            letter = self._event(words, delivery, edition, before)
        if delivery.reference.startswith("sgn_"):
            button = None if _is_over(delivery.purpose, addressee) else _button(delivery.purpose, addressee)
            return self._for_attendee(words, letter, addressee, button)
        if addressee.token is not None and kind != "subscription":
            return self._for_subscriber(words, letter, addressee.token)
        return letter

    def _event(self, words: Words, delivery: Delivery, edition: Edition, before: Edition | None) -> Letter:
        purpose, data = delivery.purpose, edition.data
        lead = words(f"{purpose}.lead")
        if delivery.reference.startswith("sgn_") and words.has(f"{purpose}.lead_attendee"):
            lead = words(f"{purpose}.lead_attendee")
        title = words.of(data["title"])
        cancelled = purpose == "event.cancelled"
        changes = before.data if before is not None and purpose == "event.changed" else None
        rows = _event_rows(words, data, changes)
        reason = words.of(data.get("cancellation")) if cancelled else ""
        if reason:
            rows = (*rows, Row(words("label.reason"), reason))
        return Letter(
            subject=words(f"{purpose}.subject", title=title),
            kicker=words(f"{purpose}.kicker"),
            title=title,
            lead=(lead,),
            rows=rows,
            body=() if cancelled else _paragraphs(words.of(data.get("summary"))),
            buttons=self._event_buttons(words, edition),
            calendar="CANCEL" if cancelled else "PUBLISH",
            colour=RED if cancelled else AMBER if changes is not None else Letter("", "", "").colour,
        )

    def _sign_up(self, words: Words, purpose: str, addressee: Addressee, edition: Edition) -> Letter:
        sign_up = addressee.says.get("sign_up") or {}
        if purpose == "sign_up.repeated":
            purpose = _STATE_PURPOSES[sign_up["state"]]
        title = words.of(edition.data["title"])
        lead = [words(f"{purpose}.lead")]
        if purpose == "sign_up.waitlisted" and sign_up.get("position"):
            lead.append(words("sign_up.waitlisted.position", position=sign_up["position"]))
        if purpose == "sign_up.offered" and sign_up.get("offered_until"):
            until = parse_time(sign_up["offered_until"])
            lead.append(words("sign_up.offered.until", until=words.moment(until, edition.data["time_zone"])))
        holds, moved = purpose in _HOLDS, purpose == "sign_up.asked"
        return Letter(
            subject=words(f"{purpose}.subject", title=title),
            kicker=words(f"{purpose}.kicker"),
            title=title,
            lead=tuple(lead),
            rows=(*_event_rows(words, edition.data, None, moved=moved), *_sign_up_rows(words, sign_up)),
            small=(words("sign_up.if_not"),) if holds and not moved else (),
            buttons=self._event_buttons(words, edition),
            calendar="PUBLISH" if holds else "CANCEL" if purpose == "sign_up.cancelled" else None,
            colour=AMBER if moved else Letter("", "", "").colour,
        )

    def _news(self, words: Words, purpose: str, edition: Edition) -> Letter:
        data = edition.data
        title = words.of(data["title"])
        link = data.get("link")
        address = f"{self._base}/{words.language}/news/{data['id']}"
        return Letter(
            subject=words(f"{purpose}.subject", title=title),
            kicker=words(f"{purpose}.kicker"),
            title=title,
            lead=(words(f"{purpose}.lead"),) if words.has(f"{purpose}.lead") else (),
            rows=(Row(words("label.link"), link, link=link),) if link else (),
            body=_paragraphs(words.of(data.get("body"))),
            buttons=(Button(words("button.news"), address),) if edition.open else (),
        )

    def _about_subscription(self, words: Words, purpose: str, addressee: Addressee) -> Letter:
        confirm = purpose == "subscription.confirm"
        link, button = ("confirm", "button.confirm") if confirm else ("subscription", "button.manage")
        return Letter(
            subject=words(f"{purpose}.subject"),
            kicker=words(f"{purpose}.kicker"),
            title=words(f"{purpose}.title"),
            lead=(words(f"{purpose}.lead"),),
            rows=wishes(words, addressee.says["filter"], addressee.says.get("names", {})),
            buttons=(Button(words(button), f"{self._base}/{words.language}/{link}/{addressee.token}"),),
            small=(words("subscription.confirm.small"),) if confirm else (),
            why=words("why.asked"),
        )

    def _sign_in(self, words: Words, addressee: Addressee) -> Letter:
        if addressee.link is None:
            raise LookupError("actors gave no link to sign in")
        return Letter(
            subject=words("sign_in.subject"),
            kicker=words("sign_in.kicker"),
            title=words("sign_in.title"),
            lead=(words("sign_in.lead"),),
            buttons=(Button(words("button.sign_in"), f"{self._base}{addressee.link}"),),
            small=(words("sign_in.small"),),
            why=words("why.account"),
        )

    def _my_data(self, words: Words, addressee: Addressee) -> Letter:
        if addressee.link is None:
            raise LookupError("actors gave no link to one's own data")
        return Letter(
            subject=words("my_data.subject"),
            kicker=words("my_data.kicker"),
            title=words("my_data.title"),
            lead=(words("my_data.lead"),),
            buttons=(Button(words("button.my_data"), f"{self._base}{addressee.link}"),),
            small=(words("my_data.small"),),
            why=words("why.asked"),
        )

    def _event_buttons(self, words: Words, edition: Edition) -> tuple[Button, ...]:
        # A restricted event has no public page: its link would lead to "not found".
        if not edition.open:
            return ()
        return (Button(words("button.event"), f"{self._base}/{words.language}/events/{edition.data['id']}"),)

    def _for_attendee(self, words: Words, letter: Letter, addressee: Addressee, button: str | None) -> Letter:
        """button: what it says; None when there is nothing left to cancel."""
        mine: tuple[Button, ...] = ()
        if addressee.link is not None and button is not None:
            mine = (Button(words(button), f"{self._base}{addressee.link}"),)
            if addressee.token is not None:
                ticket = f"{self._base}/{words.language}/ticket/{addressee.token}"
                mine = (*mine, Button(words("button.ticket"), ticket))
        return replace(letter, buttons=(*mine, *letter.buttons), why=words("why.attendee"))

    def _for_subscriber(self, words: Words, letter: Letter, token: str) -> Letter:
        unsubscribe = f"{self._base}/{words.language}/unsubscribe/{token}"
        manage = f"{self._base}/{words.language}/subscription/{token}"
        links = (Button(words("button.manage"), manage), Button(words("button.unsubscribe"), unsubscribe))
        return replace(letter, why=words("why.subscriber"), footer_links=links, unsubscribe=unsubscribe)


def _is_over(purpose: str, addressee: Addressee) -> bool:
    """Whether the sign-up, or the event itself, is cancelled."""
    state = (addressee.says.get("sign_up") or {}).get("state")
    return state == "cancelled" or purpose in _ENDED


def _button(purpose: str, addressee: Addressee) -> str:
    """What one can do by the link of one's sign-up."""
    if purpose in ("sign_up.asked", "sign_up.feedback_asked"):
        return f"button.{purpose.removeprefix('sign_up.')}"
    state = (addressee.says.get("sign_up") or {}).get("state")
    return "button.offer" if state == "offered" else "button.sign_up"


def wishes(words: Words, wanted: Filter, names: Mapping[str, Mapping[str, str]]) -> tuple[Row, ...]:
    """A filter in words. names: of consortia and working groups."""
    if wanted.everything:
        return (Row(words("subscription.confirm.wishes"), words("subscription.everything")),)
    regions = [words.of(vocabularies.REGIONS.get(code, {})) or code for code in wanted.regions]
    themes = [words.of(vocabularies.THEMES.get(code, {})) or code for code in wanted.themes]
    groups = [words.of(names.get(one, {})) or one for one in (*wanted.consortia, *wanted.working_groups)]
    lists = (("subscription.regions", regions), ("subscription.themes", themes), ("subscription.groups", groups))
    return tuple(Row(words(label), ", ".join(values)) for label, values in lists if values)


def _event_rows(
    words: Words, data: Mapping[str, Any], before: Mapping[str, Any] | None, *, moved: bool = False
) -> tuple[Row, ...]:
    """Time, place and link; what changed shows what it was. moved: shows when it would have been."""
    changed = set() if before is None else set(difference("event", before, data))
    rows = []
    if before is not None and "title" in changed:
        rows.append(Row(words("label.title"), words.of(data["title"]), words.of(before["title"])))
    old_when = _when(words, before) if before is not None and changed & {"begins", "ends", "time_zone"} else None
    if moved and data.get("postponed"):
        old_when = _when(words, {**data["postponed"], "time_zone": data["time_zone"]})
    rows.append(Row(words("label.when"), _when(words, data), old_when))
    for label, name, say in (("label.where", "place", _where), ("label.link", "link", _link)):
        old = (say(before) or words("label.none")) if before is not None and name in changed else None
        value = say(data)
        if value or old is not None:
            link = value if name == "link" and value else None
            rows.append(Row(words(label), value or words("label.none"), old, link))
    return tuple(rows)


def _sign_up_rows(words: Words, sign_up: Mapping[str, Any]) -> tuple[Row, ...]:
    """What only some sign-ups have: a group, and why the organiser refused."""
    rows = []
    if sign_up.get("size"):
        rows.append(Row(words("label.size"), str(sign_up["size"])))
    reason = words.of(sign_up.get("reason"))
    if reason:
        rows.append(Row(words("label.reason"), reason))
    return tuple(rows)


def _when(words: Words, data: Mapping[str, Any]) -> str:
    return words.period(data["begins"], data["ends"], data["time_zone"])


def _where(data: Mapping[str, Any]) -> str:
    place = data.get("place") or {}
    return ", ".join(filter(None, (place.get("name"), place.get("address"))))


def _link(data: Mapping[str, Any]) -> str:
    return data.get("link") or ""


def _paragraphs(text: str) -> tuple[str, ...]:
    if len(text) > _LONGEST_BODY:
        text = text[:_LONGEST_BODY].rsplit(" ", 1)[0] + " ..."
    return tuple(part.strip() for part in text.split("\n\n") if part.strip())
