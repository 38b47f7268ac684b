// One forward walk over a JSON record: checks all of it, and keeps what stands at the paths of a trie.
#ifndef TOCSIN_INGEST_JSON_WALK_H_
#define TOCSIN_INGEST_JSON_WALK_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "ingest/path_trie.h"
#include "tocsin/event/reason.h"

namespace tocsin {

// What a record has at one path.
struct JsonToken {
  enum class Kind : uint8_t { kAbsent, kNull, kTrue, kFalse, kNumber, kString, kObject, kArray };
  Kind kind = Kind::kAbsent;
  std::string_view text;  // of a number as written (JSON's grammar was checked), of a string what it means
};

// One thread at a time.
class JsonWalk {
 public:
  explicit JsonWalk(const PathTrie& trie);
  ~JsonWalk();
  JsonWalk(JsonWalk&&) noexcept;
  JsonWalk& operator=(JsonWalk&&) noexcept;

  // kNone when `record` is one JSON object and nothing else; otherwise why not, and a sentence in `detail`.
  Reason Run(std::string_view record, std::string* detail);
  // What the last record had, by the trie's captures. The text is valid until the next Run.
  std::span<const JsonToken> tokens() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tocsin

#endif  // TOCSIN_INGEST_JSON_WALK_H_
