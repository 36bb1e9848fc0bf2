"""Slides of a path: a static page that opens from a disk, with the presenter's notes."""

from html import escape

from helpers.lessons import find_exercise
from helpers.lessons.teaching.notebook import exercises_of, notebook_title
from helpers.lessons.teaching.sheets import RunSheet, Slot, clock_time

__all__ = ["slides"]

PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="content-security-policy" content="default-src 'none'; script-src 'self' file:; \
style-src 'self' file:">
<title>{title} · Streaming agents, by hand</title>
<link rel="stylesheet" href="slides.css">
<script src="slides.js" defer></script>
</head>
<body data-notebook="{file}.ipynb">
<main>
{slides}
</main>
<footer>
<span id="place"></span>
<progress id="progress" max="{last}" value="0" aria-label="slides"></progress>
<span id="clock"></span>
<nav aria-label="Slides">
<button type="button" data-do="back" title="Back (←)">←</button>
<button type="button" data-do="on" title="On (→)">→</button>
<button type="button" data-do="notes" title="Notes (N)" aria-pressed="false">Notes</button>
<button type="button" data-do="lab" title="Open this place in JupyterLab (O)">Notebook</button>
<button type="button" data-do="screen" title="Full screen (F)">Full screen</button>
</nav>
</footer>
<dialog id="address" aria-labelledby="address-title">
<form method="dialog">
<h2 id="address-title">Where is your JupyterLab?</h2>
<label>Its address, as the browser shows it
<input name="address" type="url" placeholder="http://localhost:8888/" required></label>
<p id="address-problem" role="status"></p>
<button value="open">Open the notebook there</button>
<button value="cancel" formnovalidate>Not now</button>
</form>
</dialog>
</body>
</html>
"""


def slides(sheet: RunSheet) -> str:
    """Return a path's slides as HTML; slides.css and slides.js stand beside it."""
    pages = [_title(sheet)]
    for session in sheet.sessions:
        if session.title:
            pages.append(_slide("", f"<h1>{escape(session.title)}</h1>", "", []))
        pages += [page for slot in session.slots for page in _step(slot)]
    pages += [_list("Talk about it", sheet.discussion), _homework(sheet)]
    return PAGE.format(
        title=escape(sheet.title), file=sheet.file, slides="\n".join(pages), last=len(pages) - 1
    )


def _title(sheet: RunSheet) -> str:
    body = (
        "<h1>Streaming agents, by hand</h1>\n"
        f'<p class="lead">{escape(sheet.leaves_with)}</p>\n'
        f"<p>{escape(sheet.title)}. Offline: no key, no account, no cost.</p>\n"
        "<p><code>python3 course.py lab --path "
        f"{escape(sheet.name)}</code></p>"
    )
    notes = [f"<p>{escape(sheet.audience)}</p>", "<p>Write the class's link where all see it.</p>"]
    return _slide("", body, "", notes)


def _step(slot: Slot) -> list[str]:
    """Return a step's slides: what there is to do, then one for each prediction."""
    step = slot.step
    kicker = f"{clock_time(slot.starts)} · {slot.minutes} minutes"
    if step.kind == "pause":
        ends = clock_time(slot.starts + slot.minutes)
        return [_slide(kicker, f"<h1>Pause</h1>\n<p>We go on at {ends}.</p>", "", [])]
    parts = [f"<h2>{escape(step.title)}</h2>"]
    parts += [f'<p class="do">{escape(step.do)}</p>'] if step.do else []
    parts += [f'<p class="ask">{escape(step.ask)}</p>'] if step.ask else []
    if step.notebook:
        where = f"{notebook_title(step.notebook)}: {' · '.join(step.sections)}"
        parts.append(f'<p class="where">{escape(where)}</p>')
    predictions = [
        f'<p class="kicker">{escape(step.title)} · predict</p>\n'
        f'<div class="predict"><h2>{escape(one.question)}</h2>\n'
        f"<ul>{''.join(f'<li>{escape(choice)}</li>' for choice in one.choices)}</ul>\n"
        f'<p class="answer">{escape(one.answer)}</p></div>'
        for one in step.predictions
    ]
    heading = step.title if step.notebook else ""
    notes = _notes(slot)
    return [
        _slide(kicker, "\n".join(parts), heading, notes, slot.starts),
        *(_slide("", one, heading, notes, slot.starts) for one in predictions),
    ]


def _notes(slot: Slot) -> list[str]:
    step = slot.step
    notes = [f"<p><b>Say</b> {escape(sentence)}</p>" for sentence in step.say]
    notes += [f"<p><b>Show</b> {escape(step.show)}</p>"] if step.show else []
    for id in exercises_of(step):
        minutes = find_exercise(id).minutes
        notes.append(f"<p><b>Exercise</b> <code>{id}</code>, about {minutes} minutes</p>")
    if step.cut:
        notes.append(f"<p><b>When late</b> ({step.cut.minutes} min) {escape(step.cut.words)}</p>")
    return notes


def _list(title: str, lines: tuple[str, ...]) -> str:
    rows = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return _slide("", f"<h2>{title}</h2>\n<ol>{rows}</ol>", "", [])


def _homework(sheet: RunSheet) -> str:
    rows = "".join(
        f"<li><code>{id}</code> in {escape(notebook_title(find_exercise(id).notebook))}</li>"
        for id in sheet.homework
    )
    body = f"<h2>Homework</h2>\n<ul>{rows}</ul>\n<p>The same checks, the same progress.</p>"
    return _slide("", body, "", [])


def _slide(
    kicker: str, body: str, heading: str, notes: list[str], starts: int | None = None
) -> str:
    begins = "" if starts is None else f' data-starts="{starts}"'
    place = f' data-heading="{escape(heading)}"' if heading else ""
    top = f'<p class="kicker">{kicker}</p>\n' if kicker else ""
    aside = f'\n<aside aria-label="Notes">{"".join(notes)}</aside>' if notes else ""
    return f"<section{begins}{place}>\n<div>{top}{body}</div>{aside}\n</section>"
