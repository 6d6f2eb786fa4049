"""The way out through an SMTP server. Source: RFC 5321, RFC 3207 (STARTTLS), RFC 8314 (TLS from
the start)."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from xlreport.errors import SendError
from xlreport.mail.headers import text_of
from xlreport.mail.servers import TIMEOUT, Smtp
from xlreport.text import harmless

SENT = "sent"
"""The state of a message that the server has taken."""


class SmtpTransport:
    """A connection that is made when the first message goes, and made again when it was lost."""

    state = SENT

    def __init__(self, settings: Smtp, password: str) -> None:
        self._settings = settings
        self._password = password
        self._server: smtplib.SMTP | None = None

    def ready(self) -> None:
        """Connects and logs in. Raises SendError."""
        self._connected()

    def deliver(
        self,
        name: str,  # noqa: ARG002 (a transport's argument: what a file would be called)
        data: bytes,
        recipients: tuple[str, ...],
    ) -> Mapping[str, str]:
        """Hands a message over; gives who was refused, and why. Raises SendError."""
        try:
            refused = self._connected().sendmail(self._settings.sender, recipients, data)
        except smtplib.SMTPRecipientsRefused as error:
            # after 421 nobody gets the message, even if recipients were accepted before
            for code, answer in error.recipients.values():
                self._stay(code, answer)
            refused = error.recipients
        except smtplib.SMTPSenderRefused as error:
            self.close()
            self._stay(error.smtp_code, error.smtp_error)
            raise SendError(
                f"服务器不接受发信地址“{self._settings.sender}”：{_words(error.smtp_error)}。"
                "请检查 from 和 user。"
            ) from None
        except smtplib.SMTPDataError as error:
            # some servers keep the recipients that they were told: the next message starts anew
            self.close()
            self._stay(error.smtp_code, error.smtp_error)
            return dict.fromkeys(recipients, _reason(error.smtp_code, error.smtp_error))
        except (smtplib.SMTPException, OSError):
            self.close()
            raise SendError(
                f"与发信服务器“{self._settings.server.host}”的连接断了。"
                "已发出的都有记录，再运行一次，只发没有发的。"
            ) from None
        return {address: _reason(*answer) for address, answer in refused.items()}

    def _stay(self, code: int, answer: bytes | str) -> None:
        """Raises SendError when the server takes leave (RFC 5321, 3.8)."""
        if code == 421:
            self.close()
            raise SendError(
                f"发信服务器“{self._settings.server.host}”现在不收了（421 {_words(answer)}）。"
                "请过一会儿再运行一次，只发没有发的。"
            ) from None

    def keeps(self, name: str) -> bool:  # noqa: ARG002 (a transport's argument)
        """What a server has taken is on its way."""
        return True

    def close(self) -> None:
        """Takes leave of the server."""
        server, self._server = self._server, None
        if server is not None:
            with suppress(smtplib.SMTPException, OSError):
                server.quit()

    def _connected(self) -> smtplib.SMTP:
        if self._server is None:
            with _told(self._settings):
                self._server = self._connect()
        return self._server

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings.server
        if settings.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                settings.host, settings.port, timeout=TIMEOUT, context=settings.context()
            )
        else:
            server = smtplib.SMTP(settings.host, settings.port, timeout=TIMEOUT)
        try:
            if settings.security == "starttls":
                server.starttls(context=settings.context())
            if settings.user:
                _log_in(server, settings.user, self._password)
        except BaseException:
            server.close()
            raise
        return server


def _log_in(server: smtplib.SMTP, user: str, password: str) -> None:
    try:
        server.login(user, password)
    except UnicodeError:  # smtplib can say ASCII only
        raise smtplib.SMTPAuthenticationError(535, "not ASCII") from None


@contextmanager
def opened(settings: Smtp, password: str) -> Iterator[SmtpTransport]:
    """A transport that takes leave at the end."""
    transport = SmtpTransport(settings, password)
    try:
        yield transport
    finally:
        transport.close()


@contextmanager
def _told(settings: Smtp) -> Iterator[None]:
    """Turns what goes wrong while connecting into one sentence that says what to do."""
    host, port = settings.server.host, settings.server.port
    try:
        yield
    except smtplib.SMTPAuthenticationError:
        words = "请检查用户名和密码。163、126、QQ 等邮箱要先在网页上开通 SMTP，用授权码代替密码。"
        raise SendError(f"发信服务器“{host}”登录不了，{words}") from None
    except smtplib.SMTPNotSupportedError:
        raise SendError(
            f"发信服务器“{host}”不支持这样加密或登录，请检查 port 和 security。"
        ) from None
    except ssl.SSLCertVerificationError:
        raise SendError(
            f"发信服务器“{host}”的证书核对不上，没有登录。请检查服务器名称；可能有人冒充。"
        ) from None
    except ssl.SSLError:
        raise SendError(
            f"与“{host}”不能加密连接，请检查 port 和 security（465 用 tls，587 用 starttls）。"
        ) from None
    except TimeoutError:
        raise SendError(f"发信服务器“{host}”没有回应，请检查网络和端口 {port}。") from None
    except (
        smtplib.SMTPException,
        OSError,
        UnicodeError,
    ):  # the last for a name that no host can have
        raise SendError(
            f"连不上发信服务器“{host}”的 {port} 端口，请检查网络、地址和 security。"
        ) from None


def _reason(code: int, answer: bytes | str) -> str:
    return f"{code} {_words(answer)}"


def _words(answer: bytes | str) -> str:
    """What a server answered, on one line of a sensible length."""
    text = answer if isinstance(answer, str) else text_of(answer)
    return harmless(" ".join(text.split()))[:300]
