"""A hub on one machine, for a class of forty: `jupyterhub -f deploy/jupyterhub_config.py`.

It needs jupyterhub and npm's configurable-http-proxy, and in the course's environment the two
packages of deploy/hub-packages.txt. Each person has a system account and a folder of their own.
README.md beside this file says how much memory that takes, and how to try it.
"""

import os
import sys
from pathlib import Path

c = get_config()  # type: ignore[name-defined]  # noqa: F821

COURSE = Path(__file__).resolve().parents[1]
PYTHON = os.environ.get("COURSE_PYTHON", sys.executable)  # of the course's environment

# Loopback alone: a server with https stands before it.
c.JupyterHub.bind_url = os.environ.get("COURSE_HUB_URL", "http://127.0.0.1:8000")

# Forty people press Start in the same minute. With JupyterHub's own numbers, nine of ten spawns
# at once failed on two cores: too many at a time, and too little patience for each.
c.JupyterHub.concurrent_spawn_limit = 4
c.JupyterHub.active_server_limit = 60
c.JupyterHub.spawn_throttle_retry_range = (5, 20)  # seconds until a browser asks again
c.Spawner.start_timeout = 240
c.Spawner.http_timeout = 120
c.Spawner.poll_interval = 30
c.Spawner.consecutive_failure_limit = 0  # one bad seat doesn't stop the hub

# Each server first brings its user's copies up to date, then becomes Jupyter. COURSE_PATH=75 adds
# the notebook of a class's path, which then opens first.
path = os.environ.get("COURSE_PATH")
c.Spawner.cmd = [
    *(PYTHON, str(COURSE / "course.py"), "prepare"),
    *(["--path", path] if path else []),
    "jupyterhub-singleuser",
]


def own_folder(spawner: object) -> str:
    """Return a user's own COURSE_HOME: nobody else's code is ever loaded from there."""
    template = os.environ.get("COURSE_HOMES", "~{username}/streaming-agents")
    name: str = spawner.user.name  # type: ignore[attr-defined]
    return str(Path(template.format(username=name)).expanduser())


# COURSE_CLASS names the class: its link, or a file into which `course.py class` writes it later, so
# that the hub and its users' servers need no new start. Users are offered to join, and may not.
c.Spawner.environment = {
    "COURSE_HOME": own_folder,
    "COURSE_MODE": "mock",
    **({"COURSE_CLASS": link} if (link := os.environ.get("COURSE_CLASS")) else {}),
}
c.Spawner.env_keep = ["PATH", "LANG", "LC_ALL", "VIRTUAL_ENV", "PYTHONPATH"]
c.Spawner.mem_guarantee = "300M"
