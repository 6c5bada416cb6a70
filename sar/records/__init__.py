"""Records: what the searches brought, where each came from, and its pages."""
