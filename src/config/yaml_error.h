// What a YAML parser's complaint means to the person who wrote the file. Conditions and summaries are full of
// characters that YAML has uses for of its own; most syntax errors in a config are such a text that wants quotes.
#ifndef TOCSIN_CONFIG_YAML_ERROR_H_
#define TOCSIN_CONFIG_YAML_ERROR_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin {

// How far the parser had come.
struct YamlProgress {
  struct Scalar {
    size_t begin = 0;
    size_t end = 0;
    bool quoted = false;
  };
  std::vector<size_t> open_brackets;  // where each `{` and `[` that is still open stands, outermost first
  Scalar last;                        // the last scalar that was read
};

struct YamlError {
  size_t begin = 0;  // the bytes of the file that it points at
  size_t size = 1;
  std::string message;
  std::string hint;
};

// `offset` and `complaint` are the parser's.
YamlError ExplainYamlError(std::string_view file, size_t offset, std::string_view complaint,
                           const YamlProgress& progress);

// "put it in quotes: '!has(x)'": with the quotes that the text itself leaves free.
std::string QuoteHint(std::string_view text);
// "write 'customer: string'", of "customer:string"; empty where that would not help.
std::string SpaceHint(std::string_view text);

}  // namespace tocsin

#endif  // TOCSIN_CONFIG_YAML_ERROR_H_
