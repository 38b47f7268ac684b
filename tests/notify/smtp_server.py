"""A mail server for tests: aiosmtpd with certificates of a certificate authority made on the spot."""

import email
import email.policy
import socket
import ssl
import subprocess
import threading
import warnings

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, SMTP

USER = "tocsin@example.com"
PASSWORD = "geheim & 密码"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


class Authority:
    """A certificate authority in a folder."""

    def __init__(self, folder, name="ca"):
        self.folder = folder
        self.certificate = folder / f"{name}.pem"
        self.key = folder / f"{name}.key"
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN=Test {name}",
                "-keyout", self.key, "-out", self.certificate)

    def issue(self, name, alternative, days=1):
        """A server's context, with a certificate for `alternative` ("DNS:localhost")."""
        key, request, certificate, extensions = (self.folder / f"{name}.{end}" for end in ("key", "csr", "pem", "ext"))
        extensions.write_text(f"subjectAltName={alternative}\n")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout", key, "-out", request)
        openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial",
                "-days", str(days), "-extfile", extensions, "-out", certificate)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        return context


class Mailbox:
    """What a server took, and what it is to refuse."""

    def __init__(self):
        self.lock = threading.Lock()
        self.envelopes = []
        self.connections = 0
        self.refuse = {}  # recipient -> reply
        self.refuse_once = {}  # likewise, the first time only
        self.refuse_sender = None
        self.refuse_message = None

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, server, session, envelope, address, options):
        if self.refuse_sender:
            return self.refuse_sender
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refuse_once:
            return self.refuse_once.pop(address)
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.refuse_message:
            return self.refuse_message
        with self.lock:
            self.envelopes.append((envelope, session.ssl is not None, session.authenticated))
        return "250 taken"

    def authenticate(self, server, session, envelope, mechanism, data):
        right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=right, handled=False)

    @property
    def messages(self):
        return [email.message_from_bytes(e.content, policy=email.policy.default) for e, _, _ in self.envelopes]


class Server:
    """A mail server in a `with`, on localhost. `implicit`: TLS from the first byte."""

    def __init__(self, context=None, implicit=False, login=True, utf8=True, timeout=60):
        self.mailbox = Mailbox()
        self.port = free_port()
        mailbox = self.mailbox
        options = dict(hostname="mail.test", enable_SMTPUTF8=utf8, timeout=timeout)
        if login:
            options.update(authenticator=mailbox.authenticate, auth_required=True, auth_require_tls=not implicit)
        if context is not None and not implicit:
            options.update(tls_context=context, require_starttls=True)

        class Counting(SMTP):
            def connection_made(self, transport):
                # Also called once more when a connection turns to TLS.
                if self.transport is None:
                    mailbox.connections += 1
                super().connection_made(transport)

        # It does not know that there is TLS below it already.
        warnings.filterwarnings("ignore", message="Requiring AUTH while not requiring TLS")

        class Local(Controller):
            def factory(self):
                return Counting(self.handler, **options)

        self.controller = Local(mailbox, hostname="127.0.0.1", port=self.port,
                                ssl_context=context if implicit else None)

    def __enter__(self):
        self.controller.start()
        self.mailbox.connections = 0  # the controller tries the server out
        return self

    def __exit__(self, *_):
        self.controller.stop()
