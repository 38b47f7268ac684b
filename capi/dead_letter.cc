// Dead letters: taking them from an engine, and reading them.
#include "guard.h"
#include "objects.h"

using tocsin::binding::KeptDeadLetter;
using tocsin::capi::CheckGiven;
using tocsin::capi::Guard;
using tocsin::capi::Lend;
using tocsin::capi::LendNothing;

int32_t tocsin_engine_poll_dead_letter(tocsin_engine* engine, tocsin_dead_letter** letter, tocsin_error** error) {
  if (letter != nullptr) *letter = nullptr;
  return Guard(error, [&]() -> absl::Status {
    TOCSIN_RETURN_IF_ERROR(CheckGiven(engine, "engine"));
    TOCSIN_RETURN_IF_ERROR(CheckGiven(letter, "letter"));
    engine->handle->PollDeadLetter([&](const KeptDeadLetter& kept) { *letter = new tocsin_dead_letter(kept); });
    return absl::OkStatus();
  });
}

const char* tocsin_dead_letter_json(const tocsin_dead_letter* letter, size_t* length) {
  return letter == nullptr ? LendNothing(length) : Lend(letter->json, length);
}

int32_t tocsin_dead_letter_reason(const tocsin_dead_letter* letter) {
  return letter == nullptr ? 0 : static_cast<int32_t>(letter->letter.reason);
}

uint64_t tocsin_dead_letter_line(const tocsin_dead_letter* letter) {
  return letter == nullptr ? 0 : letter->letter.line;
}

const char* tocsin_dead_letter_detail(const tocsin_dead_letter* letter, size_t* length) {
  return letter == nullptr ? LendNothing(length) : Lend(letter->letter.detail, length);
}

void tocsin_dead_letter_free(tocsin_dead_letter* letter) { delete letter; }
