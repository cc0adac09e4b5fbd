"""Feeds: iCalendar, Atom and live streams of what the read model holds, narrowed by the same filters as lists."""
