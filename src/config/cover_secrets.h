// Keeps literal passwords out of messages. A notifier covers those in its own options (notify/secret.h); here it is
// done for mistakes that were found before there were options: lines that are no YAML, names that are none.
#ifndef TOCSIN_CONFIG_COVER_SECRETS_H_
#define TOCSIN_CONFIG_COVER_SECRETS_H_

#include <string_view>
#include <vector>

#include "tocsin/base/diagnostic.h"

namespace tocsin {

// Covers, in mistakes inside the section `receivers` of `yaml`, what follows the name of a secret and what may be the
// password of a URL; rather too much than too little.
void CoverSecrets(std::string_view yaml, std::vector<Diagnostic>* diagnostics);

}  // namespace tocsin

#endif  // TOCSIN_CONFIG_COVER_SECRETS_H_
