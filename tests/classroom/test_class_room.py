"""What the board shows of a class: pure, with times as arguments."""

from helpers.classroom.acts import At, Chosen, Hand, Ready, Tried
from helpers.classroom.clock import plan_of
from helpers.classroom.orders import Ask, Say, Set, Step
from helpers.classroom.room import NEW_SECONDS, QUIET_SECONDS, Room
from helpers.lessons.exercise import Words
from helpers.lessons.teaching import run_sheet


def words(exercise: str, mistake: str) -> Words:
    return Words(f"{exercise}: {mistake}!", f"Not {mistake}.")


def room_of(*names: str) -> Room:
    room = Room()
    for name in names:
        room.join(name, name, 0)
    return room


def test_mistakes_are_counted_by_name_and_new_ones_are_marked():
    room = room_of("a", "b", "c", "d")
    room.take("a", Tried("sse", False, "one"), 1)
    room.take("b", Tried("sse", False, "one"), 2)
    room.take("b", Tried("sse", False, "two"), NEW_SECONDS)
    room.take("c", Tried("sse", True), 3)
    board = room.board(NEW_SECONDS + 2, words)
    [sse] = board["exercises"]
    assert (sse["passed"], sse["at_work"], sse["not_begun"]) == (1, 2, 1)
    assert sse["mistakes"] == [
        {
            "mistake": mistake,
            "seats": 1,
            "words": f"sse: {mistake}!",
            "try_next": f"Not {mistake}.",
            "new": new,
        }
        for mistake, new in (("one", False), ("two", True))
    ]


def test_who_has_passed_has_no_mistake_any_more_and_stays_passed():
    room = room_of("a")
    for passed in (False, True, False):
        room.take("a", Tried("sse", passed, "" if passed else "one"), 1)
    [sse] = room.board(2, words)["exercises"]
    assert (sse["passed"], sse["at_work"], sse["mistakes"]) == (1, 0, [])


def test_an_exercise_that_is_done_in_part_says_how_far():
    room = room_of("a", "b", "c")
    room.take("a", Tried("sse", False, "one", 5, 9), 1)
    room.take("b", Tried("sse", False, "", 2, 9), 1)
    room.take("c", Tried("sse", True, "", 9, 9), 1)
    board = room.board(1, words)
    [sse] = board["exercises"]
    assert (sse["right"], sse["cases"]) == ([2, 5], 9)
    assert [seat["at_work"] for seat in board["seats"]] == [
        {"exercise": "sse", "right": 5, "cases": 9},
        {"exercise": "sse", "right": 2, "cases": 9},
        None,
    ]
    room.take("a", Tried("sse", True, "", 9, 9), 2)
    assert room.board(2, words)["seats"][0]["at_work"] is None


def test_on_a_path_the_room_is_in_its_steps():
    room = Room(plan=plan_of(run_sheet("75")))
    for name, at in (
        ("in the path's notebook", At("75_minutes", 2)),
        ("in a notebook of the course", At("02_text_streaming", 3)),
        ("elsewhere", At("11_sdk_and_openai", 1)),
    ):
        room.join(name, name, 0)
        room.take(name, at, 1)
    board = room.board(1, words)
    assert [seat["at"] for seat in board["seats"]] == [
        ["75_minutes", 2],
        ["75_minutes", 3],
        ["11_sdk_and_openai", 1],
    ]
    assert board["where"]["quarter"] == ["75_minutes", 2]
    assert board["where"]["three_quarters"] == ["75_minutes", 3]
    assert board["clock"]["steps"][3]["title"] == "Which wait feels shorter?"
    # Steps may share a section of a notebook: then the one that is on counts.
    room.take("elsewhere", At("04_mid_stream_tools", 3), 2)
    assert room.board(2, words)["seats"][2]["at"] == ["75_minutes", 6]
    room.obey(1, Step(8), 3)
    assert room.board(3, words)["seats"][2]["at"] == ["75_minutes", 8]


def test_where_the_room_is():
    room = room_of(*"abcde")
    assert room.board(0, words)["where"] is None
    for section, name in enumerate("abcde"):
        room.take(name, At("01_sse_by_hand", section), 1)
    assert room.board(1, words)["where"] == {
        "quarter": ["01_sse_by_hand", 1],
        "median": ["01_sse_by_hand", 2],
        "three_quarters": ["01_sse_by_hand", 3],
    }


def test_one_seat_is_the_middle():
    room = room_of("a")
    room.take("a", At("02_text_streaming", 4), 1)
    assert room.board(1, words)["where"]["median"] == ["02_text_streaming", 4]


def test_hands_symptoms_and_quiet_seats():
    room = room_of("a", "b", "c")
    room.take("a", Hand(True), 10)
    room.take("b", Ready(("packages",)), 10)
    room.take("c", Ready(), 10)
    a, b, c = room.board(10 + QUIET_SECONDS, words)["seats"]
    assert (a["hand"], a["ready"], a["quiet"]) == (300, None, 300)
    assert (b["ready"], b["symptoms"]) == (False, ["packages"])
    assert (c["ready"], c["symptoms"]) == (True, [])
    room.take("a", Hand(False), 400)
    assert room.board(400, words)["seats"][0]["hand"] is None
    assert room.board(400, words)["seats"][0]["quiet"] is None


def test_a_prediction_is_counted_for_the_open_question_alone():
    room = room_of("a", "b")
    room.obey(1, Ask("Which?", ("A", "B")), 0)
    room.take("a", Chosen(1, 0), 1)
    room.take("a", Chosen(1, 1), 2)  # they changed their mind
    room.take("b", Chosen(9, 0), 2)  # an older question
    room.take("b", Chosen(1, 5), 2)  # no choice of this one
    asked = room.board(3, words)["asked"]
    assert [bar["seats"] for bar in asked["choices"]] == [0, 1]
    room.obey(2, Ask("", ()), 0)
    assert room.board(3, words)["asked"] is None
    room.obey(3, Ask("Next?", ("A", "B")), 0)
    assert [bar["seats"] for bar in room.board(3, words)["asked"]["choices"]] == [0, 0]


def test_what_was_sent_last_is_shown():
    room = room_of("a")
    room.obey(1, Set({"chunking": "byte"}), 0)
    room.obey(2, Say("Section 4."), 0)
    board = room.board(0, words)
    assert (board["settings"], board["said"]) == ({"chunking": "byte"}, "Section 4.")


def test_who_leaves_is_forgotten():
    room = room_of("a", "b")
    room.take("a", Tried("sse", False, "one"), 1)
    room.leave("a")
    board = room.board(2, words)
    assert [seat["name"] for seat in board["seats"]] == ["b"] and board["exercises"] == []
