"""rebuild: the read model anew, from what the services hold."""

import click

from deploy.node.errors import NodeError
from deploy.node.folder import DataFolder

from . import options


@click.command(short_help="Make the read model anew while it is served.")
@options.data
@click.pass_context
def rebuild(context: click.Context, folder: DataFolder) -> None:
    """Fill a second read model from the services, compare it row by row with the live one, and put it in its place.

    Reads and writes go on meanwhile. Ends with 1 when it failed; then the read model is as it was.
    """
    # imported here: the gateway's code is needed by this command alone
    from gateway.read_model.rebuild.__main__ import main

    if not folder.path.exists() or not folder.is_running():
        raise NodeError(f"no node is running in {folder.path}: start it with ./malmi up")
    context.exit(main(folder.path / "read_model"))
