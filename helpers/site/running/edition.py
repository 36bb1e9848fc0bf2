"""The running edition in one folder."""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from helpers.environment.lock import ROOT
from helpers.site.running import builder, first, lock, pyodide
from helpers.site.running.bytecode import add_bytecode
from helpers.site.running.fetching import fetch
from helpers.site.running.notebooks import prepare

__all__ = ["CACHE", "write"]

CACHE = ROOT / ".site"  # what is fetched once, and the tools' environment
LOG = "build.log"
PYODIDE = "./static/pyodide"
PLUGIN = "@jupyterlite/pyodide-kernel-extension:kernel"
LITE: dict[str, Any] = {
    "jupyter-lite-schema-version": 0,
    "jupyter-config-data": {
        "appName": "Streaming agents, by hand",
        "exposeAppInBrowser": True,
        "litePluginSettings": {
            PLUGIN: {
                "pyodideUrl": f"{PYODIDE}/pyodide.mjs",
                "disablePyPIFallback": True,
                "loadPyodideOptions": {
                    "lockFileURL": f"{PYODIDE}/pyodide-lock.json",
                    "packages": list(pyodide.THERE),
                    "env": {"COURSE_HOME": "/drive/my", "HOME": "/home/pyodide"},
                },
            }
        },
    },
}
SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyter-widgets/jupyterlab-manager:plugin": {"saveState": True},
}
# The same letters as in .woff2, for browsers that can't run the course.
OLD_FONTS = (".eot", ".svg", ".ttf", ".woff")
START = Path(__file__).with_name("start.html")
PAGE = Path(__file__).with_name("page.js")
# What the kernel loads is asked for while JupyterLab itself still starts. Not Pyodide's own 10 MB:
# a browser that doesn't keep so large a file, as in a private window, would fetch them twice.
EARLY = ("core.mjs", "pyodide.asm.mjs", "python_stdlib.zip", first.NAME)
HEAD = "".join(
    f'<link rel="prefetch" href="../static/pyodide/{name}" as="fetch">\n' for name in EARLY
)
# On a phone, the numbers beside the cells take a fourth of the width.
HEAD += "<style>@media (max-width: 600px) {body {--jp-cell-prompt-width: 3rem}}</style>\n"
HEAD += f'<script type="module" src="../{PAGE.name}"></script>\n'


def write(folder: Path) -> None:
    """Write the running edition: index.html, lab/index.html, and what they load.

    Args:
        folder: where; what is there already is replaced.

    Raises:
        Problem: something can't be fetched or built, and what to do.
        OSError: a file can't be written.
    """
    listed = lock.read()
    home = builder.environment(CACHE / "venv")
    fetch(listed, CACHE / "fetched", home)
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        wheels = builder.kernel_wheels(home)
        pyodide.write(work / "static" / "pyodide", listed, CACHE / "fetched", wheels)
        add_bytecode(work / "static" / "pyodide", home)
        editions = prepare(ROOT / "notebooks", work / "files")
        _save(work / "jupyter-lite.json", LITE)
        _save(work / "overrides.json", SETTINGS)
        options = {
            "contents": ["files"],
            "output_dir": str(work / "out"),
            "no_sourcemaps": True,
            "apps": ["lab"],
        }
        _save(work / "jupyter_lite_config.json", {"LiteBuildConfig": options})
        builder.build(home, work, CACHE / LOG)
        shutil.copyfile(START, work / "out" / "index.html")
        shutil.copyfile(PAGE, work / "out" / PAGE.name)
        _save(work / "out" / "editions.json", editions)
        lab = work / "out" / "lab" / "index.html"
        lab.write_text(lab.read_text("utf-8").replace("</head>", f"{HEAD}</head>", 1), "utf-8")
        for font in (work / "out" / "build").glob("fa-*"):
            if font.suffix in OLD_FONTS:
                font.unlink()
        if folder.exists():
            shutil.rmtree(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(work / "out", folder)


def _save(file: Path, value: object) -> None:
    file.write_text(json.dumps(value, indent=1), encoding="utf-8")
