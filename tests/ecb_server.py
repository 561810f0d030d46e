"""A real HTTP server that answers as the ECB's data service does, or badly."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = "FM.B.U2.EUR.4F.KR.MRR_FR.LEV"
GOOD = (
    "KEY,FREQ,TIME_PERIOD,OBS_VALUE\r\n"
    f"{KEY},B,2025-06-11,2.15\r\n{KEY},B,2026-06-17,2.40\r\n{KEY},B,2026-09-16,2.65\r\n"
)


@dataclass
class EcbServer:
    """``url``: the address of the series. ``asked``: what was asked of it."""

    url: str
    asked: list[str] = field(default_factory=list)


@contextmanager
def serving(
    content: str, *, status: int = 200, cut: bool = False, slow: bool = False, padding: int = 0, drips: str = ""
) -> Iterator[EcbServer]:
    """A server on loopback. ``cut``: it hangs up half-way; ``slow``: it does not answer; ``padding``: more bytes.

    ``drips``: a byte every 50 ms, for ever, of its « head » or of its « body ».
    """
    released = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.asked.append(self.path)
            if slow:
                released.wait(5)
                return
            if drips == "head":
                self.drip(b"HTTP/1.0 200 OK\r\nX-Wait: " + b"x" * 1_000)
                return
            body = content.encode() + b"\n" * padding
            self.send_response(status)
            self.send_header("Content-Type", "text/csv")
            self.send_header("Content-Length", str(len(body) + (100 if cut else 0)))
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.end_headers()
            try:
                if drips:
                    self.drip(body)
                else:
                    self.wfile.write(body)
            except OSError:
                time.sleep(0)  # the client had enough

        def drip(self, content: bytes) -> None:
            for n in range(len(content)):
                if released.wait(0.05):
                    return
                try:
                    self.wfile.write(content[n : n + 1])
                except OSError:
                    return  # the client had enough

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server = EcbServer(f"http://127.0.0.1:{http.server_port}/mro")
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        released.set()
        http.shutdown()
        thread.join()
        http.server_close()
