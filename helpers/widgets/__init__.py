"""The live views of the notebooks, each a Python file with its .js and .css."""
