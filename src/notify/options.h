// OptionReader: the options of one notifier by name, every mistake placed where the user wrote it.
//
//   OptionReader options(spec, "path", diagnostics);        // {file: x} is short for {file: {path: x}}
//   const SourceText* path = options.Required("path", "the file to append to");
//   if (!options.Finish()) return nullptr;                   // what was not asked for is unknown
#ifndef TOCSIN_NOTIFY_OPTIONS_H_
#define TOCSIN_NOTIFY_OPTIONS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tocsin/base/diagnostic.h"
#include "tocsin/base/time.h"
#include "tocsin/route/route_spec.h"

namespace tocsin {

// Borrows the spec and the list, both of which outlive it.
class OptionReader {
 public:
  // `bare` is the option that a kind given with a plain value stands for; such a value carries the kind's own name.
  OptionReader(const NotifierSpec& spec, std::string_view bare, std::vector<Diagnostic>* diagnostics);

  // The option's text, or null where it is not given (a mistake, if required) or given more than once (always a
  // mistake).
  const SourceText* Required(std::string_view name, std::string_view meaning);
  const SourceText* Optional(std::string_view name);
  // As often as it was given; an empty value among them is a mistake, and so is none.
  std::vector<const SourceText*> RequiredRepeated(std::string_view name, std::string_view meaning);
  // A positive duration, or nothing.
  std::optional<Duration> OptionalDuration(std::string_view name);

  void Mistake(std::string_view name, const SourceText& where, std::string message, std::string hint = {});

  // Adds a mistake for every option that was not asked for. True when there was no mistake at all.
  bool Finish();

 private:
  bool IsNamed(const std::string& key, std::string_view name) const;
  std::vector<const SourceText*> Repeated(std::string_view name);
  void CheckGiven(std::string_view name, std::string_view meaning);

  const NotifierSpec& spec_;
  std::string bare_;
  std::vector<std::string> known_;
  std::vector<Diagnostic>* diagnostics_;
  size_t mistakes_before_;
};

}  // namespace tocsin

#endif  // TOCSIN_NOTIFY_OPTIONS_H_
