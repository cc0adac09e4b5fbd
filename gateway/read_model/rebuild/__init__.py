"""Rebuilds the read model while it is served: a second pair of files is filled from the services' snapshots and every
fact that comes meanwhile, compared row by row with the live pair, and put in its place.

`python -m gateway.read_model.rebuild` asks the running projector for it and shows the report.
"""
