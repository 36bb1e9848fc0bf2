"""The course in a browser's tab: JupyterLite, with Pyodide as its Python.

lock          what is fetched: Pyodide and wheels, with their hashes (lock.json)
relock        makes that list anew (for contributors)
fetching      gets what the list names, once, from PyPI and npm
archives      wheels whose bytes depend on their content alone
course_wheel  the course itself as a wheel
first         what the first cell needs, in one file, which loader.mjs unpacks
pyodide       the folder of Pyodide, and its own list of packages
notebooks     the notebooks as JupyterLite takes them
builder       the environment of the tools, and their run
edition       all of it in one folder
"""

from helpers.site.running.edition import write

__all__ = ["write"]
