"""`python -m deploy.cli`: what ./malmi hands over to."""

from .command import main

main()
