"""A submission as a git repository with a commit; nothing is ever pushed."""

import os
import shutil
import subprocess
from pathlib import Path

from helpers.submission.manifest import CONTENTS, EXTRAS
from helpers.submission.package import CannotPackage

__all__ = ["commit"]

MESSAGE = "A streaming agent in one file, and what shows that it works"
BRANCH = "main"
# Git may be told of another repository by its environment, as in a hook.
TOLD = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE")
# Whose a commit is: git's setting, and the variables that stand in for it.
IDENTITY = {
    "user.name": ("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"),
    "user.email": ("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"),
}
STAND_IN = (
    " Git knows no name and address of yours, so the commit has a stand-in; set user.name and "
    "user.email, then: git commit --amend --reset-author"
)
SECONDS = 60.0


def commit(folder: Path, author: str = "") -> str:
    """Make the folder a git repository with one more commit; return what was done, in words.

    Args:
        folder: the submission.
        author: whose the commit is, where git knows nobody.

    Raises:
        CannotPackage: there is no git, or it refuses.
    """
    git = _Git(folder)
    if not (folder / ".git").exists():
        git.run("init", "--quiet")
        git.run("symbolic-ref", "HEAD", f"refs/heads/{BRANCH}")  # older ones take no name for it
    attributes = folder / ".gitattributes"
    if not attributes.exists():  # a git that changes line ends would change hashes
        attributes.write_text("* -text\n", encoding="utf-8", newline="\n")
    there = [name for name in EXTRAS if (folder / name).exists()]
    gone = [name for name in git.run("ls-files", "--", *EXTRAS).split() if name not in there]
    names = [".gitattributes", "manifest.json", *CONTENTS, *there, *gone]
    git.run("add", "--", *names)
    if not git.run("status", "--porcelain", "--", *names):
        return "Nothing has changed since the last commit."
    identity = git.stand_in(author)
    git.run(*identity, "commit", "--quiet", "-m", MESSAGE)
    return f"Committed in {folder}. Nothing was pushed.{STAND_IN if identity else ''}"


class _Git:
    """Git, in one folder.

    Raises:
        CannotPackage: there is no git.
    """

    def __init__(self, folder: Path) -> None:
        git = shutil.which("git")
        if git is None:
            raise CannotPackage("There is no git here: install it, or leave --git out.")
        self._command = [git, "-C", str(folder)]
        self._environment = {name: value for name, value in os.environ.items() if name not in TOLD}

    def run(self, *arguments: str) -> str:
        """Run a command; return what it wrote.

        Raises:
            CannotPackage: git refuses.
        """
        done = self._attempt(*arguments)
        if done.returncode != 0:
            words = (done.stderr.strip() or done.stdout.strip()).splitlines()
            raise CannotPackage(f"git refused: {words[-1] if words else 'it said nothing'}")
        return done.stdout.strip()

    def stand_in(self, author: str) -> list[str]:
        """Return options that say whose a commit is, as far as git doesn't know."""
        otherwise = {"user.name": author or "the author", "user.email": "author@example.invalid"}
        return [
            option
            for setting, variables in IDENTITY.items()
            if not all(self._environment.get(name) for name in variables)
            and not self._attempt("config", "--get", setting).stdout.strip()
            for option in ("-c", f"{setting}={otherwise[setting]}")
        ]

    def _attempt(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(
                [*self._command, *arguments],
                capture_output=True,
                text=True,
                encoding="utf-8",
                errors="replace",
                timeout=SECONDS,
                stdin=subprocess.DEVNULL,
                env=self._environment,
            )
        except subprocess.TimeoutExpired:
            raise CannotPackage(
                "git had not ended after a minute, as if it waited for a password: commit by hand."
            ) from None
