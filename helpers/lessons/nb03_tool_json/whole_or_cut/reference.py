MAY_RUN = {
    "A": 1,  # closed, and the message ended because the model wants its tool run
    "B": 0,  # closed because max_tokens was reached, in the middle of a number
    "C": 1,  # the empty string is a whole input, {}
    "D": 1,  # the second call is cut, but by beginning it the model had finished the first
    "E": 0,  # whole JSON or not: nothing came after the stop that confirms it
    "F": 2,  # the second block confirms the first, message_delta the second
}
