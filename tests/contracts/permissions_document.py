"""docs/permissions.md, rendered from contracts/permissions.TABLE: `python -m tests.contracts.permissions_document`."""

from collections.abc import Iterable
from pathlib import Path

from services.contracts.permissions import ROLES, SCOPE_OF_ROLE, TABLE, Permission
from services.contracts.principal import ALL_SCOPES
from services.contracts.rpc import SERVICES

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "permissions.md"
REGENERATE = "python -m tests.contracts.permissions_document"

_INTRODUCTION = """\
# Who may do what

This page is written from the table in [services/contracts/permissions.py](../services/contracts/permissions.py) by
`{regenerate}`; a test compares the two. Change the table, then write the page anew.

The service that owns a record decides, by its own copy of the mandates: not the gateway, and not the node that a copy
of the record lies on. Every cell below is tried by remote calls at the running services
([tests/integration/permissions](../tests/integration/permissions)).

## Who there is

| | may act | who makes them one |
|---|---|---|
| visitor | nobody is signed in | |
| account | a person who signed in by a link in a mail, or a system with that person's API key | a coordinator or an \
operator opens it |
| partner | for an organisation | {partner} |
| secretary | for a consortium, cluster or ecosystem | {secretary} |
| coordinator | for a region that the node serves, or for what belongs to no region (`node:<slug>`) | {coordinator} |
| operator | for the node: its accounts, keys and dead letters | {operator}; `./malmi` on the node's own machine acts \
as one |

One account may hold many mandates. A mandate that is revoked ends at once in `actors`, and in the other services as
soon as the fact has come, usually within a fraction of a second.

## The table

*yes*: everybody, without an account. In a role's column: for what its mandate is for, and nothing else: a partner for
its organisation, a secretary for its consortium, a coordinator for what its region concerns. *own*: one's own data, by
one's account or by the link in a mail. An empty cell: refused.

Public records are not in the table: everybody reads them, at the gateway.
"""

_WORDS = """\
## What is not for everybody to read

- A draft, and an event for members, is *not found* for those who may not know of it, whoever asks and however: a
  *forbidden* would tell that it is there. The calendar shows that a time is taken, with theme and region.
- An event for members is shown, and takes sign-ups, from the partners of the organisations that are members now, and
  from the consortium's secretaries, beside those who may change it.
- Requests and invitations of members are for the two parties: the organisation's partners; the consortium's secretaries
  and the coordinators of its regions. Memberships that began are public.
- Who signed up is for those who may change the event. Their names and addresses never leave the node.
- Whoever has the key of a door checks people in at that one event, lets walk-ins in and reads the door's list: names,
  no addresses. The key is good until half a day after the event's end, or until the organiser closes the door.
- One's subscriptions, webhooks and keys are *not found*, or *forbidden*, for everybody else.

## More narrowly than the table says

- A partner changes what its organisation says of itself. Regions and identifiers are changed by a coordinator of one of
  its regions, and one of that coordinator's regions must stay.
- A request for membership is admitted by the consortium's people and an invitation accepted by the organisation's;
  either side may decline both, which takes back what it asked or offered itself.
- A partner reads the news for members of the consortium, and of the working groups that its organisation is in;
  secretaries and coordinators read those of all groups.
- Nobody gives a key more scopes than they act with themselves.
- What a partner grants is delegated: its holder acts for the organisation and lets nobody else in. A partner takes back
  what partners granted, and its own mandate; what a coordinator or an operator granted, only they take back.
- What became of an organisation (merged into, renamed to, split from) is stated by a coordinator of its region; so is
  the end of that statement. Two organisations are merged, parted and told apart by a coordinator of regions of both.
- A coordinator who opens an account for an address that has one is told its id, and nothing about the person.

## Links in mails

Who holds the link may do what the mail is about, and only that: see and cancel one sign-up; confirm, see, change and
end one subscription; sign in once, within 30 minutes; see and erase all that the node knows of one address, within an
hour. A link is the record's id and a code (HMAC-SHA-256 with the
node's secret over purpose and id), so it can't be guessed, and a link for one purpose does nothing for another. Opening
a link only shows a page; what it is about happens when its button is pressed.

## Scopes of API keys

A session has all scopes; a key has those that it was issued with. A scope gives nothing by itself: it lets the key use
the mandates that its account holds.

| scope | a key with it |
|---|---|
{scopes}

What is open to everybody needs no scope.

## Between the parts of a node

`snapshot` (all records of a kind, for rebuilding a copy), `recipient` and `recipients` (the names and addresses behind
references, asked by the courier as it sends) are answered to the node's own parts only: the gateway never hands them
on, and every service refuses them for everybody else, an account with an operator's mandate too. So it is with
`find_erased`, for a restored node.

`personal_data`, `erase`, `collections` and `trace` need a grant, which only actors gives out (`open_personal_data`,
`open_erasure`: to who holds the mailed link, to the account for its own address, to an operator for any). The other
services check that it is the node's own, what it is for, and that it is younger than a quarter of an hour.

## Refused how

| | status | code |
|---|---|---|
| a visitor, where an account is needed | 401 | `sign_in_needed` |
| an account or key without the mandate, or without the scope | 403 | `forbidden` |
| a record that the caller may not know of, a link that is not ours | 404 | `not_found` |

A refusal changes nothing and tells nobody else.
"""

_TITLES = {
    "actors": "Organisations and people",
    "events": "Events",
    "consortium": "Consortia, members, working groups, news",
    "notifications": "Subscriptions and webhooks",
}
_SCOPES = {
    "read": "reads whatever its account may read: drafts, attendees, members' news, its own data",
    "actors": "also changes organisations, mandates, its account and its keys",
    "events": "also drafts, changes, publishes and cancels events",
    "consortium": "also changes consortia, members, working groups and news",
    "notifications": "also changes its subscriptions and webhooks",
    "node": "does what only an operator may: coordinators, operators, dead letters",
}


def rendered() -> str:
    """The whole page."""
    makers = {f"{role}": _makers(role) for role in ROLES}
    parts = [_INTRODUCTION.format(regenerate=REGENERATE, **makers)]
    parts += [_section(service) for service in SERVICES]
    parts.append(_WORDS.format(scopes="\n".join(f"| `{scope}` | {_SCOPES[scope]} |" for scope in ALL_SCOPES)))
    return "\n".join(parts)


def _makers(role: str) -> str:
    granting = next(row for row in TABLE if row.action == f"actors.mandate.grant_{role}")
    if role == "partner":
        return "a partner of it, a coordinator of its region or an operator"
    targets = {"partner": "of the organisation's region", "secretary": "of the consortium's region"}
    names = [f"a coordinator {targets[role]}" if name == "coordinator" else f"an {name}" for name in _ordered(granting)]
    return " or ".join(names)


def _section(service: str) -> str:
    rows = [row for row in TABLE if row.service == service]
    head = ["| | everybody | own | partner | secretary | coordinator | operator |", "|---|---|---|---|---|---|---|"]
    return "\n".join([f"### {_TITLES[service]} (`{service}`)", "", *head, *map(_line, rows), ""])


def _line(row: Permission) -> str:
    roles = [f"its {SCOPE_OF_ROLE[role]}" if role in row.roles else "" for role in ROLES]
    cells = [f"{row.says} (`{row.action}`)", "yes" if row.everybody else "", "own" if row.own else "", *roles]
    return f"| {' | '.join(cells)} |".replace("|  |", "| |").replace("|  |", "| |")


def _ordered(row: Permission) -> Iterable[str]:
    return [role for role in ROLES if role in row.roles]


if __name__ == "__main__":
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(rendered(), encoding="utf-8")
