// Appending text to a file, so that a reader finds whole lines.
#ifndef TOCSIN_NOTIFY_APPEND_H_
#define TOCSIN_NOTIFY_APPEND_H_

#include <string>
#include <string_view>

#include "tocsin/notify/notifier.h"

namespace tocsin {

// Appends all of `text` to the file, which is made when it is not there (readable by its owner and group), or nothing.
// The file is opened for each call, so it may be moved away between two (log rotation). Not synced to the disk: what
// was appended survives the end of the process, not the loss of power.
Delivery AppendToFile(const std::string& path, std::string_view text);

// Writes all of `text` to an open descriptor.
Delivery WriteToDescriptor(int descriptor, const std::string& name, std::string_view text);

}  // namespace tocsin

#endif  // TOCSIN_NOTIFY_APPEND_H_
