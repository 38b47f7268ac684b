// RankTree: members of a group in order of their values, in nodes that stand in the members' own rows: the least, the
// greatest and any quantile of values that change, in O(log n) each, exactly, without memory besides the nodes.
//
// A treap (C. Aragon, R. Seidel, "Randomized search trees", FOCS 1989) with sizes, whose priorities are a hash of the
// row's number: so the same members always make the same tree, a copy of the rows is a snapshot of it, and a damaged
// one is recognised.
#ifndef TOCSIN_ENGINE_RANK_TREE_H_
#define TOCSIN_ENGINE_RANK_TREE_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "metric/group_table.h"

namespace tocsin {

// All zero: in no tree.
struct RankNode {
  uint64_t code = 0;  // grows with the value
  uint32_t left = 0;  // rows, plus one
  uint32_t right = 0;
  uint32_t size = 0;  // of the subtree
  uint32_t unused = 0;
};

// The nodes of one grouping, for the length of a call. A tree is the row of its root, plus one; 0: nobody.
class RankTree {
 public:
  // `offset`: of the nodes in the rows.
  RankTree(const GroupTable& table, uint32_t offset) : table_(table), offset_(offset) {}

  // REQUIRES: the row is in no tree.
  void Insert(uint32_t* root, uint32_t row, uint64_t code);
  // REQUIRES: the row is in this tree.
  void Erase(uint32_t* root, uint32_t row);
  // The code at that place, from 0 on. REQUIRES: rank < size(root).
  uint64_t At(uint32_t root, uint32_t rank) const;
  uint32_t size(uint32_t root) const { return root == 0 ? 0 : NodeOf(root).size; }

  // For a snapshot: adds the tree's rows to `rows`; false when it is no tree as they would make it, or of more than
  // `most`. REQUIRES: nothing of its rows and links.
  bool Collect(uint32_t root, size_t most, std::vector<uint32_t>* rows) const;

 private:
  RankNode& NodeOf(uint32_t link) const { return *reinterpret_cast<RankNode*>(table_.row(link - 1) + offset_); }
  static uint32_t Priority(uint32_t link) {
    uint64_t x = link * 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 29)) * 0xBF58476D1CE4E5B9u;
    return static_cast<uint32_t>(x >> 32);
  }
  // Ties by number, so that there is one order.
  static bool Above(uint32_t a, uint32_t b) { return std::pair(Priority(a), a) > std::pair(Priority(b), b); }
  bool Before(uint32_t a, uint32_t b) const { return std::pair(NodeOf(a).code, a) < std::pair(NodeOf(b).code, b); }
  void Count(uint32_t link) {
    RankNode& node = NodeOf(link);
    node.size = 1 + size(node.left) + size(node.right);
  }
  void Split(uint32_t link, uint32_t at, uint32_t* left, uint32_t* right);
  uint32_t Merge(uint32_t left, uint32_t right);

  const GroupTable& table_;
  uint32_t offset_;
};

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_RANK_TREE_H_
