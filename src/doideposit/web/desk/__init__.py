"""The pages for staff: from a finished document to an approved registration, without a terminal.

`staff_pages` makes a WSGI application over the same configuration, ledger and record files as the commands.
"""

from doideposit.web.desk.application import staff_pages

__all__ = ["staff_pages"]
