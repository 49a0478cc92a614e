from . import (
    test_chain,
    test_contract,
    test_delivery,
    test_demo,
    test_online,
    test_policy,
)
