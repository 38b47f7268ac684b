#include "ingest/path_trie.h"

namespace tocsin {

uint32_t PathTrie::Add(std::string_view path) {
  uint32_t node = kRoot;
  while (true) {
    const size_t dot = path.find('.');
    node = Child(node, path.substr(0, dot));
    if (dot == std::string_view::npos) break;
    path.remove_prefix(dot + 1);
  }
  if (nodes_[node].capture == kNone) nodes_[node].capture = capture_count_++;
  return nodes_[node].capture;
}

uint32_t PathTrie::Child(uint32_t parent, std::string_view name) {
  for (const Edge& edge : nodes_[parent].edges) {
    if (edge.name == name) return edge.node;
  }
  const uint32_t child = static_cast<uint32_t>(nodes_.size());
  nodes_[parent].edges.push_back({std::string(name), child});
  nodes_.emplace_back();
  return child;
}

}  // namespace tocsin
