"""A gunicorn worker whose threads never wait for a client.

One loop receives each request whole, within deadlines, before a thread takes it, and sends on what a client
does not take at once. So idle, slow and stalled connections cost a place in a table, and no thread.
"""

import errno
import os
import resource
import select
import socket
import threading
import time
from contextlib import suppress
from queue import SimpleQueue
from types import FrameType
from typing import Any

from gunicorn.http import get_parser
from gunicorn.http.errors import NoMoreData
from gunicorn.workers.gthread import ThreadWorker

from server.answer import prepare
from server.connection import Connection, State

MOST_RECEIVED_BYTES = 64_000_000  # of all requests that are not whole yet
CHECK_S = 1.0
ACCEPTED_AT_ONCE = 16
# A worker that was told to stop gives up clients sooner, and is gone within ten seconds.
LAST_S = {State.RECEIVING: 5.0, State.SENDING: 6.0, State.LINGERING: 2.0}
LAST_IDLE_S = 2.0  # a client may be sending its next request already
ONCE_IN = select.EPOLLIN | select.EPOLLONESHOT
ONCE_OUT = select.EPOLLOUT | select.EPOLLONESHOT


class BufferingWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """gthread with a loop that buffers requests and answers.

    A connection is armed in epoll for one event at a time: by the loop while it waits for the client, by the
    thread when it has answered. So each has one owner at any time.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._accepting = False
        self._check_at = self._say_at = 0.0
        self.connections: dict[int, Connection] = {}
        self.requests: SimpleQueue[Connection] = SimpleQueue()
        # What follows the beginning of a long answer is made by one thread, so that requests find the others.
        self.long_answers: SimpleQueue[Connection] = SimpleQueue()
        self.given_up = 0
        self.stop_at = 0.0  # when it was told to stop

    def init_process(self) -> None:
        """Make what the loop needs, and start the threads; called once in the new process."""
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = 4 * self.worker_connections
        if soft != resource.RLIM_INFINITY and soft < wanted:
            limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
        self.epoll = select.epoll()
        for number in range(self.cfg.threads):
            self._start_thread(f"request-{number}", self.requests)
        self._start_thread("long-answers", self.long_answers)
        super(ThreadWorker, self).init_process()

    def _start_thread(self, name: str, queue: "SimpleQueue[Connection]") -> None:
        threading.Thread(target=self._work, args=(queue,), name=name, daemon=True).start()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop, on SIGTERM; the signal itself wakes the loop."""
        self.alive = False

    def handle_quit(self, sig: int, frame: FrameType | None) -> None:
        """End at once, on SIGQUIT or SIGINT."""
        super(ThreadWorker, self).handle_quit(sig, frame)

    def run(self) -> None:
        """Serve until told to stop; then finish what was received, within the time that gunicorn gives."""
        self.listeners = {listener.fileno(): listener for listener in self.sockets}
        self._listen(True)
        self.epoll.register(self.PIPE[0], select.EPOLLIN)
        while self.alive and self.is_parent_alive():
            self._turn()
        self.alive = False
        self._listen(False)
        self.stop_at = time.monotonic()
        while self.connections and time.monotonic() < self.stop_at + self.cfg.graceful_timeout:
            self._turn()
        for listener in self.sockets:
            listener.close()

    def _listen(self, is_wanted: bool) -> None:
        if is_wanted != self._accepting:
            for number, listener in self.listeners.items():
                listener.setblocking(False)
                if is_wanted:
                    self.epoll.register(number, select.EPOLLIN)
                else:
                    self.epoll.unregister(number)
            self._accepting = is_wanted

    def _turn(self) -> None:
        """Wait for events and act on them; once a second look for clients that took too long."""
        if self.alive and not self._accepting and self._has_place():
            self._listen(True)
        for number, _ in self.epoll.poll(CHECK_S if self._accepting else CHECK_S / 10):
            if number in self.listeners:
                self._accept(self.listeners[number])
            elif number == self.PIPE[0]:
                with suppress(BlockingIOError):
                    os.read(number, 4096)
            elif (connection := self.connections.get(number)) is not None:
                self._go_on(connection)
        now = time.monotonic()
        if now >= self._check_at:
            self._check_at = now + (CHECK_S if self.alive else CHECK_S / 10)
            self.notify()
            self._give_up_late(now)

    def _accept(self, listener: Any) -> None:
        for _ in range(ACCEPTED_AT_ONCE):
            if not self._has_place():
                self._listen(False)
                return
            try:
                own, client = listener.accept()
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno in (errno.EMFILE, errno.ENFILE) and self._make_place():
                    continue
                return
            connection = Connection(own, client, listener.getsockname())
            self.connections[connection.number] = connection
            self.epoll.register(connection.number, 0)
            self._go_on(connection)  # mostly the request has come with it

    def _has_place(self) -> bool:
        return len(self.connections) < self.worker_connections or self._make_place()

    def _make_place(self) -> bool:
        """Give up the client that has kept us waiting for longest; False where all wait for us."""
        waiting = [each for each in self._all() if each.state is not State.HANDLED]
        if waiting:
            longest = min(waiting, key=lambda each: each.since)
            self._give_up(longest)
            if longest.number in self.connections:
                self._drop(longest)
        return bool(waiting)

    def _go_on(self, connection: Connection) -> None:
        """Do what can be done now for a connection of the loop's."""
        try:
            match connection.state:
                case State.RECEIVING:
                    self._receive(connection)
                case State.SENDING:
                    self._send(connection)
                case State.LINGERING:
                    if connection.throw_away():
                        self._arm(connection, ONCE_IN)
                    else:
                        self._drop(connection)
        except BlockingIOError:
            self._arm(connection, ONCE_IN)
        except OSError:
            self._drop(connection)
        except Exception:
            self.log.exception("A connection is dropped")
            self._drop(connection)

    def _receive(self, connection: Connection) -> None:
        if not connection.receive():
            connection.received.clear()
            self._drop(connection)
        elif connection.has_request():
            self._pass_on(connection)
        else:
            self._arm(connection, ONCE_IN)
            self._bound_received(connection)

    def _pass_on(self, connection: Connection) -> None:
        connection.state = State.HANDLED
        self.requests.put(connection)

    def _bound_received(self, connection: Connection) -> None:
        """Give up the largest of the requests that are not whole, where all together are too much."""
        if len(connection.received) > 65_536:
            waiting = [each for each in self._all() if each.state is State.RECEIVING]
            if sum(len(each.received) for each in waiting) > MOST_RECEIVED_BYTES:
                self._give_up(max(waiting, key=lambda each: len(each.received)))

    def _send(self, connection: Connection) -> None:
        if not connection.sock.flush():
            self._arm(connection, ONCE_OUT)
        elif connection.answer is not None:
            connection.state = State.HANDLED
            self.long_answers.put(connection)
        else:
            self._after_answer(connection)

    def _work(self, queue: "SimpleQueue[Connection]") -> None:
        """What each thread does: make an answer, or its next part, for one connection after the other."""
        while True:
            connection = queue.get()
            try:
                if connection.is_closed:
                    connection.end_answer()
                    continue
                if connection.answer is not None and self._is_past(LAST_S[State.SENDING]):
                    connection.end_answer()
                    raise TimeoutError("The worker ends.")
                connection.keeps_alive = self.handle(connection)
                is_sent = connection.sock.flush()
                if connection.answer is not None and not connection.sock.is_full:
                    self.long_answers.put(connection)
                elif is_sent:
                    self._after_answer(connection)
                else:
                    connection.state = State.SENDING
                    self._arm(connection, ONCE_OUT)
            except Exception as error:
                if not isinstance(error, OSError):
                    self.log.exception("A connection is dropped")
                self._abandon(connection)

    def handle(self, conn: Connection) -> bool:
        """Go on with an answer, or begin one; return whether the connection may be used again.

        Afterwards `conn.answer` is what is still to be made when the client has taken what is there.
        """
        request = None
        try:
            if conn.answer is None:
                request = next(get_parser(self.cfg, (conn.take_request(),), conn.client))
                is_last = conn.is_cut or not self.alive
                conn.answer, environ = prepare(request, conn, self.cfg, is_last)
                conn.answer.begin(self.wsgi, environ)
            if not conn.answer.go_on():
                return False
            keeps_alive = not conn.answer.response.should_close()
            conn.end_answer()
            return keeps_alive
        except (NoMoreData, StopIteration) as error:
            self.log.debug("Ignored a request that broke off. %s", error)
        except OSError:
            conn.end_answer()
            raise
        except Exception as error:
            is_begun = conn.answer is not None and conn.answer.response.headers_sent
            conn.end_answer()
            if is_begun:
                raise
            self.handle_error(request, conn.sock, conn.client, error)
        return False

    def _after_answer(self, connection: Connection) -> None:
        """Go on with the next request, or end; called by whoever has sent the last of the answer."""
        if not connection.keeps_alive:
            connection.linger()
            self._arm(connection, ONCE_IN)
            return
        connection.expect_next(self.cfg.keepalive)
        if connection.received and connection.has_request():
            self._pass_on(connection)
        else:
            self._arm(connection, ONCE_IN)

    def _abandon(self, connection: Connection) -> None:
        """Leave a connection that failed in a thread to the loop, which alone closes connections."""
        connection.received.clear()
        with suppress(OSError):
            connection.own.shutdown(socket.SHUT_RDWR)
        connection.state = State.LINGERING
        self._arm(connection, ONCE_IN)

    def _is_past(self, seconds: float) -> bool:
        """Tell whether the worker was told to stop longer ago than this."""
        return bool(self.stop_at) and time.monotonic() > self.stop_at + seconds

    def _arm(self, connection: Connection, events: int) -> None:
        with suppress(OSError):  # the loop has closed it
            self.epoll.modify(connection.number, events)

    def _give_up_late(self, now: float) -> None:
        """Give up the connections whose clients took too long; say so once a minute at most."""
        for connection in self._all():
            if now >= self._deadline(connection):
                self._give_up(connection)
        if self.given_up and now >= self._say_at:
            self.log.warning("Gave up %d connections whose clients were too slow.", self.given_up)
            self.given_up, self._say_at = 0, now + 60

    def _give_up(self, connection: Connection) -> None:
        """End a connection; who is in the middle of a request is told, and may read that."""
        if connection.state is State.RECEIVING and connection.received:
            self.given_up += 1
            with suppress(OSError):
                connection.refuse()
                self._arm(connection, ONCE_IN)
                return
        self.given_up += connection.state is State.SENDING
        self._drop(connection)

    def _deadline(self, connection: Connection) -> float:
        state = connection.state
        if self.alive or state is State.HANDLED:
            return connection.deadline()
        is_idle = state is State.RECEIVING and not connection.received
        return min(connection.deadline(), self.stop_at + (LAST_IDLE_S if is_idle else LAST_S[state]))

    def _all(self) -> list[Connection]:
        return list(self.connections.values())

    def _drop(self, connection: Connection) -> None:
        del self.connections[connection.number]
        connection.close()
        if connection.answer is not None:
            self.long_answers.put(connection)  # the application's clean-up is not the loop's to do
