// SPDX-License-Identifier: MIT
#include "protocol/sio/reconstruct.h"

namespace duplex::sio {

Result<void> BinaryAssembler::begin(const Packet& packet) {
  if (waiting()) return make_error_code(Errc::unexpected_text);
  clear();
  if (packet.nsp.size() + packet.payload.size() > max_bytes_) return make_error_code(Errc::attachments_too_large);
  packet_ = packet;
  packet_.nsp = packet_.payload = {};
  nsp_size_ = packet.nsp.size();
  payload_size_ = packet.payload.size();
  held_.append(packet.nsp);
  held_.append(packet.payload);
  return {};
}

Result<bool> BinaryAssembler::add(ConstBytes attachment) {
  if (!waiting()) return make_error_code(Errc::unexpected_binary);
  if (attachment.size() > max_bytes_ - held_.size()) return make_error_code(Errc::attachments_too_large);
  held_.append(attachment);
  sizes_.push_back(attachment.size());
  if (waiting()) return false;
  const std::byte* at = held_.data() + nsp_size_ + payload_size_;
  for (const std::size_t size : sizes_) {
    attachments_.emplace_back(at, size);
    at += size;
  }
  return true;
}

Packet BinaryAssembler::packet() const noexcept {
  Packet packet = packet_;
  packet.nsp = held_.text().substr(0, nsp_size_);
  packet.payload = held_.text().substr(nsp_size_, payload_size_);
  return packet;
}

void BinaryAssembler::clear() noexcept {
  packet_ = {};
  held_.release();
  sizes_.clear();
  attachments_.clear();
}

}  // namespace duplex::sio
