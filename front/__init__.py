"""When will a Chinese lab have a fully developed AI model like Claude Mythos?

A generative model ties together what Mythos cost to train, the compute that Chinese firms hold and are adding, how much
of it they commit to one run, and how fast algorithmic progress lowers the bar. It is conditioned on whatever has leaked
so far. The same model is asked in three ways::

    import catchup

    model = catchup.Model(as_of="2026-11-26", evidence="default")   # priors={...}, event=..., model="article"
    tree = model.fit(random_seed=1)                                 # an ArviZ tree, by the engine that serves
    catchup.forecast(tree, model)                                   # dates, each with its Monte Carlo error

    with model.pymc():                                              # the same conditioned model, as PyMC has it
        tree = pymc.sample()
    catchup.forecast(tree, model)                                   # whatever sampled it

    catchup.compare({"all": tree, "without lags": other})           # which predicts what it was not shown better

`catchup.load` reads a tree that was saved. `catchup.register_family`, `catchup.register_kind`,
`catchup.register_mechanism` and `catchup.register_structure` add families of distributions, kinds of evidence, ways in
which the requirement falls or stock arrives, and models of another shape. The rooms behind it are `catchup.priors`,
`catchup.model`, `catchup.evidence` and `catchup.analysis`; the command ``catchup --help`` asks the same questions.
"""

from typing import Any

import lazy_loader

_named, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("catchup")
    return _named(name)
