from retrace.tools.repository.requirements import unmet


def test_packages_are_compared_with_the_pins_but_for_their_build_label(tmp_path):
    path = tmp_path / "requirements.txt"
    path.write_text(
        "numpy==1.0 \\\n    --hash=sha256:ab \\\n    --hash=sha256:cd\n    # via pandas\n"
        "no-such-package==1.0\ntorch==2.13.0\n"
        'not-for-us==1.0 ; sys_platform == "none"\n# why\n-e .\n./wheels/a-1.whl --hash=sha256:ef\n'
    )
    numpy, missing = unmet([path, tmp_path / "not-there.txt"])
    assert numpy.startswith("numpy ")
    assert numpy.endswith(" (==1.0 is pinned)")
    assert missing == "no-such-package is missing (==1.0 is pinned)"
