"""The one file: whole, self-contained, and the same agent whoever wrote which part."""

import ast
import asyncio
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import httpx
import pytest

from helpers.lessons import find_exercise
from helpers.lessons.checking.assemble import new_module
from helpers.mock.server import start_server
from helpers.mock.settings import Settings
from helpers.submission.bundle import PARTS, CannotBundle, bundle, course_agent

MODELS = {"anthropic": "offline-mock", "openai": "offline-mock"}
RIGHT = {part: sorted(find_exercise(part).answers.glob("right_*.py")) for part in PARTS}
SAID = "bytes fall, one by one\na chunk ends inside a word\nthe meaning arrives"


def load(source: str) -> ModuleType:
    """Run the file as a module, not as a program."""
    module = new_module("an_agent_file")
    exec(compile(source, "agent.py", "exec"), module.__dict__)
    return module


def run_offline(source: str) -> str:
    """Return what the agent in a file says in its simulation, at once."""
    file = load(source)
    file.TOKENS_PER_SECOND, file.FIRST_TOKEN, file.OFFLINE_SECONDS = 1e9, 0.0, 0.0
    text: list[str] = []

    async def ask() -> None:
        transport = file.OfflineTransport()
        async with (
            asyncio.timeout(60),
            httpx.AsyncClient(base_url="http://offline", transport=transport) as http,
        ):
            messages = [{"role": "user", "content": "What's the weather in Oslo?"}]
            tools = file.agent_tools(None)
            await file.answer(http, messages, tools, model="any", write=text.append)

    asyncio.run(ask())
    return "".join(text)


def check(source: str) -> None:
    """Look whether a file stands alone, defines what it uses, and answers."""
    modules = {
        alias.name if isinstance(node, ast.Import) else node.module
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert not [name for name in modules if name.split(".")[0] in ("helpers", "anthropic")]
    lint = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F", "-"],
        input=source,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
    )
    assert "undefined" not in lint.stdout.lower(), lint.stdout
    assert "redefinition" not in lint.stdout.lower(), lint.stdout
    words = run_offline(source)
    assert "While that runs, here I am still talking to you." in words
    assert "7 °C and cloudy" in words
    assert words.endswith(SAID)


def test_the_courses_own_parts_make_a_file():
    made = bundle({}, models=MODELS)
    assert made.owners == dict.fromkeys(PARTS, "the course's")
    assert made.packages == ["httpx"]
    check(made.source)


@pytest.mark.parametrize("turn", range(max(map(len, RIGHT.values()))))
@pytest.mark.parametrize("left_out", ["sse", "text"])
@pytest.mark.long
def test_right_answers_fit_together(turn: int, left_out: str):
    """Each turn takes another right answer to each part, so all of them have their turn."""
    own = {part: paths[turn % len(paths)] for part, paths in RIGHT.items()}
    # One decoder gives objects and another reader takes tuples: both are right, if the same
    # person wrote them. These come from different people.
    own.pop(left_out)
    made = bundle(
        {part: path.read_text(encoding="utf-8") for part, path in own.items()}, models=MODELS
    )
    assert {part for part, owner in made.owners.items() if owner == "yours"} == own.keys()
    check(made.source)


def test_the_file_is_a_program(tmp_path: Path):
    file = tmp_path / "agent.py"
    file.write_text(course_agent(), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-I", str(file), "--mock", "What's the weather in Oslo?"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        cwd=tmp_path,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip().endswith(SAID)
    assert "> get_weather Oslo" in run.stderr


@pytest.mark.parametrize("fault", [None, "overloaded"])
@pytest.mark.parametrize("provider", ["anthropic", "openai"])
@pytest.mark.long
def test_the_file_speaks_both_apis(provider: str, fault: str | None, tmp_path: Path):
    pace = {"first_token": 0.0, "tokens_per_second": 400.0}
    broken = {"kind": "status", "times": 1} if fault else None  # each request, once
    settings = Settings.from_json({"pace": pace, "fault": broken})
    file = tmp_path / "agent.py"
    file.write_text(bundle({}, models=MODELS).source, encoding="utf-8")
    with start_server(settings) as server:
        options = ["--provider", provider, "--base-url", server.base_url]
        run = subprocess.run(
            [
                sys.executable,
                "-I",
                "-X",
                "utf8",
                str(file),
                *options,
                "What's the weather in Lagos?",
            ],
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=300,
            cwd=tmp_path,
        )
    assert run.returncode == 0, run.stderr
    assert "> get_weather Lagos" in run.stderr
    assert "32 °C and sunny" in run.stdout


SSE = find_exercise("sse").reference_source()


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ("import anthropic\n", r"part sse imports anthropic \(line 1\)"),
        ("from helpers.sse import SSEDecoder\n", r"part sse imports helpers\.sse \(line 1\)"),
        ("def f():\n    from openai import OpenAI\n", r"part sse imports openai \(line 2\)"),
        ("from os import *\n", r"part sse imports everything from os \(line 1\)"),
        ("def f(:\n", r"part sse is no Python: line 1"),
        (SSE + "\nx = never_defined\n", r"part sse uses never_defined, which nothing"),
        (SSE + "\nimport _nobody_has_this\n", r"part sse imports _nobody_has_this"),
    ],
)
def test_what_cannot_be_in_a_file_is_named(own: str, words: str):
    with pytest.raises(CannotBundle, match=words):
        bundle({"sse": own}, models=MODELS)


def test_parts_that_use_a_name_for_different_things_keep_apart():
    clash = "def closed(text):\n    return text.upper()\n\ndef open(x):\n    return closed(x)\n"
    made = bundle({"sse": SSE + clash}, models=MODELS)
    check(made.source)
    file = load(made.source)
    assert file.open_sse("a") == "A"
    assert file.closed_recovery is not file.closed
