// The only file that calls libcurl.
#include "notify/smtp_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

#include "fmt/format.h"
#include "notify/sigpipe_guard.h"
#include "notify/smtp_transcript.h"
#include "notify/smtp_verdict.h"

namespace tocsin {
namespace {

constexpr long kKeepSeconds = 30;  // shorter than any server waits, so that a kept connection is nearly always alive

// libcurl is set up once for the process. Its own function for that is safe to call from any thread.
bool CurlIsReady() {
  static const CURLcode result = curl_global_init(CURL_GLOBAL_DEFAULT);
  return result == CURLE_OK;
}

long Millis(Duration duration) {
  constexpr Duration kLongest = std::chrono::hours(24);
  return std::max(1L, static_cast<long>(
                          std::chrono::duration_cast<std::chrono::milliseconds>(std::min(duration, kLongest)).count()));
}

struct Upload {
  std::string_view rest;
  const SmtpTranscript* transcript = nullptr;
  bool needs_utf8 = false;
  bool refused = false;  // the server cannot take the addresses; nothing of the message was sent
};

size_t OnRead(char* buffer, size_t size, size_t count, void* user) {
  Upload& upload = *static_cast<Upload*>(user);
  if (upload.needs_utf8 && !upload.transcript->supports_utf8()) {
    upload.refused = true;
    return CURL_READFUNC_ABORT;
  }
  const size_t taken = upload.rest.copy(buffer, size * count);
  upload.rest.remove_prefix(taken);
  return taken;
}

int OnDebug(CURL*, curl_infotype type, char* data, size_t size, void* user) {
  SmtpTranscript& transcript = *static_cast<SmtpTranscript*>(user);
  if (type == CURLINFO_HEADER_OUT) transcript.OnSent({data, size});
  if (type == CURLINFO_HEADER_IN) transcript.OnReceived({data, size});
  return 0;
}

size_t OnDiscard(char*, size_t size, size_t count, void*) { return size * count; }

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, FreeList>;

// Null when memory ran out.
List RecipientList(const std::vector<EmailAddress>& to) {
  List list;
  for (const EmailAddress& address : to) {
    curl_slist* longer = curl_slist_append(list.get(), fmt::format("<{}>", address.mailbox).c_str());
    if (longer == nullptr) return nullptr;
    static_cast<void>(list.release());  // it is part of the longer one
    list.reset(longer);
  }
  return list;
}

std::string Url(const SmtpEndpoint& endpoint) {
  return fmt::format("{}://{}", endpoint.tls == SmtpTls::kImplicit ? "smtps" : "smtp", endpoint.name());
}

}  // namespace

struct SmtpClient::Session {
  SmtpTranscript transcript;  // before the handle, which still speaks when it is closed
  Upload upload;
  char error[CURL_ERROR_SIZE] = {};
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle{nullptr, &curl_easy_cleanup};

  void SetUp(const EmailWay& way, const List& recipients, const std::string& url, size_t message_size);
  void SetUpTls(const SmtpEndpoint& endpoint);
  CURLcode Perform(const EmailWay& way, const std::string& message, bool needs_utf8, bool fresh);
  Delivery Judge(CURLcode code, const EmailWay& way) const;
};

SmtpClient::SmtpClient() : session_(std::make_unique<Session>()) {}

SmtpClient::~SmtpClient() {
  const SigpipeGuard guard;  // closing says goodbye, to nobody perhaps
  session_->handle.reset();
}

void SmtpClient::Session::SetUpTls(const SmtpEndpoint& endpoint) {
  CURL* curl = handle.get();
  curl_easy_setopt(curl, CURLOPT_USE_SSL,
                   static_cast<long>(endpoint.tls == SmtpTls::kNone ? CURLUSESSL_NONE : CURLUSESSL_ALL));
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!endpoint.ca_file.empty()) {
    curl_easy_setopt(curl, CURLOPT_CAINFO, endpoint.ca_file.c_str());
    curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);
  }
}

void SmtpClient::Session::SetUp(const EmailWay& way, const List& recipients, const std::string& url,
                                size_t message_size) {
  CURL* curl = handle.get();
  const SmtpEndpoint& endpoint = way.endpoint;
  curl_easy_reset(curl);  // keeps the connection
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
#if LIBCURL_VERSION_NUM >= 0x075500
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
#else
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS, static_cast<long>(CURLPROTO_SMTP | CURLPROTO_SMTPS));
#endif
  curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");  // the config alone says where the password goes, not the environment
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, Millis(ConnectLimit(endpoint)));
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, Millis(endpoint.timeout));
  curl_easy_setopt(curl, CURLOPT_MAXAGE_CONN, kKeepSeconds);
  SetUpTls(endpoint);
  if (!endpoint.user.empty()) {
    curl_easy_setopt(curl, CURLOPT_USERNAME, endpoint.user.c_str());
    curl_easy_setopt(curl, CURLOPT_PASSWORD, endpoint.password.c_str());
  }
  curl_easy_setopt(curl, CURLOPT_MAIL_FROM, fmt::format("<{}>", way.from.mailbox).c_str());
  curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients.get());
  // One wrong address must not keep the alert from the others.
#if LIBCURL_VERSION_NUM >= 0x080200
  curl_easy_setopt(curl, CURLOPT_MAIL_RCPT_ALLOWFAILS, 1L);
#else
  curl_easy_setopt(curl, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
#endif
  curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(message_size));
  curl_easy_setopt(curl, CURLOPT_READFUNCTION, &OnRead);
  curl_easy_setopt(curl, CURLOPT_READDATA, &upload);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &OnDiscard);
  // Verbose, so that the replies are handed to us; with a function of our own nothing is printed.
  curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, &OnDebug);
  curl_easy_setopt(curl, CURLOPT_DEBUGDATA, &transcript);
  curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
}

CURLcode SmtpClient::Session::Perform(const EmailWay& way, const std::string& message, bool needs_utf8, bool fresh) {
  const List recipients = RecipientList(way.to);
  if (recipients == nullptr) return CURLE_OUT_OF_MEMORY;
  const std::string url = Url(way.endpoint);
  upload = Upload{message, &transcript, needs_utf8, false};
  transcript.Begin();
  error[0] = '\0';
  SetUp(way, recipients, url, message.size());
  if (fresh) curl_easy_setopt(handle.get(), CURLOPT_FRESH_CONNECT, 1L);
  const CURLcode code = curl_easy_perform(handle.get());
  curl_easy_setopt(handle.get(), CURLOPT_MAIL_RCPT, nullptr);  // the list ends here
  return code;
}

Delivery SmtpClient::Session::Judge(CURLcode code, const EmailWay& way) const {
  SmtpTry done;
  done.code = code;
  done.error = error[0] != '\0' ? error : curl_easy_strerror(code);
  done.needs_utf8 = upload.needs_utf8;
  done.kept_back = upload.refused;
  curl_easy_getinfo(handle.get(), CURLINFO_OS_ERRNO, &done.system_error);
  curl_easy_getinfo(handle.get(), CURLINFO_CONNECT_TIME, &done.connect_seconds);
  return JudgeSmtp(done, transcript, way);
}

SmtpOutcome SmtpClient::Send(const EmailWay& way, const std::string& message, bool needs_utf8) {
  Session& session = *session_;
  if (session.handle == nullptr && CurlIsReady()) session.handle.reset(curl_easy_init());
  if (session.handle == nullptr) return {Delivery::TryAgain("email cannot be sent: libcurl could not be set up"), {}};
  const SigpipeGuard guard;
  CURLcode code = session.Perform(way, message, needs_utf8, /*fresh=*/false);
  // A kept connection that the server has closed meanwhile says nothing about the server: once more, over a new one.
  long connects = 0;
  curl_easy_getinfo(session.handle.get(), CURLINFO_NUM_CONNECTS, &connects);
  const bool kept = connects == 0 && session.transcript.Reached("MAIL");
  const bool stale = session.transcript.last().code == 0 || session.transcript.last().code == 421;
  if (code != CURLE_OK && kept && stale && !session.transcript.Reached(".")) {
    code = session.Perform(way, message, needs_utf8, /*fresh=*/true);
  }
  return {session.Judge(code, way), session.transcript.recipients()};
}

}  // namespace tocsin
