"""The house's tools: fetch Odoo, keep databases, then call Odoo's own commands.

Standard library only, so that a fresh clone runs with nothing but a Python.
"""
