"""Which quantities the date depends on."""
