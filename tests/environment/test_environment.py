"""One list of packages in four files: pyproject.toml, two lock files and environment.yml."""

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

from helpers.environment.lock import LEARNER, SITE, TESTS, Layer, applies, marker_facts, read_pins
from helpers.environment.problem import Problem
from helpers.environment.relock import direct_names, environment_yml

ROOT = Path(__file__).resolve().parents[2]
PROJECT_TEXT = (ROOT / "pyproject.toml").read_text("utf-8")
PROJECT = tomllib.loads(PROJECT_TEXT)
FOR_LEARNERS = [Requirement(text) for text in PROJECT["project"]["dependencies"]]
FOR_TESTS = [Requirement(text) for text in PROJECT["dependency-groups"]["test"]]
WANTED = FOR_LEARNERS + FOR_TESTS
PINS = read_pins(LEARNER.text())
TEST_PINS = read_pins(TESTS.text())
ALL_PINS = PINS + TEST_PINS
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
CONDA_PIP = CONDA["dependencies"][-1]["pip"]

each_layer = pytest.mark.parametrize("layer", [LEARNER, TESTS, SITE], ids=lambda layer: layer.file)
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
    pins = [pin for pin in ALL_PINS if pin.name == canonicalize_name(wanted.name)]
    assert pins
    for pin in pins:
        assert wanted.specifier.contains(pin.version), pin


@each_layer
def test_a_lock_has_nothing_but_pins_with_hashes(layer: Layer):
    logical = layer.text().replace("\\\n", " ").splitlines()
    lines = [line for line in logical if line and not line.startswith("#")]
    pins = read_pins(layer.text())
    assert len(lines) == len(pins)
    for line, pin in zip(lines, pins, strict=True):
        head, *hashes = line.split("--hash=")
        requirement = Requirement(head.strip())
        assert (requirement.name, str(requirement.specifier)) == (pin.name, f"=={pin.version}")
        assert tuple(text.strip() for text in hashes) == pin.hashes
        assert pin.hashes
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", text) for text in pin.hashes)


@each_layer
def test_a_lock_names_no_machine(layer: Layer):
    assert not re.search(r"://|--(index|extra|find|trusted)|(^|\s)/\w|\\\\", layer.text())


# What only tests need, and what plots once needed, by far the largest of all.
NOT_FOR_LEARNERS = "playwright mypy hypothesis pytest nbval matplotlib numpy pillow fonttools"


@pytest.mark.parametrize("name", NOT_FOR_LEARNERS.split())
def test_learners_are_spared_what_they_do_not_need(name: str):
    assert name not in {pin.name for pin in PINS}


def test_the_layers_share_no_package():
    assert not {pin.name for pin in PINS} & {pin.name for pin in TEST_PINS}


def test_one_python_gets_one_version_of_each():
    for minor in (11, 12, 13, 14):
        for system, name in (("linux", "posix"), ("darwin", "posix"), ("win32", "nt")):
            facts = marker_facts() | {
                "python_full_version": f"3.{minor}.7",
                "python_version": f"3.{minor}",
                "sys_platform": system,
                "os_name": name,
            }
            names = [pin.name for pin in ALL_PINS if applies(pin.marker, facts)]
            assert len(names) == len(set(names))
            needed = [one for one in WANTED if one.marker is None or one.marker.evaluate(facts)]
            assert {canonicalize_name(wanted.name) for wanted in needed} <= set(names)


def test_conda_gets_the_same_pins():
    assert CONDA["channels"] == ["conda-forge", "nodefaults"]
    assert CONDA["dependencies"][:2] == ["python=3.12", "pip"]
    expected = [f"{pin.name}=={pin.version} ; {pin.marker}".removesuffix(" ; ") for pin in PINS]
    assert sorted(CONDA_PIP) == sorted([*expected, "-e ."])


def test_conda_names_what_the_course_uses_first():
    first = {Requirement(line).name for line in CONDA_PIP[: len(FOR_LEARNERS)]}
    assert first == {canonicalize_name(wanted.name) for wanted in FOR_LEARNERS}
    assert CONDA_PIP[-1] == "-e ."


def test_conda_says_how_the_tests_are_added():
    comment = (ROOT / "environment.yml").read_text("utf-8").partition("name:")[0]
    assert "pip install --no-deps --require-hashes -r requirements-test.lock" in comment


def test_conda_and_the_lock_agree_with_what_the_command_would_write():
    text = environment_yml(direct_names(), PINS)
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
    for marker in {pin.marker for pin in ALL_PINS if pin.marker}:
        assert applies(marker, facts) == Marker(marker).evaluate(facts), marker


@given(
    FACTS,
    st.sampled_from(["python_version", "python_full_version"]),
    st.sampled_from(["<", "<=", "==", "!=", ">=", ">"]),
    st.sampled_from(["3.11", "3.11.5", "3.12", "3.12.0", "3.9", "3.14"]),
)
def test_versions_compare_as_numbers(facts: dict[str, str], name: str, sign: str, version: str):
    for marker in (f"{name} {sign} '{version}'", f"'{version}' {sign} {name}"):
        assert applies(marker, facts) == Marker(marker).evaluate(facts), marker


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
    with pytest.raises(Problem, match="a condition that can't be read"):
        applies(marker, marker_facts())
