"""actors: the registry of organisations, and the people who may act for whom.

Owns: organisations (proposed, admitted, refused, removed) and their identifiers; accounts, mandates, API keys,
sessions. Publishes: actors.organisation.* (public); actors.mandate.*, actors.key.*, actors.session.*,
actors.sign_in.requested (node).
Listens to: consortia (consortium), to know the regions whose coordinator may name a secretary.

Names and addresses of people never leave it, but in the answer to the courier who sends the mail.
"""
