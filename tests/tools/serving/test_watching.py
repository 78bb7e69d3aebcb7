import io
import json

from retrace.tools.serving.watching import write_line


def test_a_line_of_the_log_is_json():
    log = io.StringIO()
    write_line(log, "request", path="/", status=200)
    said = json.loads(log.getvalue())
    assert (said["event"], said["status"], said["time"][-6:]) == ("request", 200, "+00:00")
