from . import gate, portal, portal_delivery, portal_payment
