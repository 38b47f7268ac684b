// Secrets: passwords and the like, which a config holds as references (env:NAME, file:PATH) that are resolved when
// used. Nothing here ever puts a secret into a message.
#ifndef TOCSIN_NOTIFY_SECRET_H_
#define TOCSIN_NOTIFY_SECRET_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "tocsin/base/diagnostic.h"
#include "tocsin/route/route_spec.h"

namespace tocsin {

// True for "env:…" and "file:…".
bool IsReference(std::string_view text);

// What is wrong with a reference before anything is read ("env: names no variable"), or empty.
std::string ReferenceMistake(std::string_view text);

// The value that a reference stands for: the variable, or the file's text without the newlines at its end. Any other
// text stands for itself. An InvalidArgument error lasts until the program is started anew (a variable that is not
// set); an Unavailable one may pass (a file that is not there).
absl::StatusOr<std::string> ResolveReference(std::string_view text);

// Covers, in the source lines that diagnostics show, what in the spec's options is or may be a secret: the value of a
// password, token, secret or key, however misspelt, and the password inside a URL.
void HideSecrets(const NotifierSpec& spec, std::vector<Diagnostic>* diagnostics);

}  // namespace tocsin

#endif  // TOCSIN_NOTIFY_SECRET_H_
