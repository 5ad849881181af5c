"""What has been seen: one TOML file per item, their schema, and one likelihood per kind."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
