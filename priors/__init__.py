"""What is believed before any leak: quantities, their distribution families and the files they stand in."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "errors": ["CatchupError", "InputError", "nearest_name", "unknown_name"],
        "families": ["FAMILIES", "Family"],
        "layers": ["Layer"],
        "strict": ["StrictModel", "read_toml", "validate"],
        "table": [
            "PriorTable",
            "Quantity",
            "fixed_values_layer",
            "load_prior_table",
            "named_overlays",
            "packaged_layers",
            "read_overlay",
        ],
    },
)
