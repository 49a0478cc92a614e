from . import test_deliver_again
