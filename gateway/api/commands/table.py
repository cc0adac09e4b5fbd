"""The table of commands and private reads: paths, and the remote calls that they become. No rule stands here."""
# fmt: off

from typing import Final

from services.contracts.schemas import actors, consortium, events, notifications

from . import admission, answers, calendar, door, queries, registry
from .endpoint import Endpoint

_EVENT: Final = {"id": "event"}
_CONSORTIUM: Final = {"id": "consortium"}

ALL: Final[tuple[Endpoint, ...]] = (
    # organisations
    Endpoint(
        "POST", "/organisations", "actors.register_organisation", "register_organisation", "organisations",
        "Add an organisation to the registry",
        status=201, location="/api/v1/organisations/{id}", settles="organisation",
    ),
    Endpoint(
        "PATCH", "/organisations/{id}", "actors.change_organisation", "change_organisation", "organisations",
        "Change an organisation",
        settles="organisation",
    ),
    Endpoint(
        "DELETE", "/organisations/{id}", "actors.remove_organisation", "remove_organisation", "organisations",
        "Remove an organisation",
        settles="organisation",
    ),
    Endpoint(
        "POST", "/proposals", "actors.propose_organisation", "propose_organisation", "organisations",
        "Propose an organisation for the registry",
        status=202, policy="propose",
    ),
    Endpoint(
        "GET", "/proposals", "actors.proposals", "list_proposals", "organisations",
        "Proposals that wait for a decision",
        query=queries.OfRegion, answer=actors.Proposal, many=True,
    ),
    Endpoint(
        "POST", "/proposals/{id}/decision", "actors.decide_proposal", "decide_proposal", "organisations",
        "Admit or refuse a proposed organisation",
        settles="organisation",
    ),
    *registry.ENDPOINTS,
    # events
    Endpoint(
        "POST", "/events", "events.draft_event", "draft_event", "events", "Draft an event",
        status=201, location="/api/v1/events/{id}", settles="event",
    ),
    Endpoint(
        "PATCH", "/events/{id}", "events.change_event", "change_event", "events", "Change an event", settles="event"
    ),
    Endpoint(
        "POST", "/events/{id}/publish", "events.publish_event", "publish_event", "events", "Publish a draft",
        settles="event",
    ),
    Endpoint(
        "POST", "/events/{id}/cancel", "events.cancel_event", "cancel_event", "events",
        "Cancel a published event; its attendees are told",
        settles="event",
    ),
    Endpoint(
        "DELETE", "/events/{id}", "events.discard_draft", "discard_draft", "events", "Discard a draft", status=204
    ),
    Endpoint(
        "GET", "/my/events", "events.own_events", "list_own_events", "events", "Own drafts and restricted events",
        query=queries.Pages, answer=events.EventRecord, many=True,
    ),
    *calendar.ENDPOINTS,
    # sign-ups
    Endpoint(
        "POST", "/events/{id}/sign-ups", "events.sign_up", "sign_up", "sign-ups",
        "Sign up for an event: a place, or the waiting list",
        names=_EVENT, status=201, policy="sign-up",
    ),
    Endpoint(
        "GET", "/events/{id}/sign-ups", "events.sign_ups", "list_sign_ups", "sign-ups",
        "Who signed up, for the organiser",
        answer=events.Attendee, many=True,
    ),
    Endpoint(
        "POST", "/sign-ups/view", "events.own_sign_up", "view_sign_up", "sign-ups",
        "One's own sign-up, by the token of the link in the mail",
        policy="token",
    ),
    Endpoint(
        "POST", "/sign-ups/cancel", "events.cancel_sign_up", "cancel_sign_up", "sign-ups",
        "Cancel one's own sign-up; the place goes on at once",
        policy="token",
    ),
    *admission.ENDPOINTS,
    *door.ENDPOINTS,
    # consortia
    Endpoint(
        "POST", "/consortia", "consortium.found", "found_consortium", "consortia",
        "Found a consortium, cluster or ecosystem",
        status=201, location="/api/v1/consortia/{id}", settles="consortium",
    ),
    Endpoint(
        "PATCH", "/consortia/{id}", "consortium.change", "change_consortium", "consortia", "Change a consortium",
        settles="consortium",
    ),
    Endpoint(
        "POST", "/consortia/{id}/dissolve", "consortium.dissolve", "dissolve_consortium", "consortia",
        "Dissolve a consortium",
        settles="consortium",
    ),
    Endpoint(
        "POST", "/consortia/{id}/members", "consortium.invite_member", "invite_member", "consortia",
        "Invite an organisation, or admit it where that is agreed",
        names=_CONSORTIUM, status=201, settles="membership",
    ),
    Endpoint(
        "POST", "/consortia/{id}/requests", "consortium.ask_membership", "ask_membership", "consortia",
        "Ask for the own organisation's membership",
        names=_CONSORTIUM, status=201, settles="membership",
    ),
    Endpoint(
        "POST", "/memberships/{id}/decision", "consortium.decide_membership", "decide_membership", "consortia",
        "Accept or decline a request or an invitation",
        settles="membership",
    ),
    Endpoint(
        "POST", "/memberships/{id}/roles", "consortium.change_role", "change_role", "consortia",
        "Give a member another role from a day on",
        settles="membership",
    ),
    Endpoint(
        "POST", "/memberships/{id}/end", "consortium.end_membership", "end_membership", "consortia",
        "End a membership",
        settles="membership",
    ),
    Endpoint(
        "GET", "/my/memberships", "consortium.memberships", "list_own_memberships", "consortia",
        "Memberships with requests and invitations, of an own consortium or organisation",
        query=queries.Memberships, answer=consortium.MembershipRecord, many=True,
    ),
    Endpoint(
        "POST", "/consortia/{id}/working-groups", "consortium.form_working_group", "form_working_group", "consortia",
        "Form a working group",
        names=_CONSORTIUM, status=201, location="/api/v1/working-groups/{id}", settles="working_group",
    ),
    Endpoint(
        "PATCH", "/working-groups/{id}", "consortium.change_working_group", "change_working_group", "consortia",
        "Change a working group",
        settles="working_group",
    ),
    Endpoint(
        "POST", "/working-groups/{id}/close", "consortium.close_working_group", "close_working_group", "consortia",
        "Close a working group",
        settles="working_group",
    ),
    # news
    Endpoint(
        "POST", "/news", "consortium.post_news", "post_news", "news", "Post news",
        status=201, location="/api/v1/news/{id}", settles="news",
    ),
    Endpoint("PATCH", "/news/{id}", "consortium.change_news", "change_news", "news", "Change news", settles="news"),
    Endpoint(
        "POST", "/news/{id}/withdraw", "consortium.withdraw_news", "withdraw_news", "news", "Withdraw news",
        settles="news",
    ),
    Endpoint(
        "GET", "/consortia/{id}/member-news", "consortium.news", "list_member_news", "news", "News for members only",
        names=_CONSORTIUM, query=queries.Pages, answer=consortium.NewsRecord, many=True,
    ),
    # subscriptions (POST /subscriptions: subscriptions.py)
    Endpoint(
        "POST", "/subscriptions/confirm", "notifications.confirm", "confirm_subscription", "subscriptions",
        "Confirm a subscription, by the token of the link in the mail",
        policy="token",
    ),
    Endpoint(
        "POST", "/subscriptions/view", "notifications.own_subscription", "view_subscription", "subscriptions",
        "One's own subscription, by the token of a link in a mail",
        policy="token",
    ),
    Endpoint(
        "POST", "/subscriptions/manage", "notifications.manage", "manage_subscription", "subscriptions",
        "Change what is sent, and its language",
        policy="token",
    ),
    Endpoint(
        "POST", "/subscriptions/unsubscribe", "notifications.unsubscribe", "unsubscribe", "subscriptions",
        "End a subscription, by the token of a link in a mail",
        policy="token",
    ),
    Endpoint(
        "GET", "/my/subscriptions", "notifications.subscriptions", "list_own_subscriptions", "subscriptions",
        "Own subscriptions",
        answer=notifications.SubscriptionView, many=True,
    ),
    Endpoint(
        "DELETE", "/my/subscriptions/{id}", "notifications.end_subscription", "end_own_subscription", "subscriptions",
        "End an own subscription",
    ),
    # webhooks
    Endpoint(
        "POST", "/webhooks", "notifications.register_webhook", "register_webhook", "webhooks",
        "Register an address that is told what a subscriber is told, signed",
        status=201, answer=answers.RegisteredWebhook,
    ),
    Endpoint(
        "GET", "/webhooks", "notifications.webhooks", "list_webhooks", "webhooks", "Own webhooks",
        answer=notifications.WebhookView, many=True,
    ),
    Endpoint(
        "POST", "/webhooks/{id}/activate", "notifications.activate_webhook", "activate_webhook", "webhooks",
        "Activate a suspended webhook again",
    ),
    Endpoint(
        "DELETE", "/webhooks/{id}", "notifications.remove_webhook", "remove_webhook", "webhooks", "Remove a webhook"
    ),
    Endpoint(
        "GET", "/webhooks/{id}/deliveries", "notifications.deliveries", "list_deliveries", "webhooks",
        "What became of the newest messages",
        names={"id": "webhook"}, query=queries.Deliveries, answer=notifications.DeliveryView, many=True,
    ),
    # people
    Endpoint(
        "POST", "/accounts", "actors.open_account", "open_account", "people",
        "Open an account for a person, or find the one there is",
        status=201,
    ),
    Endpoint("GET", "/me", "actors.account", "read_own_account", "people", "Own account", account="account"),
    Endpoint(
        "PATCH", "/me", "actors.change_account", "change_own_account", "people", "Change own name or language",
        account="account",
    ),
    Endpoint(
        "POST", "/me/keys", "actors.issue_key", "issue_key", "people", "Issue an API key",
        account="account", status=201, answer=answers.IssuedKey, settles="key", hides=("hash",),
    ),
    Endpoint(
        "GET", "/me/keys", "actors.keys", "list_keys", "people", "Own API keys",
        account="account", answer=answers.ApiKey, many=True, hides=("hash",),
    ),
    Endpoint(
        "DELETE", "/me/keys/{id}", "actors.revoke_key", "revoke_key", "people", "Revoke an API key",
        answer=answers.ApiKey, settles="key", hides=("hash",),
    ),
    Endpoint(
        "POST", "/mandates", "actors.grant_mandate", "grant_mandate", "people", "Let a person act in a role",
        status=201,
    ),
    Endpoint(
        "DELETE", "/mandates/{id}", "actors.revoke_mandate", "revoke_mandate", "people", "Take a mandate back"
    ),
)
