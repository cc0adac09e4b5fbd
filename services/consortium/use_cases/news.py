"""Posting, changing and withdrawing news, and reading those for members."""

from dataclasses import replace
from typing import Any

from services.consortium import model
from services.consortium.model import Consortium, News, Target
from services.consortium.store import ConsortiumStore
from services.contracts import identifiers, permissions
from services.contracts.errors import Conflict, NotFound, field_error
from services.runtime.documents import structure, to_values
from services.runtime.records import expect_version
from services.runtime.work import Work

from .standing import Arguments, changes_in, moment, new_record, target_of

POST, READ = "consortium.news.post", "consortium.news.read"


def post_news(work: Work, store: ConsortiumStore, arguments: Arguments) -> dict[str, Any]:
    """Raises Forbidden, Invalid, also for a target that is not there, Conflict for one that is closed."""
    target = structure(Target, arguments["target"])
    try:
        consortium = _consortium_of(store, target)
    except NotFound as error:
        raise field_error("target.id", error.message) from error
    work.require(POST, _whose(work, consortium, target))
    _check_open(store, consortium, target)
    made = {
        **arguments,
        **new_record(work, identifiers.NEWS),
        "state": "posted",
        "consortium": None if consortium is None else consortium.id,
        "regions": _regions(consortium, target),
    }
    news = model.post(structure(News, made))
    store.posted.add(news)
    _tell(work, "posted", news)
    return to_values(news)


def change_news(work: Work, store: ConsortiumStore, arguments: Arguments) -> dict[str, Any]:
    """Changes what is given; target and audience stay. Raises NotFound, Forbidden, VersionMismatch, Conflict."""
    before, consortium = _own(work, store, arguments)
    after = model.change_news(before, changes_in(arguments), moment(work))
    if after is not before:
        after = replace(after, regions=_regions(consortium, after.target))
        store.posted.replace(after)
        _tell(work, "changed", after)
    return to_values(after)


def withdraw_news(work: Work, store: ConsortiumStore, arguments: Arguments) -> dict[str, Any]:
    """Leaves a tombstone; the text is gone. Raises NotFound, Forbidden, VersionMismatch, Conflict."""
    before, _ = _own(work, store, arguments)
    withdrawn = model.withdraw(before, moment(work))
    store.posted.replace(withdrawn)
    _tell(work, "withdrawn", withdrawn)
    return to_values(withdrawn)


def news(work: Work, store: ConsortiumStore, arguments: Arguments) -> dict[str, Any]:
    """News for members of a consortium, the newest first: those of the consortium for partners of its members, and of
    the working groups that their organisation is in; all of them for its secretaries and coordinators.

    Raises NotFound, Forbidden, SignInNeeded.
    """
    consortium = store.consortia.get(arguments["consortium"])
    members = store.members_of(consortium.id)
    work.require(READ, target_of(work, consortium, members))
    if work.may(READ, target_of(work, consortium)):
        targets = None
    else:
        groups = store.groups_with(consortium.id, _acted_for(work) & members)
        targets = [consortium.id, *(group.id for group in groups)]
    limit: int = arguments["limit"]
    page = store.members_news(consortium.id, targets, arguments["after"], limit)
    return {
        "items": [to_values(found) for found in page],
        "next": page[-1].id if len(page) == limit else None,
    }


def news_item(work: Work, store: ConsortiumStore, arguments: Arguments) -> dict[str, Any]:
    """News that the caller may read: public ones, and those for members as `news` lists them.

    Raises NotFound, also for news that they may not read and for withdrawn ones, which say nothing any more.
    """
    found = store.posted.get(arguments["id"])
    if found.state != "posted" or not (found.is_public or _may_read(work, store, found)):
        raise NotFound(f"There is no {found.id}.")
    return to_values(found)


def _may_read(work: Work, store: ConsortiumStore, found: News) -> bool:
    consortium = _consortium_of(store, found.target)
    if consortium is None:
        return False
    members = store.members_of(consortium.id)
    if found.target.kind == "working_group":
        members &= set(store.working_groups.get(found.target.id).members)
    return work.may(READ, target_of(work, consortium, members))


def _acted_for(work: Work) -> set[str]:
    account = work.principal.account
    mandates = work.mandates_of(account) if account is not None else ()
    return {mandate.target for mandate in mandates if mandate.role == "partner"}


def _consortium_of(store: ConsortiumStore, target: Target) -> Consortium | None:
    match target.kind:
        case "consortium":
            return store.consortia.get(target.id)
        case "working_group":
            return store.consortia.get(store.working_groups.get(target.id).consortium)
        case "region":
            return None


def _check_open(store: ConsortiumStore, consortium: Consortium | None, target: Target) -> None:
    if consortium is not None:
        model.check_active(consortium)
    if target.kind == "working_group" and store.working_groups.get(target.id).state != "active":
        raise Conflict("This working group is closed. Post to its consortium instead.")


def _whose(work: Work, consortium: Consortium | None, target: Target) -> permissions.Target:
    if consortium is None:
        return permissions.Target(regions=frozenset({target.id}))
    return target_of(work, consortium)


def _regions(consortium: Consortium | None, target: Target) -> tuple[str, ...]:
    return (target.id,) if consortium is None else consortium.regions


def _own(work: Work, store: ConsortiumStore, arguments: Arguments) -> tuple[News, Consortium | None]:
    found = store.posted.get(arguments["id"])
    consortium = _consortium_of(store, found.target)
    work.require(POST, _whose(work, consortium, found.target))
    expect_version(found, arguments["expected_version"])
    return found, consortium


def _tell(work: Work, happening: str, news: News) -> None:
    work.tell(f"consortium.news.{happening}", to_values(news), "public" if news.is_public else "members")
