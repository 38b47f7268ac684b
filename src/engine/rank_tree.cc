#include "engine/rank_tree.h"

namespace tocsin {

// What stands before `at` and what stands behind it. Recursion is as deep as the tree, some dozens.
void RankTree::Split(uint32_t link, uint32_t at, uint32_t* left, uint32_t* right) {
  if (link == 0) {
    *left = *right = 0;
    return;
  }
  RankNode& node = NodeOf(link);
  if (Before(link, at)) {
    Split(node.right, at, &node.right, right);
    *left = link;
  } else {
    Split(node.left, at, left, &node.left);
    *right = link;
  }
  Count(link);
}

uint32_t RankTree::Merge(uint32_t left, uint32_t right) {
  if (left == 0 || right == 0) return left + right;
  if (Above(left, right)) {
    const uint32_t merged = Merge(NodeOf(left).right, right);
    NodeOf(left).right = merged;
    Count(left);
    return left;
  }
  const uint32_t merged = Merge(left, NodeOf(right).left);
  NodeOf(right).left = merged;
  Count(right);
  return right;
}

void RankTree::Insert(uint32_t* root, uint32_t row, uint64_t code) {
  const uint32_t link = row + 1;
  NodeOf(link) = {code, 0, 0, 1, 0};
  uint32_t* place = root;
  while (*place != 0 && Above(*place, link)) {
    RankNode& node = NodeOf(*place);
    ++node.size;
    place = Before(link, *place) ? &node.left : &node.right;
  }
  RankNode& node = NodeOf(link);
  Split(*place, link, &node.left, &node.right);
  Count(link);
  *place = link;
}

void RankTree::Erase(uint32_t* root, uint32_t row) {
  const uint32_t link = row + 1;
  uint32_t* place = root;
  while (*place != link) {
    RankNode& node = NodeOf(*place);
    --node.size;
    place = Before(link, *place) ? &node.left : &node.right;
  }
  *place = Merge(NodeOf(link).left, NodeOf(link).right);
  NodeOf(link) = {};
}

uint64_t RankTree::At(uint32_t root, uint32_t rank) const {
  for (;;) {
    const RankNode& node = NodeOf(root);
    const uint32_t before = size(node.left);
    if (rank == before) return node.code;
    if (rank < before) {
      root = node.left;
    } else {
      rank -= before + 1;
      root = node.right;
    }
  }
}

bool RankTree::Collect(uint32_t root, size_t most, std::vector<uint32_t>* rows) const {
  // In order, without recursion: what is damaged may be a cycle.
  const size_t first = rows->size();
  std::vector<uint32_t> open;
  uint32_t link = root;
  while (link != 0 || !open.empty()) {
    while (link != 0) {
      if (link > table_.end() || !table_.alive(link - 1) || open.size() > most) return false;
      open.push_back(link);
      link = NodeOf(link).left;
    }
    link = open.back();
    open.pop_back();
    if (rows->size() - first >= most) return false;
    rows->push_back(link - 1);
    link = NodeOf(link).right;
  }
  for (size_t i = first; i < rows->size(); ++i) {
    const uint32_t at = (*rows)[i] + 1;
    if (i > first && !Before((*rows)[i - 1] + 1, at)) return false;
    const RankNode& node = NodeOf(at);
    uint64_t size = 1;
    for (const uint32_t child : {node.left, node.right}) {
      if (child == 0) continue;
      if (!Above(at, child)) return false;
      size += NodeOf(child).size;
    }
    if (node.size != size) return false;
  }
  return true;
}

}  // namespace tocsin
