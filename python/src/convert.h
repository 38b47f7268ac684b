// Times, values and messages as Python objects.
#ifndef TOCSIN_PYTHON_CONVERT_H_
#define TOCSIN_PYTHON_CONVERT_H_

#include <pybind11/pybind11.h>

#include <optional>
#include <string>

#include "tocsin/base/time.h"
#include "tocsin/event/value.h"

namespace tocsin::python {

// A datetime in UTC, rounded down to the microseconds that it can hold; None for nothing.
pybind11::object ToDatetime(Time time);
pybind11::object ToDatetime(const std::optional<Time>& time);

// A message of ours. It may quote bytes of the user's that are not UTF-8, and must be told all the same.
pybind11::str MessageText(const std::string& text);

// bool, int, float, str, datetime, timedelta (rounded down to microseconds); None for an absent value.
pybind11::object ToPython(const Value& value);

}  // namespace tocsin::python

#endif  // TOCSIN_PYTHON_CONVERT_H_
