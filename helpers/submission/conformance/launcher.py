"""Runs an agent's file, and notes what a file without an SDK has no reason to do.

    python -I launcher.py CHANNEL agent.py ARGUMENTS...
    python -I launcher.py serve SOCKET      imports httpx once, and forks for each agent

A hook of the interpreter sees each import, each other program that is started, each connection,
and each file that is opened. It is a witness, not a container: who wants to get past it, can
(containment is the sandbox's task). What it notes goes through a pipe, from which nobody takes
anything back; an agent that closes the pipe ends with it.

    imports openai                    what the case `by_hand` asks about
    outside: opens /etc/shadow        what a verifier tells
"""

import gc
import json
import os
import runpy
import selectors
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

SDKS = ("anthropic", "openai", "langchain", "litellm", "google", "mistralai", "helpers")
STARTS = ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.spawn", "os.startfile", "os.system")
LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0")
# Where a path stands among what these events are given.
READS = {"open": 1, "os.listdir": 1, "os.scandir": 1, "os.chdir": 1, "sqlite3.connect": 1}
WRITES = {"os.remove": 1, "os.rmdir": 1, "os.mkdir": 1, "os.chmod": 1, "os.chown": 1}
WRITES |= {"os.truncate": 1, "os.utime": 1, "os.rename": 2, "os.link": 2, "os.symlink": 2}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# Where Python and its packages look on their own.
SYSTEM = (
    *("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc", "/nix/store", "/sys"),
    *("/opt/homebrew", "/opt/local", "/Library", "/System", "/private/etc", "/dev/fd"),
    *("/private/var/db/timezone", "/proc/cpuinfo", "/proc/meminfo", "/proc/sys", "/proc/stat"),
)
DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom", "/dev/tty", "nul", "conin$")
SECRET = ("/etc/shadow", "/etc/gshadow", "/etc/sudoers", "/etc/ssh")
SILENCED = 97  # the exit code of an agent that has closed the pipe
LONGEST = 300  # characters of a note


def channel(number: str) -> Callable[[str], None]:
    """Return what writes a line into the pipe at once: the process may end at any moment."""
    file = int(number)
    if sys.platform == "win32":
        import msvcrt

        file = msvcrt.open_osfhandle(file, os.O_WRONLY)
    state = os.fstat(file)
    this, write, look, leave = (state.st_dev, state.st_ino), os.write, os.fstat, os._exit

    def note(words: str) -> None:
        line = words[:LONGEST].replace("\n", " ") + "\n"
        try:
            now = look(file)
            if (now.st_dev, now.st_ino) != this:
                raise OSError("another file stands there")
            write(file, line.encode("utf-8", "replace"))
        except OSError:
            write(2, b"It closed the pipe through which its launcher notes what it does.\n")
            leave(SILENCED)

    return note


def outside(agent: str) -> Callable[[str, tuple[Any, ...]], str]:
    """Return what says which path outside an agent's own folders an event is about, if any."""
    own = [os.getcwd(), os.path.dirname(agent)]
    python = [sys.prefix, sys.base_prefix, sys.exec_prefix, *sys.path, os.path.dirname(os.__file__)]
    windows = [os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ]
    readable = [os.path.realpath(path) for path in (*own, *python, *SYSTEM, *windows) if path]
    writable = [os.path.realpath(os.getcwd())]
    hidden = [os.path.realpath(path) for path in SECRET]
    itself = (f"/proc/{os.getpid()}/", "/proc/self/")

    def within(path: str, folders: list[str]) -> bool:
        return any(path == one or path.startswith(one.rstrip("/\\") + os.sep) for one in folders)

    def find_outside(event: str, given: tuple[Any, ...]) -> str:
        count = READS.get(event) or WRITES.get(event, 0)
        for raw in given[:count]:
            if not isinstance(raw, str | bytes | os.PathLike):
                continue  # a file that is open already
            name = os.fsdecode(raw)
            path = os.path.realpath(name)
            if path.lower().startswith(DEVICES) or path.startswith(itself):
                continue
            mode, flags = (*given[1:3], None, 0)[:2] if event == "open" else ("r", 0)
            writes = event in WRITES or (isinstance(flags, int) and bool(flags & WRITING))
            writes = writes or (isinstance(mode, str) and bool(set(mode) & set("wax+")))
            right = within(path, writable if writes else readable) and not within(path, hidden)
            if not right:
                return f"{'changes or writes' if writes else 'opens'} {path}"
        return ""

    return find_outside


def watch(note: Callable[[str], None], agent: str) -> None:
    """Note what happens from now on."""
    seen: set[str] = set()
    where = outside(agent)
    this = os.getpid()
    busy = False

    def hook(event: str, given: tuple[Any, ...]) -> None:
        nonlocal busy
        if busy:  # what the hook itself does
            return
        busy = True
        try:
            words = describe(event, given)
        finally:
            busy = False
        if words and words not in seen and len(seen) < 200:
            seen.add(words)
            note(words)

    def describe(event: str, given: tuple[Any, ...]) -> str:
        if event == "import":
            top = str(given[0]).split(".")[0]
            return f"imports {top}" if top in SDKS else ""
        if event in STARTS:
            return f"starts another program ({event})"
        if event == "socket.connect" and isinstance(given[1], tuple):
            host = str(given[1][0])
            return "" if host.startswith(LOOPBACK) else f"connects to {host}"
        if event in ("os.kill", "os.killpg"):
            return "" if given[0] == this else "outside: signals another process"
        path = where(event, given) if event in READS or event in WRITES else ""
        return f"outside: {path}" if path else ""

    sys.addaudithook(hook)


def limit(seconds: int, output: int, memory: int) -> None:
    """Set the limits of this process.

    Args:
        seconds: of processor time.
        output: bytes of a file that it writes.
        memory: bytes of address space.
    """
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (output, output))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":  # elsewhere it is not kept, or it forbids a normal start
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


if sys.platform == "linux":

    def fork_for_agents(number: str) -> list[str]:
        """Fork for each agent that is asked for; return in the new process, with its command.

        Args:
            number: of the socket through which agents are asked for and ends are told.
        """
        with suppress(ImportError):
            import anyio._backends._asyncio  # noqa: F401  what httpx imports when it is used
            import certifi  # noqa: F401
            import httpcore  # noqa: F401
            import httpx  # noqa: F401
        import argparse  # noqa: F401
        import encodings.idna  # noqa: F401

        gc.freeze()  # an agent's garbage collector needn't look at what is there already

        control = socket.socket(fileno=int(number))
        waiting = selectors.DefaultSelector()
        waiting.register(control, selectors.EVENT_READ)
        command = None
        while command is None:
            for key, _ in waiting.select():
                if key.fileobj is not control:
                    tell_end(control, waiting, key)
                elif command := fork(control, waiting):
                    break
        return command

    def fork(control: socket.socket, waiting: selectors.BaseSelector) -> list[str] | None:
        """Take a job and fork for it; return the command in the new process, None in this one."""
        data, files, _, _ = socket.recv_fds(control, 1 << 18, 3)
        if not data:
            os._exit(0)
        job = json.loads(data)
        began, begun = os.pipe()
        known, knowing = os.pipe()
        if not (pid := os.fork()):
            others = [key.fd for key in waiting.get_map().values() if key.fileobj is not control]
            waiting.close()
            control.close()
            for one in (began, knowing, *others):
                os.close(one)
            return become(job, files, begun, known)
        os.close(begun)
        os.close(known)
        os.read(began, 1)  # its end: the agent has a process group of its own
        for one in (began, *files):
            os.close(one)
        waiting.register(os.pidfd_open(pid), selectors.EVENT_READ, pid)
        control.send(json.dumps({"number": job["number"], "pid": pid}).encode())
        with suppress(BrokenPipeError):  # it has ended already
            os.write(knowing, b".")
        os.close(knowing)
        return None

    def tell_end(
        control: socket.socket, waiting: selectors.BaseSelector, key: selectors.SelectorKey
    ) -> None:
        """Tell that an agent has ended, and with which exit code."""
        pid, code = os.waitpid(key.data, 0)
        waiting.unregister(key.fd)
        os.close(key.fd)
        end = {"pid": pid, "code": os.waitstatus_to_exitcode(code)}
        control.send(json.dumps(end).encode())

    def become(job: Mapping[str, Any], files: list[int], begun: int, known: int) -> list[str]:
        """Make this process what a new one would be; return what it has to run."""
        os.setsid()
        for standard, file in enumerate(files[:2], 1):
            os.dup2(file, standard)
            os.close(file)
        os.chdir(job["folder"])
        of_python = {"LC_CTYPE"} & set(os.environ)  # a start afresh sets it, too
        environment = {name: os.environ[name] for name in of_python} | job["environment"]
        os.environ.clear()
        os.environ.update(environment)
        limit(**job["limits"])
        os.close(begun)
        # It may end its launcher, so it runs only when others know of it.
        if not os.read(known, 1):
            os._exit(0)  # its launcher has gone before
        os.close(known)
        return [str(files[2]), *job["command"]]


def main() -> None:
    """Run the file as if it had been started itself."""
    given = sys.argv[1:]
    if sys.platform == "linux" and given[0] == "serve":
        given = fork_for_agents(given[1])
    number, agent = given[:2]
    sys.argv = given[1:]
    # Whoever started this may have ignored Ctrl-C, as a notebook's kernel does between two
    # cells, and a program inherits that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    watch(channel(number), agent)
    runpy.run_path(agent, run_name="__main__")


if __name__ == "__main__":
    main()
