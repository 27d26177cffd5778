// SPDX-License-Identifier: MIT
#pragma once

#include "conformance/pipe.h"

namespace conformance {

/// Connections to `host`:`port` over TCP, or TLS without a look at the certificate (tests sign their own).
PipeFactory tcp_pipes(std::string host, int port);
PipeFactory tls_pipes(std::string host, int port);

}  // namespace conformance
