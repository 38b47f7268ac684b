// What a config declares of where notifications go.
#ifndef TOCSIN_ROUTE_ROUTE_SPEC_H_
#define TOCSIN_ROUTE_ROUTE_SPEC_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tocsin/base/diagnostic.h"

namespace tocsin {

// One way to reach a receiver: a kind ("email") with its own keys ("to", "server"). A kind with a plain value instead
// of keys,
// `{host: pager}`, has one option of the kind's own name.
struct NotifierSpec {
  std::string kind;
  std::vector<std::pair<std::string, SourceText>>
      options;  // in the order written; lists are given by repeating the key
  SourceText origin;

  // The first option of that name, or null.
  const SourceText* Find(std::string_view name) const;
};

struct ReceiverSpec {
  std::string name;
  std::vector<NotifierSpec> notifiers;
  SourceText origin;
};

struct RouteSpec {
  SourceText receiver;  // empty: nobody is told
};

}  // namespace tocsin

#endif  // TOCSIN_ROUTE_ROUTE_SPEC_H_
