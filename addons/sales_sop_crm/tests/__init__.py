from . import (
    test_customer_facts,
    test_enquiry,
    test_enquiry_attacks,
    test_enquiry_correction,
    test_enquiry_demo,
    test_enquiry_menus,
    test_enquiry_merge,
    test_enquiry_methods,
    test_enquiry_order,
    test_enquiry_policy,
    test_enquiry_races,
    test_tours,
)
