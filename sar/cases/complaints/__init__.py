"""Complaints about how a request was dealt with (DPA 2018 s.164A), and those made to the regulator or a court."""
