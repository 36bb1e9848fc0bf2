"""Writes the site's pages: python -m helpers.site.reading FOLDER [--run NAME] [--address URL]."""

import argparse
import sys
from pathlib import Path

from helpers.environment.problem import Problem, explain_file_error
from helpers.site.reading import write


def main() -> int:
    """Write the pages; return an exit code."""
    parser = argparse.ArgumentParser(prog="python -m helpers.site.reading")
    parser.add_argument("folder", type=Path, help="where to write them")
    parser.add_argument("--run", default="run", help="the folder of the running edition in it")
    parser.add_argument("--address", default="", help="where the site will be found, for previews")
    given = parser.parse_args()
    try:
        write(given.folder, given.run, given.address)
    except Problem as problem:
        print(problem, file=sys.stderr)  # noqa: T201
        return 1
    except OSError as error:
        print(explain_file_error(error), file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
