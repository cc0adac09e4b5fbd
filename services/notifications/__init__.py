"""notifications: who wants to hear of what, and that they hear of it: by mail and by webhook.

Owns: subscriptions (with the consent to them) and webhooks; what each was last told of a record (`told`); mailings
(a fact that is being told to many), deliveries (one message to one recipient), attendances (sign-ups without the
person).
Publishes: notifications.subscription.* (node).
Listens to: events and sign-ups (events); news, consortia, memberships, working groups (consortium); organisations,
mandates, requests for a sign-in link and for a link to one's own data (actors).

The service decides who is told what (reactions.py, use_cases/). The courier (courier/), a process of its own on the
same database, expands mailings and sends deliveries. A delivery holds no address and no name: the courier asks the
owner of its `reference` at the moment of sending (sub_ and whk_: here; acc_ and sign-in requests: actors; sgn_:
events).
"""
