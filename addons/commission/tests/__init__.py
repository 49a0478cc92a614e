from . import (
    test_accrual,
    test_accrual_races,
    test_blocked,
    test_calculation,
    test_collected,
    test_currency,
    test_expected,
    test_overdue,
    test_sequences,
    test_split,
    test_taken_back,
    test_tiers,
)
