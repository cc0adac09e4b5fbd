"""Working groups, news and consortia: what may follow what."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.consortium import model
from services.consortium.model import Consortium, News, Target, WorkingGroup
from services.consortium.model.versions import Moment
from services.contracts.errors import Conflict, Invalid

pytestmark = pytest.mark.quick

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
AT = Moment(NOW, date(2026, 11, 22), 2)
BASE: dict[str, Any] = {"home": "lappi", "incarnation": 1, "version": 1, "created": NOW, "changed": NOW}


def group(**rest: Any) -> WorkingGroup:
    return WorkingGroup(**BASE, id="wgr_1", state="active", consortium="con_1", name={"en": "Side streams"}, **rest)


def news(kind: Any = "consortium", target: str = "con_1", **rest: Any) -> News:
    texts = {"title": {"en": "Example"}, "body": {"en": "Example text"}}
    return News(**BASE, id="nws_1", state="posted", target=Target(kind, target), consortium="con_1", **texts, **rest)


def consortium() -> Consortium:
    return Consortium(**BASE, id="con_1", state="active", name={"en": "Example cluster"}, kind="cluster")


def test_a_group_names_each_organisation_that_is_no_member() -> None:
    with pytest.raises(Invalid) as caught:
        model.check_members(["act_1", "act_2", "act_3"], {"act_2"})
    assert [error["field"] for error in caught.value.details["errors"]] == ["members.0", "members.2"]
    model.check_members(["act_2"], {"act_2"})


def test_who_leaves_a_group_is_gone_from_it_and_the_others_stay() -> None:
    left = model.leave(group(members=("act_1", "act_2")), "act_1", AT)
    assert (left.members, left.version, left.incarnation) == (("act_2",), 2, 2)


def test_a_closed_group_changes_no_more() -> None:
    closed = model.close(group(), AT)
    with pytest.raises(Conflict, match="closed already"):
        model.close(closed, AT)
    with pytest.raises(Conflict):
        model.change_group(closed, {"name": {"en": "Other"}}, AT)


def test_a_change_to_what_it_is_already_makes_no_version() -> None:
    for record, change in ((consortium(), model.change_consortium), (group(), model.change_group)):
        assert change(record, {"name": dict(record.name), "themes": ()}, AT) is record
        assert change(record, {"themes": ("skills",)}, AT).version == 2


def test_a_dissolved_consortium_stays_as_it_was() -> None:
    dissolved = model.dissolve(consortium(), AT)
    for attempt in (
        lambda: model.dissolve(dissolved, AT),
        lambda: model.change_consortium(dissolved, {"themes": ("skills",)}, AT),
        lambda: model.check_active(dissolved),
    ):
        with pytest.raises(Conflict, match="dissolved"):
            attempt()


def test_news_to_a_region_are_public_and_name_its_code() -> None:
    assert model.post(news("region", "FI1DC")).is_public
    with pytest.raises(Invalid, match="public"):
        model.post(news("region", "FI1DC", audience="members"))
    with pytest.raises(Invalid, match="NUTS 3"):
        model.post(news("region", "Lappi"))


def test_withdrawn_news_keep_their_place_and_lose_their_text() -> None:
    withdrawn = model.withdraw(news(link="https://example.org/", themes=("skills",)), AT)
    assert (withdrawn.title, withdrawn.body, withdrawn.link) == ({}, {}, None)
    assert (withdrawn.state, withdrawn.target.id, withdrawn.themes) == ("withdrawn", "con_1", ("skills",))
    with pytest.raises(Conflict):
        model.withdraw(withdrawn, AT)
    with pytest.raises(Conflict):
        model.change_news(withdrawn, {"title": {"en": "Again"}}, AT)
