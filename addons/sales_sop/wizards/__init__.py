from . import (
    sop_approval_answer,
    sop_approval_refuse,
    sop_contract_text,
    sop_counter_sale,
    sop_opening_close,
    sop_opening_receipt,
    sop_opening_undo,
    sop_pod,
    sop_policy_ballot,
    sop_policy_comparison,
    sop_start,
)
