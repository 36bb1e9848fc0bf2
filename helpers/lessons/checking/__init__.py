"""How a cell is checked: what a case is, the child process, the diagnosis."""
