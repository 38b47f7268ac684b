// What a record has at one path, before anybody asks for a type.
#ifndef TOCSIN_INGEST_TOKEN_H_
#define TOCSIN_INGEST_TOKEN_H_

#include <cstdint>
#include <string_view>

namespace tocsin {

struct Token {
  enum class Kind : uint8_t {
    kAbsent,
    kNull,
    kTrue,
    kFalse,
    kNumber,
    kString,
    kObject,
    kArray,
    kCell,  // a cell of CSV, or a config's constant: text that is of whatever type is asked for
  };
  Kind kind = Kind::kAbsent;
  std::string_view text;  // of a number as written (JSON's grammar was checked), of a string or cell what it means

  // JSON null and an empty cell mean the same as nothing at all.
  bool missing() const { return kind == Kind::kAbsent || kind == Kind::kNull; }
  bool is_text() const { return kind == Kind::kString || kind == Kind::kCell; }
};

}  // namespace tocsin

#endif  // TOCSIN_INGEST_TOKEN_H_
