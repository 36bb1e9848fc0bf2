from typing import Any

from helpers.lessons.checking.case import Case, Namespace


def greet(my: Namespace) -> Any:
    return my.greet("Ada")


CASES = (Case("greeting", "It greets.", 'greet("Ada")', greet, 24),)
