"""The command line: real runs of course.py in a small copy of the course.

The copy has a lock of its own and helpers that only say they ran. A stand-in for uv, on a PATH
that holds nothing else, makes real environments and fails in the ways that networks, disks and
people make installers fail. Two tests let the real pip install a wheel from a folder.
"""

import ast
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import psutil
import pytest

from helpers.environment.problem import explain_installer
from helpers.environment.which_pip import can_install_elsewhere
from tests.listening import wait_until_it_listens

ROOT = Path(__file__).resolve().parents[2]
INTERRUPT = signal.CTRL_BREAK_EVENT if os.name == "nt" else signal.SIGINT

LONG = 600  # seconds; for what must come, on the busiest machine: pip takes 20 on a quiet one

LOCK = """\
first-thing==1.0 \\
    --hash=sha256:{hash}
second-thing==2.0 ; python_full_version >= '3.11' \\
    --hash=sha256:{hash}
not-here==3.0 ; sys_platform == 'emscripten' \\
    --hash=sha256:{hash}
""".format(hash="0" * 64)

TESTS_LOCK = """\
third-thing==3.0 \\
    --hash=sha256:{hash}
""".format(hash="0" * 64)

PROGRAM = """\
import os, sys
print("ran", os.environ["PYTHONPATH"].split(os.pathsep)[0] == os.getcwd(), sys.prefix, sys.argv[1:])
sys.exit(int(sys.argv[1]) if sys.argv[1:] else 0)
"""

UV = '''\
"""uv, as far as course.py uses it; FAKE says what goes wrong."""
import os, pathlib, re, subprocess, sys, time

fake = os.environ.get("FAKE", "")
if sys.argv[1] == "venv":
    home = sys.argv[-1]
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True)
    sys.exit()
python = pathlib.Path(sys.argv[sys.argv.index("--python") + 1])
assert "--require-hashes" in sys.argv, sys.argv
site = next(python.parent.parent.glob("[Ll]ib/**/site-packages"))
said = {
    "offline": "error: Failed to fetch: `http://127.0.0.1:9/simple/`\\n  cause: dns error",
    "full": "error: failed to write\\n  cause: No space left on device (os error 28)",
    "odd": "error: the moon is in the wrong phase",
}
if fake in said:
    print(said[fake], file=sys.stderr)
    sys.exit(2)
pins = re.findall(r"(?m)^([a-z-]+)==(\\S+)", pathlib.Path(sys.argv[-1]).read_text())[:2]
for name, version in pins:
    print(f"Downloading {name} (3.2MiB)", file=sys.stderr, flush=True)
    folder = site / f"{name.replace('-', '_')}-{version}.dist-info"
    folder.mkdir(exist_ok=True)
    (folder / "METADATA").write_text(f"Name: {name}\\nVersion: {version}\\n")
    if fake in ("slow", "gated"):
        print(f"uv is {os.getpid()}", file=sys.stderr, flush=True)
    if fake == "slow":
        time.sleep(60)
    while fake == "gated" and os.path.exists(os.environ["GATE"]):
        time.sleep(0.01)
'''


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the course: its command line, a short lock, and helpers that only say they ran."""
    root = tmp_path / "a course"  # people do have spaces in their paths
    root.mkdir()
    shutil.copy(ROOT / "course.py", root)
    (root / "requirements.lock").write_text(LOCK)
    (root / "requirements-test.lock").write_text(TESTS_LOCK)
    environment = root / "helpers" / "environment"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "helpers" / "environment", environment, ignore=ignored)
    (root / "helpers" / "__init__.py").touch()
    (root / "helpers" / "mock.py").write_text(PROGRAM)
    return root


def put_uv(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "uv.py").write_text(UV)
    if os.name == "nt":
        (folder / "uv.bat").write_text(f'@"{sys.executable}" "{folder / "uv.py"}" %*\n')
    else:
        (folder / "uv").write_text(f'#!/bin/sh\nexec "{sys.executable}" "{folder}/uv.py" "$@"\n')
        (folder / "uv").chmod(0o755)


def environ(tree: Path, **more: str) -> dict[str, str]:
    """A person's environment: an empty home, a PATH with our uv (or nothing) on it."""
    tools = tree.parent / "bin"
    tools.mkdir(exist_ok=True)
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP", "TMP") if name in os.environ}
    # Nor does it have the settings of pip that this machine may have.
    return {**kept, "HOME": str(tree.parent), "PATH": str(tools), **more}


def run(
    tree: Path, *arguments: str, expect: int = 0, code: str = "", **more: str
) -> subprocess.CompletedProcess[str]:
    """Run course.py (or a code that uses it) to its end; its errors must be without traceback."""
    done = subprocess.run(
        [sys.executable, *(["-c", code] if code else ["course.py"]), *arguments],
        cwd=tree,
        env=environ(tree, **more),
        capture_output=True,
        text=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        timeout=LONG,
    )
    assert "Traceback" not in done.stderr + done.stdout, done.stderr
    assert done.returncode == expect, done.stdout + done.stderr
    return done


def sentence(done: subprocess.CompletedProcess[str]) -> str:
    """The one line on standard error."""
    (line,) = done.stderr.splitlines()
    assert line.endswith((".", ".)"))
    return line


# ---- The environment


def test_it_makes_the_environment_once_and_is_quick_after(tree: Path):
    put_uv(tree.parent / "bin")
    first = run(tree, "mock")
    assert "Installing 2 packages in .venv, with uv." in first.stdout
    assert f"ran True {tree / '.venv'} []" in first.stdout
    times = []
    for _ in range(3):
        before = os.times()
        again = run(tree, "mock")
        after = os.times()
        # Of the processor: other programs may keep it waiting for as long as they like.
        times.append(
            after.children_user
            + after.children_system
            - before.children_user
            - before.children_system
        )
        assert again.stdout == f"ran True {tree / '.venv'} []\n"
    assert min(times) < 1


@pytest.mark.long
def test_what_follows_a_command_and_its_exit_code_go_through(tree: Path):
    put_uv(tree.parent / "bin")
    done = run(tree, "mock", "7", "--port", "a b", expect=7)
    assert "['7', '--port', 'a b']" in done.stdout


def test_who_wants_no_bytecode_beside_the_sources_has_it_in_the_environment(tree: Path):
    put_uv(tree.parent / "bin")
    run(tree, "mock", PYTHONDONTWRITEBYTECODE="1")
    assert not [path for path in tree.rglob("__pycache__") if ".venv" not in path.parts]
    kept = {path.name.split(".")[0] for path in (tree / ".venv" / "bytecode").rglob("*.pyc")}
    assert "__init__" in kept


def test_editors_find_helpers(tree: Path):
    put_uv(tree.parent / "bin")
    run(tree, "mock")
    python = tree / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    subprocess.run([python, "-c", "import helpers"], cwd=tree.parent, check=True)


@pytest.mark.long
def test_a_new_lock_is_brought_in_without_starting_over(tree: Path):
    put_uv(tree.parent / "bin")
    run(tree, "mock")
    (tree / ".venv" / "mine").touch()
    (tree / "requirements.lock").write_text(LOCK.replace("==2.0", "==2.1"))
    done = run(tree, "mock")
    assert "Installing" in done.stdout
    assert (tree / ".venv" / "mine").exists()
    assert "Installing" not in run(tree, "mock").stdout


@pytest.mark.long
def test_an_environment_without_its_python_or_from_another_place_is_made_again(tree: Path):
    put_uv(tree.parent / "bin")
    run(tree, "mock")
    shutil.rmtree(tree / ".venv" / ("Scripts" if os.name == "nt" else "bin"))
    assert "Installing" in run(tree, "mock").stdout
    moved = tree.rename(tree.parent / "elsewhere")
    assert "Installing" in run(moved, "mock").stdout
    assert f"ran True {moved / '.venv'}" in run(moved, "mock").stdout


def test_a_python_that_has_everything_is_used_as_it_is(tree: Path):
    lock = "".join(f"{name}=={version(name)}\n" for name in ("pytest", "psutil", "types-PyYAML"))
    (tree / "requirements.lock").write_text(lock + "not-here==1 ; sys_platform == 'emscripten'\n")
    done = run(tree, "mock")
    assert done.stdout == f"ran True {sys.prefix} []\n"
    assert not (tree / ".venv").exists()


def test_another_version_is_not_everything(tree: Path):
    (tree / "requirements.lock").write_text("pytest==0.1\n")
    put_uv(tree.parent / "bin")
    assert "Installing 1 packages" in run(tree, "mock").stdout


@pytest.mark.long
def test_a_re_made_environment_leaves_the_learners_things(tree: Path):
    put_uv(tree.parent / "bin")
    mine = tree / "my" / "parts" / "sse.py"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    run(tree, "mock")
    shutil.rmtree(tree / ".venv")
    run(tree, "mock")
    assert mine.read_text() == "mine"


@pytest.mark.long
def test_the_tests_get_a_layer_of_their_own_on_top(tree: Path):
    put_uv(tree.parent / "bin")
    (tree / "pytest.py").write_text(PROGRAM)
    assert "Installing 2 packages" in run(tree, "mock").stdout
    assert "Installing 1 packages" in run(tree, "test").stdout
    assert run(tree, "test").stdout == run(tree, "mock").stdout
    assert (tree / ".venv" / "made-from-tests.txt").exists()


# ---- Whose is it? Nothing of another folder's is deleted, changed or unstamped


def snapshot(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "course.lock" and "__pycache__" not in path.parts
    }


@pytest.fixture
def other(tree: Path) -> Path:
    """A second course beside the first, with an environment of its own."""
    put_uv(tree.parent / "bin")
    root = tree.parent / "another course"
    shutil.copytree(tree, root)
    run(root, "mock")
    return root


def link(tree: Path, target: Path) -> None:
    (tree / ".venv").symlink_to(target, target_is_directory=True)


@pytest.mark.long
def test_a_link_to_an_empty_place_is_filled(tree: Path):
    put_uv(tree.parent / "bin")
    place = tree.parent / "a larger disk" / "für venv"
    link(tree, place)  # not even there yet
    assert "Installing 2 packages" in run(tree, "mock").stdout
    assert "Installing" not in run(tree, "mock").stdout
    (tree / ".venv" / "made-from.txt").unlink()
    assert "Installing" in run(tree, "mock").stdout
    assert (tree / ".venv").is_symlink()
    assert (place / "made-from.txt").exists()


@pytest.mark.long
def test_a_link_to_an_environment_with_the_same_packages_is_used_as_it_is(tree: Path, other: Path):
    before = snapshot(other / ".venv")
    link(tree, other / ".venv")
    done = run(tree, "mock")
    assert "Installing" not in done.stdout
    assert done.stdout.startswith("ran True ")
    assert snapshot(other / ".venv") == before


@pytest.mark.long
def test_a_link_to_an_environment_with_other_packages_is_refused(tree: Path, other: Path):
    before = snapshot(other / ".venv")
    (tree / "requirements.lock").write_text(LOCK.replace("==2.0", "==2.1"))
    link(tree, other / ".venv")
    said = sentence(run(tree, "mock", expect=1))
    assert f"which serves the course in {other}" in said
    assert "Remove the link alone" in said
    assert snapshot(other / ".venv") == before
    assert "Installing" not in run(other, "mock").stdout


def test_a_link_to_somebodys_folder_is_refused(tree: Path):
    put_uv(tree.parent / "bin")
    place = tree.parent / "photos"
    place.mkdir()
    (place / "cat.jpg").write_text("a cat")
    link(tree, place)
    assert "remove the link" in sentence(run(tree, "mock", expect=1))
    assert snapshot(place) == {"cat.jpg": b"a cat"}


@pytest.mark.long
def test_an_environment_that_somebody_made_is_filled_and_keeps_its_own(tree: Path):
    put_uv(tree.parent / "bin")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tree / ".venv"], check=True)
    (tree / ".venv" / "mine").touch()
    assert "Installing 2 packages" in run(tree, "mock").stdout
    assert "Installing" not in run(tree, "mock").stdout
    assert (tree / ".venv" / "mine").exists()


def test_a_folder_that_is_no_environment_is_left_alone(tree: Path):
    put_uv(tree.parent / "bin")
    (tree / ".venv").mkdir()
    (tree / ".venv" / "notes.txt").write_text("mine")
    said = sentence(run(tree, "mock", expect=1))
    assert ".venv holds what this command did not make: rename the folder" in said
    assert snapshot(tree / ".venv") == {"notes.txt": b"mine"}


def test_a_file_of_that_name_is_left_alone(tree: Path):
    put_uv(tree.parent / "bin")
    (tree / ".venv").write_text("mine")
    assert "a file named .venv: rename it" in sentence(run(tree, "mock", expect=1))
    assert (tree / ".venv").read_text() == "mine"


# ---- Interruptions


@contextmanager
def installing(tree: Path, **more: str) -> Iterator[tuple[subprocess.Popen[str], psutil.Process]]:
    """course.py in the midst of an installation, and the uv that it waits for."""
    log = tree / ".venv-install.log"
    process = subprocess.Popen(
        [sys.executable, "course.py", "mock"],
        cwd=tree,
        env=environ(tree, **{"FAKE": "slow", **more}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )
    try:
        deadline = time.monotonic() + LONG
        while "uv is " not in (log.read_text() if log.exists() else ""):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        yield process, psutil.Process(int(log.read_text().split("uv is ")[1].split()[0]))
    finally:
        process.kill()
        process.communicate()


@pytest.mark.long
def test_control_c_says_one_sentence_and_the_next_run_goes_on(tree: Path):
    put_uv(tree.parent / "bin")
    with installing(tree) as (process, uv):
        process.send_signal(INTERRUPT)
        _, errors = process.communicate(timeout=LONG)
        assert process.returncode == 130
        assert errors.strip() == "Stopped. Run the same command again to go on."
        assert not uv.is_running()
    assert "Ready after" in run(tree, "mock").stdout


@pytest.mark.long
def test_a_killed_installation_is_not_taken_for_a_whole_one(tree: Path):
    put_uv(tree.parent / "bin")
    with installing(tree) as (process, uv):
        process.kill()
        process.wait(LONG)
        uv.kill()
    half = tree / ".venv" / "half"
    half.touch()
    assert "Ready after" in run(tree, "mock").stdout
    assert not half.exists()


@pytest.mark.long
def test_of_two_first_runs_the_second_waits(tree: Path):
    put_uv(tree.parent / "bin")
    gate = tree.parent / "gate"
    gate.touch()
    with installing(tree, FAKE="gated", GATE=str(gate)) as (first, _):
        second = subprocess.Popen(
            [sys.executable, "course.py", "mock"],
            cwd=tree,
            env=environ(tree),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert second.stdout is not None
        assert "this one waits for it" in second.stdout.readline()
        gate.unlink()
        said, errors = first.communicate(timeout=LONG)
        assert "Ready after" in said, errors
        assert second.stdout.read() == f"ran True {tree / '.venv'} []\n"
        second.stdout.close()
        assert second.wait(LONG) == 0


# ---- What goes wrong, in one sentence each


@pytest.mark.parametrize(
    ("fake", "says"),
    [
        ("offline", "The packages can't be downloaded: the package index can't be reached"),
        ("full", "The disk is full: free about 1 GB, then run the same command again."),
        (
            "odd",
            "the moon is in the wrong phase (The whole is in .venv-install.log.)",
        ),
    ],
)
def test_a_failed_installation(tree: Path, fake: str, says: str):
    put_uv(tree.parent / "bin")
    done = run(tree, "mock", expect=1, FAKE=fake)
    assert says in sentence(done)
    assert "error:" in (tree / ".venv-install.log").read_text()
    assert "Ready after" in run(tree, "mock").stdout


# Words of the real uv and pip, shortened, and what the person is told.
WORDS = [
    (
        "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(': "
        "Failed to establish a new connection: [Errno -3] Temporary failure in name resolution')'\n"
        "ERROR: No matching distribution found for anyio==4.16.0",
        "can't be reached from here",
    ),
    (
        "WARNING: Retrying (Retry(total=4)) after connection broken by 'ConnectTimeoutError(...)'\n"
        "ERROR: No matching distribution found for anyio==4.16.0",
        "can't be reached from here",
    ),
    (
        "error: Request failed after 3 retries\n  cause: error sending request for url\n"
        "  cause: tcp connect error: Connection refused (os error 111)",
        "can't be reached from here",
    ),
    (
        "error: Request failed\n  cause: error sending request for url\n"
        "  cause: client error (Connect)\n  cause: invalid peer certificate: UnknownIssuer",
        "a certificate that is not trusted here",
    ),
    ("ERROR: Could not install packages: [Errno 28] No space left on device", "The disk is full"),
    ("OSError: [WinError 112] There is not enough space on the disk", "The disk is full"),
    ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE FILE.", "is not the file that"),
    (
        "error: Failed to download\n  cause: Hash mismatch for `anyio==4.16.0`",
        "is not the file that",
    ),
    ("ERROR: No matching distribution found for numpy==2.5.5", "no ready-made file for Python 3."),
    ("", "It said: nothing"),
]


@pytest.mark.parametrize(("words", "says"), WORDS)
def test_an_installers_words_are_understood(words: str, says: str):
    assert says in str(explain_installer(words, ".venv-install.log"))


WITHOUT_ENSUREPIP = """
import importlib.util, sys
import course
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == "ensurepip" else find(name, *rest)
sys.exit(course.main(["mock"]))
"""

WITHOUT_SPACE = """
import shutil, sys
import course
usage = shutil.disk_usage(".")
shutil.disk_usage = lambda path: usage._replace(free=300_000_000)
sys.exit(course.main(["mock"]))
"""

NOBODY = """
import encodings.idna, os, platform, sys
import course
platform.machine(), platform.system()
if os.name == "posix" and os.geteuid() == 0:
    os.setuid(65534)
sys.exit(course.main(["mock"]))
"""

OLD = """
import sys
sys.version_info = (3, 8, 18, "final", 0)
exec(compile(open("course.py", encoding="utf-8").read(), "course.py", "exec"))
"""


def test_a_python_without_venv(tree: Path):
    done = run(tree, code=WITHOUT_ENSUREPIP, expect=1)
    assert "sudo apt install python3-venv" in sentence(done)
    put_uv(tree.parent / "bin")
    assert "Ready after" in run(tree, code=WITHOUT_ENSUREPIP).stdout  # uv doesn't need it


def test_too_little_space(tree: Path):
    done = run(tree, code=WITHOUT_SPACE, expect=1)
    assert "needs about 0.6 GB, and 0.3 GB are free on this disk" in sentence(done)
    assert not (tree / ".venv").exists()


@pytest.fixture
def not_ours(tree: Path) -> Iterator[Path]:
    """The copy in a folder that everybody may read and nobody (but root) may write."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "course"
        shutil.copytree(tree, root)
        Path(folder).chmod(0o755)
        put_uv(Path(folder) / "bin")
        root.chmod(0o555)
        yield root
        root.chmod(0o755)


def test_a_folder_that_may_not_be_written(not_ours: Path):
    done = run(not_ours, code=NOBODY, expect=1)
    assert "There is no permission to write" in sentence(done)
    assert "move the course to a folder of your own" in sentence(done)


def test_an_old_python(tree: Path):
    assert run(tree, code=OLD, expect=1).stderr == (
        "This course needs Python 3.11 or newer, and this is Python 3.8. Install a newer one "
        "(python.org has it), then name it: python3.12 course.py lab\n"
    )


def test_an_old_python_can_read_as_far_as_that():
    ast.parse((ROOT / "course.py").read_text("utf-8"), feature_version=(3, 6))


@pytest.mark.parametrize(
    ("command", "here"), [("mock", True), ("verify", True), ("gallery", True), ("test", False)]
)
@pytest.mark.long
def test_commands_that_are_told_files_run_where_the_person_is(tree: Path, command: str, here: bool):
    place = tree.parent / "elsewhere"
    (place / "helpers").mkdir(parents=True)
    (place / "helpers" / "__init__.py").write_text("raise SystemExit('not mine')")
    code = "import sys, course; course.run = lambda *a: print(course.os.getcwd(), a)\n"
    code += "course.environment = lambda *layers, wheels: 'python'\n"
    code += f"course.main([{command!r}, 'x.yaml'])"
    done = run(
        tree,
        code=f"import os; os.chdir({str(place)!r})\nimport sys\n"
        f"sys.path.insert(0, {str(tree)!r})\n" + code,
    )
    assert done.stdout.startswith(str(place if here else tree))
    assert done.stdout.rstrip().endswith("'x.yaml')")


def test_a_missing_lock(tree: Path):
    (tree / "requirements.lock").unlink()
    assert "git checkout requirements.lock" in sentence(run(tree, "mock", expect=1))


def test_an_unknown_command(tree: Path):
    assert "There is no command 'lib': take lab, test" in sentence(run(tree, "lib", expect=1))


def test_lock_without_uv(tree: Path):
    assert "needs uv on the PATH" in sentence(run(tree, "lock", expect=1))


@pytest.mark.parametrize("arguments", [(), ("--help",), ("-h",), ("help",)])
def test_help_needs_no_environment(tree: Path, arguments: tuple[str, ...]):
    done = run(tree, *arguments)
    for command in (
        "lab",
        "test",
        "mock",
        "tap",
        "submit",
        "verify",
        "gallery",
        "notebooks",
        "lock",
    ):
        assert f"python3 course.py {command} " in done.stdout
    assert not (tree / ".venv").exists()


# ---- The real pip, with wheels in a folder


def wheel(
    folder: Path, version: str = "1.0", name: str = "first-thing", tag: str = "py3-none-any"
) -> str:
    """Write a wheel; return its hash."""
    module = name.replace("-", "_")
    info = f"{module}-{version}.dist-info"
    files = {
        f"{module}.py": "",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"])
    path = folder / f"{module}-{version}-{tag}.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.long
def test_pip_installs_what_the_lock_names_and_no_other_file_of_that_name(tree: Path):
    wheels = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": tree.parent.as_uri(), "PIP_USER": "1"}
    lock = tree / "requirements.lock"
    lock.write_text(f"first-thing==1.0 \\\n    --hash=sha256:{wheel(tree.parent)}\n")
    done = run(tree, "mock", **wheels)
    assert "Installing 1 packages in .venv, with pip." in done.stdout
    assert f"ran True {tree / '.venv'}" in done.stdout
    assert "Installing" not in run(tree, "mock").stdout
    lock.write_text(f"first-thing==1.1 \\\n    --hash=sha256:{'0' * 64}\n")
    wheel(tree.parent, "1.1")
    assert "A download is not the file" in sentence(run(tree, "mock", expect=1, **wheels))


@pytest.mark.long
def test_many_are_fetched_side_by_side_and_one_that_was_changed_stops_all(tree: Path):
    wheels = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": tree.parent.as_uri()}
    hashes = {name: wheel(tree.parent, name=name) for name in ("first-thing", *"abcdef")}
    lock = tree / "requirements.lock"
    lines = [f"{name}==1.0 \\\n    --hash=sha256:{one}\n" for name, one in hashes.items()]
    lock.write_text("".join([*lines[:-1], lines[-1].replace(hashes["f"], "0" * 64)]))
    assert "A download is not the file" in sentence(run(tree, "mock", expect=1, **wheels))
    lock.write_text("".join(lines))
    assert "Installing 7 packages" in run(tree, "mock", **wheels).stdout
    found = (tree / ".venv").rglob("*-1.0.dist-info")
    assert sorted(path.name.partition("-")[0] for path in found) == [*"abcdef", "first_thing"]
    assert not (tree / ".venv" / "scratch").exists()


WITHOUT_PIP = """
import sys
import course
from helpers.environment import which_pip
which_pip.can_install_elsewhere = lambda python: False
sys.exit(course.main(["mock"]))
"""


@pytest.mark.long
def test_a_python_without_pip_brings_its_own(tree: Path):
    wheels = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": tree.parent.as_uri()}
    line = f"first-thing==1.0 \\\n    --hash=sha256:{wheel(tree.parent)}\n"
    (tree / "requirements.lock").write_text(line)
    done = run(tree, code=WITHOUT_PIP, **wheels)
    assert f"ran True {tree / '.venv'}" in done.stdout


@pytest.mark.parametrize(
    ("says", "can"),
    [("pip 22.2.2 from", False), ("pip 22.3 from", True), ("pip 26.3 from", True), ("", False)],
)
def test_which_pip_installs_in_another_environment(
    monkeypatch: pytest.MonkeyPatch, says: str, can: bool
):
    done = subprocess.CompletedProcess([], 0, says, "")
    monkeypatch.setattr(subprocess, "run", lambda *command, **options: done)
    assert can_install_elsewhere(sys.executable) is can


# ---- From a folder, without a network


@pytest.fixture
def stick(tree: Path) -> Path:
    """A folder with the one wheel that the lock names."""
    folder = tree.parent / "ein Stick für alle"
    folder.mkdir()
    (tree / "requirements.lock").write_text(
        f"first-thing==1.0 \\\n    --hash=sha256:{wheel(folder)}\n"
    )
    return folder


# Whoever asks the index meets a closed door.
NO_NETWORK = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "1"}


@pytest.mark.long
def test_it_installs_from_a_folder_alone(tree: Path, stick: Path):
    done = run(tree, "mock", "--wheels", str(stick), "7", expect=7, **NO_NETWORK)
    assert f"ran True {tree / '.venv'} ['7']" in done.stdout
    assert "Installing" not in run(tree, "mock").stdout
    shutil.rmtree(tree / ".venv")
    assert "can't be reached" in sentence(run(tree, "mock", expect=1, **NO_NETWORK))


def test_a_folder_that_lacks_a_file(tree: Path, stick: Path):
    with (tree / "requirements.lock").open("a") as lock:
        lock.write(f"second-thing==2.0 \\\n    --hash=sha256:{'0' * 64}\n")
    said = sentence(run(tree, "mock", "--wheels", str(stick), expect=1))
    assert "has no file for 1 of the 2 packages (the first is second-thing 2.0)" in said


def test_a_folder_with_a_changed_file(tree: Path, stick: Path):
    (file,) = stick.iterdir()
    file.write_bytes(file.read_bytes() + b"more")
    said = sentence(run(tree, "mock", "--wheels", str(stick), expect=1))
    assert f"{file.name} in {stick} is not the file that the course was tested with" in said


@pytest.mark.long
def test_a_folder_with_files_for_other_machines(tree: Path, stick: Path):
    (file,) = stick.iterdir()
    file.rename(stick / "first_thing-1.0-cp27-cp27m-win32.whl")
    said = sentence(run(tree, "mock", "--wheels", str(stick), expect=1))
    assert f"{stick} has no file of first-thing==1.0 that suits Python 3." in said


def test_a_folder_that_is_not_there(tree: Path):
    assert "There is no folder" in sentence(run(tree, "mock", "--wheels", "nowhere", expect=1))
    assert "comes the folder" in sentence(run(tree, "mock", "--wheels", expect=1))


@pytest.mark.long
def test_wheels_are_collected_and_suffice(tree: Path, stick: Path):
    target = tree.parent / "copy"
    source = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": stick.as_uri()}
    done = run(tree, "wheels", str(target), **source)
    assert "holds 1 files" in done.stdout
    assert [path.name for path in target.iterdir()] == [path.name for path in stick.iterdir()]
    run(tree, "mock", "--wheels", str(target), **NO_NETWORK)


@pytest.mark.long
def test_wheels_for_machines_of_every_kind(tree: Path, stick: Path):
    """One for Windows alone, one for Macs with an M chip alone, one for all."""
    lock = (tree / "requirements.lock").read_text()
    for name, marker, tag in (
        ("win", "sys_platform == 'win32'", "win_amd64"),
        ("mac", "platform_machine == 'arm64'", "macosx_11_0_arm64"),
    ):
        digest = wheel(stick, name=f"only-{name}", tag=f"cp312-cp312-{tag}")
        lock += f"only-{name}==1.0 ; {marker} \\\n    --hash=sha256:{digest}\n"
    (tree / "requirements.lock").write_text(lock)
    source = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": stick.as_uri()}
    target = tree.parent / "copy"
    kinds = ("--platforms", "windows", "macos-arm", "linux", "--pythons", "3.12")
    run(tree, "wheels", str(target), *kinds, **source)
    assert {path.name for path in target.iterdir()} == {path.name for path in stick.iterdir()}


def test_wheels_for_an_unknown_machine(tree: Path):
    done = run(tree, "wheels", "x", "--platforms", "amiga", expect=2)
    assert "invalid choice: 'amiga' (choose from" in done.stderr


# ---- JupyterLab and the offline API through the door


@pytest.fixture
def house(tree: Path) -> Path:
    """The copy with the course's own helpers, run by the Python of these tests."""
    shutil.rmtree(tree / "helpers")
    shutil.copytree(ROOT / "helpers", tree / "helpers")
    (tree / "requirements.lock").write_text(f"jupyterlab=={version('jupyterlab')}\n")
    return tree


@pytest.mark.parametrize("command", ["lab", "mock"])
@pytest.mark.long
def test_a_port_in_use(house: Path, command: str):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run(house, command, "--port", port, expect=1)
    assert f"port {port}" in sentence(done).lower()
    assert "--port out to get a free one" in sentence(done)


def test_a_port_that_is_none(house: Path):
    assert "70000 is not a port" in sentence(run(house, "lab", "--port", "70000", expect=1))


def get(url: str, headers: Mapping[str, str]) -> bytes:
    with urllib.request.urlopen(urllib.request.Request(url, headers=dict(headers))) as answer:
        return bytes(answer.read())


def test_lab_opens_the_learners_copy_on_loopback_behind_its_token(house: Path):
    (house / "notebooks").mkdir()
    notebook = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (house / "notebooks" / "00_start_here.ipynb").write_text(json.dumps(notebook))
    process = subprocess.Popen(
        [sys.executable, "course.py", "lab", "--no-browser"],
        cwd=house,
        env=environ(house),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert process.stdout is not None
        told = []
        for line in process.stdout:
            told.append(line)
            if "http://127.0.0.1:" in line:
                break
        assert not [line for line in told if line.startswith("[W")]
        address, _, token = (
            told[-1].strip().partition("/lab/tree/notebooks/00_start_here.ipynb?token=")
        )
        assert len(token) >= 32
        wait_until_it_listens(int(address.rpartition(":")[2]))
        contents = f"{address}/api/contents/notebooks/00_start_here.ipynb"
        with pytest.raises(urllib.error.HTTPError, match="403"):
            get(contents, {})
        key = {"Authorization": f"token {token}"}
        assert json.loads(get(contents, key))["content"]["nbformat"] == 4
        manager = "@jupyter-widgets/jupyterlab-manager:plugin"
        settings = json.loads(get(f"{address}/lab/api/settings/{manager}", key))
        assert settings["schema"]["properties"]["saveState"]["default"] is True
        servers = [psutil.Process(process.pid), *psutil.Process(process.pid).children(True)]
        listening = {
            connection.laddr.ip
            for server in servers
            for connection in server.net_connections("inet")
            if connection.status == psutil.CONN_LISTEN
        }
        assert listening == {"127.0.0.1"}
    finally:
        process.kill()
        process.communicate()
    assert (house / "my" / "notebooks" / "00_start_here.ipynb").exists()
