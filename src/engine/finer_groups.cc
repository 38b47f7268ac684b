#include "engine/finer_groups.h"

namespace tocsin {

void FinerGroups::Add(uint32_t row, std::string_view coarser) {
  if (links_.size() <= row) links_.resize(row + 1);
  const uint32_t list = lists_.FindOrAdd(coarser);
  uint32_t& first = First(list);
  links_[row] = {list + 1, 0, first};
  if (first != 0) links_[first - 1].previous = row + 1;
  first = row + 1;
}

void FinerGroups::Remove(uint32_t row) {
  const Link link = links_[row];
  links_[row] = {};
  if (link.next != 0) links_[link.next - 1].previous = link.previous;
  if (link.previous != 0) {
    links_[link.previous - 1].next = link.next;
  } else if (link.next != 0) {
    First(link.list - 1) = link.next;
  } else {
    lists_.Remove(link.list - 1);
  }
}

}  // namespace tocsin
