from . import portal, portal_payment
