from . import commission_accrual_run
