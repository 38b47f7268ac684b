// FinerGroups: the groups of a finer grouping by the group of a coarser one that they are a part of, so that what
// changes there asks these and no others.
//
//   customers.Add(row, KeyOfTenant(row));
//   customers.ForEach(key, [&](uint32_t row) { ... });  // those of one tenant
//
// The coarser groups are known by their keys and need not be there. In no order, and not part of a snapshot: it says
// nothing that the keys of the groups do not. One thread at a time. Adding, removing and each visit cost O(1).
#ifndef TOCSIN_ENGINE_FINER_GROUPS_H_
#define TOCSIN_ENGINE_FINER_GROUPS_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>

#include "metric/group_table.h"

namespace tocsin {

class FinerGroups {
  // Rows, plus one; 0: none.
  struct Link {
    uint32_t list = 0;
    uint32_t previous = 0;
    uint32_t next = 0;
  };

 public:
  static constexpr size_t kBytes = sizeof(Link);  // for each group

  // REQUIRES: the row is not in it.
  void Add(uint32_t row, std::string_view coarser);
  // REQUIRES: it is.
  void Remove(uint32_t row);

  size_t bytes() const { return links_.size() * sizeof(Link) + lists_.bytes(); }

  // `visit` must neither add nor remove.
  template <typename Visit>
  void ForEach(std::string_view coarser, Visit visit) const {
    const std::optional<uint32_t> list = lists_.Find(coarser);
    for (uint32_t next = list ? First(*list) : 0; next != 0; next = links_[next - 1].next) visit(next - 1);
  }

 private:
  uint32_t& First(uint32_t list) const { return *reinterpret_cast<uint32_t*>(lists_.row(list)); }

  GroupTable lists_{sizeof(uint64_t)};  // by the coarser key: the first row
  std::deque<Link> links_;              // by row; what grows is not moved
};

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_FINER_GROUPS_H_
