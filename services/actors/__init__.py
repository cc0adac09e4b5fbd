"""actors: the registry of organisations, and the people who may act for whom.

Owns: organisations (proposed, admitted, refused, succeeded, merged, removed), their identifiers and the relations
between them; merges and what is not to be merged; offerings, and packages of several actors' offerings; the recruiting
pipeline; the history of all these; accounts, mandates, API keys, sessions.
Publishes: actors.organisation.*, actors.relation.*, actors.offering.*, actors.package.* (public); actors.mandate.*,
actors.key.*, actors.session.*, actors.sign_in.requested, actors.data_request.made, actors.proposal.decided (node).
Listens to: consortia (consortium), to know the regions whose coordinator may name a secretary.

Names and addresses of people never leave it, but in the answer to the courier who sends the mail. The pipeline is in
answers to its coordinators alone.
"""
