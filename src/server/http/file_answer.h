// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/http.h>
#include <sys/stat.h>

#include <string>
#include <string_view>

#include "server/http/exchange.h"
#include "server/http/open_beneath.h"

namespace duplex::http {

/// A file that is open, and what is known of it.
struct FoundFile {
  Descriptor file;
  struct stat info = {};
  std::string_view coding = {};  ///< it is packed: "br" or "gzip"

  bool is_folder() const noexcept { return file && S_ISDIR(info.st_mode); }
};

/// False if what was opened is no regular file; `found` then tells what it is.
bool open_regular(Descriptor opened, FoundFile& found);

/// "public, max-age=3600, immutable"
std::string cache_control(std::chrono::seconds max_age, bool immutable);

/// Whether a client asks for this name with a segment that begins with a dot; "." and ".." are none.
bool has_dotfile(std::string_view path) noexcept;

/// Answers with the file, or the part of it that is asked for, or says that the client has it already. What the
/// application has set before stays: the type, the ETag, the status; with another status than 200 nothing is
/// conditional.
void answer_with_file(const RequestData& request, Response& response, FoundFile found, std::string_view type,
                      bool validators = true);

}  // namespace duplex::http
