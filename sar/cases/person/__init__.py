"""Who the person is and how to reach them: put right when it changes, with what stood before."""
