"""Subject access requests, from the question to the encrypted bundle.

Nothing is imported here: programs that run in the sandbox need one part, and would load all the others with it.
"""
