MAY_RUN = dict(A=1, B=0, C=1, D=1, E=0, F=2)
