"""HTTP/1.1 servers in threads."""

import http.server
import threading

from harness import tcp


class Handler(http.server.BaseHTTPRequestHandler):
    """Says hello, and leaves it to the client to close."""
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # header and body in one segment: nobody waits for a delayed acknowledgement

    def do_GET(self):
        self.answer(b"hello\n")

    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def serve_http(namespace, address, port, handler=Handler):
    server = http.server.ThreadingHTTPServer((address, port), handler, bind_and_activate=False)
    server.daemon_threads = True
    server.socket.close()
    server.socket = tcp.listen(namespace, address, port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    namespace.on_close(thread.join)
    namespace.on_close(server.shutdown)
