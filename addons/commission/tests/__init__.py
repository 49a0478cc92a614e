from . import (
    test_blocked,
    test_collected,
    test_expected,
    test_overdue,
    test_sheet,
    test_sheet_clawback,
    test_split,
    test_taken_back,
    test_tiers,
)
