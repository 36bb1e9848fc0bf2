"""What stands in deploy/ can be read, and names files that are there. A hub itself: browser/."""

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"


def test_the_image_is_made_of_files_that_are_there_and_has_no_test_tools():
    text = (DEPLOY / "Dockerfile").read_text("utf-8")
    for line in re.findall(r"^COPY (.+) \S+$", text, re.MULTILINE):
        for name in line.split():
            assert (ROOT / name).exists(), name
    installed = [line for line in text.splitlines() if "pip install" in line]
    assert len(installed) == 2 and not any("test" in line for line in installed)
    assert re.search(r"^USER jovyan$", text, re.MULTILINE)
    packages = (DEPLOY / "hub-packages.txt").read_text("utf-8")
    pinned = [line for line in packages.splitlines() if line and not line.startswith("#")]
    assert [re.fullmatch(r"[\w-]+==[\d.]+", line) is not None for line in pinned] == [True, True]


def hub_settings() -> Any:
    """Return what the hub's file sets."""
    settings = SimpleNamespace(JupyterHub=SimpleNamespace(), Spawner=SimpleNamespace())
    path = DEPLOY / "jupyterhub_config.py"
    names: dict[str, Any] = {"get_config": lambda: settings, "__file__": str(path)}
    exec(compile(path.read_text("utf-8"), str(path), "exec"), names)
    return settings


def test_the_hubs_settings_load_and_give_each_user_a_folder(monkeypatch: Any):
    monkeypatch.setenv("COURSE_HOMES", "/srv/homes/{username}/streaming-agents")
    settings = hub_settings()
    assert settings.JupyterHub.bind_url.startswith("http://127.0.0.1:")
    assert settings.JupyterHub.concurrent_spawn_limit < 10
    home = settings.Spawner.environment["COURSE_HOME"]
    ada = home(SimpleNamespace(user=SimpleNamespace(name="ada")))
    assert Path(ada) == Path("/srv/homes/ada/streaming-agents")


@pytest.mark.parametrize("named", ["/srv/class/link", "http://127.0.0.1:8790#k3m9xp", ""])
def test_one_setting_of_the_hub_names_its_class(named: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COURSE_CLASS", named)
    environment = hub_settings().Spawner.environment
    assert environment.get("COURSE_CLASS", "") == named


def test_a_path_opens_first_if_the_hub_names_one(monkeypatch: pytest.MonkeyPatch):
    program = ["prepare", "jupyterhub-singleuser"]
    assert hub_settings().Spawner.cmd[2:] == program
    monkeypatch.setenv("COURSE_PATH", "75")
    assert hub_settings().Spawner.cmd[2:] == [program[0], "--path", "75", program[1]]


def test_values_for_kubernetes_and_the_devcontainer_are_whole():
    values = yaml.safe_load((DEPLOY / "values.yaml").read_text("utf-8"))
    user = values["singleuser"]
    assert user["memory"]["guarantee"] == "300M"
    rules = user["networkPolicy"]["egressAllowRules"]
    assert not rules["nonPrivateIPs"] and not rules["privateIPs"]
    assert values["prePuller"]["hook"]["enabled"]
    assert values["scheduling"]["userPlaceholder"]["replicas"] > 0
    container = ROOT / ".devcontainer" / "devcontainer.json"
    build = json.loads(container.read_text("utf-8"))["build"]
    assert (container.parent / build["dockerfile"]).exists()
