// Between civetweb's connection and our Request and Response. Only server.cc uses it.
#pragma once

#include <civetweb.h>

#include "exporter/http/handlers.h"
#include "exporter/http/http_request.h"

namespace tcp_lifecycle {

Request ReadRequest(const mg_connection* connection);

// Whether the client's request lets the connection stay open (RFC 9112, 9.3). Not after a request
// with a body: nobody here reads one, and civetweb would wait for its end, however slowly it comes.
bool MayStayOpen(const mg_connection* connection);

struct SendOptions {
  bool with_body = true;  // false for HEAD: the header says what GET would have
  bool gzip = false;
  bool keep_alive = false;
};

// Writes the whole response. A client that takes nothing for 2 seconds, or not everything within 5,
// is given up; false then, and the connection must not be used again.
bool SendResponse(mg_connection* connection, Response response, const SendOptions& options);

}  // namespace tcp_lifecycle
