RAISES = {
    "A": False,  # the loop ends as it would at the end of the answer; stop_reason is None
    "B": True,  # APIStatusError, with a status_code of 200
    "C": False,  # its time limit is for silence, and a ping is none
    "D": False,  # the input is an object, with what came before the cut
    "E": False,  # it is given, as an object of a class that it doesn't belong to
    "F": False,  # the model is told about it
    "G": False,  # the loop ends; finish_reason never came
    "H": False,  # it is an event, and you have to look for it
    "I": True,  # LengthFinishReasonError: this helper checks
}
