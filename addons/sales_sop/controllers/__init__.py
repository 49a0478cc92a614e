from . import portal, portal_delivery, portal_payment
