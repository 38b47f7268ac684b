#include "config/yaml_reader.h"

#include <algorithm>
#include <exception>
#include <memory>
#include <sstream>
#include <string>
#include <utility>

#include "base/utf8.h"
#include "config/scalar_source.h"
#include "config/yaml_error.h"
#include "config/yaml_text.h"
#include "config/yaml_traps.h"
#include "fmt/format.h"
#include "yaml-cpp/eventhandler.h"
#include "yaml-cpp/exceptions.h"
#include "yaml-cpp/mark.h"
#include "yaml-cpp/parser.h"

namespace tocsin {
namespace {

// Thrown through yaml-cpp to end its reading early, once the mistake has been reported. Never leaves this file.
struct StopReading {};

constexpr std::string_view kNoAliases = "anchors, aliases and merge keys are not supported";
constexpr std::string_view kWriteOut = "write the value out; put a text that starts with this in quotes";

size_t RunOfBlanks(std::string_view text, size_t at) {
  const size_t end = text.find_first_not_of(" \t", at);
  return (end == std::string_view::npos ? text.size() : end) - at;
}

class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(std::shared_ptr<const SourceFile> file, Mistakes& mistakes)
      : file_(std::move(file)), mistakes_(mistakes) {}

  YamlNode TakeRoot() { return std::move(root_); }
  const YamlProgress& progress() const { return progress_; }
  SourceText Place(size_t begin, size_t size) const {
    const std::string& text = file_->text;
    begin = std::min(begin, text.size());
    size = std::min(size, text.size() - begin);
    std::vector<size_t> offsets(size + 1);
    for (size_t i = 0; i <= size; ++i) offsets[i] = begin + i;
    return SourceText(text.substr(begin, size), file_, std::move(offsets));
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ == 0) return;
    Stop(Place(Offset(mark), 3), "a config is one YAML document, and a second one starts here", "remove the '---'");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    if (ExpectsKey()) {
      mistakes_.Add(Place(Offset(mark), 1), "a name is missing here");
      return AttachWrong();
    }
    YamlNode node;
    if (!stack_.empty()) {
      const Frame& frame = stack_.back();
      node.text = frame.has_key ? frame.key : frame.node.text;
      node.commented = frame.has_key && HasComment(frame.key_end);
    }
    Attach(std::move(node), 0);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    mistakes_.Add(Place(Offset(mark), 1), std::string(kNoAliases), std::string(kWriteOut));
    AttachWrong();
  }

  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t, const std::string& value) override {
    const size_t begin = Offset(mark);
    if (RefuseProperty(begin)) return AttachWrong();
    if (!IsUtf8(value)) {  // yaml-cpp makes lone bytes of `\_` and `\N`
      mistakes_.Add(Place(begin, 1), "an escape in this text gives no UTF-8", "write the character itself");
      return AttachWrong();
    }
    ScalarSource source = LocateScalar(file_->text, begin, value);
    YamlNode node;
    node.kind = YamlNode::Kind::kScalar;
    node.quoted = source.style != ScalarStyle::kPlain;
    node.text = SourceText(value, file_, std::move(source.offsets));
    if (node.quoted && source.style != ScalarStyle::kBlock) CheckClosed(begin, source);
    progress_.last = {begin, source.end, node.quoted};
    if (!node.quoted && CutByComment(begin, source.end, value)) node.kind = YamlNode::Kind::kWrong;
    Attach(std::move(node), source.end);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    Open(YamlNode::Kind::kList, mark, HasProperty(tag, anchor), style == YAML::EmitterStyle::Flow);
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    Open(YamlNode::Kind::kMap, mark, HasProperty(tag, anchor), style == YAML::EmitterStyle::Flow);
  }
  void OnMapEnd() override {
    YamlNode& map = stack_.back().node;
    if (map.flow) FindFlowTraps(&map, mistakes_);
    DropRepeated(&map, mistakes_);
    Close();
  }

 private:
  // A map or list that is being read.
  struct Frame {
    YamlNode node;
    size_t column = 0;     // of its first character: how deep a block is indented
    bool bracket = false;  // it has one in progress_.open_brackets
    bool wrong = false;    // it is read to its end, but is of no use
    bool has_key = false;  // of a map: the next node is the value of `key`
    bool wrong_key = false;
    SourceText key;
    size_t key_end = 0;
  };

  static bool HasProperty(const std::string& tag, YAML::anchor_t anchor) { return tag != "?" || anchor != 0; }
  size_t Offset(const YAML::Mark& mark) const {
    return mark.pos < 0 ? 0 : std::min(static_cast<size_t>(mark.pos), file_->text.size());
  }
  bool ExpectsKey() const {
    return !stack_.empty() && stack_.back().node.kind == YamlNode::Kind::kMap && !stack_.back().has_key;
  }
  bool InFlow() const { return !progress_.open_brackets.empty(); }

  [[noreturn]] void Stop(const SourceText& place, std::string message, std::string hint) {
    mistakes_.Add(place, std::move(message), std::move(hint));
    throw StopReading();
  }

  // `property`: the map or list itself has a tag or an anchor. (Its place alone does not tell: that of a block is that
  // of its first name, which may have one.)
  void Open(YamlNode::Kind kind, const YAML::Mark& mark, bool property, bool flow) {
    const size_t begin = Offset(mark);
    if (stack_.size() >= kMaxYamlDepth) {
      Stop(Place(begin, 1), "this is nested too deeply", fmt::format("at most {} levels are read", kMaxYamlDepth));
    }
    Frame frame;
    frame.wrong = property && RefuseProperty(begin);
    frame.node.kind = kind;
    frame.node.flow = flow;
    frame.node.text = Place(begin, 1);
    frame.column = static_cast<size_t>(std::max(mark.column, 0));
    frame.bracket = begin < file_->text.size() && (file_->text[begin] == '{' || file_->text[begin] == '[');
    if (frame.bracket) progress_.open_brackets.push_back(begin);
    stack_.push_back(std::move(frame));
  }

  void Close() {
    Frame frame = std::move(stack_.back());
    stack_.pop_back();
    if (frame.bracket) progress_.open_brackets.pop_back();
    if (frame.wrong) frame.node.kind = YamlNode::Kind::kWrong;
    Attach(std::move(frame.node), 0);
  }

  void AttachWrong() {
    YamlNode node;
    node.kind = YamlNode::Kind::kWrong;
    Attach(std::move(node), 0);
  }

  // Hands a node that is complete to the list or map around it, there as a name or as a value.
  void Attach(YamlNode node, size_t end) {
    if (stack_.empty()) {
      root_ = std::move(node);
      return;
    }
    Frame& frame = stack_.back();
    if (frame.node.kind == YamlNode::Kind::kList) {
      frame.node.items.push_back(std::move(node));
    } else if (!frame.has_key) {
      frame.wrong_key = !CheckKey(node);
      frame.key = std::move(node.text);
      frame.key_end = end;
      frame.has_key = true;
    } else {
      frame.has_key = false;
      if (!frame.wrong_key) frame.node.entries.push_back({std::move(frame.key), std::move(node)});
    }
  }

  bool CheckKey(const YamlNode& node) {
    if (node.kind == YamlNode::Kind::kWrong) return false;
    if (node.kind != YamlNode::Kind::kScalar) {
      mistakes_.Add(node.text, "a name must be a plain text, not a list or map",
                    "a text that starts with a bracket needs quotes");
    } else if (node.text.text() == "<<" && !node.quoted) {
      mistakes_.Add(node.text, std::string(kNoAliases), "write the entries out");
    } else if (node.text.empty()) {
      mistakes_.Add(node.text, "a name cannot be empty");
    } else {
      return true;
    }
    return false;
  }

  // A tag (`!has(x)`) or an anchor (`&x`) at `begin`, in front of a node: reports it.
  bool RefuseProperty(size_t begin) {
    const std::string& text = file_->text;
    if (begin >= text.size() || (text[begin] != '!' && text[begin] != '&')) return false;
    if (text[begin] == '&') {
      mistakes_.Add(Place(begin, 1), std::string(kNoAliases), std::string(kWriteOut));
      return true;
    }
    const size_t line_end = std::min(text.find('\n', begin), text.size());
    std::string_view value = std::string_view(text).substr(begin, line_end - begin);
    value = value.substr(0, value.find(" #"));
    while (!value.empty() && value.back() == ' ') value.remove_suffix(1);
    mistakes_.Add(Place(begin, 1), "YAML takes a value that starts with '!' for a tag",
                  InFlow() ? "put the whole value in quotes" : QuoteHint(value));
    return true;
  }

  // yaml-cpp lets a quote run on to the end of the file, and over lines that are not indented as its text.
  void CheckClosed(size_t begin, const ScalarSource& source) {
    const std::string& text = file_->text;
    if (!source.closed) Stop(Place(begin, 1), "this quote is not closed", "close it where its text ends");
    if (InFlow() || stack_.empty()) return;
    for (size_t newline = text.find('\n', begin); newline < source.end; newline = text.find('\n', newline + 1)) {
      const size_t indent = RunOfBlanks(text, newline + 1);
      const size_t first = newline + 1 + indent;
      if (first < source.end && text[first] != '\n' && indent <= stack_.back().column) {
        Stop(Place(begin, 1), "this quote is not closed on its line",
             "close it, or indent the lines on which its text goes on");
      }
    }
  }

  // `name == "a #1"`: what follows the `#` is lost to YAML, and the value ends inside its own quote.
  bool CutByComment(size_t begin, size_t end, std::string_view value) {
    const std::string& text = file_->text;
    const size_t blanks = RunOfBlanks(text, end);
    if (blanks == 0 || end + blanks >= text.size() || text[end + blanks] != '#' || !HasOpenQuote(value)) return false;
    const size_t line_end = std::min(text.find('\n', end), text.size());
    mistakes_.Add(Place(end + blanks, 1), "a '#' after a space starts a comment, and this value ends before it",
                  QuoteHint(std::string_view(text).substr(begin, line_end - begin)));
    return true;
  }

  // True when a comment stands where the value of the name that ends at `key_end` would.
  bool HasComment(size_t key_end) const {
    const std::string& text = file_->text;
    size_t at = key_end + RunOfBlanks(text, key_end);
    if (at >= text.size() || text[at] != ':') return false;
    at += 1 + RunOfBlanks(text, at + 1);
    return at < text.size() && text[at] == '#';
  }

  std::shared_ptr<const SourceFile> file_;
  Mistakes& mistakes_;
  std::vector<Frame> stack_;
  YamlNode root_;
  YamlProgress progress_;
  int documents_ = 0;
};

}  // namespace

const YamlNode* YamlNode::Find(std::string_view name) const {
  for (const YamlEntry& entry : entries) {
    if (entry.key.text() == name) return &entry.value;
  }
  return nullptr;
}

std::optional<YamlNode> ReadYaml(std::string_view text, std::string_view name, Mistakes& mistakes) {
  const std::shared_ptr<const SourceFile> file = CleanYamlText(text, name, mistakes);
  if (file == nullptr) return std::nullopt;
  TreeBuilder builder(file, mistakes);
  try {
    std::istringstream stream(file->text);
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
    return builder.TakeRoot();
  } catch (const StopReading&) {
  } catch (const YAML::Exception& e) {
    const size_t offset = e.mark.is_null() || e.mark.pos < 0 ? 0 : static_cast<size_t>(e.mark.pos);
    YamlError error = ExplainYamlError(file->text, offset, e.msg, builder.progress());
    mistakes.Add(builder.Place(error.begin, error.size), std::move(error.message), std::move(error.hint));
  } catch (const std::exception& e) {
    mistakes.Add(builder.Place(0, 1), fmt::format("the YAML parser failed: {}", e.what()));
  }
  return std::nullopt;
}

}  // namespace tocsin
