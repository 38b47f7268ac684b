// Words that other languages have for operators: `and`, `is`, `mod`, `is not null`. Each is reported, once, with what
// is meant, and then taken for it, so that what follows is checked too.
#ifndef TOCSIN_EXPR_FOREIGN_WORDS_H_
#define TOCSIN_EXPR_FOREIGN_WORDS_H_

#include <cstddef>
#include <string_view>
#include <vector>

#include "expr/lex.h"
#include "expr/mistake.h"

namespace tocsin {

// Where the name at tokens[at] is such a word: adds the mistake, and makes tokens of what is meant. REQUIRES: an
// operator could stand there.
bool TakeForeignOperator(std::string_view source, size_t at, std::vector<Token>* tokens, Mistakes* mistakes);

}  // namespace tocsin

#endif  // TOCSIN_EXPR_FOREIGN_WORDS_H_
