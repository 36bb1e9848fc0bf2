"""What an answer can hold, and the files that say it.

parts.py     what an answer is made of: text, thinking, calls, searches, a stop
scenario.py  a scenario: a prompt, and its answers turn by turn
shape.py     small checks of one value in a file each
entries.py   what each kind of entry may say, and the parts that it stands for
files.py     scenarios read from YAML, with every mistake named by file, line and field
prompts.py   what a person asked, without what a client put beside it
"""

from .files import FOLDER, ScenarioError, load, read
from .scenario import Scenario, Turn

__all__ = ["FOLDER", "Scenario", "ScenarioError", "Turn", "load", "read"]
