"""A server on this machine that publishes one table, as well or as badly as a test wants."""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[[BaseHTTPRequestHandler, "Published"], None]


@dataclass
class Published:
    """What is published, how each request in turn is answered (the last way for all others), and what was asked."""

    content: bytes = b""
    answers: list[Answer] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)
    address: str = ""

    @property
    def mark(self) -> str:
        return f'"{hashlib.sha256(self.content).hexdigest()[:16]}"'


def whole(handler: BaseHTTPRequestHandler, published: Published) -> None:
    """The table, or the part of it that was asked for, as a good server answers."""
    start = 0
    wanted = handler.headers.get("Range", "")
    if wanted and handler.headers.get("If-Range") == published.mark:
        start = int(wanted.removeprefix("bytes=").rstrip("-"))
    head(handler, published, start, len(published.content) - start)
    handler.wfile.write(published.content[start:])


def head(handler: BaseHTTPRequestHandler, published: Published, start: int, length: int | None) -> None:
    total = len(published.content)
    handler.send_response(206 if start else 200)
    handler.send_header("Content-Type", "text/csv")
    handler.send_header("ETag", published.mark)
    if start:
        handler.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
    if length is not None:
        handler.send_header("Content-Length", str(length))
    handler.end_headers()


def broken_after(count: int) -> Answer:
    """The first bytes only, of all that were announced."""

    def answer(handler: BaseHTTPRequestHandler, published: Published) -> None:
        head(handler, published, 0, len(published.content))
        handler.wfile.write(published.content[:count])

    return answer


def unannounced(count: int) -> Answer:
    """The first bytes only, with no word of how many there should be."""

    def answer(handler: BaseHTTPRequestHandler, published: Published) -> None:
        head(handler, published, 0, None)
        handler.wfile.write(published.content[:count])

    return answer


def status(code: int) -> Answer:
    def answer(handler: BaseHTTPRequestHandler, published: Published) -> None:
        handler.send_error(code)

    return answer


def announcing(length: int) -> Answer:
    """A length that is never sent."""

    def answer(handler: BaseHTTPRequestHandler, published: Published) -> None:
        head(handler, published, 0, length)

    return answer


def silent(handler: BaseHTTPRequestHandler, published: Published) -> None:
    """No answer, until the test is over."""
    published.release.wait(30.0)


def dripping(handler: BaseHTTPRequestHandler, published: Published) -> None:
    """A byte now and then, until the test is over."""
    head(handler, published, 0, len(published.content))
    for place in range(len(published.content)):
        if published.release.wait(0.05):
            return
        handler.wfile.write(published.content[place : place + 1])
        handler.wfile.flush()


@contextlib.contextmanager
def publishing() -> Iterator[Published]:
    """Serve on a free port of 127.0.0.1 until the block ends."""
    published = Published()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            published.asked.append({name.casefold(): value for name, value in self.headers.items()})
            answer = published.answers.pop(0) if len(published.answers) > 1 else published.answers[0]
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                answer(self, published)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    published.address = f"http://127.0.0.1:{server.server_port}/table.csv"
    published.answers = [whole]
    try:
        yield published
    finally:
        published.release.set()
        server.shutdown()
        server.server_close()
        thread.join(5.0)
