from . import test_deliver_again, test_kits
