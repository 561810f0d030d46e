"""On an instance open to strangers, an account's own server is on the Internet or is not called at all."""

import socket
from dataclasses import replace

import pytest

from relance.config import Smtp
from relance.mail.post import Reached, Unreachable, test_connection
from relance.mail.reach import MAIL_PORTS, OutOfBoundsError, public_addresses


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "10.0.0.5",
        "172.16.3.4",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "2130706433",
        "0x7f.1",
        "::1",
        "fe80::1",
        "fd00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "localhost",
    ],
)
def test_what_is_beside_the_instance_is_out_of_bounds(host: str) -> None:
    with pytest.raises(OutOfBoundsError):
        public_addresses(host, 587)


@pytest.mark.parametrize("host", ["9.9.9.9", "2620:fe::fe"])
def test_a_server_on_the_internet_may_be_called(host: str) -> None:
    assert public_addresses(host, 587) == [host]


@pytest.mark.parametrize("port", [22, 80, 5432, 6379, 8000])
def test_other_doors_than_those_of_mail_stay_shut(port: int) -> None:
    assert port not in MAIL_PORTS
    with pytest.raises(OutOfBoundsError):
        public_addresses("9.9.9.9", port)


def test_a_name_that_is_none_is_an_ordinary_failure() -> None:
    with pytest.raises(OSError, match="no such host"):
        public_addresses("a" * 300 + ".example", 587)


def test_nothing_of_a_neighbour_is_heard_nor_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as neighbour:
        neighbour.settimeout(0.2)
        smtp = Smtp("127.0.0.1", neighbour.getsockname()[1])
        refused = test_connection(replace(smtp, is_public_only=True), 1)
        assert isinstance(refused, Unreachable)
        assert "n’est pas celui d’un fournisseur de messagerie" in refused.sentence
        with pytest.raises(TimeoutError):
            neighbour.accept()


def test_the_host_s_own_server_may_be_anywhere(smtp_server) -> None:  # type: ignore[no-untyped-def]
    assert isinstance(test_connection(smtp_server.smtp, 2), Reached)
