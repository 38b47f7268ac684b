// One forward walk over a JSON record: checks all of it, and keeps what stands at the paths of a trie.
#ifndef TOCSIN_INGEST_JSON_WALK_H_
#define TOCSIN_INGEST_JSON_WALK_H_

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "ingest/path_trie.h"
#include "ingest/token.h"
#include "tocsin/event/reason.h"

namespace tocsin {

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
  std::span<const Token> tokens() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tocsin

#endif  // TOCSIN_INGEST_JSON_WALK_H_
