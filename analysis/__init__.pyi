# Public names of the room, loaded on first use: one line `from .module import name as name` each.
