"""From a record to what readers see of it: bytes, order, facets, words. Pure: the same records, the same bytes."""

from collections.abc import Callable, Mapping
from typing import Final

from gateway.read_model.records import Record

from . import consortia, events, offerings, organisations, series
from .shown import Shown, Surroundings

_RENDERERS: Final[Mapping[str, Callable[[Record, Surroundings], Shown | None]]] = {
    "organisation": organisations.organisation,
    "relation": organisations.relation,
    "offering": offerings.offering,
    "package": offerings.package,
    "event": events.event,
    "block": events.block,
    "series": series.series,
    "consortium": consortia.consortium,
    "membership": consortia.membership,
    "working_group": consortia.working_group,
    "news": consortia.news,
}


def render(record: Record, surroundings: Surroundings) -> Shown | None:
    """What readers see of a record; None when they see nothing of it (places stand within their event)."""
    renderer = _RENDERERS.get(record.kind)
    return None if renderer is None or record.gone else renderer(record, surroundings)


__all__ = ["Shown", "Surroundings", "render"]
