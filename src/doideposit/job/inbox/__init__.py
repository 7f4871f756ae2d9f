"""A folder that people drop records into: taken in one by one, followed to the end, and put away with a report."""
