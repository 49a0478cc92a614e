from . import (
    base_partner_merge,
    commission_month_mixin,
    commission_accrual_run,
    commission_adjustment,
    commission_calculate,
    commission_dispute_answer,
    commission_dispute_ask,
    commission_sheet_run,
    commission_simulation,
)
