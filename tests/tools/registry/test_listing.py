from retrace.tools.registry.listing import as_table, list_versions
from retrace.tools.registry.promotion import plan_promotion


def test_versions_have_their_stage_score_and_who(models):
    for right in (0.7, 0.95):
        models.train(right)
        plan_promotion("HEAD", "prod", bump="minor", policy=None).carry_out()
    new, old = list_versions()
    assert (new.version, new.stages, old.version, old.stages) == ("v1.1.0", ["prod"], "v1.0.0", [])
    assert new.value > old.value
    assert new.who == "test@example.org"


def test_the_table_has_a_line_for_each(models):
    models.train(0.8)
    plan_promotion("HEAD", "prod", bump="minor", policy=None).carry_out()
    header, line = as_table(list_versions()).splitlines()
    assert header.split() == ["version", "stage", "test", "model", "data", "commit", "set", "on", "by"]
    assert line.split()[:3] == ["v1.0.0", "prod", "accuracy"]
