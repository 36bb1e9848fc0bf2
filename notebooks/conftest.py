"""How nbval starts the kernel of a notebook: as the course does."""

import nbval.kernel

from helpers.lessons.refresh import starting_again

nbval.kernel.start_new_kernel = starting_again(nbval.kernel.start_new_kernel)
