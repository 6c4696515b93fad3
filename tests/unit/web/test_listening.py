"""The socket that listens, as `serve` opens it."""

import socket

from nof1_tracker.settings import WebSettings
from nof1_tracker.web.listening import listen_on


def test_no_part_of_an_answer_waits_for_the_client_to_confirm_the_one_before() -> None:
    with listen_on(("127.0.0.1", 0), WebSettings()) as listener:
        with socket.create_connection(listener.getsockname()):
            connection, _ = listener.accept()
        with connection:
            option = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)

    assert option
