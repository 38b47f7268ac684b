// The CDNOW sample beside the project (../shared/data): what the literature on BG/NBD computes its numbers from.
#ifndef TOCSIN_TESTS_SUPPORT_CDNOW_H_
#define TOCSIN_TESTS_SUPPORT_CDNOW_H_

#include <zlib.h>

#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tocsin/base/time.h"
#include "tocsin/crm/bg_nbd.h"

namespace tocsin::test {

struct CdnowCustomer {
  PurchaseHistory history;  // in weeks, until 1997-09-30
  double mean = 0;          // of the purchases after the first; a day's purchases are one
};

// All customers by their number in the sample; nothing where the file is not there.
inline std::optional<std::vector<CdnowCustomer>> CdnowSample() {
  gzFile file = gzopen(TOCSIN_SOURCE_FOLDER "/../shared/data/cdnow_sample.csv.gz", "rb");
  if (file == nullptr) return std::nullopt;
  std::map<std::string, std::map<Time, double>> days;
  char line[256];
  gzgets(file, line, sizeof(line));
  while (gzgets(file, line, sizeof(line)) != nullptr) {
    const std::string row = line;  // customer,sample_id,date,cds,amount_usd
    const size_t id = row.find(','), date = row.find(',', id + 1), cds = row.find(',', date + 1);
    const Time day = *ParseTime(row.substr(date + 1, cds - date - 1) + "T00:00:00Z");
    days[row.substr(id + 1, date - id - 1)][day] += std::strtod(row.c_str() + row.find(',', cds + 1) + 1, nullptr);
  }
  gzclose(file);
  const Time end = *ParseTime("1997-09-30T00:00:00Z");
  std::vector<CdnowCustomer> customers;
  for (const auto& [id, purchases] : days) {
    CdnowCustomer customer;
    Time last{};
    int64_t times = 0;
    for (const auto& [day, amount] : purchases) {
      if (day > end) break;
      if (times++ != 0) customer.mean += amount;
      last = day;
    }
    customer.history = HistoryOf(times, purchases.begin()->first, last, end, std::chrono::hours(24 * 7));
    if (times > 1) customer.mean /= static_cast<double>(times - 1);
    customers.push_back(customer);
  }
  return customers;
}

}  // namespace tocsin::test

#endif  // TOCSIN_TESTS_SUPPORT_CDNOW_H_
