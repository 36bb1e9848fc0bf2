"""How a cell is checked: what a part is, the child process, the diagnosis."""
