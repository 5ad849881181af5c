"""Public tables as they are published: their shapes, how they are read and checked, and where every vintage is kept."""
