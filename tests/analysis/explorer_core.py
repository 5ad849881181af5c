"""The explorer's script asked in Node, without a browser."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from catchup.analysis.presentation.html import TEMPLATES
from explorer_twin import Data

CORE = TEMPLATES / "explorer" / "core.js.j2"


class Core:
    """The page's own script in Node, asked question after question."""

    def __init__(self, models: dict[str, Data], folder: Path) -> None:
        node = shutil.which("node")
        if node is None:
            pytest.skip("needs Node.js to run the page's script without a browser")
        self.node, self.folder = node, folder
        (folder / "core.js").write_text(CORE.read_text(encoding="utf-8"))
        (folder / "models.json").write_text(json.dumps(models))

    def ask(self, script: str, *arguments: Any) -> Any:
        head = (
            'const core = require("./core.js"), models = require("./models.json");'
            f"const given = {json.dumps(arguments)};"
            "const all = (model) => core.opened(model).items.map((item) => ({ item, on: true, weight: item.weight,"
            "  reliability: item.genuines ? item.reliability : null }));"
        )
        told = f"{head}\nconst result = (() => {{ {script} }})(); process.stdout.write(JSON.stringify(result));"
        (self.folder / "ask.js").write_text(told)
        done = subprocess.run([self.node, "ask.js"], cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)
