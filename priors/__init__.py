"""What is believed before any leak: quantities, their distribution families and the files they stand in."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
