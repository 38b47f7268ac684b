// Dictionary: every name that a condition could mean - keys, metrics, profile attributes - while a plan is made. An
// expression is compiled twice: against all names, which finds its mistakes and what it reads, then against just what
// it reads, so that its slots are few and its reader's grouping is respected.
#ifndef TOCSIN_ENGINE_DICTIONARY_H_
#define TOCSIN_ENGINE_DICTIONARY_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/layout.h"

namespace tocsin {

class Dictionary {
 public:
  struct Entry {
    std::string name;
    Type type;
    Variable::Source source = Variable::Source::kKey;
    uint32_t index = 0;     // of a metric
    uint32_t grouping = 0;  // of a metric
    bool elapsed = false;   // grows with time
    bool mistaken = false;  // declared, but wrong: who reads it is not blamed
  };

  explicit Dictionary(const Language& language);

  void Add(Entry entry);
  void AddMistaken(const std::string& name);
  // A name that cannot be read; `why` is what its reader is told.
  void Forbid(const std::string& name, const std::string& why) { environment_.Forbid(name, why); }
  const Entry* Find(std::string_view name) const;
  const std::vector<Entry>& entries() const { return entries_; }
  const Environment& environment() const { return environment_; }
  bool strict() const { return environment_.strict(); }

 private:
  std::vector<Entry> entries_;  // by slot of the environment
  std::map<std::string, uint32_t, std::less<>> by_name_;
  Environment environment_;
};

// One expression that is to share its slots with others of the same reader.
struct Wanted {
  SourceText text;
  Type expected;
  std::string description;
  std::optional<Expression> compiled{};  // after Reader::Compile
};

// What one reader - a rule, an expression metric - reads, from its names to its slots.
class Reader {
 public:
  // `event` attributes are further names ("event.amount"), with types.
  Reader(Plan::Layout* layout, const Dictionary& names, std::vector<Diagnostic>* diagnostics);
  void AddEventName(const std::string& name, Type type, uint32_t index);
  // A text that templates may show and conditions may not read.
  void AddTextName(const std::string& name, Variable::Source source, uint32_t index);

  // Compiles all; false when one is mistaken. `grouping`: that of the reader where it is given; otherwise the finest of
  // the metrics that are read (docs/semantics.md 4.5), and a mistake when none is.
  bool Compile(std::vector<Wanted>* wanted, std::optional<uint32_t> grouping);

  // Everything below REQUIRES that Compile succeeded.
  uint32_t grouping() const { return *grouping_; }
  const Reads& reads() const { return reads_; }
  Reads TakeReads() { return std::move(reads_); }
  // The slot of a name that a text shows; nothing when it may not be read here. Makes one where there is none.
  std::optional<uint32_t> SlotOf(std::string_view name);
  // Names that a text may show, for messages.
  std::vector<std::string> Readable() const;

 private:
  bool Discover(const std::vector<Wanted>& wanted);
  const Dictionary::Entry& At(uint32_t slot) const;
  std::optional<uint32_t> Finest(const std::vector<Wanted>& wanted);
  bool MayRead(const Dictionary::Entry& entry) const;
  bool IsProfileKey(const Dictionary::Entry& entry) const;
  std::string WhyNot(const Dictionary::Entry& entry) const;
  uint32_t Slot(const Dictionary::Entry& entry);
  uint32_t ParentOf(uint32_t grouping);

  Plan::Layout& layout_;
  const Dictionary& names_;
  std::vector<Diagnostic>& diagnostics_;
  std::vector<Dictionary::Entry> event_names_;
  std::vector<Dictionary::Entry> text_names_;
  std::set<uint32_t> used_;  // entries of the dictionary; behind them, those of event_names_
  std::optional<uint32_t> grouping_;
  Reads reads_;
  std::map<std::string, uint32_t, std::less<>> slots_;
};

// Whether it is the name of a profile's attribute.
bool IsProfile(std::string_view name);
// "[country, tenant]".
std::string KeyList(const std::vector<std::string>& keys);
bool IsSubset(const std::vector<std::string>& keys, const std::vector<std::string>& of);

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_DICTIONARY_H_
