// The parts of tocsin._core, one file each.
#ifndef TOCSIN_PYTHON_MODULE_H_
#define TOCSIN_PYTHON_MODULE_H_

#include <pybind11/pybind11.h>

namespace tocsin::python {

void BindAlert(pybind11::module_& m);
void BindDeadLetter(pybind11::module_& m);
void BindEngine(pybind11::module_& m);

}  // namespace tocsin::python

#endif  // TOCSIN_PYTHON_MODULE_H_
