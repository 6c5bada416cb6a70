"""The case: its workflow, its clock, the codes it may withhold under."""
