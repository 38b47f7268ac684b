// Bytes of snapshots: plain values one after another, little-endian as the machine has them, lengths before what they
// count. A writer grows; a reader never reads beyond its bytes, and after the first failure gives zeros and says so.
#ifndef TOCSIN_BASE_BYTE_IO_H_
#define TOCSIN_BASE_BYTE_IO_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace tocsin {

class ByteWriter {
 public:
  template <typename T>
  void Put(const T& value) {
    static_assert(std::is_trivially_copyable_v<T> && !std::is_pointer_v<T>);
    Append(&value, sizeof(value));
  }
  void PutText(std::string_view text) {
    Put<uint64_t>(text.size());
    Append(text.data(), text.size());
  }
  template <typename T>
  void PutVector(const std::vector<T>& items) {
    static_assert(std::is_trivially_copyable_v<T> && !std::is_pointer_v<T>);
    Put<uint64_t>(items.size());
    Append(items.data(), items.size() * sizeof(T));
  }
  void Append(const void* bytes, size_t size) {
    if (size != 0) bytes_.append(static_cast<const char*>(bytes), size);
  }
  std::string Take() { return std::move(bytes_); }
  size_t size() const { return bytes_.size(); }

 private:
  std::string bytes_;
};

class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  template <typename T>
  T Get() {
    static_assert(std::is_trivially_copyable_v<T> && !std::is_pointer_v<T>);
    T value{};
    Copy(&value, sizeof(value));
    return value;
  }
  // Borrows from the bytes.
  std::string_view GetText() {
    const uint64_t size = Get<uint64_t>();
    if (size > left()) return Fail();
    std::string_view text = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return text;
  }
  template <typename T>
  bool GetVector(std::vector<T>* items) {
    static_assert(std::is_trivially_copyable_v<T> && !std::is_pointer_v<T>);
    const uint64_t count = Get<uint64_t>();
    if (count > left() / sizeof(T)) {
      Fail();
      return false;
    }
    items->resize(count);
    return Copy(items->data(), count * sizeof(T));
  }
  bool Copy(void* into, size_t size) {
    if (size > left()) {
      Fail();
      return false;
    }
    if (size != 0) std::memcpy(into, bytes_.data(), size);
    bytes_.remove_prefix(size);
    return true;
  }
  // For what a value may not be: everything read from here on is zero.
  std::string_view Fail() {
    good_ = false;
    bytes_ = {};
    return {};
  }

  size_t left() const { return bytes_.size(); }
  bool good() const { return good_; }

 private:
  std::string_view bytes_;
  bool good_ = true;
};

}  // namespace tocsin

#endif  // TOCSIN_BASE_BYTE_IO_H_
