"""Search hyperparameters: `python hpo/search.py --trials 30` is `retrace search --trials 30`."""

import sys

from retrace.tools.cli import app


def main() -> None:
    """Call the command with the options that were given here."""
    sys.argv[1:1] = ["search"]
    app()


if __name__ == "__main__":
    main()
