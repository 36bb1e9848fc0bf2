SHORT = ("Dr.", "Mr.", "Mrs.", "St.", "e.g.", "i.e.", "p.")


class SentenceBuffer:
    def __init__(self):
        self.now = ""

    def feed(self, piece):
        done = []
        for character in piece:
            self.now += character
            word = self.now.split()[-1:] or [""]
            if character.isspace() and word[0][-1:] in ("!", "?", "."):
                if self.now.rstrip() != self.now and word[0] not in SHORT:
                    done.append(self.now)
                    self.now = ""
        return done

    def close(self):
        left = [self.now] if self.now else []
        self.now = ""
        return left
