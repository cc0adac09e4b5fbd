"""What the command says and how: plain lines, a table, errors of one line."""

import sys
from collections.abc import Sequence
from typing import Never

import click


def say(text: str = "") -> None:
    """A line to the terminal, at once also through a pipe."""
    click.echo(text)
    sys.stdout.flush()


def note(text: str) -> None:
    """A line that is not part of the answer: progress, warnings."""
    click.echo(text, err=True)


def fail(message: str, code: int = 1) -> Never:
    """Ends the command with one line on stderr."""
    click.echo(f"malmi: {message}", err=True)
    sys.exit(code)


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as their widest cell; the last one as it is."""
    lines = [[*headings], *([*row] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headings))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )
