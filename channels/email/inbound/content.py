"""The content of a mail as it comes over SMTP, in whatever pieces. Pure.

It ends with a dot alone on a line, and only with the standard's own line ends around
it: whoever took other ones for it could be made to see two mails in one.
"""

_END = b"\r\n.\r\n"


class Content:
    """Collects one mail.

    Args:
        most: Bytes that are kept; of a larger mail the rest is thrown away at once.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        # What stands before the first line counts as the end of one.
        self._pieces = bytearray(b"\r\n")
        #: It is larger than ``most``.
        self.is_too_big = False

    def feed(self, data: bytes) -> bytes | None:
        """Take a piece.

        Returns:
            What came after the end, or None while there is none.
        """
        start = max(0, len(self._pieces) - len(_END) + 1)
        self._pieces += data
        end = self._pieces.find(_END, start)
        if end >= 0:
            rest = bytes(self._pieces[end + len(_END) :])
            del self._pieces[end + 2 :]
            self._is_too_much()
            return rest
        if self._is_too_much():
            # Only what the end may begin with is of use.
            del self._pieces[: -len(_END)]
        return None

    def whole(self) -> bytes:
        """Give the mail, without the dots that were doubled for its journey."""
        return bytes(self._pieces.replace(b"\r\n..", b"\r\n.")[2:])

    def has_lines_beyond(self, longest: int) -> bool:
        """Tell whether a line has more bytes than ``longest``."""
        start = 2
        while len(self._pieces) - start > longest:
            end = self._pieces.rfind(b"\n", start, start + longest)
            if end < 0:
                return True
            start = end + 1
        return False

    def _is_too_much(self) -> bool:
        if len(self._pieces) > self._most + len(_END):
            self.is_too_big = True
        return self.is_too_big
