// A good snapshot, changed by the input and sealed again as if it had been written like that. Where an engine takes it,
// it goes on from there: whatever it then believes, it never reads where there is nothing, and it comes to an end.
//
// The input is a list of changes: where (three bytes), how (one byte), and what (as many bytes as that asks for).
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "support/rich_engine.h"

namespace {

using tocsin::Engine;
using tocsin::EventView;
using tocsin::Plan;

void Require(bool condition) {
  if (!condition) std::abort();
}

struct Base {
  std::shared_ptr<const Plan> plan;
  std::string snapshot;
  std::unique_ptr<tocsin::test::RichStream> more;
};

Base MakeBase(bool reorder) {
  Base base;
  tocsin::test::RichOptions options;
  if (reorder) options.reorder = std::chrono::seconds(3);
  base.plan = *Plan::Create(tocsin::test::RichSpec(options));
  Engine engine(base.plan);
  const auto stream = tocsin::test::MakeRichStream(reorder ? 1 : 2, 150);
  engine.Ingest(stream->events.views());
  base.snapshot = engine.Snapshot();
  base.more = tocsin::test::MakeRichStream(3, 20);
  return base;
}

void Change(const uint8_t* data, size_t size, std::string* snapshot) {
  constexpr size_t kFirst = 28;  // behind the magic, the version and the plan's fingerprint
  const size_t body = snapshot->size() - sizeof(uint64_t);
  while (size >= 5) {
    const size_t place = data[0] | size_t{data[1]} << 8 | size_t{data[2]} << 16;
    const size_t at = kFirst + place % (body - kFirst);
    const size_t most = std::min({size_t{1} << (data[3] % 4), size - 4, body - at});
    for (size_t i = 0; i < most; ++i) {
      char& byte = (*snapshot)[at + i];
      const char given = static_cast<char>(data[4 + i]);
      byte = (data[3] & 0x80) != 0 ? static_cast<char>(byte + given) : given;
    }
    data += 4 + most;
    size -= 4 + most;
  }
  const uint64_t digest = tocsin::Digest().Add(std::string_view(*snapshot).substr(0, body)).value();
  std::memcpy(snapshot->data() + body, &digest, sizeof(digest));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Base bases[] = {MakeBase(false), MakeBase(true)};
  if (size == 0) return 0;
  const Base& base = bases[data[0] & 1];
  std::string snapshot = base.snapshot;
  if ((data[0] & 2) != 0) snapshot.resize(std::max<size_t>(40, snapshot.size() * data[0] / 256));
  Change(data + 1, size - 1, &snapshot);

  tocsin::test::TextSink sink;
  Engine engine(base.plan, &sink);
  // Of exactly its size on the heap, so that what is read beyond it is seen.
  const auto exact = std::make_unique<char[]>(snapshot.size());
  std::memcpy(exact.get(), snapshot.data(), snapshot.size());
  if (!engine.Restore({exact.get(), snapshot.size()}).ok()) {
    Require(!engine.now() && engine.Statistics().groups == Engine(base.plan).Statistics().groups);
    return 0;
  }
  const tocsin::Time now = engine.now().value_or(tocsin::Time());
  const tocsin::Time first = base.more->events.views()[0].time;
  for (const EventView& event : base.more->events.views()) {
    EventView moved = event;
    moved.time = tocsin::SaturatingAdd(now, event.time - first);
    engine.Ingest(moved);
  }
  engine.AdvanceTo(tocsin::SaturatingAdd(now, std::chrono::minutes(10)));
  (void)tocsin::test::AskAll(engine);
  (void)engine.Forget("customer", "c1");
  (void)engine.Export("shop", "1");
  Engine again(base.plan);
  Require(again.Restore(engine.Snapshot()).ok());
  again.Reload(base.plan);
  return 0;
}
