// Svg: a picture of lines, boxes and words, as text that is the same on every machine.
#ifndef TOCSIN_DOCS_DRAW_SVG_H_
#define TOCSIN_DOCS_DRAW_SVG_H_

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::docs {

inline constexpr std::string_view kInk = "#22303c";
inline constexpr std::string_view kPale = "#8a97a3";
inline constexpr std::string_view kHeld = "#1f6f8b";
inline constexpr std::string_view kHeldFill = "#d3e8ee";
inline constexpr std::string_view kGone = "#c9d1d8";
inline constexpr std::string_view kWarm = "#c8553d";
inline constexpr std::string_view kWarmFill = "#f6ddd6";

class Svg {
 public:
  Svg(int width, int height, std::string_view title) {
    text_ = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" role=\"img\">\n"
        "<title>{2}</title>\n<rect width=\"{0}\" height=\"{1}\" fill=\"#ffffff\"/>\n"
        "<g font-family=\"sans-serif\" font-size=\"13\" fill=\"{3}\">\n",
        width, height, title, kInk);
  }

  void Line(double x, double y, double to_x, double to_y, std::string_view color = kInk, double width = 1,
            std::string_view dashes = "none") {
    text_ += fmt::format(
        "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"{}\" stroke-width=\"{:.1f}\" "
        "stroke-dasharray=\"{}\"/>\n",
        x, y, to_x, to_y, color, width, dashes);
  }
  void Box(double x, double y, double width, double height, std::string_view fill, std::string_view stroke = "none") {
    text_ +=
        fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"{}\" stroke=\"{}\"/>\n",
                    x, y, width, height, fill, stroke);
  }
  void Dot(double x, double y, std::string_view fill) {
    text_ += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4.0\" fill=\"{}\"/>\n", x, y, fill);
  }
  // `anchor`: start, middle, end.
  void Text(double x, double y, std::string_view words, std::string_view anchor = "middle",
            std::string_view color = kInk) {
    text_ += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\" fill=\"{}\">{}</text>\n", x, y, anchor,
                         color, words);
  }
  void Curve(const std::vector<std::pair<double, double>>& points, std::string_view color) {
    text_ += fmt::format("<polyline fill=\"none\" stroke=\"{}\" stroke-width=\"1.5\" points=\"", color);
    for (const auto& [x, y] : points) text_ += fmt::format("{:.1f},{:.1f} ", x, y);
    text_ += "\"/>\n";
  }

  std::string Take() { return std::move(text_) + "</g>\n</svg>\n"; }

 private:
  std::string text_;
};

}  // namespace tocsin::docs

#endif  // TOCSIN_DOCS_DRAW_SVG_H_
