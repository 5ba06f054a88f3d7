"""An RTSP server whose H.264 frames say when they were made; GStreamer's, under Debian's Python.

``python3 rtsp_server.py PORT USER PASSWORD`` serves ``rtsp://127.0.0.1:PORT/clock`` and prints a
line when it is ready.
"""

import sys
import threading
import time
from pathlib import Path

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from pi_streams import RATE, clock_image  # noqa: E402

PIPELINE = (
    "( appsrc name=clock is-live=true do-timestamp=true format=time"
    " caps=video/x-raw,format=BGR,width=320,height=64,framerate=20/1"
    " ! videoconvert ! video/x-raw,format=I420"
    " ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=20"
    " ! rtph264pay name=pay0 pt=96 )"
)


def feed(factory, media):
    """Gives a media that a client has asked for its frames."""
    source = media.get_element().get_by_name("clock")

    def push():
        flows = True
        while flows:
            buffer = Gst.Buffer.new_wrapped(clock_image(time.time()).tobytes())
            flows = source.emit("push-buffer", buffer) == Gst.FlowReturn.OK
            time.sleep(1 / RATE)

    threading.Thread(target=push, daemon=True).start()


def guard(server, factory, user, password):
    """Lets in who has the password."""
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    auth = GstRtspServer.RTSPAuth()
    auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    server.set_auth(auth)
    rights = "viewer, media.factory.access=(boolean)true, media.factory.construct=(boolean)true"
    factory.add_role_from_structure(Gst.Structure.new_from_string(rights))


def main(port, user, password):
    Gst.init(None)
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(PIPELINE)
    factory.set_shared(True)
    factory.connect("media-configure", feed)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(port)
    guard(server, factory, user, password)
    server.get_mount_points().add_factory("/clock", factory)
    assert server.attach(None), f"port {port} is taken"
    print("ready", flush=True)
    GLib.MainLoop().run()


if __name__ == "__main__":
    main(*sys.argv[1:])
