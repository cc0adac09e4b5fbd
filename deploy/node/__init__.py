"""The pieces of a local node, each usable by itself: tests start a broker and a store with the same code.

folder.py      the data folder and what it keeps: settings, ports, secrets
regions.py     a region's settings, from deploy/regions/*.yaml
ports.py       which ports are free, and which this node keeps
process.py     a child process: start, is it still ours, stop
supervisor.py  keeps the parts running; state.py tells others how they are
broker.py      a private RabbitMQ; broker_watch.py whether it is well
store.py       a private store; mailbox/ an SMTP server that shows its mail
parts.py       all parts of a node with their settings
"""
