"""Bad starts of ``detect.py`` by its options: where results go, what is watched, what is asked for.

Rows as in ``pi_bad_starts``. Each starts with a photo and a sound model where nothing else is said.
"""

from pi_bad_starts import Start, of_output, wrong_usage

TAKEN = ("127.91.7.3", 8000)  # somebody listens there already
SHA256 = "0" * 64
UNCHECKED = "http://127.0.0.1:9/pi.zip"


def wrong(id, arguments, *says):
    """Wrong usage beside a photo."""
    return wrong_usage(id, f"photo.png {arguments}", *says)


def locked(id, arguments, *says):
    """As a user who has no right; the remedy says how it is given."""
    return of_output(id, f"photo.png {arguments}", *says, "chmod", without_rights=True)


def full(id, arguments, *says):
    """Onto a disk without space."""
    return of_output(id, arguments, *says, "df -h", on_full_disk=True)


def bad(id, arguments, *says):
    return of_output(id, f"photo.png {arguments}", *says)


def unusual(id, arguments, *says):
    """An option's value that is only looked at once the model is loaded."""
    return of_output(id, f"photo.png {arguments}", *says, code=2)


def updates(id, arguments, *says, code=1, **under):
    return Start(id, ("--update", *arguments.split()), says, code, under)


ADDRESSES = [
    unusual("broker without a scheme", "--mqtt host/topic", "--mqtt", "mqtt://host/topic"),
    unusual("broker without a topic", "--mqtt mqtt://host", "--mqtt", "mqtt://host"),
    unusual("port above all", "--mqtt mqtt://h:99999/t", "--mqtt", "mqtt://h:99999/t"),
    unusual("half an IPv6 address", "--mqtt mqtt://[::1/t", "--mqtt", "mqtt://[::1/t"),
    unusual("topic with a wildcard", "--mqtt mqtt://host/a/%23", "--mqtt", "a/#"),
    unusual("webhook to FTP", "--webhook ftp://host/a", "--webhook", "ftp://host/a", "https://"),
    unusual("webhook to a port above all", "--webhook http://h:99999/a", "http://h:99999/a"),
    unusual("webhook to half an address", "--webhook http://[::1/a", "--webhook", "http://[::1/a"),
    Start(
        "webhook with a blank",
        ("photo.png", "--model", "models/good", "--webhook", "http://host/a b"),
        ("--webhook", "http://host/a b"),
        2,
    ),
    unusual("page without a port", "--output http://127.0.0.1", "OUTPUT", "http://127.0.0.1"),
    unusual("page below a path", "--output http://localhost:80/a", "http://localhost:80/a"),
    unusual("page at half an address", "--output http://[::1:80", "OUTPUT", "http://[::1:80"),
    unusual("page with TLS", "--output https://localhost:8443", "https://localhost:8443"),
    bad("port in use", f"--output http://{TAKEN[0]}:{TAKEN[1]}", f"http://{TAKEN[0]}:", "port"),
    bad("an address of another device", "--output http://192.0.2.1:8000", "192.0.2.1", "0.0.0.0"),
    bad("page at an unknown name", "--output http://nowhere.invalid:80", "nowhere.invalid"),
    wrong("token without a page", "--token abc", "--token", "--output"),
    Start(
        "token that is empty",
        ("photo.png", "--output", "http://0.0.0.0:0", "--token", ""),
        ("--token", "letters"),
        2,
    ),
    wrong("token that no cookie takes", "--output http://0.0.0.0:0 --token a;b", "--token", "a;b"),
]

SINKS = [
    bad("snapshots into a file", "--snapshots notes", "notes", "folder"),
    locked("snapshots without right", "--snapshots locked/new", "locked/new"),
    wrong("quota without snapshots", "--quota 5", "--quota", "--snapshots"),
    wrong("quota of nothing", "--snapshots new --quota 0", "--quota", "above 0"),
    wrong("cool-down of nothing", "--cooldown 5", "--cooldown", "--snapshots", "--on-cooldown"),
    wrong("cool-down below 0", "--snapshots new --cooldown -1", "--cooldown", "above 0"),
    bad("table over a text", "--csv notes", "notes", "--csv", "--force"),
    bad("table over the source by force", "--csv photo.png --force", "photo.png", "--csv"),
    bad("table is a folder", "--csv photos", "photos", "file"),
    bad("table in no folder", "--csv nowhere/a.csv", "nowhere/a.csv", "folder"),
    locked("table without right", "--csv locked.png", "locked.png"),
    locked("table in a locked folder", "--csv locked/a.csv", "locked/a.csv"),
    bad("table onto a full device", "--csv /dev/full", "/dev/full", "df -h"),
    full("table onto a full disk", "photo.png --csv full/a.csv", "full/a.csv"),
    full("image onto a full disk", "photo.png --output full/a.png", "full/a.png"),
    full("folder onto a full disk", "photos --output full", "full"),
    bad("collecting into a file", "--collect notes", "notes", "folder"),
    locked("collecting without right", "--collect locked/new", "locked/new"),
    wrong("limit of nothing", "--collect-limit 5", "--collect-limit", "--collect"),
    wrong("limit of a word", "--collect new --collect-limit many", "-limit", "many", "number"),
    locked("over a file without right", "--output locked.png", "locked.png"),
    locked("a folder without right", "--output locked", "locked"),
]

WATCHING = [
    Start(
        "action without a command",
        ("photo.png", "--model", "models/good", "--on", "LABEL", ""),
        ("--on", "LABEL", "command"),
        2,
    ),
    wrong("frames of no action", "--on-frames 5", "--on-frames", "--on"),
    wrong("frames of a word", "--on a b --on-frames x", "--on-frames", "x", "number"),
    wrong("cool-down of a word", "--on a b --on-cooldown x", "--on-cooldown", "x", "seconds"),
    wrong("no time for a command", "--on a b --on-timeout 0", "--on-timeout", "0.1"),
    locked("watch.json without right", "--watch locked.png", "locked.png"),
    bad("watch.json is a folder", "--watch photos", "photos", "file"),
    bad("watch.json is a photo", "--watch whole.jpg", "whole.jpg", "UTF-8"),
    wrong_usage("tiles of a word", "photo.png --tiles axb", "--tiles", "axb", "3x2"),
    wrong_usage("tiles without end", "photo.png --tiles 99x99", "--tiles", "99x99", "16"),
    wrong_usage("check of a source", "photo.png --check", "SOURCE", "--check"),
    of_output("check of no file", "--check --watch nowhere.json", "nowhere.json"),
]

TOGETHER = [
    wrong("size of no camera", "--camera-size 640x480", "--camera-size", "camera"),
    wrong_usage("rate of a stream", "rtsp://h/a --camera-rate 5", "--camera-rate", "camera"),
    wrong("patience with a photo", "--give-up 3", "--give-up", "stream"),
    wrong("every frame of a photo", "--every-frame", "--every-frame", "stream"),
    wrong("processor of OpenCV for TFLite", "--backend tflite --opencv-target cuda", "-target"),
    wrong_usage("two things at once", "--self-test --check", "--self-test", "--check"),
    wrong_usage("benchmark into a file", "--benchmark --output new", "--benchmark", "--output"),
    wrong_usage("benchmark of tiles", "--benchmark --tiles 2x2", "--benchmark", "--tiles"),
    wrong_usage("self-test into a table", "--self-test --csv new", "--self-test", "--csv"),
    wrong("sha256 of nothing", f"--sha256 {SHA256}", "--sha256", "--update"),
]

UPDATES = [
    updates("update from photos", "photos --model models/good", "photos/model.json", "missing"),
    updates("update from half a model", "models/cut-graph --model models/good", "models/cut-graph"),
    updates("update by itself", "models/good --model models/good", "models/good", "another"),
    updates("update over a photo", "models/good --model photo.png", "photo.png", "--model"),
    updates("update over photos", "models/good --model photos", "photos", "model.json", "--model"),
    updates("update in no folder", "models/good --model nowhere/new", "nowhere", "--model"),
    updates(
        "update without right",
        "models/good --model models/good2",
        "models",
        "chmod",
        without_rights=True,
    ),
    updates("nobody has it", f"{UNCHECKED} --sha256 {SHA256} --model models/good", UNCHECKED),
    updates("half a sha256", "page.mp4 --sha256 12", "--sha256", "12", "64", code=2),
    updates("another sha256", f"page.mp4 --sha256 {SHA256} --model models/good", SHA256, "page"),
    updates("update from a password", "http://u:s3cret@h/a.zip", "--update", code=2),
    updates("not self-tested", "models/no-tflite --model models/good", "models/no-tflite", "stays"),
]

STARTS = ADDRESSES + SINKS + WATCHING + TOGETHER + UPDATES
