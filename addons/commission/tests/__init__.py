from . import (
    test_collected,
    test_overdue,
    test_split,
    test_taken_back,
    test_tiers,
)
