"""A folder of photos through all stages, brought in as docs/your-own-data.md says."""

import base64
import json
import re
import tarfile
import textwrap

import pytest

from conftest import SHARED
from photos import UNREADABLE, make_folder
from project import ROOT

pytestmark = pytest.mark.slow

QUICK = ("preprocess.image.size=12", "model=cnn", "models.cnn.channels=[4]", "models.cnn.epochs=2")


def described():
    """Return the description that the page gives."""
    section = (ROOT / "docs/your-own-data.md").read_text().split("## A folder of photos")[1]
    return textwrap.dedent(re.search(r"```yaml\n(.*?)```", section, flags=re.DOTALL).group(1))


def run(repository, *settings):
    arguments = [argument for setting in (*QUICK, *settings) for argument in ("-S", setting)]
    return repository.dvc("exp", "run", "-S", "data=weather", *arguments)


def pictures_in(html):
    """Return how many pictures the figures of a page hold."""
    figures = re.findall(r'src="data:image/svg\+xml;base64,([^"]+)"', html)
    return sum(base64.b64decode(figure).count(b"<image ") for figure in figures)


@pytest.mark.long
def test_photos_run_through_all_stages_twice_with_the_same_bytes(repository):
    folder = make_folder(repository / "data/weather", ("rain", "snow", "Nebel über"), n=14)
    UNREADABLE["cut.jpg"][0](folder / "rain/cut.jpg")
    (repository / "data/weather.yaml").write_text(f"{described()}unreadable: skip\n")
    repository.dvc("add", "data/weather")
    run(repository, "models.cnn.flip=true", "models.cnn.crop=0.2", "models.cnn.colour=0.2")
    lock = repository.read("dvc.lock")
    repository.dvc("repro", "--force", LOKY_MAX_CPU_COUNT="1")
    assert repository.read("dvc.lock") == lock
    assert json.loads(repository.read("metrics.json"))["test"]["n"] == 10
    assert pictures_in(repository.read("report/index.html").decode()) >= 1
    assert "Nebel über" in repository.read("report/report.md").decode()
    assert "cut.jpg" in repository.read("cache/test.pkl").decode("utf-8", "replace")


def test_preprocess_opens_no_file_but_its_deps(project):
    make_folder(project / "data/weather")
    (project / "data/weather.yaml").write_text(described())
    project.set(data="weather", preprocess__image__size=8)
    project.stage("read_data")
    project.run("python", "tests/trace_stage.py", "src/preprocess.py", "trace.json")
    opened = json.loads(project.read("trace.json"))["opened"]
    deps = (ROOT / "dvc.yaml").read_text().split("  preprocess:")[1].split("    outs:")[0]
    assert "- data/${data}\n" in deps
    assert len([path for path in opened if path.startswith("data/weather/")]) == 8


def test_photos_of_different_sizes_are_one_clear_error(project):
    make_folder(project / "data/weather/train", n=2)
    make_folder(project / "data/weather/test", n=2, size=(20, 20))
    (project / "data/weather.yaml").write_text(described())
    project.set(data="weather")
    project.stage("read_data")
    failed = project.stage("preprocess", check=False)
    assert failed.returncode == 1
    assert re.fullmatch(
        r"error: the images have 2 different sizes .* set preprocess.image.size.*\n", failed.stderr
    )
    assert [file.name for file in (project / "cache").iterdir()] == ["raw.pkl"]


@pytest.mark.long
def test_weather_is_brought_in_as_the_documentation_says(repository):
    archive = SHARED / "weather_small.tar.gz"
    if not archive.is_file():
        pytest.skip(f"the real data lie beside the project, not in it: no {archive.name} there")
    with tarfile.open(archive) as files:
        photos = [each for each in files.getmembers() if each.isfile()][::5]
        for photo in photos:
            path = repository / "data/weather" / photo.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(files.extractfile(photo).read())
    (repository / "data/weather.yaml").write_text(described())
    repository.dvc("add", "data/weather")
    run(repository)
    metrics = json.loads(repository.read("metrics.json"))["test"]
    assert metrics["n"] == pytest.approx(len(photos) / 4, abs=1)
    assert "fogsmog" in repository.read("report/report.md").decode()
