#!/usr/bin/env python3
"""A mail server for practice: on this machine only, STARTTLS and login required, with a certificate of its own.

    with MailServer(directory) as server:
        print(server.url, server.certificate)      # smtp://tocsin:...@127.0.0.1:40123, a file to trust
        server.messages                            # email.message.EmailMessage objects

As a program it shows every mail that comes, and ends after so many:

    mail_server.py --port 2525 --password secret --mails 2
"""

import argparse
import email
import email.policy
import logging
import os
import secrets
import socket
import ssl
import subprocess
import sys
import time
import warnings

try:
    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import AuthResult, LoginPassword
except ImportError:
    Controller = None

USER = "tocsin"


class Handler:
    def __init__(self):
        self.messages = []
        self.encrypted = []

    async def handle_DATA(self, server, session, envelope):
        self.messages.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        self.encrypted.append(session.ssl is not None and session.authenticated)
        return "250 OK"


class MailServer:
    """`port` 0: any that is free. Without a password one is made up."""

    def __init__(self, directory, port=0, password=None):
        self._port = port
        self.certificate = os.path.join(directory, "demo-certificate.pem")
        self._key = os.path.join(directory, "demo-key.pem")
        self._password = password or secrets.token_hex(8)
        self._handler = Handler()
        self._controller = None

    @property
    def messages(self):
        return self._handler.messages

    @property
    def all_encrypted(self):
        """True when every message came over TLS from somebody who had logged in."""
        return all(self._handler.encrypted)

    @property
    def url(self):
        return f"smtp://{USER}:{self._password}@127.0.0.1:{self._controller.port}"

    @property
    def shown_url(self):
        return f"smtp://{USER}:...@127.0.0.1:{self._controller.port}"

    def __enter__(self):
        if Controller is None:
            raise RuntimeError("the mail server needs aiosmtpd (Debian, Ubuntu: apt-get install python3-aiosmtpd)")
        self._make_certificate()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self._key)
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)
        warnings.filterwarnings("ignore", module="aiosmtpd")
        for attempt in range(5):  # another program may take the port between the look and the start
            self._controller = Controller(self._handler, hostname="127.0.0.1", port=self._port or free_port(),
                                          tls_context=context, require_starttls=True, auth_required=True,
                                          authenticator=self._authenticate)
            try:
                self._controller.start()
                return self
            except OSError:
                if attempt == 4 or self._port:
                    raise
        return self

    def __exit__(self, *_):
        self._controller.stop()
        for path in (self.certificate, self._key):
            if os.path.exists(path):
                os.remove(path)

    def _authenticate(self, server, session, envelope, mechanism, data):
        expected = LoginPassword(USER.encode(), self._password.encode())
        return AuthResult(success=isinstance(data, LoginPassword) and data == expected)

    def _make_certificate(self):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                        "-nodes", "-keyout", self._key, "-out", self.certificate, "-days", "2",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def show(message, first):
    if not first:
        print("\n" + 60 * "-" + "\n")
    for name in ("From", "To", "Subject"):
        print(f"{name}: {message[name]}")
    print()
    for line in message.get_body(("plain",)).get_content().rstrip().splitlines():
        print(line.rstrip())
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description="A mail server for practice, on this machine only.")
    parser.add_argument("--port", type=int, default=2525)
    parser.add_argument("--password", required=True, help=f"of the user '{USER}'")
    parser.add_argument("--mails", type=int, default=1, help="end after so many (default: 1)")
    parser.add_argument("--wait", type=int, default=600, metavar="SECONDS", help="end after so long (default: 600)")
    arguments = parser.parse_args()
    shown, end = 0, time.monotonic() + arguments.wait
    try:
        with MailServer(".", arguments.port, arguments.password) as server:
            while shown < arguments.mails and time.monotonic() < end:
                for message in server.messages[shown:arguments.mails]:
                    show(message, first=shown == 0)
                    shown += 1
                time.sleep(0.1)
    except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
        print(f"mail_server: {error}", file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        pass
    return 0 if shown == arguments.mails else 1


if __name__ == "__main__":
    sys.exit(main())
