"""Clients that send or take slowly hold no thread, are given up, and do not keep a worker from ending."""

import http.client
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from tests.ops.slow import HEAD, PIECE, PIECES, STALLS, THREADS, Served, read_all, serving

pytestmark = [pytest.mark.sqlite_only, pytest.mark.slow]

PATIENT = ("connection.HEAD_S = connection.BODY_S = outbox.SECONDS = 600",)
IMPATIENT = ("connection.HEAD_S = connection.BODY_S = outbox.SECONDS = 0.3", "outbox.BYTES_PER_S = 10**12")


@pytest.fixture
def patient(tmp_path: Path) -> Iterator[Served]:
    """A server that gives nobody up while the test runs."""
    with serving(tmp_path, *PATIENT) as served:
        yield served


@pytest.fixture
def impatient(tmp_path: Path) -> Iterator[Served]:
    """A server that gives up whoever is still for a third of a second."""
    with serving(tmp_path, *IMPATIENT) as served:
        yield served


@pytest.mark.parametrize("kind", STALLS)
def test_an_honest_request_is_answered_while_more_clients_stall_than_there_are_threads(
    patient: Served, kind: str
) -> None:
    with ExitStack() as stack:
        stalled = [stack.enter_context(patient.connect(STALLS[kind])) for _ in range(4 * THREADS)]

        answers = [patient.ask("/", b"abc") for _ in range(10)]

        assert answers == [(200, b"3")] * 10
        assert [client for client in stalled if hear(client) == b""] == []


def hear(client: socket.socket) -> bytes | None:
    """Return the first byte that a client was sent, b"" where the server has ended, None if neither."""
    client.setblocking(False)
    try:
        return client.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return None
    except ConnectionError:
        return b""
    finally:
        client.settimeout(60)


@pytest.mark.parametrize("kind", ["headers", "body", "chunks"])
def test_a_client_that_stalls_within_a_request_is_told_408(impatient: Served, kind: str) -> None:
    with impatient.connect(STALLS[kind]) as client:
        answer = read_all(client)

    assert answer.startswith(b"HTTP/1.1 408 ")


def test_a_request_that_is_dribbled_is_given_up_although_something_comes_all_the_time(
    impatient: Served,
) -> None:
    with impatient.connect(HEAD) as client:
        while (heard := hear(client)) is None:
            client.sendall(b"X: y\r\n")
            time.sleep(0.02)

    assert heard == b"H"


def test_a_client_that_sends_nothing_is_given_up_without_a_word(impatient: Served) -> None:
    with impatient.connect() as client:
        assert read_all(client) == b""


def test_a_download_that_its_client_does_not_take_is_given_up(impatient: Served) -> None:
    with impatient.connect(STALLS["download"], receive_bytes=4096) as client:
        time.sleep(3)
        taken = 0
        with suppress(ConnectionError):
            taken = len(read_all(client))

    assert taken < len(PIECE) * PIECES


def test_a_download_that_is_taken_slowly_arrives_whole(patient: Served) -> None:
    with patient.connect(STALLS["download"].replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")) as client:
        time.sleep(0.5)
        head, _, body = read_all(client).partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 200 ")
    assert body == PIECE * PIECES


def test_an_answer_whose_client_has_gone_is_cleaned_up(patient: Served) -> None:
    with patient.connect(STALLS["download"], receive_bytes=4096) as client:
        client.recv(1)
        assert patient.ask("/closed") == (200, b"0")

    deadline = time.monotonic() + 60
    while patient.ask("/closed") != (200, b"1") and time.monotonic() < deadline:
        time.sleep(0.05)
    assert patient.ask("/closed") == (200, b"1")


def test_an_error_before_an_answer_is_a_500_and_one_within_it_cuts_it_off(patient: Served) -> None:
    assert patient.ask("/broken")[0] == 500
    with pytest.raises(http.client.IncompleteRead):
        patient.ask("/broken/later")


@pytest.mark.parametrize("kind", STALLS)
def test_clients_that_stall_do_not_keep_a_worker_from_ending(tmp_path: Path, kind: str) -> None:
    with ExitStack() as stack:
        with serving(tmp_path, *PATIENT) as served:
            for _ in range(4 * THREADS):
                stack.enter_context(served.connect(STALLS[kind], receive_bytes=4096))
            assert served.ask()[0] == 200

        assert served.process.returncode == 0


def test_the_workers_of_a_killed_master_end(patient: Served) -> None:
    worker = int(patient.ask("/pid")[1])
    with patient.connect(STALLS["headers"]):
        os.kill(patient.process.pid, signal.SIGKILL)
        patient.process.wait()

        deadline = time.monotonic() + 60
        while Path(f"/proc/{worker}").exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        assert not Path(f"/proc/{worker}").exists()


def test_where_the_table_is_full_the_client_that_waited_longest_gives_way(tmp_path: Path) -> None:
    with serving(tmp_path, "worker_connections = 6", *PATIENT) as served, ExitStack() as stack:
        clients = [stack.enter_context(served.connect(STALLS["headers"])) for _ in range(20)]

        assert served.ask("/", b"abc") == (200, b"3")
        assert read_all(clients[0]).startswith(b"HTTP/1.1 408 ")


def test_bodies_that_are_not_whole_are_bounded_together(tmp_path: Path) -> None:
    head = HEAD + b"Content-Length: 4000000\r\n\r\n"
    with (
        serving(tmp_path, "worker.MOST_RECEIVED_BYTES = 6_000_000", *PATIENT) as served,
        ExitStack() as stack,
    ):
        clients = [
            stack.enter_context(served.connect(head + bytes(size)))
            for size in (3_900_000, 1_000_000, 2_000_000)
        ]

        assert read_all(clients[0]).startswith(b"HTTP/1.1 408 ")
        clients[2].sendall(bytes(2_000_000) + b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
        assert read_all(clients[2]).count(b"HTTP/1.1 200 OK") == 2


def test_requests_that_come_together_are_answered_in_their_order(patient: Served) -> None:
    together = (
        b"".join(HEAD + b"Content-Length: %d\r\n\r\n%s" % (size, bytes(size)) for size in (1, 2, 3))
        + HEAD.replace(b"POST", b"GET")
        + b"Connection: close\r\n\r\n"
    )
    with patient.connect(together) as client:
        answers = read_all(client)

    assert [answer[-1:] for answer in answers.split(b"HTTP/1.1 200 OK")[1:]] == [b"1", b"2", b"3", b"0"]


def test_a_body_in_chunks_arrives_whole_however_it_is_cut(patient: Served) -> None:
    request = HEAD + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    request += b"3;x=y\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\nTrailer-Field: x\r\n\r\n"
    for step in (1, 7, len(request)):
        with patient.connect() as client:
            for at in range(0, len(request), step):
                client.sendall(request[at : at + step])

            assert read_all(client).endswith(b"\r\n\r\n19")


@pytest.mark.parametrize(
    "malformed", [b"x\r\nabc\r\n0\r\n\r\n", b"3\r\nabcd\r\n0\r\n\r\n", b"-1\r\n\r\n", b"f" * 20_000]
)
def test_a_malformed_chunk_is_answered_400(patient: Served, malformed: bytes) -> None:
    with patient.connect(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + malformed) as client:
        assert read_all(client).startswith(b"HTTP/1.1 400 ")


def test_who_waits_for_100_is_asked_for_the_body(patient: Served) -> None:
    with patient.connect(HEAD + b"Expect: 100-continue\r\nContent-Length: 3\r\n\r\n") as client:
        assert client.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"abc")

        assert client.recv(1000).startswith(b"HTTP/1.1 200 OK")
