# SPDX-License-Identifier: Apache-2.0
"""The notebooks of examples/notebooks: runs them, and makes pages of them for the site.

    python scripts/notebooks.py run              with the installed package, nbclient and ipykernel; keeps what the cells print and draw
    python3 scripts/notebooks.py pages FOLDER    Markdown pages with these outputs; needs nothing (scripts/site.sh calls it)
"""

from __future__ import annotations

import base64
import html
import json
import re
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1] / "examples" / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def executed(path: Path) -> Any:
    """The notebook with the outputs of a run in its own folder. Raises what its cells raise."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    where = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, timeout=600, kernel_name="python3", resources=where, record_timing=False).execute()
    return notebook


def run() -> None:
    import nbformat

    for path in NOTEBOOKS:
        notebook = executed(path)
        notebook.metadata = {key: notebook.metadata[key] for key in ("kernelspec",)}  # not the Python that it ran on
        nbformat.write(notebook, path)  # type: ignore[no-untyped-call]
        print(path.name)


def lines(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


def output(data: dict[str, Any], picture: Path) -> str:
    """What a cell printed, showed or drew, as Markdown. A drawing is written to `picture`."""
    if "text" in data:
        return f"```text\n{lines(data['text']).rstrip()}\n```"
    shown = data["data"]
    if "image/png" in shown:
        picture.write_bytes(base64.b64decode(lines(shown["image/png"])))
        return f"![What the cell draws]({picture.name})"
    table = re.fullmatch(r"<pre>(.*)</pre>", lines(shown.get("text/html", "")), re.DOTALL)
    text = html.unescape(table.group(1)) if table else lines(shown["text/plain"])
    return f"```text\n{text.rstrip()}\n```"


def page(path: Path, folder: Path) -> str:
    parts = []
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = lines(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(source.replace("](../../", "](../"))  # pages lie one folder higher
            continue
        parts.append(f"```python\n{source}\n```")
        for found in cell["outputs"]:
            parts.append(output(found, folder / f"{path.stem}-{len(parts)}.png"))
    link = f"[The notebook](../examples/notebooks/{path.name}) runs as it stands; its outputs are those of a run."
    return "\n\n".join([*parts, link]) + "\n"


def pages(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for path in NOTEBOOKS:
        (folder / f"{path.stem}.md").write_text(page(path, folder), encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:] == ["run"]:
        run()
    elif len(sys.argv) == 3 and sys.argv[1] == "pages":
        pages(Path(sys.argv[2]))
    else:
        sys.exit(__doc__)
