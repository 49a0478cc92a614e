from . import test_collected
