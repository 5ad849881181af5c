"""The generative model: Mythos's compute, the firms' pools and the race between them, and the ways to draw from it.

Names load when they are first used: a forward simulation never imports PyMC.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
