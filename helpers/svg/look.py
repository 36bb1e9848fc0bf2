"""The colours and type sizes of the snapshots: the same tokens as look.css, on white.

| meaning                      | colour     | shape                              |
| text block                   | blue       | solid bar                          |
| tool input                   | orange     | bar, hatched until it is complete  |
| tool running                 | orange     | outlined bar                       |
| thinking                     | purple     | dotted bar                         |
| done, passed                 | green      | ✓                                  |
| failed, fault                | vermillion | ✕                                  |
| protocol (start, stop, ping) | grey       | tick                               |
"""

# Okabe and Ito's palette, for areas and lines.
TEXT = "#0072b2"
TOOL = "#e69f00"
THINKING = "#cc79a7"
DONE = "#009e73"
FAILED = "#d55e00"
# The same hues at 4.5:1 or more on white, for words.
ON_TEXT = "#00639b"
ON_TOOL = "#855c00"
ON_THINKING = "#984b76"
ON_DONE = "#00704f"
ON_FAILED = "#ac4a00"

GROUND = "#ffffff"
GROUND_2 = "#f1f3f4"
INK = "#111111"
INK_1 = "#333333"
INK_2 = "#5c6166"
LINE = "#d9dcdf"

# What stands for each of them in the dark: the same as in look.css.
DARK = {
    TEXT: "#3d9bd6",
    DONE: "#1fb88c",
    FAILED: "#ef7a24",
    ON_TEXT: "#6cb8e6",
    ON_TOOL: "#e9ad2b",
    ON_THINKING: "#dc9cbf",
    ON_DONE: "#3fc79d",
    ON_FAILED: "#f59a58",
    GROUND: "#111111",
    GROUND_2: "#303030",
    INK: "#ffffff",
    INK_1: "#dedede",
    INK_2: "#a9aeb3",
    LINE: "#616161",
}

UI_FONT = "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif"
CODE_FONT = "Menlo, Consolas, 'DejaVu Sans Mono', monospace"
UI_SIZE = 13.0
CODE_SIZE = 12.5
AXIS_SIZE = 11.0
