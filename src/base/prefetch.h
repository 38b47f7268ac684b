// Has a line of memory fetched that will be written soon.
//
// g++ 12 takes a function whose body is a lone __builtin_prefetch for one without effect and drops the call; the empty
// statement keeps it.
#ifndef TOCSIN_BASE_PREFETCH_H_
#define TOCSIN_BASE_PREFETCH_H_

namespace tocsin {

inline void PrefetchLine(const void* line) {
  __builtin_prefetch(line, 1);
  asm volatile("" : : "r"(line));
}

// The same for what is only read, and perhaps by other threads, too: their copies of it stay.
inline void PrefetchShared(const void* line) {
  __builtin_prefetch(line, 0);
  asm volatile("" : : "r"(line));
}

}  // namespace tocsin

#endif  // TOCSIN_BASE_PREFETCH_H_
