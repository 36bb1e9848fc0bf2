"""Makes the environment that the commands run in, from the lock files.

Standard library only: nothing else is installed yet when this runs. In reading order:

    problem       what the person at the keyboard can mend, in one sentence
    lock          the lists of packages, and which of their pins apply here
    turns         one command at a time in .venv
    venv          find a Python that has every package, or make .venv
    installer     run uv or pip, and tell how far it is
    wheels        collect the packages in a folder, for machines without a network
    relock        resolve the lists anew (for contributors)
"""
