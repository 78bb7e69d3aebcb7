"""Make the pictures of docs/pull-requests.md: three real runs, their comments as GitHub shows them.

    python docs/images/render.py                            all three, some two minutes
    python docs/images/render.py comment.md comment.png     one comment that is already written

Needs npm, Chromium and its driver; what npm brings is put into a temporary folder and removed again.
"""

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from selenium import webdriver
from selenium.webdriver.support.wait import WebDriverWait

ROOT = Path(__file__).parents[2]

# The newest Mermaid; MERMAID=11 looks at what an older one makes of the charts.
PACKAGES = [
    f"mermaid@{os.environ.get('MERMAID', 'latest')}",
    "marked@16",
    "marked-alert@2",
    "github-markdown-css@5",
]

WIDTH = 860  # pixels, as wide as a comment on a desktop screen
WAIT = 60  # seconds

PAGE = """<!doctype html>
<meta charset="utf-8">
<link rel="stylesheet" href="node_modules/github-markdown-css/github-markdown-light.css">
<body class="markdown-body" style="padding: 24px; margin: 0">
<script src="node_modules/marked/lib/marked.umd.js"></script>
<script src="node_modules/marked-alert/dist/index.umd.js"></script>
<script src="node_modules/mermaid/dist/mermaid.min.js"></script>
<script>
  marked.use(markedAlert());
  document.body.innerHTML = marked.parse(TEXT);
  for (const code of document.querySelectorAll("code.language-mermaid")) {
    const chart = document.createElement("div");
    chart.className = "mermaid";
    chart.textContent = code.textContent;
    code.parentElement.replaceWith(chart);
  }
  mermaid.initialize({startOnLoad: false});
  mermaid.run().then(() => { window.ready = true }, error => { window.failed = String(error) });
</script>
"""


def main() -> None:
    """Make all pictures, or the one that is asked for."""
    with tempfile.TemporaryDirectory(prefix="retrace-pictures-") as folder:
        tools = Path(folder) / "tools"
        tools.mkdir()
        call("npm", "install", "--silent", "--no-audit", "--no-fund", *PACKAGES, cwd=tools)
        if len(sys.argv) == 3:
            take(Path(sys.argv[1]).read_text(), Path(sys.argv[2]), tools)
            return
        for name, text in written_comments(Path(folder) / "clone"):
            take(text, ROOT / "docs/images" / f"comment-{name}.png", tools)


def written_comments(clone):
    """Run a small network first, a better one, and the first with too small a learning rate."""
    call("git", "clone", "-q", str(ROOT), str(clone), cwd=ROOT)
    call("git", "remote", "remove", "origin", cwd=clone)  # or its looks would be noted there
    call("git", "switch", "-q", "-C", "main", cwd=clone)
    call("git", "rm", "-q", "dvc.lock", "metrics.json", "report/report.md", cwd=clone)
    commit(clone, "A fresh repository")
    call("git", "switch", "-q", "-c", "mlp", cwd=clone)
    edit(clone, model="mlp", **{"models.mlp.epochs": 8, "models.cnn.epochs": 12})
    yield "first-run", run(clone)
    commit(clone, "The first run")
    call("git", "branch", "-f", "main", cwd=clone)
    call("git", "switch", "-q", "-c", "cnn", cwd=clone)
    edit(clone, model="cnn")
    yield "better", run(clone)
    call("git", "switch", "-q", "--force", "-c", "slower", "main", cwd=clone)
    edit(clone, **{"models.mlp.learning_rate": 0.0002})
    yield "worse", run(clone)


def run(clone):
    """Commit the change, run it, and return the comment; the results stay uncommitted, as in CI."""
    call("git", "commit", "-qam", "Change something", cwd=clone)
    call("python", "-m", "retrace", "repro", cwd=clone)
    call("python", "-m", "retrace", "comment", "--part", "test", cwd=clone)
    return (clone / ".retrace/pull-request/comment.md").read_text()


def edit(clone, **values):
    """Set values in params.yaml, as a person would."""
    from retrace.tools.repository.overrides import edit_params

    edit_params(values, clone)


def commit(clone, message):
    """Commit all that is there."""
    call("git", "add", "-A", cwd=clone)
    call("git", "commit", "-qm", message, cwd=clone)


def call(*command, cwd):
    """Run a program; the clone runs its own package."""
    identity = {
        f"GIT_{who}_{what}": "ada@example.org"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    own = {"PYTHONPATH": str(Path(cwd) / "src")} | identity
    subprocess.run(command, cwd=cwd, env=os.environ | own, check=True, stdout=subprocess.DEVNULL)


def take(text, picture, tools):
    """Show a comment in Chromium and save what it looks like."""
    page = tools / "page.html"
    page.write_text(PAGE.replace("TEXT", json.dumps(text).replace("</", "<\\/")))
    options = webdriver.ChromeOptions()
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--hide-scrollbars",
        "--allow-file-access-from-files",
    ):
        options.add_argument(argument)
    driver = webdriver.ChromeService(shutil.which("chromedriver"))
    with webdriver.Chrome(options=options, service=driver) as browser:
        browser.set_window_size(WIDTH, 1000)
        browser.get(page.as_uri())
        WebDriverWait(browser, WAIT).until(
            lambda found: found.execute_script("return window.ready || window.failed")
        )
        if failed := browser.execute_script("return window.failed"):
            sys.exit(f"Mermaid cannot draw a chart of this comment: {failed}")
        height = browser.execute_script("return document.body.scrollHeight")
        shot = browser.execute_cdp_cmd(
            "Page.captureScreenshot",
            {
                "captureBeyondViewport": True,
                "clip": {"x": 0, "y": 0, "width": WIDTH, "height": height, "scale": 1},
            },
        )
    picture.write_bytes(base64.b64decode(shot["data"]))
    Image.open(picture).convert("RGB").quantize(128).save(picture, optimize=True)
    print(f"{picture}  {picture.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
