"""Whom an edition may be told to, as memberships stand now."""

from services.notifications.model import EVERYBODY, NOBODY, Audience, Edition
from services.notifications.store import NotificationStore


def audience_of(store: NotificationStore, edition: Edition) -> Audience:
    """The people of the members that its audience names, and the secretaries of those consortia."""
    if edition.open:
        return EVERYBODY
    if edition.kind == "news":
        target = edition.data.get("target") or {}
        kind, ids = target.get("kind"), [target["id"]] if target else []
    else:
        audience = edition.data.get("audience") or {}
        kind, ids = audience.get("kind"), list(audience.get("ids", ()))
    if kind in ("consortia", "consortium"):
        return Audience(organisations=store.members_of(ids), consortia=frozenset(ids))
    if kind == "working_group" and ids:
        return _of_group(store, ids[0])
    return NOBODY


def _of_group(store: NotificationStore, group_id: str) -> Audience:
    group = store.working_groups.find(group_id)
    if group is None or group.get("state") != "active":
        return NOBODY
    consortium = group["consortium"]
    # Who left the consortium has left its groups, even if the group's record still names them.
    members = store.members_of([consortium]).intersection(group.get("members", ()))
    return Audience(organisations=members, consortia=frozenset({consortium}))
