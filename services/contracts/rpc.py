"""Every remote call there is: the service, its arguments, and whether it is a command or a query.

On the wire a call is nameko's: routing key `<service>.<method>`, one positional argument, the `Call` as JSON. A
command carries an id and is done once (services/runtime/commands.py); a query changes nothing. Both carry a
deadline. The answer is `result`, or an error whose `exc_path` is a class of errors.py.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final, Literal, Self

from marshmallow import EXCLUDE, Schema, ValidationError

from .envelope import format_time, parse_time
from .errors import Invalid
from .principal import Principal
from .schemas import (
    actors,
    admission,
    aftercare,
    base,
    clashes,
    consortium,
    door,
    events,
    imports,
    node,
    notifications,
    offerings,
    pipeline,
    privacy,
    programme,
    registry,
)

Kind = Literal["command", "query"]
Shape = Literal["one", "list", "page"]


@dataclass(frozen=True, slots=True)
class Call:
    """A command or query on its way. `id` is None for a query; `deadline` in UTC."""

    method: str
    arguments: dict[str, Any]
    principal: Principal
    correlation_id: str
    deadline: datetime
    id: str | None = None

    def to_wire(self) -> dict[str, Any]:
        return {
            "method": self.method,
            "arguments": self.arguments,
            "principal": self.principal.to_wire(),
            "correlation_id": self.correlation_id,
            "deadline": format_time(self.deadline),
            "id": self.id,
        }

    @classmethod
    def from_wire(cls, data: Any) -> Self:
        """Reads what to_wire wrote. Raises Invalid for anything else."""
        try:
            identity = data["id"]
            return cls(
                method=str(data["method"]),
                arguments=dict(data["arguments"]),
                principal=Principal.from_wire(data["principal"]),
                correlation_id=str(data["correlation_id"]),
                deadline=parse_time(data["deadline"]),
                id=None if identity is None else str(identity),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Invalid(f"This is no call: {error}") from error


@dataclass(frozen=True, slots=True)
class Method:
    """A remote call. `answer`: the schema of a record that it gives (None: as `says` tells). `shape`: whether it gives
    one, a list, or a page {"items": [...], "next": str | null}."""

    service: str
    name: str
    kind: Kind
    arguments: type[Schema]
    answer: type[Schema] | None
    says: str
    shape: Shape = "one"

    @property
    def full_name(self) -> str:
        return f"{self.service}.{self.name}"


def _command(name: str, arguments: type[Schema], answer: type[Schema] | None, says: str) -> Method:
    service, _, method = name.partition(".")
    return Method(service, method, "command", arguments, answer, says)


def _query(name: str, arguments: type[Schema], answer: type[Schema] | None, says: str, shape: Shape = "one") -> Method:
    service, _, method = name.partition(".")
    return Method(service, method, "query", arguments, answer, says, shape)


SERVICES: Final = ("actors", "events", "consortium", "notifications")


def _everywhere() -> tuple[Method, ...]:
    return tuple(
        method
        for service in SERVICES
        for method in (
            _query(f"{service}.snapshot", node.Snapshot, node.SnapshotPage, "A page of all records of a kind."),
            _query(f"{service}.recipient", node.AskRecipient, node.Recipient, "Who a reference is, now; or null."),
            _query(
                f"{service}.recipients", node.AskRecipients, node.Recipient, "One or null for each, in order.", "list"
            ),
            _query(f"{service}.dead_letters", node.ListDeadLetters, node.DeadLetterView, "oldest first", "list"),
            _command(f"{service}.replay", node.ReplayDeadLetters, None, "{'replayed': n}: tried again now."),
            _query(f"{service}.audit", node.ReadAudit, node.AuditEntry, "newest first", "page"),
            _query(f"{service}.personal_data", privacy.ByGrant, None, "{'records', 'references', 'sealed', 'seen_by'}"),
            _command(f"{service}.erase", privacy.ByGrant, None, "{'erased': how many by kind}"),
            _query(f"{service}.collections", privacy.OnlyGrant, None, "the names of all that may be searched"),
            _query(f"{service}.trace", privacy.SearchTraces, privacy.Trace, "of one collection"),
            _query(f"{service}.find_erased", privacy.FindErased, privacy.FoundAgain, "after a restore", "list"),
        )
    )


ALL: Final[tuple[Method, ...]] = (
    # actors
    _command("actors.propose_organisation", actors.ProposeOrganisation, registry.Proposed, "with a token to read it"),
    _query("actors.own_proposal", registry.ProposalToken, registry.ProposalView, "by the proposal's token"),
    _query("actors.own_proposals", base.Empty, registry.ProposalView, "the account's", "list"),
    _command("actors.register_organisation", actors.RegisterOrganisation, registry.RegisteredOrganisation, "admitted"),
    _command("actors.decide_proposal", actors.DecideProposal, actors.OrganisationRecord, "admitted or refused"),
    _query("actors.proposals", actors.ListProposals, actors.Proposal, "oldest first", "list"),
    _command("actors.change_organisation", actors.ChangeOrganisation, actors.OrganisationRecord, "changed"),
    _command("actors.remove_organisation", actors.OrganisationId, actors.OrganisationRecord, "removed"),
    _command("actors.state_relation", registry.StateRelation, registry.RelationRecord, "stated"),
    _command("actors.change_relation", registry.ChangeRelation, registry.RelationRecord, "its days changed"),
    _command("actors.withdraw_relation", registry.RelationId, registry.RelationRecord, "withdrawn"),
    _command("actors.merge_organisations", registry.MergeOrganisations, registry.MergeView, "done"),
    _command("actors.undo_merge", registry.MergeId, registry.MergeView, "undone"),
    _query("actors.merge_offers", registry.ListMergeOffers, registry.MergeOffer, "the surest first", "list"),
    _command("actors.tell_apart", registry.TellApart, registry.ToldApart, "not offered any more"),
    _command("actors.offer", offerings.Offer, offerings.OfferingRecord, "offered"),
    _command("actors.change_offering", offerings.ChangeOffering, offerings.OfferingRecord, "changed"),
    _command("actors.withdraw_offering", offerings.OfferingId, offerings.OfferingRecord, "withdrawn"),
    _command("actors.make_package", offerings.MakePackage, offerings.PackageView, "a draft until two consented"),
    _command("actors.change_package", offerings.ChangePackage, offerings.PackageView, "changed"),
    _command("actors.consent_to_package", offerings.ConsentToPackage, offerings.PackageView, "answered"),
    _command("actors.withdraw_package", offerings.PackageId, offerings.PackageView, "withdrawn"),
    _query("actors.packages", offerings.ListPackages, offerings.PackageView, "in order of id", "list"),
    _command("actors.add_candidate", pipeline.AddCandidate, pipeline.CandidateRecord, "mapped"),
    _command("actors.change_candidate", pipeline.ChangeCandidate, pipeline.CandidateRecord, "changed"),
    _command("actors.move_candidate", pipeline.MoveCandidate, pipeline.CandidateRecord, "in another stage"),
    _command("actors.note_talk", pipeline.NoteTalk, pipeline.CandidateRecord, "with the talk"),
    _command("actors.plan_step", pipeline.PlanStep, pipeline.CandidateRecord, "with the next step"),
    _command("actors.drop_candidate", pipeline.CandidateId, None, "null; the candidate is gone"),
    _query("actors.candidates", pipeline.ListCandidates, pipeline.CandidateRecord, "the next due first", "list"),
    _query("actors.candidate", pipeline.CandidateId, pipeline.CandidateRecord, "one"),
    _query("actors.candidate_history", pipeline.ReadCandidateHistory, registry.ChangeView, "newest first", "page"),
    _query("actors.pipeline_numbers", pipeline.PipelineOfRegion, pipeline.PipelineNumbers, "as of now"),
    _query("actors.history", registry.ReadHistory, registry.ChangeView, "newest first", "page"),
    _query("actors.mandates", registry.ListMandates, actors.MandateRecord, "granted now", "list"),
    _command("actors.import_organisations", actors.ImportOrganisations, actors.ImportReport, "row by row"),
    _command("actors.open_import", imports.OpenImport, imports.ImportView, "read, nothing is imported"),
    _command("actors.try_import", imports.PlanImport, imports.ImportView, "a dry run goes on"),
    _command("actors.run_import", imports.PlanImport, imports.ImportView, "it goes on"),
    _command("actors.drop_import", imports.ImportId, None, "null; the file and its report are gone"),
    _query("actors.import_", imports.ImportId, imports.ImportView, "how far it is"),
    _query("actors.imports", imports.ListImports, imports.ImportView, "newest first", "list"),
    _query("actors.import_rows_of", imports.ReadImportRows, imports.ImportRowView, "in the file's order", "page"),
    _command("actors.open_account", actors.OpenAccount, actors.Account, "opened, or the one there is"),
    _command("actors.change_account", actors.ChangeAccount, actors.Account, "changed"),
    _query("actors.account", actors.AccountId, actors.Account, "with its mandates"),
    _command("actors.grant_mandate", actors.GrantMandate, actors.MandateRecord, "granted, or the one there is"),
    _command("actors.revoke_mandate", actors.MandateId, actors.MandateRecord, "revoked"),
    _command("actors.issue_key", actors.IssueKey, None, "{'key': KeyRecord, 'secret': str}"),
    _command("actors.revoke_key", actors.KeyId, actors.KeyRecord, "revoked"),
    _query("actors.keys", actors.AccountId, actors.KeyRecord, "the account's", "list"),
    _command("actors.request_sign_in", actors.RequestSignIn, None, "null, whatever the address"),
    _command("actors.open_session", actors.OpenSession, None, "{'session': SessionRecord, 'secret': str}"),
    _command("actors.close_session", actors.CloseSession, actors.SessionRecord, "closed"),
    _command("actors.ask_for_my_data", privacy.AskForMyData, None, "null; a link is mailed, whatever the address"),
    _query("actors.open_personal_data", privacy.OpenPersonalData, privacy.Opened, "a grant to see"),
    _query("actors.open_erasure", privacy.OpenPersonalData, privacy.Opened, "a grant to erase"),
    # events
    _command("events.draft_event", events.DraftEvent, events.EventRecord, "a draft"),
    _command("events.change_event", events.ChangeEvent, events.EventRecord, "changed"),
    _command("events.publish_event", events.EventId, events.EventRecord, "published"),
    _command("events.cancel_event", events.CancelEvent, events.EventRecord, "cancelled; its attendees are told"),
    _command("events.postpone_event", programme.PostponeEvent, events.EventRecord, "at other dates"),
    _command("events.discard_draft", events.EventId, None, "null; the draft is gone"),
    _query("events.event", events.EventId, events.EventRecord, "a draft or restricted event, for who may read it"),
    _query("events.own_events", events.ListDrafts, events.EventRecord, "in order of id", "page"),
    _command("events.start_series", programme.StartSeries, programme.SeriesRecord, "active"),
    _command("events.change_series", programme.ChangeSeries, programme.SeriesRecord, "changed"),
    _command("events.close_series", programme.SeriesId, programme.SeriesRecord, "closed"),
    Method(
        "events",
        "ask_co_hosts",
        "command",
        programme.AskCoHosts,
        programme.CoHostRecord,
        "asked, in the order given",
        "list",
    ),
    _command("events.answer_co_host", programme.AnswerCoHost, programme.CoHostRecord, "consented, or not"),
    _command("events.drop_co_host", programme.CoHostId, programme.CoHostRecord, "dropped"),
    _query("events.co_hosts", programme.CoHostsOf, programme.CoHostRecord, "in order of asking", "list"),
    _query("events.co_host_requests", base.Empty, programme.CoHostRequest, "to own organisations", "list"),
    _query("events.clashes", clashes.CheckClashes, clashes.ClashView, "the worst first, 200 at most", "list"),
    _query("events.free_dates", clashes.FindFreeDates, clashes.FreeDate, "the best first", "list"),
    _query("events.sign_ups", events.EventId, events.Attendee, "in order of sign-up", "list"),
    _command("events.sign_up", events.SignUp, events.SignUpAnswer, "confirmed or waiting"),
    _query("events.own_sign_up", events.SignUpToken, events.SignUpView, "by the link in the mail"),
    _command("events.cancel_sign_up", events.SignUpToken, events.SignUpAnswer, "the seat goes on at once"),
    _command("events.make_invitation", admission.MakeInvitation, admission.IssuedInvitation, "with its code"),
    _query("events.invitations", admission.InvitationsOf, admission.InvitationView, "the oldest first", "list"),
    _command("events.revoke_invitation", admission.InvitationId, admission.InvitationView, "revoked"),
    _query("events.invited_event", admission.InvitationCode, events.EventRecord, "by an invitation code"),
    _command("events.change_sign_up", admission.ChangeSignUp, events.SignUpAnswer, "with its size and answers"),
    _command("events.accept_seat", events.SignUpToken, events.SignUpAnswer, "confirmed"),
    _command("events.decline_seat", events.SignUpToken, events.SignUpAnswer, "the seat goes on at once"),
    Method(
        "events",
        "decide_sign_ups",
        "command",
        admission.DecideSignUps,
        events.SignUpAnswer,
        "as they are now, in the order given",
        "list",
    ),
    # events: the door
    _command("events.make_door", door.MakeDoor, door.Door, "a key for volunteers, shown in this answer and the list"),
    _command("events.close_door", door.DoorId, door.Door, "closed"),
    _query("events.doors", door.OfEvent, door.Door, "an event's", "list"),
    _query("events.door_list", door.ReadDoor, door.DoorList, "what a door needs to work without a network"),
    _command("events.check_in", door.CheckIn, door.CheckedIn, "with when and where it was scanned first"),
    _command("events.undo_check_in", door.UndoCheckIn, door.CheckedIn, "as if they had not come"),
    Method("events", "take_scans", "command", door.TakeScans, door.ScanTaken, "for each, in order", "list"),
    _command("events.add_walk_in", door.AddWalkIn, door.WalkedIn, "counts apart"),
    _query("events.ticket", door.TicketToken, door.TicketView, "by the link in the mail"),
    _query("events.attendees", door.AttendeesOf, door.AttendeeTable, "who signed up or walked in, as a table"),
    _query("events.event_numbers", door.OfEvent, door.EventNumbers, "without persons"),
    # events: what comes after
    _query("events.feedback_form", aftercare.FeedbackToken, aftercare.FeedbackForm, "by the link in the mail"),
    _command("events.give_feedback", aftercare.GiveFeedback, aftercare.FeedbackGiven, "kept without who gave it"),
    _query("events.feedback", aftercare.FeedbackOf, aftercare.FeedbackReport, "numbers and texts"),
    # consortium
    _command("consortium.found", consortium.FoundConsortium, consortium.ConsortiumRecord, "active"),
    _command("consortium.change", consortium.ChangeConsortium, consortium.ConsortiumRecord, "changed"),
    _command("consortium.dissolve", consortium.ConsortiumId, consortium.ConsortiumRecord, "dissolved"),
    _command("consortium.ask_membership", consortium.AskMembership, consortium.MembershipRecord, "asked"),
    _command("consortium.invite_member", consortium.InviteMember, consortium.MembershipRecord, "invited or active"),
    _command("consortium.decide_membership", consortium.DecideMembership, consortium.MembershipRecord, "decided"),
    _command("consortium.change_role", consortium.ChangeRole, consortium.MembershipRecord, "role from a day on"),
    _command("consortium.end_membership", consortium.EndMembership, consortium.MembershipRecord, "ended"),
    _query(
        "consortium.memberships",
        consortium.ListMemberships,
        consortium.MembershipRecord,
        "that the caller may see",
        "list",
    ),
    _command("consortium.form_working_group", consortium.FormWorkingGroup, consortium.WorkingGroupRecord, "active"),
    _command("consortium.change_working_group", consortium.ChangeWorkingGroup, consortium.WorkingGroupRecord, ""),
    _command("consortium.close_working_group", consortium.WorkingGroupId, consortium.WorkingGroupRecord, "closed"),
    _command("consortium.post_news", consortium.PostNews, consortium.NewsRecord, "posted"),
    _command("consortium.change_news", consortium.ChangeNews, consortium.NewsRecord, "changed"),
    _command("consortium.withdraw_news", consortium.NewsId, consortium.NewsRecord, "withdrawn"),
    _query("consortium.news", consortium.ListNews, consortium.NewsRecord, "for members", "page"),
    _query("consortium.news_item", consortium.NewsId, consortium.NewsRecord, "one, for who may read it"),
    # notifications
    _command("notifications.subscribe", notifications.Subscribe, None, "null; a mail asks to confirm"),
    _command(
        "notifications.subscribe_account",
        notifications.SubscribeAccount,
        notifications.SubscriptionView,
        "active",
    ),
    _command("notifications.confirm", notifications.SubscriptionToken, notifications.SubscriptionView, "active"),
    _query("notifications.own_subscription", notifications.SubscriptionToken, notifications.SubscriptionView, ""),
    _query("notifications.subscriptions", base.Empty, notifications.SubscriptionView, "the account's", "list"),
    _command("notifications.manage", notifications.ManageSubscription, notifications.SubscriptionView, "changed"),
    _command("notifications.unsubscribe", notifications.SubscriptionToken, notifications.SubscriptionView, "ended"),
    _command(
        "notifications.end_subscription",
        notifications.SubscriptionId,
        notifications.SubscriptionView,
        "ended",
    ),
    _command(
        "notifications.register_webhook",
        notifications.RegisterWebhook,
        None,
        "{'webhook': WebhookView, 'secret': str}",
    ),
    _query("notifications.webhooks", base.Empty, notifications.WebhookView, "the account's", "list"),
    _command("notifications.activate_webhook", notifications.WebhookId, notifications.WebhookView, "active again"),
    _command("notifications.remove_webhook", notifications.WebhookId, notifications.WebhookView, "removed"),
    _query(
        "notifications.deliveries", notifications.ListDeliveries, notifications.DeliveryView, "newest first", "list"
    ),
    *_everywhere(),
)
BY_NAME: Final = {method.full_name: method for method in ALL}


@cache
def _strict(schema: type[Schema]) -> Schema:
    return schema()


@cache
def _writer(schema: type[Schema]) -> Schema:
    return schema(unknown=EXCLUDE)


def load_arguments(schema: type[Schema], arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments as Python values.

    Raises Invalid with one entry in details["errors"] for each field that breaks a rule.
    """
    try:
        loaded: dict[str, Any] = _strict(schema).load(arguments)
    except ValidationError as error:
        errors = list(_flat(error.messages))
        raise Invalid("Some fields are not right.", {"errors": errors}) from error
    return loaded


def dump_answer(method: Method, answer: Any) -> Any:
    """A use case's answer (records as dicts of Python values) as JSON values, by the method's schema and shape."""
    if method.answer is None or answer is None:
        return answer
    if method.shape == "list":
        return [None if record is None else dump(method.answer, record) for record in answer]
    if method.shape == "page":
        return {**answer, "items": [dump(method.answer, record) for record in answer["items"]]}
    return dump(method.answer, answer)


def dump(schema: type[Schema], record: dict[str, Any]) -> dict[str, Any]:
    """A record (Python values) as JSON values by its schema."""
    dumped: dict[str, Any] = _writer(schema).dump(record)
    return dumped


def _flat(messages: Any, path: str = "") -> Any:
    if isinstance(messages, dict):
        for key, inner in messages.items():
            name = "" if key == "_schema" else str(key)
            yield from _flat(inner, f"{path}.{name}" if path and name else path or name)
    elif isinstance(messages, list):
        for inner in messages:
            yield from _flat(inner, path)
    else:
        yield {"field": path, "message": str(messages)}
