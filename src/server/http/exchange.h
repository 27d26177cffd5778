// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/http.h>

#include <string>
#include <vector>

#include "protocol/http/error.h"
#include "protocol/http/head.h"
#include "server/http/pattern.h"

namespace duplex::http {

class HttpConnection;

/// One request on its way through the routes. Views into the connection's buffer; one per loop, reused.
struct RequestData {
  const Head* head = nullptr;
  std::string_view body;
  Params params;
  std::size_t base = 0;  ///< how much of the path is before the router or middleware that is asked
  HttpConnection* connection = nullptr;
};

/// A response head while it is being put together; reused, so that a usual answer allocates nothing.
class ResponseHead {
 public:
  int status = 200;
  Errc error = Errc::ok;                                       ///< what was wrong with a part of it: it cannot be sent
  void set(std::string_view name, std::string_view value);     ///< replaces; Set-Cookie and Vary are added to
  void add(std::string_view name, std::string_view value);     ///< another line
  void append(std::string_view name, std::string_view value);  ///< to the list of that name
  void remove(std::string_view name) noexcept;
  void vary(std::string_view field);  ///< once
  std::string_view get(std::string_view name) const noexcept;
  void clear() noexcept;
  bool empty() const noexcept { return size_ == 0; }
  bool is_bare() const noexcept { return fields_.capacity() == 0; }  ///< the first header will allocate
  std::size_t capacity() const noexcept { return fields_.capacity(); }
  /// A copy of its own, for an answer that comes later.
  ResponseHead take() { return std::move(*this); }

  struct Field {
    std::string name, value;
  };
  const Field* begin() const noexcept { return fields_.data(); }
  const Field* end() const noexcept { return fields_.data() + size_; }

 private:
  std::vector<Field> fields_;
  std::size_t size_ = 0;
};

struct ResponseData {
  ResponseHead head;
  HttpConnection* connection = nullptr;
  bool answered = false;    ///< sent, or deferred
  Etag etags = Etag::off;   ///< of the bodies that are sent
  bool conditional = true;  ///< a client that has the body already is told so
  bool passed = false;      ///< the handler leaves it to the routes behind its own
};

/// Makes the public objects, which users cannot.
struct Access {
  static RequestData& data(Request& request) noexcept { return const_cast<RequestData&>(*request.data_); }
  static const RequestData& data(const Request& request) noexcept { return *request.data_; }
  static ResponseData& data(Response& response) noexcept { return *response.data_; }
  struct Exchange {
    Request request;
    Response response;
    Exchange(RequestData& in, ResponseData& out) : request(), response() {
      request.data_ = &in;
      response.data_ = &out;
    }
  };
};

}  // namespace duplex::http
