"""Options that several commands share."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from deploy.node.folder import DataFolder
from deploy.node.process import ROOT

DEFAULT_FOLDER = ROOT / ".malmi"
_Function = TypeVar("_Function", bound=Callable[..., Any])


def _folder(context: click.Context, parameter: click.Parameter, value: str | None) -> DataFolder:
    return DataFolder(Path(value or os.environ.get("MALMI_DATA") or DEFAULT_FOLDER).resolve())


def data(function: _Function) -> _Function:
    """--data, as a DataFolder named `folder`."""
    return click.option(
        "--data",
        "folder",
        metavar="DIR",
        callback=_folder,
        help="The node's data folder.  [default: .malmi beside the malmi command, or $MALMI_DATA]",
    )(function)
