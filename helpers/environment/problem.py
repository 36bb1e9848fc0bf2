"""What the person at the keyboard can mend: one sentence that says what and how."""

import errno
import platform
import re

__all__ = ["DISK_FULL", "Problem", "explain_file_error", "explain_installer"]

DISK_FULL = "The disk is full: free about 1 GB, then run the same command again."

# What an installer's output says about its failure, the surest sign first.
CAUSES = (
    (r"No space left|Errno 28\b|os error 28\b|error 112\b|quota exceeded", DISK_FULL),
    (
        r"do not match the hashes|hash mismatch",
        "A download is not the file that the course was tested with, so it was thrown away. "
        "Run the same command again; if that stays so, something on your network changes files.",
    ),
    (
        r"UnknownIssuer|CERTIFICATE_VERIFY_FAILED",
        "The package index answered with a certificate that is not trusted here; many company "
        "networks put their own in front. Name its file in SSL_CERT_FILE (uv) or PIP_CERT (pip), "
        "then run the same command again.",
    ),
    (
        r"name resolution|getaddrinfo|nodename nor servname|dns error|failed to lookup"
        r"|Connect(ion)? ?(Error|Timeout|refused|reset|aborted|broken)|error sending request"
        r"|failed to fetch|timed out|unreachable|ProxyError",
        "The packages can't be downloaded: the package index can't be reached from here. "
        "Check the network (and the proxy, if you have one), then run the same command again. "
        "Without a network, install from a folder (python3 course.py lab --wheels FOLDER).",
    ),
    (
        r"No matching distribution|no wheels with a matching|Failed to build|Failed building",
        f"A package has no ready-made file for Python {platform.python_version()} on this machine. "
        "Try another, from 3.11 to 3.14 (python3.12 course.py lab).",
    ),
)

# The same for an installation from a folder, whose files' hashes were looked at before.
FOLDER_CAUSES = (
    CAUSES[0],
    (
        r"No matching distribution|no wheels with a matching|not satisfy|unsatisfiable|invalid"
        r"|BadZipFile|not a zip",
        "{folder} has no file of {package} that suits Python {python} on this machine. "
        "Collect the files for it where there is a network (python3 course.py wheels FOLDER).",
    ),
)


class Problem(Exception):
    """What the person at the keyboard can mend; the message says what and how."""


def explain_installer(words: str, log: str, folder: str = "") -> Problem:
    """Return what an installer's last words mean.

    Args:
        words: all that it printed.
        log: the name of the file that holds them.
        folder: where it took the packages from; empty for the package index.
    """
    for pattern, sentence in FOLDER_CAUSES if folder else CAUSES:
        if re.search(pattern, words, re.IGNORECASE):
            return Problem(
                sentence.format(
                    folder=folder,
                    package=_find_name(
                        r"(?:found for|because|no version of|of) ([\w.-]+==[\w.]+)", words
                    )
                    or "one of the packages",
                    python=platform.python_version(),
                )
            )
    lines = [line.strip() for line in words.splitlines() if line.strip()] or ["nothing"]
    return Problem(f"The installation failed. It said: {lines[-1]} (The whole is in {log}.)")


def _find_name(pattern: str, words: str) -> str:
    found = re.findall(pattern, words)
    return str(found[-1]) if found else ""


def explain_file_error(error: OSError) -> str:
    """Return what a failed file operation means for the person at the keyboard."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DISK_FULL
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            f"There is no permission to write {error.filename}: move the course to a folder of "
            "your own, or close what is still running from it."
        )
    return f"{error.filename or 'The system'}: {error.strerror or error}."
