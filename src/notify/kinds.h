// The kinds of notifiers that the library brings. Each function reads the options of its kind, adds a diagnostic for
// every mistake in them, and returns the notifier, or null when there was one. None connects, opens or reads a secret.
#ifndef TOCSIN_NOTIFY_KINDS_H_
#define TOCSIN_NOTIFY_KINDS_H_

#include <memory>
#include <vector>

#include "tocsin/base/diagnostic.h"
#include "tocsin/notify/notifier.h"
#include "tocsin/route/route_spec.h"

namespace tocsin {

std::unique_ptr<Notifier> MakeLogNotifier(const NotifierSpec& spec, std::vector<Diagnostic>* diagnostics);
std::unique_ptr<Notifier> MakeFileNotifier(const NotifierSpec& spec, std::vector<Diagnostic>* diagnostics);
#if defined(TOCSIN_WITH_CURL)
std::unique_ptr<Notifier> MakeEmailNotifier(const NotifierSpec& spec, std::vector<Diagnostic>* diagnostics);
#endif

// The name that `{host: name}` gives, or null and a mistake.
const SourceText* HostName(const NotifierSpec& spec, std::vector<Diagnostic>* diagnostics);

}  // namespace tocsin

#endif  // TOCSIN_NOTIFY_KINDS_H_
