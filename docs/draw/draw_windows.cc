// Draws how windows keep panes and slices, by asking windows: docs/pictures/*.svg.
//
//   tocsin_draw_windows docs/pictures            writes the pictures that have changed
//   tocsin_draw_windows --check docs/pictures    fails where one is not what would be written
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "svg.h"
#include "tocsin/window/sliding_window.h"

namespace tocsin::docs {
namespace {

using namespace std::chrono_literals;
using Window = SlidingWindow<Count>;

constexpr Time kMorning = FromNanos(1'699'952'400'000'000'000);  // 2023-11-14T09:00:00Z

int64_t Minutes(Duration d) { return d / 1min; }
std::string Clock(Time t) {
  const int64_t minute = Minutes(t.time_since_epoch()) % (24 * 60);
  return fmt::format("{:02}:{:02}", minute / 60, minute % 60);
}

// A pane as a window tells of it: at what time it stands, how many events it holds.
struct Pane {
  Time time;
  int64_t events = 0;
};

// Lets the window go on until all has left: what leaves together is a pane.
std::vector<Pane> PanesOf(Window window, Time now, Duration length) {
  std::vector<Pane> panes;
  int64_t held = *window.Value(now);
  while (std::optional<Time> exit = window.NextExit()) {
    const int64_t left = *window.Value(*exit);
    panes.push_back({*exit - length, held - left});
    held = left;
  }
  return panes;
}

// Events at minutes after nine.
const std::vector<int> kEvents = {3, 8, 8, 17, 22, 24, 31, 39, 44, 44, 44, 52, 58, 63, 66};

// One time line: events above it, the window's edges, its panes below.
class TimeLine {
 public:
  TimeLine(Svg* svg, double y) : svg_(*svg), y_(y) {}

  static double X(Time t) { return 60 + static_cast<double>(Minutes(t - kMorning)) * 9; }

  void Axis() {
    svg_.Line(X(kMorning - 2min), y_, X(kMorning + 76min), y_, kInk, 1.5);
    for (Time t = kMorning; t <= kMorning + 70min; t += 10min) {
      svg_.Line(X(t), y_ - 4, X(t), y_ + 4);
      svg_.Text(X(t), y_ + 20, Clock(t), "middle", kPale);
    }
  }
  // `width` of the slices; 0: exact times. What is held beyond the window's edge, with its slice, stands out.
  void Events(Time now, Duration length, Duration width) {
    for (size_t i = 0, stack = 0; i < kEvents.size(); ++i) {
      const Time t = kMorning + kEvents[i] * Duration(1min);
      if (t > now) continue;
      stack = i > 0 && kEvents[i - 1] == kEvents[i] ? stack + 1 : 0;
      const bool held = width != 0min && RoundUp(t, width) > now - length;
      svg_.Dot(X(t), y_ - 14 - 10 * static_cast<double>(stack), t > now - length ? kHeld : held ? kWarm : kGone);
    }
  }
  void Edges(Time now, Duration length) {
    svg_.Box(X(now - length), y_ - 62, X(now) - X(now - length), 62, kHeldFill);
    svg_.Line(X(now - length), y_ - 62, X(now - length), y_ + 74, kHeld, 1, "4 3");
    svg_.Line(X(now), y_ - 62, X(now), y_ + 74, kHeld, 1.5);
    svg_.Text(X(now), y_ - 68, fmt::format("now = {}", Clock(now)), "middle", kHeld);
    svg_.Text(X(now - length), y_ - 68, fmt::format("not {} itself", Clock(now - length)), "middle", kHeld);
  }
  // `width` 0: of exact times.
  void Panes(const std::vector<Pane>& panes, Duration width, Time edge) {
    for (const Pane& pane : panes) {
      const bool partly = pane.time - width < edge;
      const double from = width == 0min ? X(pane.time) - 7 : X(pane.time - width) + 1;
      const double to = width == 0min ? X(pane.time) + 7 : X(pane.time) - 1;
      const bool warm = width != 0min && partly;
      svg_.Box(from, y_ + 34, to - from, 28, warm ? kWarmFill : kHeldFill, warm ? kWarm : kHeld);
      svg_.Text((from + to) / 2, y_ + 53, fmt::format("{}", pane.events));
    }
  }

 private:
  Svg& svg_;
  double y_;
};

Window Filled(WindowShape shape, Time now) {
  Window window(shape);
  for (int minute : kEvents) {
    const Time t = kMorning + minute * Duration(1min);
    if (t <= now) window.Add(t, 0);
  }
  window.AdvanceTo(now);
  return window;
}

std::string DrawPanes() {
  Svg svg(760, 460, "A window of 40 minutes: exact times, and slices of 10 minutes");
  const Duration length = 40min;
  const Time now = kMorning + 66min;
  const struct {
    const char* title;
    WindowShape shape;
    Duration width;
  } lines[] = {{"resolution: exact. A pane for each distinct time", WindowShape::Exact(length), 0min},
               {"resolution: 10m. A pane for each slice, which leaves when all of it has left",
                WindowShape::Fixed(length, 10min), 10min}};
  double y = 120;
  for (const auto& line : lines) {
    Window window = Filled(line.shape, now);
    const int64_t count = *window.Value(now);
    const std::vector<Pane> panes = PanesOf(std::move(window), now, length);
    svg.Text(60, y - 92, line.title, "start");
    TimeLine time_line(&svg, y);
    time_line.Edges(now, length);
    time_line.Axis();
    time_line.Events(now, length, line.width);
    time_line.Panes(panes, line.width, now - length);
    svg.Text(60, y + 92, fmt::format("{} panes, count = {}", panes.size(), count), "start");
    y += 230;
  }
  return svg.Take();
}

// A frame for a chart, with its axes' words.
struct Chart {
  Svg& svg;
  double left = 70, right = 730, top = 40, bottom = 300;
  double most_x = 1, most_y = 1;

  double X(double x) const { return left + (right - left) * x / most_x; }
  double Y(double y) const { return bottom - (bottom - top) * y / most_y; }
  void Frame(std::string_view title, std::string_view below) const {
    svg.Text(left, top - 16, title, "start");
    svg.Line(left, bottom, right, bottom);
    svg.Line(left, top, left, bottom);
    svg.Text((left + right) / 2, bottom + 36, below);
  }
  void MarkX(double x, std::string_view words) const {
    svg.Line(X(x), bottom, X(x), bottom + 5);
    svg.Text(X(x), bottom + 19, words, "middle", kPale);
  }
  void MarkY(double y, std::string_view words) const {
    svg.Line(left - 5, Y(y), left, Y(y));
    svg.Text(left - 9, Y(y) + 4, words, "end", kPale);
  }
};

std::string DrawCrowding() {
  Svg svg(760, 350, "A window of a day goes over to slices when it holds more than 1,024 distinct times");
  Chart chart{svg};
  chart.most_x = 6000;
  chart.most_y = 1500;
  chart.Frame("window: 24h, an event every 37 seconds. How many panes it holds", "events");
  Window window(24h);
  std::vector<std::pair<double, double>> points;
  double sliced_at = 0;
  for (int i = 1; i <= 6000; ++i) {
    window.Add(kMorning + i * Duration(37s), 0);
    if (sliced_at == 0 && window.sliced()) sliced_at = i;
    if (i % 4 == 1 || i == sliced_at) points.emplace_back(chart.X(i), chart.Y(static_cast<double>(window.panes())));
  }
  for (int x = 0; x <= 6000; x += 1000) chart.MarkX(x, fmt::format("{}", x));
  for (int y = 0; y <= 1440; y += 360) chart.MarkY(y, fmt::format("{}", y));
  svg.Line(chart.left, chart.Y(1440), chart.right, chart.Y(1440), kGone, 1, "4 3");
  svg.Line(chart.X(sliced_at), chart.top, chart.X(sliced_at), chart.bottom, kWarm, 1, "4 3");
  svg.Text(chart.X(sliced_at) + 8, chart.Y(360) + 4,
           fmt::format("event {}: exact times become slices of a minute", sliced_at), "start", kWarm);
  svg.Curve(points, kHeld);
  return svg.Take();
}

std::string DrawError() {
  Svg svg(760, 350, "By how much a window of slices holds more than it should");
  Chart chart{svg};
  chart.most_x = 240;
  chart.most_y = 14;
  chart.Frame("window: 60m, resolution: 10m, an event a minute. Events too many, never too few", "minutes");
  Window exact(WindowShape::Exact(60min));
  Window sliced(WindowShape::Fixed(60min, 10min));
  std::vector<std::pair<double, double>> points;
  for (int minute = 0; minute <= 240; ++minute) {
    const Time now = kMorning + minute * Duration(1min);
    exact.Add(now, 0);
    sliced.Add(now, 0);
    points.emplace_back(chart.X(minute), chart.Y(static_cast<double>(*sliced.Value(now) - *exact.Value(now))));
  }
  for (int x = 0; x <= 240; x += 60) chart.MarkX(x, fmt::format("{}", x));
  for (int y = 0; y <= 10; y += 5) chart.MarkY(y, fmt::format("{}", y));
  svg.Line(chart.left, chart.Y(10), chart.right, chart.Y(10), kWarm, 1, "4 3");
  svg.Text(chart.right, chart.Y(10) - 8, "what one slice holds", "end", kWarm);
  svg.Curve(points, kHeld);
  return svg.Take();
}

int Run(bool check, const std::string& folder) {
  const std::pair<const char*, std::string> pictures[] = {
      {"panes.svg", DrawPanes()}, {"crowding.svg", DrawCrowding()}, {"error.svg", DrawError()}};
  int stale = 0;
  for (const auto& [name, text] : pictures) {
    const std::string path = folder + "/" + name;
    std::ifstream in(path, std::ios::binary);
    if (in && std::string(std::istreambuf_iterator<char>(in), {}) == text) continue;
    ++stale;
    if (check) {
      fmt::print(stderr, "{} is not what the code draws now: run ./dev docs\n", path);
    } else if (!(std::ofstream(path, std::ios::binary) << text)) {
      fmt::print(stderr, "cannot write {}\n", path);
      return 3;
    } else {
      fmt::print("drew {}\n", path);
    }
  }
  return check && stale > 0 ? 1 : 0;
}

}  // namespace
}  // namespace tocsin::docs

int main(int argc, char** argv) {
  const bool check = argc == 3 && std::string(argv[1]) == "--check";
  if (argc != 2 && !check) {
    fmt::print(stderr, "usage: tocsin_draw_windows [--check] FOLDER\n");
    return 2;
  }
  return tocsin::docs::Run(check, argv[argc - 1]);
}
