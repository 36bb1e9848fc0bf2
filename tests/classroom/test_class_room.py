"""What the board shows of a class: pure, with times as arguments."""

from helpers.classroom.acts import At, Chosen, Hand, Ready, Tried
from helpers.classroom.orders import Ask, Say, Set
from helpers.classroom.room import NEW_SECONDS, QUIET_SECONDS, Room


def words(exercise: str, mistake: str) -> str:
    return f"{exercise}: {mistake}!"


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
        {"mistake": "one", "seats": 1, "words": "sse: one!", "new": False},
        {"mistake": "two", "seats": 1, "words": "sse: two!", "new": True},
    ]


def test_who_has_passed_has_no_mistake_any_more_and_stays_passed():
    room = room_of("a")
    for passed in (False, True, False):
        room.take("a", Tried("sse", passed, "" if passed else "one"), 1)
    [sse] = room.board(2, words)["exercises"]
    assert (sse["passed"], sse["at_work"], sse["mistakes"]) == (1, 0, [])


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
