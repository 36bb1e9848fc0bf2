"""One list of packages in three files: pyproject.toml, requirements.lock and environment.yml."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import course

ROOT = Path(__file__).resolve().parent.parent
PROJECT_TEXT = (ROOT / "pyproject.toml").read_text("utf-8")
PROJECT = tomllib.loads(PROJECT_TEXT)
WANTED = [
    Requirement(text)
    for text in PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["test"]
]
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
PINS = course.read_pins(LOCK)
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
CONDA_PIP = CONDA["dependencies"][-1]["pip"]

each_wanted = pytest.mark.parametrize("wanted", WANTED, ids=lambda wanted: wanted.name)


PROMISED = """
jupyterlab ipywidgets anthropic httpx nbval anywidget starlette uvicorn pytest hypothesis playwright
"""


@pytest.mark.parametrize("name", PROMISED.split())
def test_what_the_course_promises_is_named(name: str):
    assert name in {canonicalize_name(wanted.name) for wanted in WANTED}


@each_wanted
def test_each_package_has_its_reason(wanted: Requirement):
    assert re.search(
        rf'(?m)^    "{re.escape(str(wanted.name))}\b[^"]*",  # \w.{{10,}}$', PROJECT_TEXT
    )


@each_wanted
def test_the_lock_has_each_package_in_a_wanted_version(wanted: Requirement):
    pins = [pin for pin in PINS if pin.name == canonicalize_name(wanted.name)]
    assert pins
    for pin in pins:
        assert wanted.specifier.contains(pin.version), pin


def test_the_lock_has_nothing_but_pins_with_hashes():
    logical = LOCK.replace("\\\n", " ").splitlines()
    lines = [line for line in logical if line and not line.startswith("#")]
    assert len(lines) == len(PINS)
    for line, pin in zip(lines, PINS, strict=True):
        head, *hashes = line.split("--hash=")
        requirement = Requirement(head.strip())
        assert (requirement.name, str(requirement.specifier)) == (pin.name, f"=={pin.version}")
        assert hashes
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", text.strip()) for text in hashes)


def test_the_lock_names_no_machine():
    assert not re.search(r"://|--(index|extra|find|trusted)|(^|\s)/\w|\\\\", LOCK)


def test_one_python_gets_one_version_of_each():
    for minor in (11, 12, 13, 14):
        for system, name in (("linux", "posix"), ("darwin", "posix"), ("win32", "nt")):
            facts = course.marker_facts() | {
                "python_full_version": f"3.{minor}.7",
                "python_version": f"3.{minor}",
                "sys_platform": system,
                "os_name": name,
            }
            names = [pin.name for pin in PINS if course.applies(pin.marker, facts)]
            assert len(names) == len(set(names))
            needed = [one for one in WANTED if one.marker is None or one.marker.evaluate(facts)]
            assert {canonicalize_name(wanted.name) for wanted in needed} <= set(names)


def test_conda_gets_the_same_pins():
    assert CONDA["channels"] == ["conda-forge", "nodefaults"]
    assert CONDA["dependencies"][:2] == ["python=3.12", "pip"]
    expected = [f"{name}=={version} ; {mark}".removesuffix(" ; ") for name, version, mark in PINS]
    assert sorted(CONDA_PIP) == sorted([*expected, "-e ."])


def test_conda_names_what_the_course_uses_first():
    first = {Requirement(line).name for line in CONDA_PIP[: len(WANTED)]}
    assert first == {canonicalize_name(wanted.name) for wanted in WANTED}
    assert CONDA_PIP[-1] == "-e ."


def test_conda_and_the_lock_agree_with_what_the_command_would_write():
    text = course.environment_yml(course.direct_names(), PINS)
    assert text == (ROOT / "environment.yml").read_text("utf-8")


# ---- Markers: our small reader of them against the packaging library's

FACTS = st.fixed_dictionaries(
    {
        "os_name": st.sampled_from(["posix", "nt"]),
        "sys_platform": st.sampled_from(["linux", "darwin", "win32", "emscripten"]),
        "platform_machine": st.sampled_from(["x86_64", "arm64", "AMD64"]),
        "platform_system": st.sampled_from(["Linux", "Darwin", "Windows"]),
        "platform_python_implementation": st.sampled_from(["CPython", "PyPy"]),
        "implementation_name": st.sampled_from(["cpython", "pypy", "PyPy"]),
        "python_full_version": st.sampled_from(
            ["3.11.0", "3.11.4", "3.11.5", "3.11.14", "3.12.0", "3.12.1", "3.13.9", "3.14.0"]
        ),
    }
).map(lambda facts: facts | {"python_version": facts["python_full_version"].rpartition(".")[0]})


@given(FACTS)
def test_every_marker_of_the_lock_is_read_as_pip_reads_it(facts: dict[str, str]):
    for marker in {pin.marker for pin in PINS if pin.marker}:
        assert course.applies(marker, facts) == Marker(marker).evaluate(facts), marker


@given(
    FACTS,
    st.sampled_from(["python_version", "python_full_version"]),
    st.sampled_from(["<", "<=", "==", "!=", ">=", ">"]),
    st.sampled_from(["3.11", "3.11.5", "3.12", "3.12.0", "3.9", "3.14"]),
)
def test_versions_compare_as_numbers(facts: dict[str, str], name: str, sign: str, version: str):
    for marker in (f"{name} {sign} '{version}'", f"'{version}' {sign} {name}"):
        assert course.applies(marker, facts) == Marker(marker).evaluate(facts), marker


@pytest.mark.parametrize(
    "marker",
    [
        "extra == 'x'",
        "sys_platform in 'linux'",
        "os_name ==",
        "__import__('os')",
        "python_version < x",
    ],
)
def test_what_is_no_marker_of_ours_is_refused(marker: str):
    with pytest.raises(course.Problem, match="a condition that can't be read"):
        course.applies(marker, course.marker_facts())
