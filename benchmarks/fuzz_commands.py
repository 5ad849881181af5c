"""Command lines to begin from, whose words are then changed; some name what is not there."""

from __future__ import annotations

COMMAND_LINES = (
    "forecast --as-of 2026-11-21 --model article --evidence none --draws 100 --seed 1 --json",
    "forecast --set algorithmic_progress=4 --priors progress-scher --event mythos --engine nuts --launch-grid 0.5",
    "run --runs no/such --quasi --evidence eci-lag --add item.toml --ledger folder --quiet --log-json",
    "levers --from 2027-01-01 --grid --by-day --json",
    "state --given-silence-until 2027-01-01 --json",
    "sensitivity --by variance --top 5",
    "thresholds --scenario mobilisation --by 2027-01-01 --firm startup",
    "voi --disclosures x.toml --decision y --json",
    "priors show china_stock --json",
    "priors list --set mfu_china=0.3 --json",
    "evidence show eci-lag",
    "evidence new capability_lag",
    "evidence check item.toml other.toml",
    "score --runs runs --outcome 2027-02-01 --json",
    "export runs/2026-11-21 --format csv --lower 2026-01-01 --upper 2030-01-01",
    "history --runs runs --json",
    "diff runs/2026-11-21 runs/2026-11-28",
    "replay --runs runs --from 2026-06-12 --to 2026-06-19 --every 7d",
    "publish --runs runs --site site --address https://example.org/ --event mythos",
    "verify runs/2026-11-21",
    "watch --months 6 --table own.toml",
    "data check table.csv --vintage 2026-08-16",
)
