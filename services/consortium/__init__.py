"""consortium: consortia, clusters and ecosystems, their members, working groups and news.

Owns: consortia, memberships with their roles over time, working groups, news.
Publishes: consortium.consortium.*, consortium.working_group.*, consortium.membership.started, changed, ended (public),
consortium.membership.asked, invited, declined (node), consortium.news.* (public or for members).
Listens to: organisations and mandates (actors).
"""
