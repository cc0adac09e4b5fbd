"""What every service needs, once: settings, store and transactions, outbox and relay, inbox, remote calls.

The ten rules of docs/architecture.md are kept here; a service that uses these parts keeps them without effort.
nameko, kombu and pymongo are touched only here and in each service's `service.py` and `store.py`.
"""
