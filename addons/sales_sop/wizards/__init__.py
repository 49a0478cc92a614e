from . import sop_approval_refuse, sop_pod
