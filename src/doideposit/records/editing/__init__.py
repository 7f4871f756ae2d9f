"""Change single values in the files of people: records, headers of documents, configuration.

Anyone who opened the file beside finds only the asked-for lines changed: layout, comments, line ends, byte order mark
and permissions stay. `Editable.open` reads, `Editable.edit` makes the new text and proves it, `Edited.save` writes it.
"""

from doideposit.records.editing.edits import Append, Edit, Remove, Set
from doideposit.records.editing.files import Editable, Edited

__all__ = ["Append", "Edit", "Editable", "Edited", "Remove", "Set"]
