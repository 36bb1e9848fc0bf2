"""Classes by the clock: paths through the notebooks, their run sheets, slides and notebooks.

paths.toml ──▶ sheets ──▶ words, slides      docs/teaching/
                  │
                  ├─────▶ notebook           what `lab --path` opens
                  └─────▶ the clock on a class's board
"""

from helpers.lessons.teaching.sheets import (
    Prediction,
    RunSheet,
    UnknownPath,
    path_names,
    run_sheet,
)

__all__ = ["Prediction", "RunSheet", "UnknownPath", "path_names", "run_sheet"]
