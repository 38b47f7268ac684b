// The declared paths of a catalog as a tree of member names, so that one walk over a record finds them all.
#ifndef TOCSIN_INGEST_PATH_TRIE_H_
#define TOCSIN_INGEST_PATH_TRIE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin {

class PathTrie {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;
  static constexpr uint32_t kRoot = 0;

  struct Edge {
    std::string name;
    uint32_t node = kNone;
  };
  struct Node {
    std::vector<Edge> edges;
    uint32_t capture = kNone;  // where the value at this path goes; a node may have both edges and a capture
  };

  PathTrie() : nodes_(1) {}
  // The number of the path's capture: 0, 1, … in the order of first mention. REQUIRES: the parts are not empty.
  uint32_t Add(std::string_view path);

  const Node& node(uint32_t index) const { return nodes_[index]; }
  size_t node_count() const { return nodes_.size(); }
  size_t capture_count() const { return capture_count_; }

 private:
  uint32_t Child(uint32_t parent, std::string_view name);

  std::vector<Node> nodes_;
  uint32_t capture_count_ = 0;
};

}  // namespace tocsin

#endif  // TOCSIN_INGEST_PATH_TRIE_H_
