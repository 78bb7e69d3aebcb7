from made_runs import labelled
from retrace.tools.repository.revisions import collect_revisions


def test_each_commit_comes_with_its_experiments_and_the_workspace_first(runs):
    commit = runs.commit(labelled(), models__svm__C=3.0)
    runs.experiment("wide", labelled(seed=1), models__svm__C=2.0)
    asked = []

    def progress(items, what, total):
        asked.append(total)
        return items

    workspace, state = collect_revisions([commit], progress)
    assert (workspace.rev, state.rev, asked) == ("workspace", commit, [2])
    (experiment,) = state.experiments
    assert experiment.name == "wide"
    assert experiment.revs[0].data.params["params.yaml"]["data"]["models"]["svm"]["C"] == 2.0
