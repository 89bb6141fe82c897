"""A Flask application that counts its requests in Redis.

    redis_app.py ADDRESS PORT REDIS_ADDRESS [--pool]

Without --pool it opens, and closes, a connection to Redis for each request. Answers 503 where
there is none.
"""

import logging
import sys

import flask
import redis
from werkzeug.serving import WSGIRequestHandler


def main():
    address, port, redis_address, *flags = sys.argv[1:]
    app = flask.Flask("redis_app")
    pooled = redis.Redis(redis_address)

    @app.route("/")
    def hello():
        if "--pool" in flags:
            return str(pooled.incr("requests"))
        with redis.Redis(redis_address) as client:
            answer = str(client.incr("requests"))
            client.connection_pool.disconnect()
            return answer

    @app.errorhandler(redis.ConnectionError)
    def unavailable(error):
        return str(error), 503

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    WSGIRequestHandler.protocol_version = "HTTP/1.1"  # keeps connections open
    app.run(address, int(port), threaded=True)


if __name__ == "__main__":
    main()
