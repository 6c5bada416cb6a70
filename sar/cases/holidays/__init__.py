"""Public holidays that the data protection officer adds, and which calendar each open case is counted with.

A case keeps the calendar it was last worked out with. A holiday that is added, or a newer list that comes with a new
release, moves no case until the data protection officer has seen what would move and applies it.
"""
