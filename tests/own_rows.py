"""Rows that a user may add: a firm, a world, what others hang on; and how a test lays its own over the project's."""

import tomllib

from catchup.priors import Layer

BAIDU = """
[firm.baidu]
title = "Baidu"
archetype = "hyperscaler"
budget = "hyperscaler_budget"
mfu = "mfu_china"
minimum_training = "minimum_training_months"

[source.baidu-stock]
title = "Baidu, stock at t = 0"
firm = "baidu"
amount = ["baidu_stock"]
channel = "domestic"

[quantity.baidu_stock]
family = "lognormal"
median = 900e3
sigma = 0.2
unit = "H100e"
description = "Baidu's stock"
sources = ["project"]
"""
CHEAP_MYTHOS = """
[world.cheap-mythos]
title = "Mythos took a quarter of the chips"
references = ["project"]

[world.cheap-mythos.quantity.mythos_chips]
family = "triangular"
low = 60_000
mode = 125_000
high = 190_000
"""
LEVEL = """
[quantity.level]
family = "lognormal"
median = 1.0
sigma = 0.3
unit = "1"
description = "What others hang on"
sources = ["project"]
role = "comparison"
"""


def layer(text: str, file: str = "mine.toml") -> Layer:
    """Rows written in a test, as if they stood in a user's file."""
    return Layer.of(tomllib.loads(text), file=file)
