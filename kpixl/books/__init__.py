"""Books made from other books: the next year's, and one for each owner to fill in."""
