"""events: seminars, workshops, working-group meetings, webinars, and who signed up for them.

Owns: events (drafts, published, cancelled), their programme, places and sign-ups, date holds and busy blocks, series,
requests to co-hosts; who came, keys of doors, and what was said afterwards.
Publishes: events.event.*, events.places.changed, events.block.* (public or for members), events.series.* (public),
events.sign_up.*, events.co_host.* (node).
Listens to: organisations (actors), consortia, memberships and working groups (consortium), mandates (actors), and other
nodes' public events and blocks (events), for the clash check.
"""
