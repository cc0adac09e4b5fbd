"""Spreadsheets in and out: CSV, XLSX and JSON to tables of cells and back. What the cells mean is the services'.

All of it runs in a process of its own (process.py), with limits on memory and time: a file is foreign, and reading
ten thousand rows would stop the worker's other answers for seconds.
"""

from .process import Sheets, Unreadable

__all__ = ["Sheets", "Unreadable"]
