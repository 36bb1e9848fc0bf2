"""A class that learns together: a small server, its board, and the seats that join it.

seat ──▶ acts ──▶ server ──▶ store        what lasts
                    │ ◀── orders ◀── board    what the instructor sends to every seat
                    ▼
                   room ──▶ board            what the instructor sees
run sheet ──▶ clock ┘                        where the class should be by now

A hub's notebooks find the class by a file (`named`). `words` has what to say about a mistake.

A seat sends which exercise was tried and what came of it, and where in the course it is. It never
sends code, answers, keys or words of its own. Whoever hasn't joined sends nothing.
"""

__all__: list[str] = []
