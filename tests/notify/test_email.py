"""Email from end to end: what is sent is read back by Python's own parser; what goes wrong is said clearly."""

import os
import re
import socket
import subprocess
import time
import urllib.parse

import pytest

from smtp_server import PASSWORD, USER, Authority, Server, free_port

DRIVER = os.environ["TOCSIN_SEND_TEST_MAIL"]
SUMMARY = "法国一天内退款 612.50 英镑：超过上限 500，请立即检查退款最多的客户以及最近的订单"


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="session")
def context(authority):
    return authority.issue("localhost", "DNS:localhost")


@pytest.fixture
def server(context):
    with Server(context) as running:
        yield running


class Sent:
    def __init__(self, process):
        self.status = process.returncode
        self.lines = process.stdout.splitlines()
        self.error = process.stderr
        everything = process.stdout + process.stderr
        assert PASSWORD not in everything and urllib.parse.quote(PASSWORD) not in everything

    def __eq__(self, lines):
        return self.lines == lines

    def __repr__(self):
        return f"{self.lines} {self.error}"


def send(*arguments, environment=None, kind="email", **options):
    options = {key.rstrip("_"): value for key, value in options.items()}
    several = [f"to={to}" for to in options.pop("to", ["finance@example.com"])]
    command = [DRIVER, kind, *arguments, *several, *(f"{key}={value}" for key, value in options.items())]
    env = {"PATH": os.environ["PATH"], "SMTP_PASSWORD": PASSWORD, **(environment or {})}
    return Sent(subprocess.run(command, capture_output=True, text=True, timeout=60, env=env, check=False))


def send_to(there, authority, *arguments, **options):
    defaults = dict(server=f"smtp://localhost:{there.port}", user=USER, password="env:SMTP_PASSWORD",
                    ca_file=authority.certificate)
    return send(*arguments, **{**defaults, **options})


def body(message):
    """The text, with the line ends of mail made those of Python."""
    return message.get_content().replace("\r\n", "\n")


def test_a_message_arrives_over_tls_with_login(server, authority):
    sent = send_to(server, authority, "--summary", SUMMARY, from_="告警中心 <alerts@example.com>",
                   to=["finance@example.com", '"Meier, Anna" <anna@example.com>'])
    assert sent == ["delivered: "]
    [(envelope, over_tls, logged_in)] = server.mailbox.envelopes
    assert over_tls and logged_in
    assert envelope.mail_from == "alerts@example.com"
    assert envelope.rcpt_tos == ["finance@example.com", "anna@example.com"]

    [message] = server.mailbox.messages
    assert not message.defects and not any(header.defects for header in message.values())
    assert message["Subject"] == f"[FIRING] CRITICAL: {SUMMARY}"
    assert message["From"].addresses[0].display_name == "告警中心"
    assert [(a.display_name, a.addr_spec) for a in message["To"].addresses] == [
        ("", "finance@example.com"), ("Meier, Anna", "anna@example.com")]
    assert abs(message["Date"].datetime.timestamp() - time.time()) < 120
    assert re.fullmatch(r"<[0-9a-f]{32}@example\.com>", message["Message-ID"])
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "text/plain" and message.get_content_charset() == "utf-8"
    assert body(message) == (
        f"{SUMMARY}\n"
        "\n"
        "Status:    firing\n"
        "Rule:      RefundSpike\n"
        "Severity:  critical\n"
        "Labels:    city = 北京\n"
        "           country = France\n"
        "Values:    refunds_24h = 612.5\n"
        "Began:     2010-12-02T09:41:00Z\n"
        "Fired:     2010-12-02T10:41:00Z\n"
        "\n"
        "-- \n"
        "Tocsin, to finance: RefundSpike/finance/1\n")


def test_what_is_on_the_wire_keeps_to_the_limits(server, authority):
    assert send_to(server, authority, "--summary", SUMMARY * 5).status == 0
    [(envelope, _, _)] = server.mailbox.envelopes
    content = envelope.original_content
    assert content.isascii()
    assert b"\n" not in content.replace(b"\r\n", b"") and b"\r" not in content.replace(b"\r\n", b"")
    assert max(map(len, content.split(b"\r\n"))) <= 76


def test_the_end_of_an_alert_belongs_to_the_same_thread(server, authority):
    assert send_to(server, authority).status == 0
    assert send_to(server, authority, "--resolved").status == 0
    began, ended = server.mailbox.messages
    assert ended["Subject"] == "[RESOLVED] CRITICAL: Refunds of 612.50 GBP in a day in France"
    assert "Ended:     2010-12-02T12:11:00Z, after 1h30m\n" in body(ended)
    assert began["References"] == ended["References"] and began["Message-ID"] != ended["Message-ID"]


def test_a_second_try_has_the_same_id(server, authority):
    assert send_to(server, authority).status == 0
    assert send_to(server, authority).status == 0
    first, second = server.mailbox.messages
    assert first["Message-ID"] == second["Message-ID"]


def test_hostile_text_becomes_neither_header_nor_command(server, authority):
    summary = "x\r\nBcc: thief@example.com\r\n\r\n.\r\nMAIL FROM:<thief@example.com>\r\n..dots\n.\n"
    assert send_to(server, authority, "--summary", summary).status == 0
    [(envelope, _, _)] = server.mailbox.envelopes
    [message] = server.mailbox.messages
    assert envelope.rcpt_tos == ["finance@example.com"] and message["Bcc"] is None
    assert message["Subject"] == "[FIRING] CRITICAL: x Bcc: thief@example.com . MAIL FROM:<thief@example.com> ..dots ."
    assert body(message).startswith(
        "x\nBcc: thief@example.com\n\n.\nMAIL FROM:<thief@example.com>\n..dots\n.\n\nStatus:    firing\n")


def test_user_and_password_in_the_url(server, authority):
    url = f"smtp://{urllib.parse.quote(USER)}:{urllib.parse.quote(PASSWORD)}@localhost:{server.port}"
    assert send(server="env:URL", ca_file=authority.certificate, environment={"URL": url}) == ["delivered: "]
    [message] = server.mailbox.messages
    assert message["From"] == USER


def test_secrets_from_files(server, authority, tmp_path):
    (tmp_path / "password").write_text(PASSWORD + "\n")
    (tmp_path / "to").write_text("a@example.com, Bo <b@example.com>\n")
    sent = send_to(server, authority, password=f"file:{tmp_path}/password", to=[f"file:{tmp_path}/to"])
    assert sent == ["delivered: "]
    assert server.mailbox.envelopes[0][0].rcpt_tos == ["a@example.com", "b@example.com"]


def test_tls_from_the_first_byte(context, authority):
    with Server(context, implicit=True) as server:
        assert send_to(server, authority, server=f"smtps://localhost:{server.port}") == ["delivered: "]
        assert send_to(server, authority, tls="implicit") == ["delivered: "]
        assert len(server.mailbox.envelopes) == 2


def test_tls_from_the_first_byte_at_a_port_that_begins_in_the_clear(server, authority):
    sent = send_to(server, authority, server=f"smtps://localhost:{server.port}")
    assert sent.status == 4
    assert sent.lines[0].startswith(f"try again: localhost:{server.port}: TLS could not be set up (")
    assert sent.lines[0].endswith("); port 465 is usually smtps://, port 587 smtp://")


def test_without_tls_only_when_asked_for():
    with Server(login=False) as server:
        plain = dict(server=f"smtp://localhost:{server.port}")
        assert send(**plain) == [
            f"failed: localhost:{server.port}: the server offers no STARTTLS, and nothing is sent in the clear: use "
            "smtps:// if it has a port for that, or 'tls: none' if the way there is safe"]
        assert not server.mailbox.envelopes
        assert send(**plain, tls="none") == ["delivered: "]
        assert send(server=f"smtp://localhost:{server.port}?tls=none") == ["delivered: "]


def test_several_messages_share_a_connection(server, authority):
    assert send_to(server, authority, "--count", "5") == ["delivered: "] * 5
    assert len(server.mailbox.envelopes) == 5 and server.mailbox.connections == 1
    assert len({message["Message-ID"] for message in server.mailbox.messages}) == 5


def test_a_connection_that_the_server_closed_is_made_anew(context, authority):
    with Server(context, timeout=0.5) as server:
        assert send_to(server, authority, "--count", "2", "--pause", "1.5") == ["delivered: "] * 2
        assert server.mailbox.connections == 2


def test_a_wrong_password(server, authority):
    assert send_to(server, authority, password="wrong-secret") == [
        f"failed: localhost:{server.port}: login as '{USER}' was refused "
        "(535 5.7.8 Authentication credentials invalid)"]


def test_a_missing_login(server, authority):
    sent = send(server=f"smtp://localhost:{server.port}", ca_file=authority.certificate)
    assert sent == [
        f"failed: localhost:{server.port}: the server refused 'tocsin@localhost' as the sender "
        "(530 5.7.0 Authentication required): it may want a login, see 'user' and 'password'"]


def test_no_server():
    port = free_port()
    assert send(server=f"smtp://127.0.0.1:{port}") == [
        f"try again: cannot connect to 127.0.0.1:{port}: Connection refused"]


def test_no_such_host():
    assert send(server="smtp://mail.invalid", from_="a@example.com") == [
        "try again: cannot find the host 'mail.invalid': check its name"]


def test_a_certificate_of_an_unknown_authority(server):
    sent = send(server=f"smtp://localhost:{server.port}", user=USER, password="env:SMTP_PASSWORD")
    assert sent.status == 1
    assert sent.lines[0].startswith(f"failed: localhost:{server.port}: the server's certificate is not trusted (")
    assert sent.lines[0].endswith("as 'ca_file', or have the server use one that this system trusts")


def test_a_certificate_of_another_authority(server, tmp_path):
    other = Authority(tmp_path, "other")
    sent = send_to(server, other)
    assert sent.status == 1 and "the server's certificate is not trusted (" in sent.lines[0]


def test_a_certificate_for_another_name(authority):
    with Server(authority.issue("other", "DNS:mail.example.com")) as server:
        sent = send_to(server, authority)
        assert sent.status == 1
        name = f"localhost:{server.port}"
        assert f"{name}: the server's certificate is for another name than 'localhost' (" in sent.lines[0]
        assert not server.mailbox.envelopes


def test_an_expired_certificate(authority):
    with Server(authority.issue("expired", "DNS:localhost", days=-1)) as server:
        sent = send_to(server, authority)
        assert sent.status == 1
        assert f"localhost:{server.port}: the server's certificate is not valid at this time (" in sent.lines[0]


def test_a_ca_file_that_is_not_there(server, authority):
    assert send_to(server, authority, ca_file="/nowhere/ca.pem") == [
        f"failed: localhost:{server.port}: cannot read certificates from the ca_file '/nowhere/ca.pem'"]


@pytest.mark.parametrize("reply, outcome", [("550 5.1.1 no such user", "failed"), ("451 4.7.1 later", "try again")])
def test_a_refused_recipient(server, authority, reply, outcome):
    server.mailbox.refuse["finance@example.com"] = reply
    assert send_to(server, authority) == [
        f"{outcome}: localhost:{server.port}: the server refused the recipient 'finance@example.com' ({reply})"]


def test_one_wrong_address_does_not_keep_the_others_from_knowing(server, authority):
    server.mailbox.refuse["b@example.com"] = "550 5.1.1 no such user"
    assert send_to(server, authority, to=["a@example.com", "b@example.com", "c@example.com"]) == [
        f"failed: localhost:{server.port}: the server refused the recipient 'b@example.com' (550 5.1.1 no such user); "
        "2 got the message"]
    assert server.mailbox.envelopes[0][0].rcpt_tos == ["a@example.com", "c@example.com"]


def test_who_has_the_message_does_not_get_it_again_when_the_others_do(server, authority):
    server.mailbox.refuse_once["b@example.com"] = "451 4.7.1 greylisted"
    assert send_to(server, authority, "--count", "3", "--same", to=["a@example.com", "b@example.com"]) == [
        f"try again: localhost:{server.port}: the server refused the recipient 'b@example.com' (451 4.7.1 greylisted); "
        "1 got the message", "delivered: ", "delivered: "]
    first, second, third = server.mailbox.envelopes
    assert (first[0].rcpt_tos, second[0].rcpt_tos) == (["a@example.com"], ["b@example.com"])
    assert third[0].rcpt_tos == ["a@example.com", "b@example.com"]
    assert len({message["Message-ID"] for message in server.mailbox.messages}) == 1


@pytest.mark.parametrize("field, what", [
    ("refuse_sender", f"'{USER}' as the sender"), ("refuse_message", "the message")])
def test_a_refusal(server, authority, field, what):
    setattr(server.mailbox, field, "554 5.7.1 not from you")
    assert send_to(server, authority) == [
        f"failed: localhost:{server.port}: the server refused {what} (554 5.7.1 not from you)"]
    setattr(server.mailbox, field, "452 4.3.1 full")
    assert send_to(server, authority) == [
        f"try again: localhost:{server.port}: the server refused {what} (452 4.3.1 full)"]


def test_a_server_that_says_nothing():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        began = time.monotonic()
        assert send(server=f"smtp://127.0.0.1:{port}", timeout="1s") == [
            f"try again: 127.0.0.1:{port} did not answer within 1s"]
        assert time.monotonic() - began < 10


def test_an_address_outside_ascii_where_the_server_supports_it(context, authority):
    with Server(context) as server:
        assert send_to(server, authority, to=["财务@example.com"]) == ["delivered: "]
        assert server.mailbox.envelopes[0][0].rcpt_tos == ["财务@example.com"]
        assert "\r\nTo: 财务@example.com\r\n".encode() in server.mailbox.envelopes[0][0].original_content
    with Server(context, utf8=False) as server:
        sent = send_to(server, authority, to=["财务@example.com"])
        assert sent.status == 1
        assert not server.mailbox.envelopes


def test_the_environment_names_no_proxy(server, authority):
    port = free_port()
    assert send_to(server, authority, environment={"ALL_PROXY": f"socks5://127.0.0.1:{port}"}) == ["delivered: "]


@pytest.mark.parametrize("options, message", [
    (dict(password="env:NOT_SET"), "email, password: the environment variable NOT_SET is not set"),
    (dict(server="env:NOT_SET"), "email, server: the environment variable NOT_SET is not set"),
])
def test_a_reference_to_nothing(options, message):
    sent = send(**{**dict(server="smtp://localhost:1", user=USER, password="x"), **options})
    assert sent == [f"failed: {message}"]


def test_a_secret_file_that_is_not_there_may_come():
    assert send(server="smtp://localhost:1", user=USER, password="file:/nowhere/password") == [
        "try again: email, password: cannot read the file '/nowhere/password': No such file or directory"]
