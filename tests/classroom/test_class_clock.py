"""The clock against a run sheet: pure, with times as arguments."""

from helpers.classroom.clock import Plan, Planned, clock, plan_of
from helpers.classroom.orders import Step
from helpers.classroom.room import Room
from helpers.lessons.teaching import run_sheet

PLAN = Plan(
    "20 minutes",
    "20_minutes",
    (
        Planned("one", 0, 0, 5, 1, "Leave A out."),
        Planned("two", 0, 5, 5),
        Planned("three", 0, 10, 10, 4, "Leave B out."),
        Planned("next evening", 1, 0, 10, 5, "Leave C out."),
    ),
)


def minutes(*times: float) -> list[tuple[int, float]]:
    return [(number, 60 * at) for number, at in enumerate(times)]


def test_nothing_runs_before_it_is_started():
    shown = clock(PLAN, [], 99.0)
    assert shown["now"] is None and len(shown["steps"]) == 4


def test_on_time():
    shown = clock(PLAN, minutes(0, 5), 60 * 7)
    assert (shown["now"], shown["elapsed"], shown["in_step"], shown["late"]) == (1, 420, 120, 0)
    assert shown["cuts"] == []


def test_a_step_that_takes_too_long_makes_the_class_late_and_names_what_to_cut():
    shown = clock(PLAN, minutes(0), 60 * 7)
    assert shown["late"] == 120
    # Of the step that is over already, nothing can be cut.
    assert [cut["title"] for cut in shown["cuts"]] == ["three"]
    shown = clock(PLAN, minutes(0, 8), 60 * 8)
    assert shown["late"] == 180


def test_cuts_of_another_evening_save_nothing_and_it_has_a_clock_of_its_own():
    shown = clock(PLAN, minutes(0, 5, 19), 60 * 20)
    assert [cut["words"] for cut in shown["cuts"]] == ["Leave B out."]
    shown = clock(PLAN, minutes(0, 5, 19, 2000), 60 * 2003)
    assert (shown["elapsed"], shown["late"]) == (180, 0)


def test_early_is_less_than_nothing():
    assert clock(PLAN, minutes(0, 3), 60 * 3)["late"] == -120


def test_who_begins_in_the_middle_is_on_time():
    assert clock(PLAN, [(2, 600.0)], 660.0)["late"] == 0


def test_a_step_that_the_plan_has_not_is_left_out():
    assert clock(PLAN, [(0, 0.0), (40, 60.0)], 90.0)["now"] == 0


def test_the_room_shows_the_clock_of_its_path():
    room = Room(plan=plan_of(run_sheet("75")))
    for number, step in enumerate((0, 1, 2), start=1):
        room.obey(number, Step(step), 60.0 * number)
    shown = room.board(60 * 3, lambda *_: "")["clock"]
    assert shown["title"] == "75 minutes" and shown["now"] == 2
    room.obey(4, Step(0, again=True), 6000.0)
    assert room.begun == [(0, 6000.0)]
    assert Room().board(0, lambda *_: "")["clock"] is None
