"""`python -m unpend`: the same as the command `unpend`."""

from unpend.cli.main import run

if __name__ == "__main__":
    run()
