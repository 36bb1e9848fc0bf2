"""Coding clients with the offline API: the right tool, whole paths, and no command made up."""

import json
from typing import Any

import pytest
from exchange import question
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.mock.messages.answer import answer
from helpers.mock.script import load, prompts
from helpers.mock.script.parts import Part, Text, ToolUse
from helpers.mock.unscripted.clues import find
from helpers.mock.unscripted.runners import commands
from tests.sweeps import examples, sweep

SCENARIOS = load()
TEXT = {"type": "string"}
NUMBER = {"type": "number"}
FLAG = {"type": "boolean"}


def tool(name: str, about: str, needed: list[str], /, **properties: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": needed}
    return {"name": name, "description": about, "input_schema": schema}


READ = tool(
    "Read",
    "Reads a file from the local filesystem. The file_path must be absolute. Any lines longer "
    "than 2000 characters are cut. You can call this to read images, too.",
    ["file_path"],
    file_path=TEXT | {"description": "The absolute path to the file to read"},
    offset=NUMBER | {"description": "The line number to start reading from"},
    limit=NUMBER | {"description": "The number of lines to read"},
)
WRITE = tool(
    "Write",
    "Writes a file to the local filesystem. If the file exists, use the Read tool first to read "
    "the file's contents. Prefer to Edit existing files.",
    ["file_path", "content"],
    file_path=TEXT | {"description": "The absolute path to the file to write"},
    content=TEXT | {"description": "The content to write to the file"},
)
EDIT = tool(
    "Edit",
    "Performs exact string replacements in files. You must use the Read tool at least once to "
    "read the file before editing it.",
    ["file_path", "old_string", "new_string"],
    file_path=TEXT | {"description": "The absolute path to the file to modify"},
    old_string=TEXT | {"description": "The text to replace"},
    new_string=TEXT | {"description": "The text to replace it with"},
    replace_all=FLAG | {"default": False, "description": "Replace all occurrences"},
)
BASH = tool(
    "Bash",
    "Executes a bash command in a shell session. Do not use it to read a file (use Read), to "
    "write a file (use Write), to edit (use Edit) or to search (use Grep or Glob).",
    ["command"],
    command=TEXT | {"description": "The command to execute"},
    description=TEXT | {"description": "What the command does in 5 to 10 words"},
    shell=TEXT | {"description": "The shell to run it in"},
    timeout=NUMBER,
    run_in_background=FLAG | {"description": "Set to true to run this command in the background"},
)
GLOB = tool(
    "Glob",
    "Fast file pattern matching. Find files by name with patterns like **/*.js.",
    ["pattern"],
    pattern=TEXT | {"description": "The glob pattern to match files against"},
    path=TEXT | {"description": "The directory to search in"},
)
GREP = tool(
    "Grep",
    "Searches the contents of files with a regular expression. Use it instead of grep in Bash.",
    ["pattern"],
    pattern=TEXT | {"description": "The regular expression to search for"},
    path=TEXT | {"description": "File or directory to search in"},
    output_mode={"type": "string", "enum": ["content", "files_with_matches", "count"]},
    multiline=FLAG,
    **{"-i": FLAG, "-n": FLAG},
)
WEB_FETCH = tool(
    "WebFetch",
    "Fetches content from a URL and reads it with a prompt.",
    ["url", "prompt"],
    url={"type": "string", "format": "uri"},
    prompt=TEXT,
)
TODO = {"type": "object", "properties": {"content": TEXT, "status": TEXT}, "required": ["content"]}
TODO_WRITE = tool(
    "TodoWrite",
    "Create and manage a task list for the session. Use it to read, write and edit todos.",
    ["todos"],
    todos={"type": "array", "items": TODO},
)
TASK = tool(
    "Task",
    "Launch a new agent that can read files, search, run commands and edit on its own.",
    ["description", "prompt"],
    description=TEXT,
    prompt=TEXT,
)
LS = tool(
    "LS",
    "Lists files and directories in a given path. Prefer Glob and Grep to find files.",
    ["path"],
    path=TEXT | {"description": "The absolute path to the directory to list"},
    ignore={"type": "array", "items": TEXT},
)
CODING = [READ, WRITE, EDIT, BASH, GLOB, GREP, WEB_FETCH, TODO_WRITE, TASK, LS]


def parts_for(content: Any, *tools: dict[str, Any], **more: Any) -> list[Part]:
    request = question(content, tools=list(tools or CODING)) | more
    return answer(SCENARIOS, request)


def calls(parts: list[Part]) -> list[tuple[str, dict[str, Any]]]:
    return [(part.name, part.input) for part in parts if isinstance(part, ToolUse)]


def words(parts: list[Part]) -> str:
    return "\n".join(part.text for part in parts if isinstance(part, Text))


@pytest.mark.parametrize(
    ("prompt", "name", "input"),
    [
        ("Read the file /tmp/x.txt", "Read", {"file_path": "/tmp/x.txt"}),
        ("Please read /srv/app-1.2/notes.md.", "Read", {"file_path": "/srv/app-1.2/notes.md"}),
        ("Read '/tmp/my notes/a b.txt'", "Read", {"file_path": "/tmp/my notes/a b.txt"}),
        ("Read /home/edit/bash/write.md", "Read", {"file_path": "/home/edit/bash/write.md"}),
        (
            "Write 'hello' to /tmp/a.txt",
            "Write",
            {"file_path": "/tmp/a.txt", "content": "hello"},
        ),
        (
            "Edit /tmp/a.txt: replace 'foo' with 'bar'",
            "Edit",
            {"file_path": "/tmp/a.txt", "old_string": "foo", "new_string": "bar"},
        ),
        ("Run `cat secret.txt`", "Bash", {"command": "cat secret.txt"}),
        ("In the shell, run `cat secret.txt`", "Bash", {"command": "cat secret.txt"}),
        ("Run the bash command 'ls -la | head'", "Bash", {"command": "ls -la | head"}),
        (
            "Run `make -j4` in the background with bash",
            "Bash",
            {"command": "make -j4", "run_in_background": True},
        ),
        (
            "Grep for 'def main' in /srv/app-1.2",
            "Grep",
            {"pattern": "def main", "path": "/srv/app-1.2"},
        ),
        ("Glob for **/*.py", "Glob", {"pattern": "**/*.py"}),
        ("LS /tmp", "LS", {"path": "/tmp"}),
    ],
)  # fmt: skip
def test_ten_tools_of_a_coding_client(prompt: str, name: str, input: dict[str, Any]) -> None:
    assert calls(parts_for(prompt)) == [(name, input)]


def test_a_page_is_fetched() -> None:
    ((name, given),) = calls(parts_for("Fetch https://example.com/docs and sum it up"))
    assert (name, given["url"]) == ("WebFetch", "https://example.com/docs")


@pytest.mark.parametrize("path", ["/tmp/x.txt", "C:\\Users\\ada\\x.txt", "./src/x-1.0/y.md"])
@pytest.mark.parametrize("others", [0, 3, 9])
def test_a_tools_name_counts_whatever_others_say_of_it(path: str, others: int) -> None:
    about = "Use read to read a file. Before you read, think about what the read tool reads."
    more = [tool(f"other_{n}", about, ["file"], file=TEXT) for n in range(others)]
    assert calls(parts_for(f"read {path}", *more, READ)) == [("Read", {"file_path": path})]


# What clients put beside a prompt

BESIDE = [
    "<system-reminder>\nYour todo list is empty. Run `rm -rf /` never.\n</system-reminder>",
    "<environment_details>\n# VSCode Open Tabs\n/srv/edit.py\n</environment_details>",
    "<environment_context><cwd>/srv/app</cwd></environment_context>",
    "<ide_opened_file>The user opened /srv/other.md in the IDE.</ide_opened_file>",
    "<local-command-stdout>Set model to sonnet</local-command-stdout>",
    "<command-name>/clear</command-name>",
    "<user-prompt-submit-hook>ok</user-prompt-submit-hook>",
    "<context>The current date is November 28, 2026.</context>",
    "<reminderInstructions>Always edit with care.</reminderInstructions>",
    "<attached_files><file path='/a/b.c'>int x;</file></attached_files>",
    "<system-reminder>one that its client forgot to close",
]


@pytest.mark.parametrize("beside", BESIDE)
@pytest.mark.parametrize("blocks", [False, True], ids=["one text", "blocks"])
def test_what_a_client_adds_is_no_prompt(beside: str, blocks: bool) -> None:
    prompt = "Read the file /tmp/x.txt"
    order = [beside, prompt] if "</" in beside else [prompt, beside]
    for texts in (order, [prompt, beside]):
        content = [{"type": "text", "text": text} for text in texts] if blocks else "\n".join(texts)
        assert calls(parts_for(content)) == [("Read", {"file_path": "/tmp/x.txt"})]


@pytest.mark.parametrize("tag", ["task", "user_query", "userRequest", "user_message", "query"])
def test_a_tag_around_the_prompt_is_taken_off(tag: str) -> None:
    content = (
        f"Some notes on /etc/hosts.\n<{tag}>\nRead the file /tmp/x.txt\n</{tag}>\n<note>b</note>"
    )
    assert calls(parts_for(content)) == [("Read", {"file_path": "/tmp/x.txt"})]


@given(before=st.lists(st.sampled_from(BESIDE[:-1])), after=st.lists(st.sampled_from(BESIDE)))
def test_a_prompt_is_found_among_all_that_is_added(before: list[str], after: list[str]) -> None:
    assert (
        prompts.read_question("\n".join([*before, "What time is it?", *after]))
        == "What time is it?"
    )


@given(st.text())
def test_any_text_can_be_asked(text: str) -> None:
    assert prompts.read_question(text) or not text
    prompts.result_in(text)


def test_a_reminder_of_its_own_starts_nothing_anew() -> None:
    parts = conversation("Read the file /tmp/x.txt", "hello there")
    parts.append({"role": "user", "content": BESIDE[0]})
    said = answer(SCENARIOS, question("", tools=CODING) | {"messages": parts})
    assert not calls(said) and "hello there" in words(said)


def conversation(prompt: str, result: str) -> list[dict[str, Any]]:
    use = {"type": "tool_use", "id": "toolu_1", "name": "Read", "input": {"file_path": "/tmp/x"}}
    return [
        {"role": "user", "content": prompt},
        {"role": "assistant", "content": [use]},
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": result}],
        },
    ]


# Results as text

AS_TEXT = [
    "Observation: {}",
    "Observation:\n{}",
    "Observations: {}",
    "Tool result: {}",
    "Tool output:\n{}",
    "Function result: {}",
    "Result of Read: {}",
    "Command output: {}",
    "Execution logs:\n{}",
    "[read_file for '/tmp/x.txt'] Result:\n\n{}",
    "<tool_response>\n{}\n</tool_response>",
    "<tool_result>{}</tool_result>",
    "<function_results>{}</function_results>",
    "<observation>{}</observation>",
]


@pytest.mark.parametrize("form", AS_TEXT)
@pytest.mark.parametrize("tools", [[], CODING], ids=["without tools", "with tools"])
@pytest.mark.parametrize("prompt", ["Read the file /tmp/x.txt", "What's the weather in Lagos?"])
def test_a_result_as_text_ends_the_loop(
    form: str, tools: list[dict[str, Any]], prompt: str
) -> None:
    told = form.format("read the file notes.md, it says blue")
    messages = [
        {"role": "user", "content": prompt},
        {"role": "assistant", "content": "Thought: I need a tool."},
        {"role": "user", "content": told},
    ]
    for choice in ("auto", "any"):
        more = {"tools": tools, "tool_choice": {"type": choice}} if tools else {}
        said = answer(SCENARIOS, question("") | {"messages": messages} | more)
        assert not calls(said)
        if tools or "weather" not in prompt:  # else the scenario says that it lacks a tool
            assert "blue" in words(said)


def test_agents_get_the_last_words_where_they_look_for_them() -> None:
    last = tool("final_answer", "Gives the final answer.", ["answer"], answer={})
    messages = [
        {"role": "user", "content": "Read the file /tmp/x.txt"},
        {"role": "assistant", "content": "Calling tools: Read"},
        {"role": "user", "content": "Observation: it says blue"},
    ]
    said = answer(SCENARIOS, question("", tools=[READ, last]) | {"messages": messages})
    ((name, given),) = calls(said)
    assert name == "final_answer" and "blue" in given["answer"]
    react = question("", system="End with `Final Answer:` and the answer.")
    text = words(answer(SCENARIOS, react | {"messages": messages}))
    assert "\nFinal Answer: " in text and "blue" in text


NOTES = """Answer the question. Use this format:
Question: the question
Action: the tool to use
Action Input: its input
Observation: what it gave
Final Answer: the answer

Question: What's the weather in Lagos?
Thought:"""


@pytest.mark.parametrize("system", [False, True])
@pytest.mark.parametrize(
    "step",
    ["", " I need it.\nAction: get_weather\nAction Input: Lagos\nObservation: 31 °C\nThought:"],
)
def test_an_agent_that_keeps_notes_of_its_own_comes_to_an_end(system: bool, step: str) -> None:
    request = question(f"Question: What's the weather in Lagos?\nThought:{step}", system=NOTES)
    if not system:
        request = question(NOTES + step)
    told = words(answer(SCENARIOS, request))
    assert "\nFinal Answer: " in told
    assert ("31 °C" in told) == bool(step)


# Paths

PATHS = [
    "/tmp/x.txt",
    "/srv/app-1.2/notes.md",
    "/opt/v2.0.1/bin",
    "/etc/hosts",
    "/",
    "/backup/2026-01-02/x.sql",
    "~/notes.txt",
    "~/.config/app.d/settings.toml",
    "~ada/x",
    "./build.sh",
    "./src/lib-0.9/mod.rs",
    "../up/one.md",
    "src/pkg-1.0/main.py",
    "docs/README.md",
    "data/",
    ".env",
    ".gitignore",
    ".github/workflows/ci.yml",
    "archive.tar.gz",
    "notebook.ipynb",
    "table.parquet",
    "a/@types/x.d.ts",
    "$HOME/x.txt",
    "/tmp/größe/日本.txt",
    "/mnt/c++/a=b.txt",
    "C:\\Users\\ada\\notes.txt",
    "C:/Users/ada/app-1.2/x.txt",
    "D:\\",
    "\\\\server\\share\\x.csv",
    ".\\src\\main.py",
    "src\\app-1.2\\main.py",
]


@pytest.mark.parametrize("path", PATHS)
def test_a_path_stays_whole(path: str) -> None:
    for frame in ("Read {}", "The file {}.", "Is {} there?", "({})", "{}, ok"):
        found = [clue.value for clue in find(frame.format(path)) if clue.kind == "file"]
        assert found == [path], frame


QUOTED = [path for path in PATHS if path != "/"] + [
    "/tmp/my notes/a b.txt",
    "C:\\My Files\\a b.txt",
]


@pytest.mark.parametrize("path", QUOTED)
def test_a_path_in_quotes_stays_whole(path: str) -> None:
    for before, behind in ("''", '""', "``", "“”"):
        prompt = f"Read the file {before}{path}{behind} please"
        assert calls(parts_for(prompt, READ)) == [("Read", {"file_path": path})], prompt


STEP = st.text("abcxyz0189-._", min_size=1, max_size=8).filter(lambda one: one.strip(".") == one)
STEP = STEP.filter(lambda one: any(letter.isalpha() for letter in one))


@settings(max_examples=examples(300))
@given(
    root=st.sampled_from(["/", "~/", "./", "../", "C:\\", "D:/"]),
    steps=st.lists(STEP, min_size=1, max_size=5),
)
def test_any_path_stays_whole(root: str, steps: list[str]) -> None:
    path = root + ("\\" if "\\" in root else "/").join(steps)
    assert calls(parts_for(f"Read the file {path}", READ)) == [("Read", {"file_path": path})]


@pytest.mark.parametrize(
    "prompt", ["and/or", "1/2 of it", "TCP/IP", "e.g. this", "at 5 a.m.", "60 km/h", "So. Then"]
)
def test_what_is_no_path(prompt: str) -> None:
    assert not [clue for clue in find(prompt) if clue.kind == "file"]


# Switches

SWITCHES = [
    "run_in_background",
    "replace_all",
    "dry_run",
    "follow_symlinks",
    "is_async",
    "-n",
    "all",
]


@pytest.mark.parametrize("switch", [*SWITCHES, "recursive", "verbose", "include_hidden", "force"])
@pytest.mark.parametrize(
    "prompt",
    ["Run all tests and read the file /tmp/x.txt", "Replace it and read /tmp/x.txt, then run it"],
)
def test_an_optional_switch_is_never_set_unasked(switch: str, prompt: str) -> None:
    read = tool("read", "Reads a file.", ["path"], path=TEXT, **{switch: FLAG})
    for _, given_ in calls(parts_for(prompt, read)):
        assert given_ == {"path": "/tmp/x.txt"}


@pytest.mark.parametrize(
    ("switch", "words_", "value"),
    [
        ("run_in_background", "in the background, run", True),
        ("run_in_background", "with run_in_background", True),
        ("run_in_background", "with run_in_background false", False),
        ("recursive", "recursively", True),
        ("recursive", "not recursively", False),
        ("replace_all", "and replace all", True),
        ("include_hidden", "with hidden ones", True),
        ("dry_run", "as a dry run", True),
    ],
)
def test_a_switch_is_set_when_the_prompt_asks(switch: str, words_: str, value: bool) -> None:
    read = tool("read", "Reads a file.", ["path"], path=TEXT, **{switch: FLAG})
    ((_, given_),) = calls(parts_for(f"Read /tmp/x.txt {words_}", read))
    assert given_ == {"path": "/tmp/x.txt", switch: value}


# Commands

RUNNERS = [
    BASH,
    tool("shell", "Runs a command.", ["command"], shell=TEXT, command=TEXT),
    tool("shell", "Runs a command.", ["command"], command={"type": "array", "items": TEXT}),
    tool("exec", "Executes.", ["cmd"], cmd=TEXT),
    tool("run_command", "Runs a command.", ["command_line"], command_line=TEXT),
    tool("execute_command", "Runs it.", ["command"], command=TEXT, requires_approval=FLAG),
    tool("terminal", "A terminal.", ["input"], input=TEXT),
    tool("run_in_terminal", "Runs.", ["command", "isLong"], command=TEXT, isLong=FLAG),
    tool("python", "Runs Python.", ["code"], code=TEXT),
    tool("code_execution", "Runs code.", ["code"], code=TEXT),
    tool("execute_sql", "Runs SQL.", ["query"], query=TEXT),
    tool("code_interpreter", "Runs code.", ["source"], source=TEXT),
    tool("powershell", "Runs a script.", ["script"], script=TEXT),
    tool("python_repl", "A REPL.", ["query"], query=TEXT),
    tool("device", "Sends a command.", ["command"], command=TEXT | {"default": "reboot"}),
    tool("bash", "A shell.", ["command"], command={"anyOf": [TEXT, {"type": "null"}]}),
]
ids = [f"{one['name']}-{'-'.join(one['input_schema']['properties'])}" for one in RUNNERS]


@pytest.mark.parametrize("runner", RUNNERS, ids=ids)
@pytest.mark.parametrize("choice", [None, "any", "tool"])
def test_no_command_is_ever_made_up(runner: dict[str, Any], choice: str | None) -> None:
    name = runner["name"]
    more: dict[str, Any] = {"tool_choice": {"type": choice}} if choice else {}
    if choice == "tool":
        more["tool_choice"]["name"] = name
    for prompt in (
        f"Use {name} to list all files and delete the old ones",
        f"Run the tests with {name}",
        f"Execute code in the shell or terminal, a command in python with {name}, now: ls -la",
    ):
        said = parts_for(prompt, runner, **more)
        assert calls(said) == []
        assert "never make up what is run" in words(said) and name in words(said)


COMMAND_TEXTS = ["cat secret.txt", 'echo "it\'s" | wc -c', "print('a')", "git log --oneline -n 3"]


@pytest.mark.parametrize("runner", sweep(RUNNERS, first=4), ids=ids)
@pytest.mark.parametrize("command", COMMAND_TEXTS)
@pytest.mark.parametrize("quotes", ["`{}`", "```sh\n{}\n```", "“{}”"])
def test_a_quoted_command_is_taken_as_it_stands(
    runner: dict[str, Any], command: str, quotes: str
) -> None:
    prompt = f"Use {runner['name']} in the shell to run {quotes.format(command)}"
    ((name, given_),) = calls(parts_for(prompt, runner))
    ((place,),) = commands(runner)
    assert name == runner["name"]
    assert given_[place] in (command, [command])
    assert "shell" not in given_ and given_.get("isLong", False) is False


@pytest.mark.parametrize(
    "harmless",
    [
        tool("get_country", "", ["code"], code=TEXT),
        tool("execute_trade", "", ["symbol"], symbol=TEXT),
        tool("str_replace_editor", "", ["command"], command={"enum": ["view", "create"]}),
        tool("search", "Runs a search.", ["query"], query=TEXT),
        READ,
    ],
    ids=lambda one: one["name"],
)
def test_other_tools_run_nothing(harmless: dict[str, Any]) -> None:
    assert commands(harmless) == frozenset()


# Quotes


@pytest.mark.parametrize("optional", ["shell", "note", "description", "author", "label", "query"])
def test_a_required_argument_gets_the_quoted_value(optional: str) -> None:
    one = tool("tag", "Tags.", ["value"], **{optional: TEXT}, value=TEXT)
    ((_, given_),) = calls(parts_for(f"tag for {optional}s about 'blue sky' by me", one))
    assert given_["value"] == "blue sky" and optional not in given_


def test_the_result_is_json() -> None:
    for part in parts_for("Read /tmp/x.txt"):
        if isinstance(part, ToolUse):
            json.dumps(part.input)
