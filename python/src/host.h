// Functions of the host's, written in Python.
#ifndef TOCSIN_PYTHON_HOST_H_
#define TOCSIN_PYTHON_HOST_H_

#include <pybind11/pybind11.h>

#include "tocsin/config/config.h"

namespace tocsin::python {

// Of tuples (name, version, parameters, result, call), types by their names; tocsin/_functions.py makes them. Times and
// durations come back as nanoseconds. A call takes the GIL; what it raises is told as unraisable and is a fault.
HostParts ToHost(const pybind11::list& functions);

}  // namespace tocsin::python

#endif  // TOCSIN_PYTHON_HOST_H_
