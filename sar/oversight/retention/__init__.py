"""How long finished cases are kept, what keeps them longer, and how they are destroyed when their time is over."""
