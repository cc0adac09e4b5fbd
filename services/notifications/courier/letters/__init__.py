"""Mails: what they say (compose.py), in which words (words.py, texts/), how they look (writer.py, templates/)."""

from .writer import Writer

__all__ = ["Writer"]
