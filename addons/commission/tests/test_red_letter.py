from . import test_taken_back


class TestRedLetter(test_taken_back.TestTakenBack):
    """Commission is taken back alike where that is booked in red, as in China (B4)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.account_storno = True
