"""The official TypeScript SDK under Node.js, streaming from the offline API.

    python -m helpers.typescript

stream.mjs is the program, output.txt what it printed; a test holds the two together.
"""

from pathlib import Path

__all__ = ["OUTPUT", "PROGRAM"]

PROGRAM = Path(__file__).with_name("stream.mjs")
OUTPUT = Path(__file__).with_name("output.txt")
