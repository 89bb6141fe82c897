"""A plain HTTP/1.1 server in a thread. It leaves it to the client to close."""

import http.server
import threading

from harness import tcp


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # header and body in one segment: nobody waits for a delayed acknowledgement

    def do_GET(self):
        body = b"hello\n"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def serve_http(namespace, address, port):
    server = http.server.ThreadingHTTPServer((address, port), _Handler, bind_and_activate=False)
    server.daemon_threads = True
    server.socket.close()
    server.socket = tcp.listen(namespace, address, port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    namespace.on_close(thread.join)
    namespace.on_close(server.shutdown)
