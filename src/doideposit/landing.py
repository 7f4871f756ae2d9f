"""Make the tags and the JSON-LD of a landing page: the public name of `doideposit.records.landing`."""

from doideposit.records.landing import *  # noqa: F403
