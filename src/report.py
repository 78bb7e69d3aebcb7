"""Stage 5: the model, the validation and the test part -> metrics.json and report/."""

from functools import partial

from retrace import reporting
from retrace.core import artifacts
from retrace.core.errors import run_or_explain
from retrace.core.params import load_params
from retrace.core.seeding import pin
from retrace.models.fitting import predict
from retrace.models.words import speaking_words


def main() -> None:
    """Judge the model on rows that it has not seen, and write what a person reads."""
    params = load_params()
    pin(
        seed=params.report.seed,
        threads=params.train.threads,
        instructions=params.train.instructions,
    )
    parts = {
        "validation": artifacts.load(artifacts.VALIDATION),
        "test": artifacts.load(artifacts.TEST),
    }
    model = artifacts.load(artifacts.MODEL)
    results = reporting.Results(
        params=params,
        parts=parts,
        predictions={name: predict(model, part) for name, part in parts.items()},
        history=artifacts.load(artifacts.HISTORY),
        environment=artifacts.load(artifacts.ENVIRONMENT),
        data_checks=artifacts.load(artifacts.DATA_CHECKS),
        predict=partial(predict, model),
        words=speaking_words(model, parts["test"]),
    )
    figures = reporting.draw_figures(results)
    artifacts.save_table(reporting.predictions_table(results), artifacts.PREDICTIONS)
    artifacts.save_table(reporting.confusion_table(results), artifacts.CONFUSION)
    artifacts.save_folder({f"{name}.svg": svg for name, svg in figures.items()}, artifacts.FIGURES)
    artifacts.save_text(reporting.report_html(results, figures), artifacts.REPORT_HTML)
    artifacts.save_text(reporting.report_markdown(results), artifacts.REPORT_MD)
    metrics = reporting.metrics(results)
    artifacts.save_json(metrics, artifacts.METRICS_JSON)
    print(f"report: test {params.metric} {metrics['test'][params.metric]:.4f}")


if __name__ == "__main__":
    run_or_explain(main)
