"""Rows that the model `current` lays over the article's, one file a group.

Nothing in code asks which model it is: what `current` has and `article` lacks stands in these files alone.
"""
