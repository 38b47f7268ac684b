// The members that a walk over records looks for: a path trie in the form in which it is quick to search.
#ifndef TOCSIN_INGEST_JSON_MEMBER_H_
#define TOCSIN_INGEST_JSON_MEMBER_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/path_trie.h"

namespace tocsin {

// A member that a path goes through, ready to be recognised in a record.
struct Member {
  Member(std::string_view member_name, uint32_t member_node)
      : quoted(std::string(member_name) + '"'), node(member_node) {
    const size_t head = std::min(quoted.size(), sizeof(uint64_t));
    std::memcpy(&first_bytes, quoted.data(), head);
    std::memset(&mask, 0xFF, head);
  }

  std::string_view name() const { return std::string_view(quoted).substr(0, quoted.size() - 1); }

  // `text` stands behind the opening quote of a name; at least 64 bytes behind `room` can be read.
  bool Matches(const char* text, size_t room) const {
    uint64_t bytes;
    std::memcpy(&bytes, text, sizeof(bytes));
    if (((bytes ^ first_bytes) & mask) != 0) return false;
    return quoted.size() <= sizeof(bytes) ||
           (quoted.size() <= room && std::memcmp(text, quoted.data(), quoted.size()) == 0);
  }

  std::string quoted;  // the name and the quote that ends it, as a record without escapes has them
  uint64_t first_bytes = 0;
  uint64_t mask = 0;
  uint32_t node = PathTrie::kNone;
  uint32_t successor = 0;  // the member that came next the last time: records repeat their order
  uint64_t record = 0;     // the last record that had it, to notice a member that stands twice
};

struct Place {
  std::vector<Member> members;
  uint32_t first = 0;  // the member that came first the last time
  uint32_t capture = PathTrie::kNone;
};

// One for each node of the trie.
inline std::vector<Place> MakePlaces(const PathTrie& trie) {
  std::vector<Place> places(trie.node_count());
  for (uint32_t i = 0; i < places.size(); ++i) {
    const PathTrie::Node& node = trie.node(i);
    places[i].capture = node.capture;
    for (const PathTrie::Edge& edge : node.edges) places[i].members.emplace_back(edge.name, edge.node);
  }
  return places;
}

}  // namespace tocsin

#endif  // TOCSIN_INGEST_JSON_MEMBER_H_
