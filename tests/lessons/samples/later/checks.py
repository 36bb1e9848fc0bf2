from typing import Any

from helpers.lessons.checking.case import Case, Namespace


async def wait_for_it(my: Namespace) -> Any:
    return await my.later(2)


CASES = (Case("later", "It comes later.", "await later(2)", wait_for_it, 2),)
