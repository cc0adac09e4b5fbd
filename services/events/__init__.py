"""events: seminars, workshops, working-group meetings, webinars, and who signed up for them.

Owns: events (drafts, published, cancelled), their places and sign-ups, date holds and busy blocks.
Publishes: events.event.*, events.places.changed, events.block.* (public or for members), events.sign_up.* (node).
Listens to: organisations (actors), consortia, memberships and working groups (consortium), mandates (actors).
"""
