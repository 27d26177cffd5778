// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace duplex::http {

/// Whether a browser's page of this origin may connect: same-origin unless it is listed. `origin` is empty when the
/// client sent none (a program that is not a browser). The same host and port as `host`; the scheme counts where it is
/// known to be TLS.
bool origin_allowed(std::string_view origin, std::string_view host, bool secure, const std::vector<std::string>& listed,
                    bool require_origin) noexcept;

}  // namespace duplex::http
