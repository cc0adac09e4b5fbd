"""Mails: what they say (compose.py), in which words (words.py, texts/), how they look (writer.py, templates/),
set once for all who get the same (form.py)."""

from .writer import Mail, Writer

__all__ = ["Mail", "Writer"]
