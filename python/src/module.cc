#include "module.h"

PYBIND11_MODULE(_core, m) {
  m.doc() = "The compiled part of tocsin. Use the names of the package `tocsin` instead; these may change.";
  m.attr("__version__") = TOCSIN_PROJECT_VERSION;
  tocsin::python::BindAlert(m);
  tocsin::python::BindDeadLetter(m);
  tocsin::python::BindEngine(m);
}
